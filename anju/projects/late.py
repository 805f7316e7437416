"""What is past its contract's completion date and not complete (逾期未建成), as lists mark it. The ledger itself goes by its book."""

from datetime import date
from typing import Any

from django.db import connection

from anju.core.models import Region
from anju.core.scope import Operator
from anju.projects.base import STANDING, below
from anju.projects.models import Project
from anju.projects.queries import Line, chosen

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


def late_count(user: Operator, region: Region, on: date, **filters: Any) -> int:
    """How many of the chosen projects are late on that day: one statement, however many projects. filters: those of `queries.projects`."""
    found = chosen(user, region, **filters).filter(state=Project.PLANNED, due_on__lt=on)
    inner, params = found.order_by().values("pk", "units", "households", "monetised").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({inner}) AS p (id, units, households, monetised) LEFT JOIN ("
            f'   SELECT e.project_id, sum(e.amount) AS built FROM projects_event AS e WHERE e.kind = ANY(%s) AND e."on" <= %s'
            f"   AND e.region_id = ANY(%s) AND {STANDING} GROUP BY 1) AS e ON e.project_id = p.id"
            f" WHERE coalesce(e.built, 0) < coalesce(p.units, p.households) - coalesce(p.monetised, 0)",
            [*params, [*BUILT, "gather"], on, sorted(below(user, region))],
        )
        return int(cursor.fetchone()[0])
