"""The house's addresses, with a front page that only says who came in."""

from django.http import HttpResponse
from django.urls import path

from anju.core.permissions import acting
from anju.urls import urlpatterns as house


@acting("leader.see")
def home(request):
    return HttpResponse(request.operator.name)


handler400 = "anju.core.views.bad_request"
handler403 = "anju.core.views.forbidden"
handler404 = "anju.core.views.not_found"
handler429 = "anju.core.views.too_many"
handler500 = "anju.core.views.broken"
urlpatterns = [path("", home), *house]
