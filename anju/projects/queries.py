"""Reading the project library. What stands of a project is always added up from its events; one statement however many projects."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

from anju.core import regions as places
from anju.core.models import Region
from anju.core.scope import Operator, visible, within
from anju.projects.base import STANDING, below
from anju.projects.cohorts import CohortView, cohort, cohorts
from anju.projects.counting import Counted, counted, together
from anju.projects.events import EventKind, amount_text, conditions_for, events
from anju.projects.models import Adjustment, Condition, Entry, Event, Photo, Project
from anju.projects.signals import Signal, ledgers, signals

__all__ = [
    "CohortView", "Counted", "Happened", "Line", "Listed", "Ready", "Signal", "below", "checklist", "chosen", "cohort", "cohorts", "counted",
    "entries", "entry", "kept", "last_stages", "ledgers", "photo", "photos", "project", "projects", "signals", "stages", "standing", "sums",
    "timeline", "together", "totals",
]  # fmt: skip

Totals = dict[int, dict[str, int]]
SIZE = 50
HELD = 500  # hits of a search up to which it is kept by its keys
SORTS = {
    "": ("-year", "code", "id"), "code": ("code", "id"), "name": ("name", "id"), "year": ("-year", "code", "id"),
    "units": (F("units").desc(nulls_last=True), "id"), "due": ("due_on", "id"), "region": ("region_id", "code", "id"),
}  # fmt: skip


def project(user: Operator, pk: int) -> Project:
    """One project, with its region and organisations. Project.DoesNotExist outside the scope."""
    return visible(Project.objects.select_related("region", "body", "builder"), user).get(pk=pk)


@dataclass
class Line:
    """A project with what stands of it. overdue: what the ledger's book says of it, once `late.mark_overdue` has asked; None when nothing."""

    project: Project
    totals: Mapping[str, int] = field(default_factory=dict)
    overdue: Any = None

    def total(self, kind: str) -> int | None:
        """None: nothing was ever recorded."""
        return self.totals.get(kind)

    def text(self, kind: str) -> str:
        return amount_text(kind, self.project.kind, self.totals.get(kind))


@dataclass
class Listed:
    """One page of a list. count: of all pages."""

    lines: list[Line]
    count: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))


def chosen(
    user: Operator, region: Region, *, kind: str = "", year: int | None = None, state: str = "", search: str = ""
) -> QuerySet[Project]:
    """The projects of a region and all below it. search: in code, name and address."""
    # One array compared once: `below` is within the user's scope already. A join with it hid from the planner how many rows there are.
    found = Project.objects.filter(_among("region_id", below(user, region)))
    asked = {"kind": kind, "year": year, "state": state}
    found = found.filter(**{key: value for key, value in asked.items() if value not in ("", None)})
    for word in search.split():
        # Chinese has no capitals, and comparing without regard to them costs four times as much.
        code = _holds(Upper("code"), word.upper()) if word.isascii() else _holds(F("code"), word)
        found = found.filter(_holds(F("name"), word) | code | _holds(F("address"), word))
    return found


def _holds(text: F | Upper, word: str) -> Q:
    """As LIKE '%word%', in half its time: PostgreSQL looks for the bytes and need not go character by character."""
    return Q(GreaterThan(StrIndex(text, Value(word)), 0))


def _among(field: str, ids: Collection[int]) -> Func:
    array = Value(sorted(ids), output_field=ArrayField(BigIntegerField()))
    return Func(F(field), array, template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField())


def kept(found: QuerySet[Project]) -> QuerySet[Project]:
    """What a search found, by its keys when it is little: a search opens every project of a region, which is done once and not for every question."""
    ids = list(found.order_by().values_list("pk", flat=True)[: HELD + 1])
    return found if len(ids) > HELD else found.model.objects.filter(_among("pk", ids))


