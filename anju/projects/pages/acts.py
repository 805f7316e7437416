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

from anju.core.pages.addresses import page_address
from anju.core.pages.context import page_context, render_page
from anju.core.pages.forms import Input
from anju.core.pages.request import PageContext, Request
from anju.problems import Refused
from anju.projects.models import Project
from anju.projects.pages import listing as see
from anju.projects.pages.forms import ProjectForm, problems_by_field

Parts = Sequence[tuple[str, Sequence[Input]]]


get_or_post = require_http_methods(["GET", "POST"])


def act_page(
    request: Request, *, form: Callable[[Mapping[str, str], Mapping[str, str]], Parts], do: Callable[[ProjectForm], str], back: str, where: str,
    start: Mapping[str, str] | None = None, **shown_too: Any,
) -> HttpResponse:  # fmt: skip
    """One act: its form, filled with `start`; on POST it is done and its sentence shown where one comes back to."""
    if request.method == "GET":
        return render_page(request, "projects/act.html", parts=form(start or {}, {}), back=back, **shown_too)
    posted = ProjectForm(request, where)
    try:
        messages.success(request, do(posted))
    except Refused as refused:
        labels = {one.name: one.label for _, inputs in form({}, {}) for one in inputs}
        parts = form(posted.typed, problems_by_field(refused.problems, labels) | posted.wrong)
        return render_page(
            request, "projects/act.html", status=422, parts=parts, back=back, problems=refused.problems, **shown_too
        )
    return redirect(page_address(request, back))


def single_part(*inputs: Input) -> Parts:
    return [("", inputs)]


def today() -> str:
    return timezone.localdate().isoformat()


def project_context(request: Request, project: Project) -> PageContext:
    """A project's page stands in its own region, whatever the address says."""
    return page_context(request, of=SimpleNamespace(region=project.region, period=request.GET.get("period", "")))


def display_day(request: Request, project: Project) -> date:
    return see.page_day(project_context(request, project))
