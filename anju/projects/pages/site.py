"""On the site, with a phone: a photograph with its day and place, and the progress of the day."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from anju.core.pages.addresses import address, path_of
from anju.core.pages.context import show
from anju.core.pages.files import file_response
from anju.core.pages.forms import Input
from anju.core.pages.request import Request
from anju.core.people import scope
from anju.core.people.permissions import acting
from anju.problems import Refused
from anju.projects.models import Event
from anju.projects.pages import filters
from anju.projects.pages.acts import in_frame, shown_on, today
from anju.projects.pages.events import event_kinds_of, record_from, record_inputs
from anju.projects.pages.forms import ProjectForm, wrongs
from anju.projects.queries import photos as photo_queries
from anju.projects.queries import projects
from anju.projects.queries.overdue import project_line
from anju.projects.services import photos


@acting("projects.edit")
@require_http_methods(["GET", "POST"])
def site(request: Request, pk: int) -> HttpResponse:
    user = request.operator
    found = projects.project(user, pk)
    on = shown_on(request, found)
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
                record_from(posted, user, found, None)
            messages.success(
                request,
                "已提交" + "、".join(filter(None, ("照片" if chosen else "", "进度" if progress else ""))) + "。",
            )
            return redirect(address(request, "projects:site", pk))
        except Refused as refused:
            problems = refused.problems
    line = project_line(user, found, on)
    inputs = record_inputs(found, said, {})
    wrong = wrongs(problems, {one.name: one.label for one in inputs}) | posted.wrong
    inputs = record_inputs(found, said, wrong)
    place = [
        Input("longitude", "经度", value=said.get("longitude", "")),
        Input("latitude", "纬度", value=said.get("latitude", "")),
    ]
    about = [
        Input("on", "日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
        Input("caption", "照片说明", value=said.get("caption", ""), hint="如 3号楼封顶"),
    ]
    return show(
        request, "projects/site.html", status=422 if problems else 200, problems=problems, project=found, summary=filters.summary(line),
        project_path=path_of("projects:project", pk), photo_inputs=about, place_inputs=place, record_inputs=[one for one in inputs if one.name != "on"],
        record_open=bool(said.get("kind")), kinds_told=event_kinds_of(found), wrong_photo=any(one.where.field == "照片" for one in problems),
    )  # fmt: skip


@acting("projects.see")
@require_GET
def evidence(request: Request, pk: int) -> HttpResponse:
    event = scope.visible(Event.objects.select_related("evidence", "project__region"), request.operator).get(pk=pk)
    in_frame(request, event.project)
    if event.evidence is None:
        raise Http404(str(pk))
    return file_response(bytes(event.evidence.content), event.evidence.name)


@acting("projects.see")
@require_GET
def photo(request: Request, pk: int) -> HttpResponse:
    """Shown, not saved: the services let nothing in but JPEG and PNG, and nothing else is ever answered with."""
    found = photo_queries.photo(request.operator, pk)
    in_frame(request, found.project)
    file = found.file
    if file.media not in ("image/jpeg", "image/png"):
        raise Http404(str(pk))
    return HttpResponse(bytes(file.content), file.media, headers={"Cache-Control": "private, max-age=86400"})
