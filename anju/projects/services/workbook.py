"""A workbook of projects that was changed offline, taken back: all of it or nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
from anju.projects.fields import FIELDS, check_limits, field_text, organisation_finder, read_field
from anju.projects.files.returned import SHEET, Before, open_returned
from anju.projects.files.workbook import COLUMNS, FIRST_COLUMN, REGION_COLUMN, STATE_COLUMN, is_locked
from anju.projects.models import Project
from anju.projects.queries.projects import filter_projects
from anju.projects.services.projects import edit_project, register_project
from anju.workbooks.files.typed import InvalidField
from anju.workbooks.reading.cells import cell_reference


@dataclass
class WorkbookImport:
    """What an import did, or would do. rows that say what stands already are unchanged."""

    made: list[Project] = field(default_factory=list)
    changed: list[Project] = field(default_factory=list)
    unchanged: int = 0

    def said(self) -> str:
        return f"登记 {len(self.made)} 个项目，修改 {len(self.changed)} 个，{self.unchanged} 个没有变化。"


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
        self.brought = WorkbookImport()
        self.problems: list[Problem] = []
        self.seen: dict[str, int] = {}
        self.matcher = matching.RegionMatcher(by, region)
        self.known = {
            project.pk: project
            for project in filter_projects(by, region)
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
            elif is_locked(project, key):
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
        written = {key: text for key, text in values.items() if text}
        known = (
            Project.objects.filter(region=region, code=written.get("code", ""))
            .select_related("body", "builder")
            .first()
        )
        if known is not None and all(
            text == field_text(FIELDS[key], getattr(known, key)) for key, text in written.items()
        ):
            self.brought.unchanged += 1  # this very file brought it before
            return None
        count = len(self.problems)
        read_all = {
            key: got.value for key, text in written.items() if (got := self.read(at, key, text, region)) is not None
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

    def take(self, at: int, act: Callable[[], None]) -> None:
        try:
            with transaction.atomic():
                act()
        except Refused as refused:
            for problem in refused.problems:
                key = next((key for key, item in FIELDS.items() if item.label == problem.where.field), "code")
                self.wrong(at, self.column(key), problem.code, problem.what, problem.fix)

    def wrong(self, at: int, column: int, code: str, what: str, fix: str) -> None:
        heading = "区划" if column == REGION_COLUMN else FIELDS[COLUMNS[column - FIRST_COLUMN]].label
        self.problems.append(
            Problem(code, Place(file=self.name, sheet=SHEET, cell=cell_reference(at, column), field=heading), what, fix)
        )

    @staticmethod
    def column(key: str) -> int:
        return FIRST_COLUMN + COLUMNS.index(key)
