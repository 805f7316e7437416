"""The acts on a project: each a page with its form. Parse, call the service, go back; what was refused stays as it was typed."""

import dataclasses
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from anju.core.pages.addresses import address, path_of
from anju.core.pages.context import frame, show
from anju.core.pages.forms import Input
from anju.core.pages.request import Request
from anju.core.people.permissions import acting
from anju.problems import Problem, Refused
from anju.projects.fields import PLANNED, fields_for
from anju.projects.models import Project
from anju.projects.pages import filters
from anju.projects.pages.acts import Parts, act, get_or_post, in_frame, one_part, today
from anju.projects.pages.forms import PARTS, ProjectForm, changed, project_parts
from anju.projects.queries import projects
from anju.projects.services import projects as project_services

TWO_WAYS = "录错了的，填报岗“录入更正”，写明原因；计划变了的，审核岗凭文号“调整计划”。"


# -- registering and editing ---------------------------------------------------------------------------------------------------


@acting("projects.edit")
@get_or_post
def new(request: Request) -> HttpResponse:
    """登记项目: the fields of one kind of project."""
    made = frame(request)
    posted = ProjectForm(request)
    kind = posted.text("kind") or request.GET.get("kind") or ""
    kind = kind if kind in Project.Kind.values else Project.Kind.SHANTY.value
    values: dict[str, str] = {"year": str(made.on.year)}
    problems: list[Problem] = []
    if request.method == "POST":
        values = posted.texts(field.name for field in fields_for(kind))
        try:
            found = project_services.register(by=request.operator, region=made.region, **values | {"kind": kind})
            messages.success(request, f"已登记“{found.name}”，编码 {found.code}。")
            more = posted.text("also") == "more"
            return redirect(address(request, "projects:new", kind=kind) if more else address(request, found))
        except Refused as refused:
            problems = refused.problems
    return show(
        request, "projects/new.html", status=422 if problems else 200, heading=f"登记{Project.Kind(kind).label}项目", problems=problems, kinds=filters.KINDS,
        kind=kind, parts=project_parts(kind, values, problems),
    )  # fmt: skip


@acting("projects.edit")
@get_or_post
def edit(request: Request, pk: int) -> HttpResponse:
    found = projects.project(request.operator, pk)
    in_frame(request, found)
    locked = {
        "year",
        *(name for name in PLANNED if found.state != Project.RESERVE and getattr(found, name) is not None),
    }
    stands = {field.name: getattr(found, field.name) for field in fields_for(found.kind)}

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        parts = project_parts(found.kind, stands | said, locked=locked)
        parts = [
            (title, [dataclasses.replace(one, wrong=wrong.get(one.name, "")) for one in inputs])
            for title, inputs in parts
        ]
        return [*parts, ("", [Input("version", "", "hidden", said.get("version", str(found.version)))])]

    def do(posted: ProjectForm) -> str:
        names = [name for _, names in PARTS for name in names if name not in locked]
        texts = changed(found, posted.texts(names))
        project_services.edit(
            by=request.operator, project_id=pk, version=posted.number("version", "版本") or 0, **texts
        )
        return f"已修改“{found.name}”。" if texts else "没有改动。"

    sub = f"计划数下达以后不在这里改：{TWO_WAYS}" if locked - {"year"} else ""
    return act(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"修改：{found.name}",
        sub=sub,
        label="保存修改",
    )


@acting("projects.edit")
@get_or_post
def plan(request: Request, pk: int) -> HttpResponse:
    """列入年度计划."""
    found = projects.project(request.operator, pk)
    made = in_frame(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return one_part(
            Input("year", "计划年度", value=said.get("year", str(made.on.year)), wrong=wrong.get("year", "")),
            Input("on", "列入日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
            Input("number", "文号", value=said.get("number", ""), wrong=wrong.get("number", "")),
        )

    def do(posted: ProjectForm) -> str:
        year, on = posted.number("year", "计划年度"), posted.day("on", "列入日期")
        posted.check()
        project_services.plan(by=request.operator, project_id=pk, year=year, on=on, number=posted.text("number"))
        return f"“{found.name}”已列入{year}年计划。"

    return act(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"列入年度计划：{found.name}", label="列入年度计划",
        effect="列入以后计入当年计划，计划数凭文号才能改。",
    )  # fmt: skip


# -- progress ------------------------------------------------------------------------------------------------------------------


# -- by document ---------------------------------------------------------------------------------------------------------------
