"""The library as a list, as a table filled in place, and on a map."""

import json
from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.models.region import Region
from anju.core.pages.addresses import address
from anju.core.pages.context import frame, needs_region, show
from anju.core.pages.request import Request
from anju.core.people.permissions import acting, may
from anju.core.people.scope import Operator
from anju.core.wording import day
from anju.problems import Refused
from anju.projects.event_kinds import EVERY
from anju.projects.fields import DAY, FIELDS, NUMERIC, Field
from anju.projects.fields import show as text_of
from anju.projects.models import Project
from anju.projects.pages import drawings, filters, html
from anju.projects.pages.forms import wrongs
from anju.projects.queries import projects, stages
from anju.projects.queries.overdue import mark_overdue
from anju.projects.services.projects import edit

EDIT = "projects.edit"
MOST_ON_MAP = 400  # a picture of more says less, and takes longer than a tenth of a second to write
CHANGED = "PROJ-005"  # someone else was faster
ON_TABLE = [
    "units", "monetised", "households", "buildings", "communities", "area", "built_year", "consent", "investment", "start_by", "due_on",
    "address", "longitude", "latitude", "approval", "licence", "note",
]  # fmt: skip
WIDE = ("address", "approval", "licence", "note")


def has_below(region: Region | None) -> bool:
    return region is not None and region.kind not in (Region.Kind.COUNTY, Region.Kind.PSEUDO)


def export_path(request: Request, chosen: dict[str, Any]) -> str:
    path = address(request, "projects:export")
    pairs = {key: value for key, value in chosen.items() if value}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}" if pairs else path


@acting("projects.see")
@require_GET
@needs_region("projects/list.html", heading="项目", count=0)
def names(request: Request) -> HttpResponse:
    return named(request)


def named(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    """名册: the projects of the region and below, with what was started, built and spent."""
    made, user = frame(request), request.operator
    chosen, sort = filters.filters(request), request.GET.get("sort", "").lstrip("-")
    found, tallies = filters.found(user, made, chosen)
    counted: Counter[str] = Counter()
    for one in tallies:
        if chosen["year"] in (None, one.year):
            counted[one.state] += one.count
    count, overdue = filters.counted(tallies, chosen)
    listed = projects.projects(
        user, found, sort=sort, page=filters.page_number(request), until=filters.as_of(made), count=count
    )
    mark_overdue(user, listed.lines, filters.as_of(made))
    word = Project.STATES.label(chosen["state"]) if chosen["state"] else "共"
    heading = f"{made.region.name}：{word}{listed.count:,}个项目" + (
        f"，{overdue:,}个逾期未建成" if overdue else "，没有逾期的" if chosen["state"] == Project.PLANNED else ""
    )
    others = "、".join(
        f"{label}{counted[state]:,}个"
        for state, label in filters.STATES
        if chosen["state"] not in ("", state) and counted.get(state)
    )
    sub = f"另有{others}。" if others else ""
    return show(
        request, "projects/list.html", status=status, heading=heading if listed.count else f"{made.region.name}的项目", sub=sub,
        empty=not counted and not filters.filtered(chosen), sheet=filters.sheet(request, made, listed.lines, chosen["kind"], has_below(made.region)),
        note="开工、建成、完成投资由进度记录加成，点数字看是哪些记录；占计划是累计数与计划数之比；空白是没有登记过。逾期：按“应竣工未竣工”台账的规则书判定。",
        can_edit=may(user, EDIT, made.region.pk), export=export_path(request, chosen), sort=sort,
        **filters.for_filters(tallies, chosen), **filters.for_pager(listed), **extra,
    )  # fmt: skip


# -- the table that is filled in place -----------------------------------------------------------------------------------------


def columns(kind: str) -> list[Field]:
    return [FIELDS[name] for name in ON_TABLE if not kind or kind in FIELDS[name].kinds]


def lock(field: Field, project: Project) -> str:
    """Why this cell cannot be filled in here; "" when it can."""
    if project.kind not in field.kinds:
        return f"{project.get_kind_display()}项目没有这一项"
    if field.planned and project.state != Project.RESERVE and getattr(project, field.name) is not None:
        return "计划数已下达，凭文号在项目页“调整”"
    return ""


def texts(project: Project, names: list[str]) -> dict[str, str]:
    return {name: text_of(FIELDS[name], getattr(project, name)) for name in names}


@acting("projects.see")
@require_GET
@needs_region("projects/table.html", heading="填写表格", rows=[])
def table(request: Request) -> HttpResponse:
    """The same projects, filled in place."""
    made, user = frame(request), request.operator
    chosen = filters.filters(request)
    found, tallies = filters.found(user, made, chosen)
    listed = projects.projects(
        user, found, page=filters.page_number(request), count=filters.counted(tallies, chosen)[0]
    )
    fields = columns(chosen["kind"])
    rows = []
    for line in listed.lines:
        project = line.project
        cells = [
            {
                "name": field.name, "text": text_of(field, getattr(project, field.name)), "locked": lock(field, project),
                "css": "n" if field.type in (NUMERIC, DAY) else "wide" if field.name in WIDE else "",
            }
            for field in fields
        ]  # fmt: skip
        editable = may(user, EDIT, project.region_id) and project.state in (Project.PLANNED, Project.RESERVE)
        rows.append({"project": project, "path": project.get_absolute_url(), "cells": cells, "editable": editable})
    heads = [
        {"name": field.name, "text": field.label.partition("（")[0], "unit": field.unit, "wide": field.name in WIDE}
        for field in fields
    ]
    return show(
        request, "projects/table.html", heading=f"{made.region.name}：{listed.count:,}个项目的基本情况", rows=rows, columns=heads,
        lines=html.filled(rows, address(request, ""), has_below(made.region)), regions_shown=has_below(made.region),
        can_edit=any(row["editable"] for row in rows) or may(user, EDIT, made.region.pk),
        export=export_path(request, chosen), **filters.for_filters(tallies, chosen), **filters.for_pager(listed),
    )  # fmt: skip


@acting("projects.edit")
@require_POST
def save(request: Request) -> HttpResponse:
    """Cells as they were typed. Each project is saved by itself: what one may not have does not keep the others from being saved."""
    frame(request)
    try:
        asked = [
            (int(row["project"]), int(row["version"]), dict(row["fields"])) for row in json.loads(request.body)["rows"]
        ]
        fields = [
            {name: (str(cell["text"]), str(cell["base"])) for name, cell in one.items() if name in ON_TABLE}
            for _, _, one in asked
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"error": "请求不完整"}, status=400)
    rows = [
        save_row(request.operator, pk, version, cells) for (pk, version, _), cells in zip(asked, fields, strict=True)
    ]
    return JsonResponse({"at": f"{timezone.localtime():%H:%M:%S}", "rows": rows})


