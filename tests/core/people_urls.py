"""A front page of the tests, and the house behind it: the rail leads to every room."""

from django.http import HttpResponse
from django.urls import include, path

from anju.core.acts import acting


@acting("leader.see")
def home(request):
    return HttpResponse(request.operator.name)


handler400 = "anju.core.views.bad_request"
handler403 = "anju.core.views.forbidden"
handler404 = "anju.core.views.not_found"
handler429 = "anju.core.views.too_many"
handler500 = "anju.core.views.broken"
urlpatterns = [path("", home), path("", include("anju.urls"))]
