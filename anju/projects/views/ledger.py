"""台账与销号: what is overdue, why, reported and consented to, and closed out; and lists of projects fixed on a day."""


from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from anju.core.acts import acting
from anju.projects.models import Entry
from anju.projects.views.acts import get_or_post


def told(entry: Entry) -> Entry:
    entry.title, entry.said = entry.ledger, entry.reason
    return entry


@acting("projects.see")
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    raise Http404


@acting("projects.edit")
@require_POST
def open_all(request: HttpRequest) -> HttpResponse:
    raise Http404


@acting("projects.edit")
@get_or_post
def entry_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    raise Http404


@acting("projects.edit")
@get_or_post
def fix(request: HttpRequest) -> HttpResponse:
    raise Http404


@acting("projects.see")
@require_GET
def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    raise Http404
