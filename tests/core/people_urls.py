"""The house's addresses, with a front page that only says who came in."""

from django.http import HttpResponse
from django.urls import path

from anju.core.people.permissions import requires_permission
from anju.urls import urlpatterns as house


@requires_permission("leader.see")
def home(request):
    return HttpResponse(request.actor.name)


handler400 = "anju.core.pages.errors.bad_request"
handler403 = "anju.core.pages.errors.forbidden"
handler404 = "anju.core.pages.errors.not_found"
handler429 = "anju.core.pages.errors.too_many_requests"
handler500 = "anju.core.pages.errors.server_error"
urlpatterns = [path("", home), *house]
