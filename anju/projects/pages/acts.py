"""What the pages of acts share: a form, its effect, and where it leads back to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anju.core.pages.addresses import address
from anju.core.pages.context import frame, show
from anju.core.pages.forms import Input
from anju.core.pages.request import Frame, Request
from anju.problems import Refused
from anju.projects.models import Project
from anju.projects.pages import filters as see
from anju.projects.pages.forms import ProjectForm, wrongs

Parts = Sequence[tuple[str, Sequence[Input]]]


get_or_post = require_http_methods(["GET", "POST"])


def act(
    request: Request, *, form: Callable[[Mapping[str, str], Mapping[str, str]], Parts], do: Callable[[ProjectForm], str], back: str, where: str,
    start: Mapping[str, str] | None = None, **shown_too: Any,
) -> HttpResponse:  # fmt: skip
    """One act: its form, filled with `start`; on POST it is done and its sentence shown where one comes back to."""
    if request.method == "GET":
        return show(request, "projects/act.html", parts=form(start or {}, {}), back=back, **shown_too)
    posted = ProjectForm(request, where)
    try:
        messages.success(request, do(posted))
    except Refused as refused:
        labels = {one.name: one.label for _, inputs in form({}, {}) for one in inputs}
        parts = form(posted.typed, wrongs(refused.problems, labels) | posted.wrong)
        return show(
            request, "projects/act.html", status=422, parts=parts, back=back, problems=refused.problems, **shown_too
        )
    return redirect(address(request, back))


def one_part(*inputs: Input) -> Parts:
    return [("", inputs)]


def today() -> str:
    return timezone.localdate().isoformat()


def in_frame(request: Request, project: Project) -> Frame:
    """A project's page stands in its own region, whatever the address says."""
    return frame(request, of=SimpleNamespace(region=project.region, period=request.GET.get("period", "")))


def shown_on(request: Request, project: Project) -> date:
    return see.as_of(in_frame(request, project))
