"""On the site, with a phone: a photograph with its day and place, and the progress of the day."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from anju.core.addresses import path_of
from anju.core.frame import show
from anju.core.permissions import acting
from anju.core.templatetags.anju import address
from anju.problems import Refused
from anju.projects import queries, services
from anju.projects.forms import Input, Reading, wrongs
from anju.projects.late import project_line
from anju.projects.views import shown
from anju.projects.views.acts import kinds_told, record_from, record_inputs, today
from anju.projects.views.one import shown_on


@acting("projects.edit")
@require_http_methods(["GET", "POST"])
def site(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.operator
    found = queries.project(user, pk)
    on = shown_on(request, found)
    said = {name: text.strip() for name, text in request.POST.items() if isinstance(text, str)}
    problems = []
    if request.method == "POST":
        reading = Reading(request.POST, request.FILES, found.name)
        progress = bool(reading.text("kind"))
        try:
            chosen = reading.file("photo", "照片", needed=not progress)
            day = reading.day("on", "日期")
            reading.check()
            if chosen:
                services.photo(
                    by=user, project_id=pk, content=chosen[1], name=chosen[0], taken_on=day, longitude=reading.text("longitude"),
                    latitude=reading.text("latitude"), caption=reading.text("caption"),
                )  # fmt: skip
            if progress:
                record_from(reading, user, found, None)
            messages.success(
                request,
                "已提交" + "、".join(filter(None, ("照片" if chosen else "", "进度" if progress else ""))) + "。",
            )
            return redirect(address(request, "projects:site", pk))
        except Refused as refused:
            problems = refused.problems
    line = project_line(user, found, on)
    inputs = record_inputs(found, said, {})
    wrong = wrongs(problems, {one.name: one.label for one in inputs})
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
        request, "projects/site.html", status=422 if problems else 200, problems=problems, project=found, summary=shown.summary(line),
        project_path=path_of("projects:project", pk), photo_inputs=about, place_inputs=place, record_inputs=[one for one in inputs if one.name != "on"],
        record_open=bool(said.get("kind")), kinds_told=kinds_told(found), wrong_photo=any("照片" in one.where for one in problems),
    )  # fmt: skip
