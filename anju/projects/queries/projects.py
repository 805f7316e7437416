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

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree as places
from anju.core.regions.tree import below
from anju.projects.base import STANDING
from anju.projects.event_kinds import amount_text
from anju.projects.models import Project

Totals = dict[int, dict[str, int]]
SIZE = 50
HELD = 500  # hits of a search up to which it is kept by its keys
SORTS = {
    "": ("-year", "code", "id"), "code": ("code", "id"), "name": ("name", "id"), "year": ("-year", "code", "id"),
    "units": (F("units").desc(nulls_last=True), "id"), "due": ("due_on", "id"), "region": ("region_id", "code", "id"),
}  # fmt: skip


def find_project(user: Actor, pk: int) -> Project:
    """One project, with its region and organisations. Project.DoesNotExist outside the scope."""
    return visible_rows(Project.objects.select_related("region", "body", "builder"), user).get(pk=pk)


@dataclass
class ProjectLine:
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
class ProjectPage:
    """One page of a list. count: of all pages."""

    lines: list[ProjectLine]
    count: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))


def filter_projects(
    user: Actor, region: Region, *, kind: str = "", year: int | None = None, state: str = "", search: str = ""
) -> QuerySet[Project]:
    """The projects of a region and all below it. search: in code, name and address."""
    # One array compared once: `below` is within the user's scope already. A join with it hid from the planner how many rows there are.
    found = Project.objects.filter(_among("region_id", below(user, region)))
    asked = {"kind": kind, "year": year, "state": state}
    return search_projects(
        found.filter(**{key: value for key, value in asked.items() if value not in ("", None)}), search
    )


def search_projects(found: QuerySet[Project], search: str) -> QuerySet[Project]:
    """Those with every word in code, name or address."""
    for word in search.split():
        # Chinese has no capitals, and comparing without regard to them costs four times as much.
        code = _contains(Upper("code"), word.upper()) if word.isascii() else _contains(F("code"), word)
        found = found.filter(_contains(F("name"), word) | code | _contains(F("address"), word))
    return found


def projects_by_id(user: Actor, ids: Collection[int]) -> QuerySet[Project]:
    """These projects, as far as the user sees them."""
    return visible_rows(Project.objects.filter(_among("pk", ids)), user)


def _contains(text: F | Upper, word: str) -> Q:
    """As LIKE '%word%', in half its time: PostgreSQL looks for the bytes and need not go character by character."""
    return Q(GreaterThan(StrIndex(text, Value(word)), 0))


def _among(field: str, ids: Collection[int]) -> Func:
    array = Value(sorted(ids), output_field=ArrayField(BigIntegerField()))
    return Func(F(field), array, template="(%(expressions)s))", arg_joiner=" = ANY(", output_field=BooleanField())


def pin_projects(found: QuerySet[Project]) -> QuerySet[Project]:
    """What a search found, by its keys when it is little: a search opens every project of a region, which is done once and not for every question."""
    ids = list(found.order_by().values_list("pk", flat=True)[: HELD + 1])
    return found if len(ids) > HELD else found.model.objects.filter(_among("pk", ids))


def list_projects(
    user: Actor,
    found: QuerySet[Project],
    *,
    sort: str = "",
    page: int = 1,
    size: int = SIZE,
    until: date | None = None,
    count: int | None = None,
    only: Sequence[str] = (),
    kinds: Sequence[str] = (),
) -> ProjectPage:
    """One page of projects with their totals: four queries, whatever the number of projects. sort: a key of SORTS.

    found: of `filter_projects`. count: how many those are, where the caller has counted them already. only, kinds: these fields besides the region (and
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
    rows, regions = [known[pk] for pk in ids], places.region_tree().by_id
    for row in rows:
        row.region = regions[row.region_id]
    sums = project_totals(user, [row.pk for row in rows], until=until, kinds=kinds)
    return ProjectPage([ProjectLine(row, sums.get(row.pk, {})) for row in rows], count, page, size)


def project_totals(
    user: Actor,
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


def event_sums(
    user: Actor, regions: Iterable[Region], *, since: date | None = None, until: date | None = None, by: str = "kind"
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


# -- one project ---------------------------------------------------------------------------------------------------------------


# -- ledgers -------------------------------------------------------------------------------------------------------------------