def projects(
    user: Operator,
    found: QuerySet[Project],
    *,
    sort: str = "",
    page: int = 1,
    size: int = SIZE,
    until: date | None = None,
    count: int | None = None,
    only: Sequence[str] = (),
    kinds: Sequence[str] = (),
) -> Listed:
    """One page of projects with their totals: four queries, whatever the number of projects. sort: a key of SORTS.

    found: of `chosen`. count: how many those are, where the caller has counted them already. only, kinds: these fields besides the region (and
    no projects), and what stands of these events alone, where there are hundreds: a quarter of the time.
    """
    count = found.count() if count is None else count
    page = min(max(1, page), max(1, -(-count // size)))
    order = SORTS.get(sort, SORTS[""])
    # First the keys alone: narrow rows to sort, however deep the page.
    ids = list(found.order_by(*order).values_list("pk", flat=True)[(page - 1) * size : page * size])
    of_page = Project.objects.filter(_among("pk", ids))
    known = (
        {row["pk"]: SimpleNamespace(**row) for row in of_page.values("pk", "region_id", *only)}
        if only
        else of_page.in_bulk()
    )
    rows, regions = [known[pk] for pk in ids], places.known().by_id
    for row in rows:
        row.region = regions[row.region_id]
    sums = totals(user, [row.pk for row in rows], until=until, kinds=kinds)
    return Listed([Line(row, sums.get(row.pk, {})) for row in rows], count, page, size)


def totals(
    user: Operator,
    project_ids: Collection[int],
    *,
    since: date | None = None,
    until: date | None = None,
    kinds: Sequence[str] = (),
) -> Totals:
    """What stands of each project from `since` to `until`, both days included: {"start": 250, "start:monetised": 30, …} in base units.

    A kind that was never recorded is not there: unknown is not none. kinds: these alone.
    """
    if not project_ids:
        return {}
    dated, days = _between(since, until)
    if kinds:
        dated, days = dated + " AND e.kind = ANY(%s)", [*days, list(kinds)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.project_id, e.kind, e.mode, sum(e.amount)::bigint FROM projects_event AS e"
            f" WHERE e.project_id = ANY(%s) AND e.region_id = ANY(%s) AND e.amount IS NOT NULL{dated} AND {STANDING} GROUP BY 1, 2, 3",
            [list(project_ids), sorted(user.region_ids), *days],
        )
        return _summed(cursor.fetchall())


def sums(
    user: Operator, regions: Iterable[Region], *, since: date | None = None, until: date | None = None, by: str = "kind"
) -> dict[Any, dict[str, int]]:
    """Events of these regions (not below them) added up: by "kind" of project, "region" id, ("region", "kind") as "both", or "month"."""
    keys = {
        "kind": "p.kind",
        "region": "e.region_id",
        "both": "e.region_id, p.kind",
        "month": "to_char(e.\"on\", 'YYYY-MM')",
    }[by]
    ids = sorted({region.pk for region in regions} & user.region_ids)
    dated, days = _between(since, until)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, e.kind, e.mode, sum(e.amount)::bigint FROM projects_event AS e JOIN projects_project AS p ON p.id = e.project_id"
            f" WHERE e.region_id = ANY(%s) AND e.amount IS NOT NULL AND p.state NOT IN ('replaced', 'cancelled'){dated} AND {STANDING}"
            f" GROUP BY {keys}, e.kind, e.mode",
            [ids, *days],
        )
        rows = cursor.fetchall()
    wide = 2 if by == "both" else 1
    return _summed([(row[:2] if wide == 2 else row[0], *row[wide:]) for row in rows])


def _between(since: date | None, until: date | None) -> tuple[str, list[date]]:
    text = (' AND e."on" >= %s' if since else "") + (' AND e."on" <= %s' if until else "")
    return text, [day for day in (since, until) if day]


def _summed(rows: Iterable[tuple]) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = {}
    for key, kind, mode, amount in rows:
        mine = found.setdefault(key, {})
        mine[kind] = mine.get(kind, 0) + amount
        if mode:
            mine[f"{kind}:{mode}"] = mine.get(f"{kind}:{mode}", 0) + amount
    return found


def last_stages(user: Operator, project_ids: Collection[int], until: date) -> dict[int, str]:
    """The newest 形象进度 of each project up to that day."""
    found = (
        standing(user)
        .filter(project_id__in=list(project_ids), kind="stage", on__lte=until)
        .order_by("project_id", "-on", "-id")
    )
    return dict(found.distinct("project_id").values_list("project_id", "note"))


# -- one project ---------------------------------------------------------------------------------------------------------------


def standing(user: Operator) -> QuerySet[Event]:
    """Events that count: neither mended nor taken back."""
    return visible(Event.objects.filter(void=False, superseded_by=None), user)


@dataclass(frozen=True)
class Happened:
    """One line of the timeline. event or adjustment is set; mended: what took the event's place."""

    on: date
    label: str
    text: str
    event: Event | None = None
    adjustment: Adjustment | None = None
    mended: Event | None = None
    kind: EventKind | None = None


def timeline(user: Operator, project: Project) -> list[Happened]:
    """Everything that happened to a project, the newest first, with what was mended and taken back."""
    rows = list(
        visible(Event.objects.filter(project=project).select_related("evidence").defer("evidence__content"), user)
    )
    later = {row.supersedes_id: row for row in rows if row.supersedes_id}
    kinds = events()
    found = [
        Happened(
            row.on,
            kinds[row.kind].label,
            amount_text(row.kind, project.kind, row.amount),
            row,
            None,
            later.get(row.pk),
            kinds[row.kind],
        )
        for row in rows
    ]
    changes = visible(Adjustment.objects.filter(project=project).select_related("replaced_by"), user)
    found += [Happened(one.on, f"{one.get_kind_display()}（{one.number}）", one.reason, None, one) for one in changes]

    def when(one: Happened) -> tuple:
        row = one.event or one.adjustment
        return one.on, row.at, one.event is None, row.pk  # of what was entered in one act the adjustment came last

    return sorted(found, key=when, reverse=True)


def photos(user: Operator, project: Project) -> list[Photo]:
    """Without their bytes."""
    return list(visible(Photo.objects.filter(project=project).select_related("file").defer("file__content"), user))


def photo(user: Operator, pk: int) -> Photo:
    return visible(Photo.objects.select_related("file"), user).get(pk=pk)


@dataclass(frozen=True)
class Ready:
    """A line of the checklist. by_event: the event that meets it; condition: what was ticked."""

    code: str
    label: str
    condition: Condition | None
    by_event: Event | None

    @property
    def met_on(self) -> date | None:
        if self.condition is not None and self.condition.met_on:
            return self.condition.met_on
        return self.by_event.on if self.by_event is not None else None

    @property
    def number(self) -> str:
        return (self.condition and self.condition.number) or (self.by_event and self.by_event.number) or ""

    @property
    def not_needed(self) -> bool:
        return self.condition is not None and self.condition.not_needed

    @property
    def open(self) -> bool:
        return not self.met_on and not self.not_needed


def checklist(user: Operator, project: Project) -> list[Ready]:
    """开工条件 of a project, in order: two queries."""
    ticked = {one.code: one for one in visible(Condition.objects.filter(project=project), user)}
    kinds = conditions_for(project.kind)
    first: dict[str, Event] = {}
    for event in (
        standing(user).filter(project=project, kind__in=[kind.by for kind in kinds if kind.by]).order_by("on", "id")
    ):
        first.setdefault(event.kind, event)
    return [Ready(kind.code, kind.label, ticked.get(kind.code), first.get(kind.by)) for kind in kinds]


STAGES = ("handover", "complete", "accept", "finish", "basic", "start", "gather")  # the furthest first


def stages(project_totals: Mapping[str, int], project: Project) -> str:
    """Where a project stands, in a word, from what was recorded of it."""
    for kind in STAGES:
        if project_totals.get(kind):
            label = events()[kind].label
            whole = project.households if project.kind == Project.Kind.OLD else project.units
            return f"部分{label}" if whole and project_totals[kind] < whole else label
    return "未开工"


# -- ledgers -------------------------------------------------------------------------------------------------------------------


def entries(user: Operator, region: Region, ledger: str = "", state: str = "") -> list[Entry]:
    """Entries of the ledgers of a region and all below it, the oldest first."""
    found = within(visible(Entry.objects.select_related("project", "region"), user), below(user, region))
    asked = {"ledger": ledger, "state": state}
    return list(found.filter(**{key: value for key, value in asked.items() if value}))


def entry(user: Operator, pk: int) -> Entry:
    return visible(Entry.objects.select_related("project__region", "region"), user).get(pk=pk)
