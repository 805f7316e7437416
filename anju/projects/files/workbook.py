"""Many projects at once by workbook: out with its stamp, changed offline, and back; new projects in the empty rows.

The sheet 项目 has each project's number in a hidden first column. A sheet that nobody sees holds the stamp: whose projects these are, and of
each one its version and what stood in every cell, so that only cells that were changed count and a change by somebody else is told, not lost.
"""

import hashlib
import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db import transaction
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.core.regions import matching
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.projects.base import EDIT, require_own_region
from anju.projects.event_kinds import amount_text, load_event_kinds
from anju.projects.fields import (
    CHOICE,
    DAY,
    FIELDS,
    NUMERIC,
    PLANNED,
    InvalidField,
    check_limits,
    field_text,
    organisation_finder,
    read_field,
)
from anju.projects.files.returned import FIRST_ROW, LAYOUT, SHEET, STAMP, Before, open_returned
from anju.projects.models import Project
from anju.projects.queries.projects import filter_projects, project_totals
from anju.projects.services.projects import edit_project, register_project
from anju.workbooks.files.stamp import write_stamp
from anju.workbooks.reading.cells import cell_reference

FIXED = ("code", "kind", "year")  # of a project that is there already
COLUMNS = tuple(FIELDS)
PROGRESS = ("start", "gather", "basic", "complete", "finish", "invest")
MOST, EMPTY = 5_000, 200  # projects of one workbook; rows for new ones
REGION_COLUMN, FIRST_COLUMN = 1, 2
STATE_COLUMN = FIRST_COLUMN + len(COLUMNS)
NARROW = (NUMERIC, DAY, CHOICE)


@dataclass
class WorkbookImport:
    """What an import did, or would do. rows that say what stands already are unchanged."""

    made: list[Project] = field(default_factory=list)
    changed: list[Project] = field(default_factory=list)
    unchanged: int = 0

    def said(self) -> str:
        return f"登记 {len(self.made)} 个项目，修改 {len(self.changed)} 个，{self.unchanged} 个没有变化。"


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
                style=grey if _locked(one, name) else free,
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


def _locked(project: Project, name: str) -> bool:
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


# -- back ----------------------------------------------------------------------------------------------------------------------


@transaction.atomic
@trail.act("projects.import_workbook")
def import_workbook(*, by: Actor, region: Region, content: bytes, name: str, preview: bool = False) -> WorkbookImport:
    """Take a workbook back (成批修改和登记): all of it or nothing, every problem at its cell. The same again changes nothing.

    Only cells that differ from what was exported count. preview: store nothing.
    Refused: PROJ-040 no such workbook, PROJ-041 a damaged stamp, PROJ-042 somebody changed the same cell (who and when), PROJ-043 a locked
    cell was changed, PROJ-044 a row twice, PROJ-046 an unknown region, and what registering and editing refuse.
    """
    require_own_region(by, region)
    require_permission(by, EDIT, region.pk, f"{region.name} 项目工作簿《{name}》")
    rows, before = read_file_of(by, open_returned, content, name, STATE_COLUMN, file=name)
    back = _Back(by, region, name, before, origin=f"import:{hashlib.sha256(content).hexdigest()[:16]}")
    for at, row in rows:
        back.row(at, row)
    if back.problems:
        raise Refused(*back.problems)
    brought = back.brought
    if brought.made or brought.changed:
        trail.describe(
            obj=trail.Subject("projects.workbook", back.origin, f"{region.name} 项目工作簿《{name}》"),
            after={"made": len(brought.made), "changed": len(brought.changed), "unchanged": brought.unchanged},
            region_id=region.pk,
            count=len(brought.made) + len(brought.changed),
            digest=hashlib.sha256(content).hexdigest(),
        )
    if preview:
        transaction.set_rollback(True)
    return brought


@dataclass(frozen=True)
class _Stored:
    value: Any


