"""Registering a project, editing it and putting it into a plan: each a page with its form; what was refused stays as it was typed."""

import dataclasses
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.forms import Input
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.problems import Problem, Refused
from anju.projects.fields import PLANNED, fields_for
from anju.projects.models import Project
from anju.projects.pages import listing
from anju.projects.pages.acts import Parts, act_page, get_or_post, project_context, single_part, today
from anju.projects.pages.forms import PARTS, ProjectForm, changed_values, project_parts
from anju.projects.queries import projects
from anju.projects.services import projects as project_services

TWO_WAYS = "录错了的，填报岗“录入更正”，写明原因；计划变了的，审核岗凭文号“调整计划”。"


# -- registering and editing ---------------------------------------------------------------------------------------------------


@requires_permission("projects.edit")
@get_or_post
def register_project(request: Request) -> HttpResponse:
    """登记项目: the fields of one kind of project."""
    made = page_context(request)
    posted = ProjectForm(request)
    kind = posted.text("kind") or request.GET.get("kind") or ""
    kind = kind if kind in Project.Kind.values else Project.Kind.SHANTY.value
    values: dict[str, str] = {"year": str(made.on.year)}
    problems: list[Problem] = []
    if request.method == "POST":
        values = posted.texts(field.name for field in fields_for(kind))
        try:
            found = project_services.register_project(by=request.actor, region=made.region, **values | {"kind": kind})
            messages.success(request, f"已登记“{found.name}”，编码 {found.code}。")
            more = posted.text("also") == "more"
            return redirect(page_address(request, "projects:new", kind=kind) if more else page_address(request, found))
        except Refused as refused:
            problems = refused.problems
    return render_page(
        request, "projects/new.html", status=422 if problems else 200, heading=f"登记{Project.Kind(kind).label}项目", problems=problems, kinds=listing.KINDS,
        kind=kind, parts=project_parts(kind, values, problems),
    )  # fmt: skip


@requires_permission("projects.edit")
@get_or_post
def edit_project(request: Request, pk: int) -> HttpResponse:
    found = projects.find_project(request.actor, pk)
    project_context(request, found)
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
        texts = changed_values(found, posted.texts(names))
        project_services.edit_project(
            by=request.actor, project_id=pk, version=posted.number("version", "版本") or 0, **texts
        )
        return f"已修改“{found.name}”。" if texts else "没有改动。"

    sub = f"计划数下达以后不在这里改：{TWO_WAYS}" if locked - {"year"} else ""
    return act_page(
        request,
        form=form,
        do=do,
        back=path_of("projects:project", pk),
        where=found.name,
        heading=f"修改：{found.name}",
        sub=sub,
        label="保存修改",
    )


@requires_permission("projects.edit")
@get_or_post
def plan_project(request: Request, pk: int) -> HttpResponse:
    """列入年度计划."""
    found = projects.find_project(request.actor, pk)
    made = project_context(request, found)

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return single_part(
            Input("year", "计划年度", value=said.get("year", str(made.on.year)), wrong=wrong.get("year", "")),
            Input("on", "列入日期", "date", said.get("on", today()), wrong=wrong.get("on", "")),
            Input("number", "文号", value=said.get("number", ""), wrong=wrong.get("number", "")),
        )

    def do(posted: ProjectForm) -> str:
        year, on = posted.number("year", "计划年度"), posted.day("on", "列入日期")
        posted.check()
        project_services.plan_project(by=request.actor, project_id=pk, year=year, on=on, number=posted.text("number"))
        return f"“{found.name}”已列入{year}年计划。"

    return act_page(
        request, form=form, do=do, back=path_of("projects:project", pk), where=found.name, heading=f"列入年度计划：{found.name}", label="列入年度计划",
        effect="列入以后计入当年计划，计划数凭文号才能改。",
    )  # fmt: skip
