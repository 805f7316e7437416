"""Pages of benches."""

from django.http import HttpRequest, HttpResponse

from anju.core.pages.context import render_page
from anju.core.people.permissions import requires_permission
from tests.rooms.tiny import queries


@requires_permission("tiny.see")
def benches(request: HttpRequest) -> HttpResponse:
    return render_page(request, "tiny/benches.html", benches=queries.benches(request.actor))
