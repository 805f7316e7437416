"""On the site, with a phone: a photograph with its day and place, and the progress of the day."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.context import render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import Input
from anju.core.pages.request import Request
from anju.core.people import scope
from anju.core.people.permissions import requires_permission
from anju.problems import Refused
from anju.projects.models import Event
from anju.projects.pages import listing
from anju.projects.pages.acts import display_day, project_context, today
from anju.projects.pages.events import event_kinds_of, record_inputs, record_submitted
from anju.projects.pages.forms import ProjectForm, problems_by_field
from anju.projects.queries import photos as photo_queries
from anju.projects.queries import projects
from anju.projects.queries.overdue import read_project_line
from anju.projects.services import photos


@requires_permission("projects.edit")
@require_http_methods(["GET", "POST"])
def show_site(request: Request, pk: int) -> HttpResponse:
    user = request.actor
    found = projects.find_project(user, pk)
    on = display_day(request, found)
    posted, problems = ProjectForm(request, found.name), []
    said = posted.typed
    if request.method == "POST":
        progress = bool(posted.text("kind"))
        try:
            chosen = posted.file("photo", "照片", required=not progress)
            day = posted.day("on", "日期")
            posted.check()
            if chosen:
                photos.add_photo(
                    by=user, project_id=pk, content=chosen.content, name=chosen.name, taken_on=day, longitude=posted.text("longitude"),
                    latitude=posted.text("latitude"), caption=posted.text("caption"),
                )  # fmt: skip
            if progress:
                record_submitted(posted, user, found, None)
            messages.success(
                request,
                "已提交" + "、".join(filter(None, ("照片" if chosen else "", "进度" if progress else ""))) + "。",
            )
            return redirect(page_address(request, "projects:site", pk))
        except Refused as refused:
            problems = refused.problems
    line = read_project_line(user, found, on)
    inputs = record_inputs(found, said, {})
    wrong = problems_by_field(problems, {one.name: one.label for one in inputs}) | posted.wrong
    inputs = record_inputs(found, said, wrong)
    place = [
        Input("longitude", "经度", value=said.get("longitude", "")),
        Input("latitude", "纬度", value=said.get("latitude", "")),
    ]
    about = [
        Input("on", "日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
        Input("caption", "照片说明", value=said.get("caption", ""), hint="如 3号楼封顶"),
    ]
    return render_page(
        request, "projects/site.html", status=422 if problems else 200, problems=problems, project=found, summary=listing.project_summary(line),
        project_path=path_of("projects:project", pk), photo_inputs=about, place_inputs=place, record_inputs=[one for one in inputs if one.name != "on"],
        record_open=bool(said.get("kind")), kinds_told=event_kinds_of(found), wrong_photo=any(one.where.field == "照片" for one in problems),
    )  # fmt: skip


@requires_permission("projects.see")
@require_GET
def show_evidence(request: Request, pk: int) -> HttpResponse:
    event = scope.visible_rows(Event.objects.select_related("evidence", "project__region"), request.actor).get(pk=pk)
    project_context(request, event.project)
    if event.evidence is None:
        raise Http404(str(pk))
    return file_response(bytes(event.evidence.content), event.evidence.name)


@requires_permission("projects.see")
@require_GET
def show_photo(request: Request, pk: int) -> HttpResponse:
    """Shown, not saved: the services let nothing in but JPEG and PNG, and nothing else is ever answered with."""
    found = photo_queries.find_photo(request.actor, pk)
    project_context(request, found.project)
    file = found.file
    if file.media not in ("image/jpeg", "image/png"):
        raise Http404(str(pk))
    return HttpResponse(bytes(file.content), file.media, headers={"Cache-Control": "private, max-age=86400"})
