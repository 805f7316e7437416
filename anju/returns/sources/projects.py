"""What the ledgers and the figures say for a return: project fields, events added up to the cut-off day, targets, figures."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Operator, visible
from anju.core.regions.levels import LEVELS
from anju.figures.figure import Figure
from anju.figures.queries import current
from anju.projects import base
from anju.projects.models import Project
from anju.projects.queries import events, projects
from anju.quantities import unit
from anju.returns.forms.spec import Column, From, Spec


def facts(project: Project, period: str) -> dict[str, str]:
    """What columns and sums may ask of a project's line. timing: 新建 in its plan's year, 续建 later."""
    year = int(periods.year(period))
    timing = "" if project.year is None else "新建" if project.year >= year else "续建"
    return {
        "code": project.code, "kind": project.kind, "year": str(project.year or ""), "renovation": project.renovation, "grade": project.grade,
        "timing": timing,
    }  # fmt: skip


def in_library(user: Operator, region: Region, kinds: Collection[str], since: date, until: date) -> list[Project]:
    """Projects that a return has lines for: in the plan, and those closed since the year began with something recorded in it."""
    found = visible(
        Project.objects.filter(
            kind__in=kinds, region_id__in=base.below(user, region), year__isnull=False, year__lte=until.year
        ),
        user,
    )
    open_, closed = [], []
    for project in found.filter(state__in=(Project.PLANNED, Project.CLOSED)).order_by("kind", "year", "code", "id"):
        (open_ if project.state == Project.PLANNED else closed).append(project)
    moved = projects.totals(user, [one.pk for one in closed], since=since, until=until) if closed else {}
    listed = {one.pk for one in open_} | set(moved)
    return [
        one
        for one in sorted((*open_, *closed), key=lambda p: (list(kinds).index(p.kind), p.year, p.code, p.pk))
        if one.pk in listed
    ]


def start_of(source: From, period: str) -> date | None:
    first = periods.bounds(period)[0]
    return {"all": None, "year": first.replace(month=1, day=1), "period": first}[source.since]


@dataclass
class Sums:
    """Events of projects up to a day, by the day from which they count; and what was ever recorded, which tells nothing from unknown."""

    since: dict[date | None, projects.Totals] = field(default_factory=dict)

    def value(self, source: From, start: date | None, project: int) -> int | None:
        key = f"{source.event}:{source.mode}" if source.mode else source.event
        found = self.since[start].get(project, {}).get(key)
        if found is None and source.event in self.since[None].get(project, {}):
            return 0  # such things were recorded of it, but none of this year or this mode
        return found


def sums(user: Operator, spec: Spec, period: str, ids: Collection[int], until: date, after: date | None = None) -> Sums:
    """One statement a beginning, and one for all. after: only what happened later than that day."""
    starts = {start_of(c.source, period) for c in spec.columns if c.source and c.source.event}
    if not ids or not starts:
        return Sums({start: {} for start in (None, *starts)})
    later = after + timedelta(days=1) if after else None
    wanted = {start: max((day for day in (start, later) if day), default=None) for start in (None, *starts)}
    return Sums({start: projects.totals(user, ids, since=day, until=until) for start, day in wanted.items()})


def stages(user: Operator, ids: Collection[int], until: date) -> dict[int, str]:
    return events.last_stages(user, ids, until) if ids else {}


def region_sum(found: Sums, source: From, start: date | None, members: Collection[Project]) -> int | None:
    """Of a line that is no project's: all projects of the region and kinds added up; None when nothing was ever recorded of any."""
    values = [found.value(source, start, one.pk) for one in members if not source.kinds or one.kind in source.kinds]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def project_field(project: Project, column: Column) -> tuple[int | None, str]:
    """A field of a project as number and as text."""
    name = column.source.project
    value: Any = getattr(project, name)
    if column.type == "number":
        return value, ""
    shown = getattr(project, f"get_{name}_display", None)
    return None, "" if value is None else str(shown() if shown else value)


class Numbers:
    """Targets and figures of a region for a period, read together when asked for.

    A target is the one of the period's year, of the nearest level that set one; a figure the one of the period itself.
    """

    def __init__(self, user: Operator, region: Region, period: str, wanted: Collection[tuple[str, str, str]]) -> None:
        """wanted: (kind, code, calibre) with kind "target" or "measure"."""
        self.region, self.period, self.year = region, period, periods.year(period)
        codes = {code for kind, code, _ in wanted if kind == "target"}
        self.plans = {}
        asking = [measure for measure in current.measures(user).values() if measure.target_of_id in codes]
        for measure in sorted(asking, key=lambda one: (one.of_id is None, -one.order)):
            self.plans[measure.target_of_id] = measure.code  # the whole target is last, after its breakdowns
        known = set(current.measures(user, [code for kind, code, _ in wanted if kind == "measure"]))
        keys = [f"{self.plans[c]}:{level}" for c in codes & set(self.plans) for level in ("", *LEVELS)]
        keys += [f"{code}:{calibre}" for kind, code, calibre in wanted if kind == "measure" and code in known]
        self.found = current.figures(user, keys, [region], list(dict.fromkeys([period, self.year]))) if keys else None
        self.known = known

    def target(self, code: str, calibre: str = "") -> Figure | None:
        if code not in self.plans:
            return None
        for level in [calibre] if calibre else ["", *reversed(LEVELS)]:  # of several levels' targets the nearest binds
            one = self.found(self.plans[code], self.region, self.year, level)
            if one.observation_id is not None:
                return one
        return None

    def measure(self, code: str, calibre: str = "") -> Figure | None:
        return self.found(code, self.region, self.period, calibre) if code in self.known else None


def base_in(figure: Figure | None, unit_name: str) -> int | None:
    """The figure in base units when it is known, whole and of the same family (套 and 户 count one for one)."""
    if figure is None or figure.exact is None or figure.exact.denominator != 1:
        return None
    same = unit(figure.unit).family == unit(unit_name).family or {figure.unit, unit_name} <= {"套", "户"}
    return int(figure.exact) if same else None
