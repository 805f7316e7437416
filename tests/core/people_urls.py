"""The house's addresses, with a front page that only says who came in."""

from django.http import HttpResponse
from django.urls import path

from anju.core.people.permissions import acting
from anju.urls import urlpatterns as house


@acting("leader.see")
def home(request):
    return HttpResponse(request.operator.name)


handler400 = "anju.core.pages.errors.bad_request"
handler403 = "anju.core.pages.errors.forbidden"
handler404 = "anju.core.pages.errors.not_found"
handler429 = "anju.core.pages.errors.too_many"
handler500 = "anju.core.pages.errors.broken"
urlpatterns = [path("", home), *house]
