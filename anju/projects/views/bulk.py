"""Out to a workbook and back."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from anju.core.acts import acting


@acting("projects.see")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    raise Http404


@acting("projects.edit")
def bring(request: HttpRequest) -> HttpResponse:
    raise Http404


@acting("projects.edit")
def check(request: HttpRequest, digest: str) -> HttpResponse:
    raise Http404
