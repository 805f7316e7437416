"""Which projects are overdue (逾期未建成): what the book of the ledger says, and nothing else. Its SQL runs where the projects are.

A page's projects, and all that a search or a province has, are judged live by one statement; so list, heading, map and project agree with the
ledger, whatever a city's own book allows. The ledger is the one of signals.yaml that has `days`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.tree import below
from anju.projects.models import Project
from anju.projects.queries.facts import FACTS, OF_PROJECT, fact_columns_sql, fact_events_sql
from anju.projects.queries.projects import ProjectLine, project_totals
from anju.projects.queries.signals import BookWatch, check_inputs, ledger_watches, watching_books
from anju.rules.engine.population import BookStatement

BUILT = ("complete", "finish")  # what ends a project that is built, and one that is renovated


def whole_count(project: Project) -> int | None:
    """What all of it is: its dwellings, or the households of what has none of its own (old communities)."""
    return project.units if project.units is not None else project.households


def count_to_build(project: Project) -> int | None:
    """What of it is to be built: without the households that are paid out (货币化安置)."""
    all_of_it = whole_count(project)
    return None if all_of_it is None else all_of_it - (project.monetised or 0)


def count_built(line: ProjectLine) -> int:
    """What is bought or leased stands already."""
    return sum(line.total(kind) or 0 for kind in (*BUILT, "gather"))


def overdue_ledger() -> BookWatch:
    """The ledger whose book marks projects as overdue."""
    return next(watch for watch in ledger_watches().values() if watch.days)


@dataclass(frozen=True)
class OverdueProject:
    """A project that the book calls overdue. days: as the book reckons them; None when it does not."""

    days: int | None

    def __str__(self) -> str:
        return "逾期" if self.days is None else f"逾期{self.days}天"


def read_project_line(user: Actor, project: Project, on: date) -> ProjectLine:
    """One project with what stands of it on that day, marked."""
    line = ProjectLine(project, project_totals(user, [project.pk], until=on).get(project.pk, {}))
    mark_overdue(user, [line], on)
    return line


def mark_overdue(user: Actor, lines: Iterable[ProjectLine], on: date) -> None:
    """Set `overdue` of these lines as of that day: one statement, however many there are."""
    by_id = {line.project.pk: line for line in lines}
    found = overdue_projects(user, by_id, {line.project.region_id for line in by_id.values()}, on)
    for pk, one in found.items():
        by_id[pk].overdue = one


def overdue_projects(
    user: Actor, project_ids: Collection[int], region_ids: Collection[int], on: date
) -> dict[int, OverdueProject]:
    """Those of these projects, of these regions, that are overdue on that day. Refused PROJ-030, RULE-003: a book that cannot run."""
    parts: list[str] = []
    given: dict[str, Any] = {"on": on, "ids": sorted(project_ids)}
    for place, (statement, mine) in enumerate(_statements(user, region_ids, on)):
        given[f"regions_{place}"] = mine
        where = f"p.id = ANY(%(ids)s) AND p.state = 'planned' AND p.region_id = ANY(%(regions_{place})s)"
        days = statement.whole_part(overdue_ledger().days)
        parts.append(
            f'SELECT "_i", {days} FROM ({_judged(statement, where)}) AS judged WHERE {_condition_sql(statement)}'
        )
    if not parts or not project_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        return {pk: OverdueProject(days) for pk, days in cursor.fetchall()}


@dataclass(frozen=True)
class ProjectTally:
    """How many projects of one state and plan year there are, and how many of them are overdue."""

    state: str
    year: int | None
    count: int
    overdue: int


FIELDS = (
    "pk",
    "region_id",
    "kind",
    "name",
    "units",
    "households",
    "monetised",
    "due_on",
)  # what facts of a project's row take


def tally_projects(user: Actor, region: Region, found: QuerySet[Project], on: date) -> list[ProjectTally]:
    """These projects of a region and all below it counted as of that day: two statements. found: of `queries.chosen`."""
    found = found.order_by()
    overdue = _overdue_by_year(user, below(user, region), found, on)
    counts = found.values_list("state", "year").annotate(Count("pk"))
    return [
        ProjectTally(state, year, count, overdue.get(year, 0) if state == Project.PLANNED else 0)
        for state, year, count in counts
    ]


def _overdue_by_year(
    user: Actor, region_ids: Collection[int], found: QuerySet[Project], on: date
) -> dict[int | None, int]:
    """Only of those that the project's own row leaves in question are the events read: most are in time, whatever was built of them."""
    inner, params = found.filter(state=Project.PLANNED).values(*FIELDS).query.sql_with_params()
    named = ", ".join(("id", *FIELDS[1:]))
    given: dict[str, Any] = {"on": on} | {f"asked_{place}": value for place, value in enumerate(params)}
    inner = inner % tuple(f"%(asked_{place})s" for place in range(len(params)))
    parts = []
    for place, (statement, mine) in enumerate(_statements(user, region_ids, on)):
        given[f"regions_{place}"] = mine
        of_row = [name for name in statement.inputs if name in OF_PROJECT]
        listed = ", ".join(filter(None, ("p.id", fact_columns_sql(of_row))))
        rows = f"(SELECT {listed} FROM ({inner}) AS p ({named}) WHERE p.region_id = ANY(%(regions_{place})s))"
        open_ = f"SELECT id FROM {rows} AS asked"
        if statement.strict:
            by_row = _statement_over(statement, rows, of_row)
            open_ = f'SELECT "_i" FROM ({by_row}) AS asked WHERE failed_mask <> {statement.every}'
        judged = _judged(statement, f"p.state = 'planned' AND p.id = ANY(ARRAY({open_}))", "year")
        parts.append(f'SELECT "_i" AS year FROM ({judged}) AS judged WHERE {_condition_sql(statement)}')
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT year, count(*) FROM ({' UNION ALL '.join(parts)}) AS found GROUP BY 1", given)
        return dict(cursor.fetchall())


def _statements(user: Actor, region_ids: Collection[int], on: date) -> list[tuple[BookStatement, list[int]]]:
    """The books in force in these regions, ready to run, each with its regions."""
    found = []
    for book, mine in watching_books(overdue_ledger(), set(region_ids) & user.region_ids, on):
        check_inputs(book, FACTS)
        found.append((BookStatement(book, on), mine))
    return found


def _judged(statement: BookStatement, where: str, key: str = "id") -> str:
    """The book over the projects that a condition on `p` leaves; each is named by this column."""
    names = statement.inputs
    listed = ", ".join(filter(None, (f"p.{key}", fact_columns_sql(names))))
    relation = f"(SELECT {listed} FROM projects_project AS p{fact_events_sql(names)} WHERE {where})"
    return _statement_over(statement, relation, names, key)


def _statement_over(statement: BookStatement, relation: str, names: Collection[str], key: str = "id") -> str:
    """A book's own texts may have a per cent sign; the relation's are marks of parameters."""
    text = statement.over("{relation}", {name: FACTS[name][0] for name in names}, key)
    return text.replace("%", "%%").replace("{relation}", relation)


def _condition_sql(statement: BookStatement) -> str:
    """A warning's book speaks when one of its conditions holds."""
    return f"(failed_mask | unknown_mask) <> {statement.every}"