class _Back:
    """Takes the rows one by one, and gathers what is wrong with all of them."""

    def __init__(self, by: Actor, region: Region, name: str, before: Before, origin: str) -> None:
        self.by, self.region, self.name, self.before, self.origin = by, region, name, before, origin
        self.brought, self.problems = WorkbookImport(), []
        self.seen: dict[str, int] = {}
        self.matcher = matching.RegionMatcher(by, region)
        self.known = {
            one.pk: one
            for one in filter_projects(by, region)
            .filter(pk__in=list(before))
            .select_related("region", "body", "builder")
        }
        self.finders: dict[int, Any] = {}

    def row(self, at: int, texts: list[str]) -> None:
        pk, values = texts[0], dict(zip(COLUMNS, texts[FIRST_COLUMN:], strict=False))
        if not pk:
            return self.new(at, texts[REGION_COLUMN], values)
        if pk in self.seen:
            return self.wrong(
                at,
                1,
                "PROJ-044",
                f"与第 {self.seen[pk] + 1} 行是同一个项目（可能是整行复制的）。",
                "新项目请写在下面的空白行，不要复制整行。",
            )
        self.seen[pk] = at
        if not pk.isdecimal() or int(pk) not in self.before or int(pk) not in self.known:
            return self.wrong(at, 1, "PROJ-044", "不认识这一行的项目。", "请重新导出；新项目请写在空白行。")
        return self.there(at, self.known[int(pk)], *self.before[int(pk)], values)

    def there(self, at: int, project: Project, version: int, before: dict[str, str], values: dict[str, str]) -> None:
        changed = {key: text for key, text in values.items() if text != before.get(key, "")}
        wanted = {}
        for key, text in changed.items():
            now = field_text(FIELDS[key], getattr(project, key))
            if (stored := self.read(at, key, text, project.region)) is None:
                continue
            if stored.value == getattr(project, key):
                continue  # somebody else, or this very file before, wrote the same
            if project.version != version and now != before.get(key, ""):
                who, when = project.changed_by or project.by, timezone.localtime(project.changed_at or project.at)
                what = f"您改为“{text}”，而{who}已于 {when:%Y-%m-%d %H:%M} 改为“{now}”。"
                self.wrong(
                    at,
                    self.column(key),
                    "PROJ-042",
                    what,
                    "请核对以哪个为准；以现在的为准就填成它，以您的为准请在页面上改。",
                )
            elif _locked(project, key):
                self.wrong(
                    at,
                    self.column(key),
                    "PROJ-043",
                    "这一格是锁定的，不能在工作簿里改。",
                    "计划数在页面上“录入更正”或“调整计划”；编码、类型登记错的在页面上办理。",
                )
            else:
                wanted[key] = stored.value
        if not wanted:
            self.brought.unchanged += 1
            return
        self.take(
            at,
            lambda: self.brought.changed.append(
                edit_project(by=self.by, project_id=project.pk, version=project.version, **wanted)
            ),
        )

    def new(self, at: int, place: str, values: dict[str, str]) -> None:
        region: Any = self.matcher.match(place) if place else self.region
        if isinstance(region, Problem):
            return self.wrong(at, REGION_COLUMN, "PROJ-046", region.what, region.fix)
        said = {key: text for key, text in values.items() if text}
        known = (
            Project.objects.filter(region=region, code=said.get("code", "")).select_related("body", "builder").first()
        )
        if known is not None and all(
            text == field_text(FIELDS[key], getattr(known, key)) for key, text in said.items()
        ):
            self.brought.unchanged += 1  # this very file brought it before
            return None
        count = len(self.problems)
        read_all = {
            key: got.value for key, text in said.items() if (got := self.read(at, key, text, region)) is not None
        }
        if len(self.problems) > count:
            return None
        return self.take(
            at,
            lambda: self.brought.made.append(
                register_project(by=self.by, region=region, origin=self.origin, **read_all)
            ),
        )

    def read(self, at: int, key: str, text: str, region: Region) -> "_Stored | None":
        """None: it will not do, and that was said."""
        if key in ("body", "builder") and region.pk not in self.finders:
            self.finders[region.pk] = organisation_finder(region)
        try:
            value = read_field(FIELDS[key], text, self.finders.get(region.pk))
            check_limits(FIELDS[key], value)
        except InvalidField as unfit:
            self.wrong(at, self.column(key), "PROJ-003", unfit.what, unfit.fix)
            return None
        return _Stored(value)

    def take(self, at: int, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except Refused as refused:
            for one in refused.problems:
                key = next((key for key, item in FIELDS.items() if item.label == one.where.field), "code")
                self.wrong(at, self.column(key), one.code, one.what, one.fix)

    def wrong(self, at: int, column: int, code: str, what: str, fix: str) -> None:
        heading = "区划" if column == REGION_COLUMN else FIELDS[COLUMNS[column - FIRST_COLUMN]].label
        self.problems.append(
            Problem(code, Place(file=self.name, sheet=SHEET, cell=cell_reference(at, column), field=heading), what, fix)
        )

    @staticmethod
    def column(key: str) -> int:
        return FIRST_COLUMN + COLUMNS.index(key)
