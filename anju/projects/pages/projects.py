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
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.layout.lists import MOST, is_whole
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor
from anju.core.wording import read_day
from anju.problems import Refused
from anju.projects.event_kinds import EVERY
from anju.projects.fields import DAY, FIELDS, NUMERIC, ProjectField, field_text
from anju.projects.models import Project
from anju.projects.pages import listing
from anju.projects.pages.forms import problems_by_field
from anju.projects.pages.layout import drawings, listing_html
from anju.projects.queries import projects, stages
from anju.projects.queries.overdue import mark_overdue
from anju.projects.services.projects import edit_project
from anju.quantities import separate_thousands

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
    path = page_address(request, "projects:export")
    pairs = {key: value for key, value in chosen.items() if value}
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}" if pairs else path


@requires_permission("projects.see")
@require_GET
@needs_region("projects/list.html", heading="项目", count=0)
def list_projects(request: Request) -> HttpResponse:
    return render_list(request)


def render_list(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    """名册: the projects of the region and below, with what was started, built and spent."""
    made, user = page_context(request), request.actor
    chosen, sort = listing.read_filters(request), request.GET.get("sort", "").lstrip("-")
    found, tallies = listing.find_filtered(user, made, chosen)
    counted: Counter[str] = Counter()
    for one in tallies:
        if chosen["year"] in (None, one.year):
            counted[one.state] += one.count
    count, overdue = listing.count_filtered(tallies, chosen)
    number, size = (1, MOST) if is_whole(request, count) else (listing.page_number(request), projects.SIZE)
    listed = projects.list_projects(
        user, found, sort=sort, page=number, size=size, until=listing.page_day(made), count=count
    )
    mark_overdue(user, listed.lines, listing.page_day(made))
    word = Project.STATES.label(chosen["state"]) if chosen["state"] else "共"
    heading = f"{made.region.name}：{word}{listed.count:,}个项目" + (
        f"，{overdue:,}个逾期未建成" if overdue else "，没有逾期的" if chosen["state"] == Project.PLANNED else ""
    )
    others = "、".join(
        f"{label}{counted[state]:,}个"
        for state, label in listing.STATES
        if chosen["state"] not in ("", state) and counted.get(state)
    )
    sub = f"另有{others}。" if others else ""
    return render_page(
        request, "projects/list.html", status=status, heading=heading if listed.count else f"{made.region.name}的项目", sub=sub,
        empty=not counted and not listing.is_filtered(chosen), sheet=listing.project_sheet(request, made, listed.lines, chosen["kind"], has_below(made.region)),
        note="开工、建成、完成投资由进度记录加成，点数字看是哪些记录；占计划是累计数与计划数之比；空白是没有登记过。逾期：按“应竣工未竣工”台账的规则书判定。",
        can_edit=may(user, EDIT, made.region.pk), export=export_path(request, chosen), sort=sort,
        **listing.filters_context(tallies, chosen), **listing.pager_context(listed), **extra,
    )  # fmt: skip


# -- the table that is filled in place -----------------------------------------------------------------------------------------


def table_columns(kind: str) -> list[ProjectField]:
    return [FIELDS[name] for name in ON_TABLE if not kind or kind in FIELDS[name].kinds]


def lock_reason(field: ProjectField, project: Project) -> str:
    """Why this cell cannot be filled in here; "" when it can."""
    if project.kind not in field.kinds:
        return f"{project.get_kind_display()}项目没有这一项"
    if field.planned and project.state != Project.RESERVE and getattr(project, field.name) is not None:
        return "计划数已下达，凭文号在项目页“调整”"
    return ""


def shown_text(field: ProjectField, project: Project) -> str:
    """A cell as the table shows it, the thousands of what is counted apart."""
    text = field_text(field, getattr(project, field.name))
    return separate_thousands(text) if text and field.type == NUMERIC and field.unit not in ("", "度") else text


def cell_texts(project: Project, names: list[str]) -> dict[str, str]:
    return {name: shown_text(FIELDS[name], project) for name in names}


def says_the_same(text: str, *others: str) -> bool:
    return text.replace(",", "") in {other.replace(",", "") for other in others}


@requires_permission("projects.see")
@require_GET
@needs_region("projects/table.html", heading="填写表格", rows=[])
def show_table(request: Request) -> HttpResponse:
    """The same projects, filled in place."""
    made, user = page_context(request), request.actor
    chosen = listing.read_filters(request)
    found, tallies = listing.find_filtered(user, made, chosen)
    listed = projects.list_projects(
        user, found, page=listing.page_number(request), count=listing.count_filtered(tallies, chosen)[0]
    )
    fields = table_columns(chosen["kind"])
    rows = []
    for line in listed.lines:
        project = line.project
        cells = [
            {
                "name": field.name, "text": shown_text(field, project), "locked": lock_reason(field, project),
                "css": "n" if field.type == NUMERIC else "n day" if field.type == DAY else "wide" if field.name in WIDE else "",
            }
            for field in fields
        ]  # fmt: skip
        editable = may(user, EDIT, project.region_id) and project.state in (Project.PLANNED, Project.RESERVE)
        rows.append({"project": project, "path": project.get_absolute_url(), "cells": cells, "editable": editable})
    heads = [
        {"name": field.name, "text": field.label.partition("（")[0], "unit": field.unit, "wide": field.name in WIDE}
        for field in fields
    ]
    return render_page(
        request, "projects/table.html", heading=f"{made.region.name}：{listed.count:,}个项目的基本情况" if rows else f"{made.region.name}的项目", rows=rows, columns=heads,
        lines=listing_html.fill_table_html(rows, page_address(request, ""), has_below(made.region)), regions_shown=has_below(made.region),
        can_edit=any(row["editable"] for row in rows) or may(user, EDIT, made.region.pk),
        export=export_path(request, chosen), **listing.filters_context(tallies, chosen), **listing.pager_context(listed),
    )  # fmt: skip


@requires_permission("projects.edit")
@require_POST
def save_cells(request: Request) -> HttpResponse:
    """Cells as they were typed. Each project is saved by itself: what one may not have does not keep the others from being saved."""
    page_context(request)
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
    rows = [save_row(request.actor, pk, version, cells) for (pk, version, _), cells in zip(asked, fields, strict=True)]
    return JsonResponse({"at": f"{timezone.localtime():%H:%M:%S}", "rows": rows})


def save_row(user: Actor, pk: int, version: int, cells: dict[str, tuple[str, str]]) -> dict[str, Any]:
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
                edit_project(by=user, project_id=pk, version=version, **wanted)
            break
        except Refused as refused:
            now = projects.find_project(user, pk)
            if any(problem.code == CHANGED for problem in refused.problems):
                stands = cell_texts(now, list(wanted))
                told = refused.problems[0].what
                for name in [name for name in wanted if not says_the_same(stands[name], cells[name][1], wanted[name])]:
                    clashes[name] = f"{told}现在是“{stands[name] or '空白'}”。"
                    del wanted[name]
                version = now.version
                continue
            found = problems_by_field(refused.problems, {name: labels[name] for name in wanted}) or dict.fromkeys(
                wanted, refusal_text(refused)
            )
            for name, text in found.items():
                problems[name] = text
                del wanted[name]
    project = projects.find_project(user, pk)
    return {
        "project": pk,
        "version": project.version,
        "cells": cell_texts(project, list(EVERYTHING)),
        "clashes": clashes,
        "problems": problems,
    }


def refusal_text(refused: Refused) -> str:
    return " ".join(f"{problem.what}{problem.fix}" for problem in refused.problems)


EVERYTHING = tuple(ON_TABLE)


# -- map -----------------------------------------------------------------------------------------------------------------------


@requires_permission("projects.see")
@require_GET
@needs_region("projects/map.html", heading="项目地图", rows=[])
def show_map(request: Request) -> HttpResponse:
    """Where the projects are: points by longitude and latitude, the table beside them."""
    made, user = page_context(request), request.actor
    chosen, off, on = listing.read_filters(request), request.GET.get("map") == "0", listing.page_day(made)
    found, tallies = listing.find_filtered(user, made, chosen)
    listed = projects.list_projects(
        user,
        found,
        sort="region",
        size=MOST_ON_MAP,
        until=on,
        count=listing.count_filtered(tallies, chosen)[0],
        only=listing.ON_MAP,
        kinds=stages.STAGES,
    )
    mark_overdue(user, listed.lines, on)
    rows = [listing.map_point(line, drawings.SHAPES) for line in listed.lines]
    plane = drawings.draw_map(rows)
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
    kept = page_address(request, "")
    kinds = [kind for kind in EVERY if any(row.kind == kind for row in rows)]
    return render_page(
        request, "projects/map.html", heading=heading, sub=sub + "位置按登记的经纬度画，没有底图，离线可用。", rows=rows, plane=plane,
        drawn=bool(plane.marks) and not off, off=off and bool(plane.marks), marks="" if off else listing_html.map_points_html(plane.marks, kept),
        lines=listing_html.map_table_html(rows, kept, has_below(made.region)),
        picture_title=f"{made.region.name}项目分布" + (f"，{overdue}个逾期" if overdue else ""),
        picture_sub=f"形状是类型；截至{read_day(on)}；来源：项目台账",
        legend=[{"shape": drawings.SHAPES[kind], "label": Project.Kind(kind).label} for kind in kinds],
        **listing.filters_context(tallies, chosen),
    )  # fmt: skip