def save_row(user: Operator, pk: int, version: int, cells: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """Save what can be saved of a row. clashes: cells another changed meanwhile, with who and when; problems: what will not do."""
    clashes: dict[str, str] = {}
    problems: dict[str, str] = {}
    labels = {name: FIELDS[name].label for name in cells}
    wanted = {name: text for name, (text, _) in cells.items()}
    for _ in range(len(cells) + 2):  # every turn takes at least one cell away
        if not wanted:
            break
        try:
            with transaction.atomic():
                edit(by=user, project_id=pk, version=version, **wanted)
            break
        except Refused as refused:
            now = projects.project(user, pk)
            if any(problem.code == CHANGED for problem in refused.problems):
                stands = texts(now, list(wanted))
                told = refused.problems[0].what
                for name in [name for name in wanted if stands[name] not in (cells[name][1], wanted[name])]:
                    clashes[name] = f"{told}现在是“{stands[name] or '空白'}”。"
                    del wanted[name]
                version = now.version
                continue
            found = wrongs(refused.problems, {name: labels[name] for name in wanted}) or dict.fromkeys(
                wanted, said(refused)
            )
            for name, text in found.items():
                problems[name] = text
                del wanted[name]
    project = projects.project(user, pk)
    return {
        "project": pk,
        "version": project.version,
        "cells": texts(project, list(EVERYTHING)),
        "clashes": clashes,
        "problems": problems,
    }


def said(refused: Refused) -> str:
    return " ".join(f"{problem.what}{problem.fix}" for problem in refused.problems)


EVERYTHING = tuple(ON_TABLE)


# -- map -----------------------------------------------------------------------------------------------------------------------


@acting("projects.see")
@require_GET
@needs_region("projects/map.html", heading="项目地图", rows=[])
def places(request: Request) -> HttpResponse:
    """Where the projects are: points by longitude and latitude, the table beside them."""
    made, user = frame(request), request.operator
    chosen, off, on = filters.filters(request), request.GET.get("map") == "0", filters.as_of(made)
    found, tallies = filters.found(user, made, chosen)
    listed = projects.projects(
        user,
        found,
        sort="region",
        size=MOST_ON_MAP,
        until=on,
        count=filters.counted(tallies, chosen)[0],
        only=filters.ON_MAP,
        kinds=stages.STAGES,
    )
    mark_overdue(user, listed.lines, on)
    rows = [filters.mapped(line, drawings.SHAPES) for line in listed.lines]
    plane = drawings.plane(rows)
    lost, overdue = len(rows) - len(plane.marks), sum(row.overdue for row in rows)
    heading = f"{made.region.name}：{len(plane.marks)}个项目在图上" + (f"，{overdue}个逾期" if overdue else "")
    if rows and not plane.marks:
        heading = f"{made.region.name}：{len(rows)}个项目都没有坐标"
    sub = (
        f"{lost}个没有坐标，只在表里。"
        if lost and plane.marks
        else "在填写表格、项目页或现场手机页上填经度、纬度。"
        if lost
        else ""
    )
    if listed.count > MOST_ON_MAP:
        sub = f"共{listed.count}个，图和表是前{MOST_ON_MAP}个，请选下级区划或加筛选。{sub}"
    kept = address(request, "")
    kinds = [kind for kind in EVERY if any(row.kind == kind for row in rows)]
    return show(
        request, "projects/map.html", heading=heading, sub=sub + "位置按登记的经纬度画，没有底图，离线可用。", rows=rows, plane=plane,
        drawn=bool(plane.marks) and not off, off=off and bool(plane.marks), marks="" if off else html.marks(plane.marks, kept),
        lines=html.beside(rows, kept, has_below(made.region)),
        picture_title=f"{made.region.name}项目分布" + (f"，{overdue}个逾期" if overdue else ""),
        picture_sub=f"形状是类型；截至{day(on)}；来源：项目台账",
        legend=[{"shape": drawings.SHAPES[kind], "label": Project.Kind(kind).label} for kind in kinds],
        **filters.for_filters(tallies, chosen),
    )  # fmt: skip
