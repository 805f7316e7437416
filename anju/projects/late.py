"""What is past its contract's completion date and not complete (逾期未建成), as lists mark it. The ledger itself goes by its book."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, QuerySet

from anju.projects.base import STANDING
from anju.projects.models import Project
from anju.projects.queries import Line

BUILT = ("complete", "finish")  # what ends a project that is built, and one that is renovated


def whole(project: Project) -> int | None:
    """What all of it is: its dwellings, or the households of what has none of its own (old communities)."""
    return project.units if project.units is not None else project.households


def to_build(project: Project) -> int | None:
    """What of it is to be built: without the households that are paid out (货币化安置)."""
    all_of_it = whole(project)
    return None if all_of_it is None else all_of_it - (project.monetised or 0)


def late_days(line: Line, on: date) -> int | None:
    """Days past the contract's completion date, of a project in the plan that is not complete; None when it is not late, or not known to be."""
    project = line.project
    if project.state != Project.PLANNED or project.due_on is None or project.due_on >= on:
        return None
    done, due = built(line), to_build(project)
    if due is None or done >= due:
        return None
    return (on - project.due_on).days


def built(line: Line) -> int:
    """What is bought or leased stands already."""
    return sum(line.total(kind) or 0 for kind in (*BUILT, "gather"))


@dataclass(frozen=True)
class Tally:
    """How many projects of one state and plan year there are, and how many of them are late."""

    state: str
    year: int | None
    count: int
    late: int


def tally(found: QuerySet[Project], on: date) -> list[Tally]:
    """These projects counted as of that day: two statements, of which the first sees those past their day only.

    What was built is added up project by project. Joined with everybody's sums, a search among a hundred thousand projects went through all of
    them for every hit.
    """
    found = found.order_by()
    due = found.filter(state=Project.PLANNED, due_on__lt=on).values("pk", "year", "units", "households", "monetised")
    inner, params = due.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.year, count(*) FROM ({inner}) AS p (id, year, units, households, monetised)"
            f" WHERE coalesce(p.units, p.households) - coalesce(p.monetised, 0) > coalesce((SELECT sum(e.amount) FROM projects_event AS e"
            f'   WHERE e.project_id = p.id AND e.kind = ANY(%s) AND e."on" <= %s AND {STANDING}), 0) GROUP BY 1',
            [*params, [*BUILT, "gather"], on],
        )
        late = dict(cursor.fetchall())
    counts = found.values_list("state", "year").annotate(Count("pk"))
    return [
        Tally(state, year, count, late.get(year, 0) if state == Project.PLANNED else 0) for state, year, count in counts
    ]
