"""The figures that stand, compared with and made anew from the observations."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Problem, Refused


@dataclass(frozen=True)
class CurrentCheck:
    """current_figure against the observations: how many keys there are, and how many differ."""

    total: int
    differing: int


# What stands for a key is its newest observation that was not taken back: a later one exists only because its writer had seen the earlier.
STANDING = """
SELECT DISTINCT ON (region_id, period, measure_id, calibre_id)
  region_id, period, measure_id, calibre_id, id AS observation_id, state, value, unit, places, approx, assumed
FROM figures_observation AS o
WHERE NOT EXISTS (SELECT FROM figures_undone AS u WHERE u.observation_id = o.id)
ORDER BY region_id, period, measure_id, calibre_id, id DESC
"""


COLUMNS = "region_id, period, measure_id, calibre_id, observation_id, state, value, unit, places, approx, assumed"


DIFFERING = f"""
  (SELECT {COLUMNS} FROM figures_standing EXCEPT SELECT {COLUMNS} FROM figures_current)
  UNION ALL
  (SELECT {COLUMNS} FROM figures_current EXCEPT SELECT {COLUMNS} FROM figures_standing)
"""


def _compare(cursor: Any) -> CurrentCheck:
    cursor.execute(
        "SELECT (SELECT count(*) FROM figures_standing), count(DISTINCT (region_id, period, measure_id, calibre_id))"
        f" FROM ({DIFFERING}) AS differing"
    )
    return CurrentCheck(*cursor.fetchone())


def _compare_standing(cursor: Any) -> CurrentCheck:
    """What should stand, into a table of the session; compared with what does."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.figures_standing")
    cursor.execute(f"CREATE TEMP TABLE figures_standing ON COMMIT DROP AS {STANDING}")
    cursor.execute("ANALYZE figures_standing")
    return _compare(cursor)


@transaction.atomic
def check_current(user: Actor) -> CurrentCheck:
    """Compare without changing anything."""
    with connection.cursor() as cursor:
        return _compare_standing(cursor)


@transaction.atomic
@trail.act("figures.rebuild_current")
def rebuild_current(*, by: Actor) -> CurrentCheck:
    """Make current_figure equal to what the observations of the user's regions say. differing: how many keys had not been."""
    keys = "region_id, period, measure_id, calibre_id"
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE figures_current IN SHARE ROW EXCLUSIVE MODE"
        )  # nobody writes meanwhile; reading goes on
        found = _compare_standing(cursor)
        if found.differing:
            wrong = f"SELECT {COLUMNS} FROM figures_current EXCEPT SELECT {COLUMNS} FROM figures_standing"
            cursor.execute(f"DELETE FROM figures_current WHERE ({keys}) IN (SELECT {keys} FROM ({wrong}) AS wrong)")
            cursor.execute(
                f"INSERT INTO figures_current ({COLUMNS}) SELECT {COLUMNS} FROM figures_standing EXCEPT SELECT {COLUMNS} FROM figures_current"
            )
            if (after := _compare(cursor)).differing:
                raise Refused(
                    Problem(
                        "FIG-052",
                        "现行数表",
                        f"重建后仍有 {after.differing} 处不一致。",
                        "请停止写入，并把留痕导出交维护人员。",
                    )
                )
    trail.describe(
        obj=trail.Subject("figures.current", "", "现行数表"), after={"total": found.total, "differing": found.differing}
    )
    return found
