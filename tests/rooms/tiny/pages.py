"""Pages of benches."""

from django.http import HttpRequest, HttpResponse

from anju.core.pages.context import show
from anju.core.people.permissions import acting
from tests.rooms.tiny import queries


@acting("tiny.see")
def benches(request: HttpRequest) -> HttpResponse:
    return show(request, "tiny/benches.html", benches=queries.benches(request.operator))
