"""Many projects at once by workbook: out with its stamp; it is changed offline, and taken back by services/workbook.py; new projects in the empty rows.

The sheet 项目 has each project's number in a hidden first column. A sheet that nobody sees holds the stamp: whose projects these are, and of
each one its version and what stood in every cell, so that only cells that were changed count and a change by somebody else is told, not lost.
"""

import io
import json
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.problems import Problem, Refused
from anju.projects.event_kinds import amount_text, load_event_kinds
from anju.projects.fields import (
    CHOICE,
    DAY,
    FIELDS,
    NUMERIC,
    PLANNED,
    field_text,
)
from anju.projects.files.returned import FIRST_ROW, LAYOUT, SHEET, STAMP
from anju.projects.models import Project
from anju.projects.queries.projects import filter_projects, project_totals
from anju.workbooks.files.stamp import write_stamp

FIXED = ("code", "kind", "year")  # of a project that is there already
COLUMNS = tuple(FIELDS)
PROGRESS = ("start", "gather", "basic", "complete", "finish", "invest")
MOST, EMPTY = 5_000, 200  # projects of one workbook; rows for new ones
REGION_COLUMN, FIRST_COLUMN = 1, 2
STATE_COLUMN = FIRST_COLUMN + len(COLUMNS)
NARROW = (NUMERIC, DAY, CHOICE)


# -- out -----------------------------------------------------------------------------------------------------------------------


def export_workbook(user: Actor, region: Region, **filters: Any) -> bytes:
    """The projects of a region and all below it as a workbook to be changed. filters: those of `queries.projects`.

    Refused PROJ-045 when there are more than one workbook bears.
    """
    found = filter_projects(user, region, **filters)
    if (count := found.count()) > MOST:
        raise Refused(
            Problem(
                "PROJ-045",
                f"{region.name} 项目",
                f"有 {count} 个项目，一份工作簿最多 {MOST} 个。",
                "请按县或按年度、类型导出。",
            )
        )
    projects = list(found.select_related("region", "body", "builder").order_by("region__order", "kind", "year", "code"))
    sums = project_totals(user, [one.pk for one in projects])
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet(SHEET)
    looks: dict[tuple, Any] = {}

    def look(**more: Any) -> Any:
        key = tuple(sorted(more.items()))
        if key not in looks:
            looks[key] = book.add_format({"font_name": "仿宋", "font_size": 11, "valign": "vcenter", **more})
        return looks[key]

    grey = {"bg_color": "#EDEDED", "locked": True, "border": 1}
    free = {"locked": False, "border": 1}
    page.write_string(
        0,
        1,
        f"{region.name}项目（{timezone.localdate()} 导出）。灰色的不能改；新项目写在下面的空白行；不知道的留空，不要填 0。",
        look(bold=True),
    )
    heads = [
        "编号",
        "区划",
        *(FIELDS[name].heading for name in COLUMNS),
        "状态",
        *(f"累计{label}" for label in _progress_labels()),
    ]
    for column, text in enumerate(heads):
        page.write_string(1, column, text, look(bold=True, bg_color="#D9E2F3", locked=True, border=1, text_wrap=True))
    rows = []
    for at, one in enumerate(projects, start=FIRST_ROW):
        texts = {name: field_text(FIELDS[name], getattr(one, name)) for name in COLUMNS}
        page.write_string(at, 0, str(one.pk), look(**grey))
        page.write_string(at, REGION_COLUMN, one.region.name, look(**grey))
        for column, name in enumerate(COLUMNS, start=FIRST_COLUMN):
            _write(
                page,
                row=at,
                column=column,
                name=name,
                text=texts[name],
                look=look,
                style=grey if is_locked(one, name) else free,
            )
        page.write_string(at, STATE_COLUMN, Project.STATES.label(one.state), look(**grey))
        for column, kind in enumerate(PROGRESS, start=STATE_COLUMN + 1):
            page.write_string(at, column, amount_text(kind, one.kind, sums.get(one.pk, {}).get(kind)), look(**grey))
        rows.append([str(one.pk), str(one.version), json.dumps(texts, ensure_ascii=False, sort_keys=True)])
    last = FIRST_ROW + len(projects) + EMPTY
    for at in range(FIRST_ROW + len(projects), last):
        for column, name in enumerate(["", *COLUMNS], start=REGION_COLUMN):
            _write(page, row=at, column=column, name=name, text="", look=look, style=free)
    for column, name in enumerate(COLUMNS, start=FIRST_COLUMN):
        if FIELDS[name].type == CHOICE:
            page.data_validation(
                FIRST_ROW, column, last - 1, column, {"validate": "list", "source": list(FIELDS[name].choices.values())}
            )
        page.set_column(column, column, 11 if FIELDS[name].type in NARROW else 18)
    page.set_column(0, 0, None, None, {"hidden": True})
    page.set_column(STATE_COLUMN, STATE_COLUMN + len(PROGRESS), 12)
    page.freeze_panes(FIRST_ROW, FIRST_COLUMN + 2)
    page.protect(
        "", {"format_columns": True, "format_rows": True, "select_locked_cells": True, "sort": True, "autofilter": True}
    )
    write_stamp(book, STAMP, {"region": region.code, "layout": LAYOUT}, rows)
    book.close()
    return buffer.getvalue()


def _progress_labels() -> list[str]:
    return [load_event_kinds()[kind].label for kind in PROGRESS]


def is_locked(project: Project, name: str) -> bool:
    """Whether that field may not be changed in a workbook."""
    out = project.state not in (Project.PLANNED, Project.RESERVE)
    fixed = name in PLANNED and getattr(project, name) is not None and project.state != Project.RESERVE
    return out or name in FIXED or fixed or project.kind not in FIELDS[name].kinds


def _write(page: Any, row: int, column: int, name: str, text: str, look: Any, style: dict) -> None:
    number = bool(name) and FIELDS[name].type == NUMERIC
    made = look(**style, num_format="General" if number else "@")
    if number and text:
        page.write_number(row, column, Decimal(text), made)
    elif text:
        page.write_string(row, column, text, made)
    else:
        page.write_blank(row, column, None, made)
