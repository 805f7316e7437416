"""The figures that stand, compared with and made anew from the observations."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from anju.core.people.scope import Actor, open_scope
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


KEYS = "region_id, period, measure_id, calibre_id"
AT_ONCE = 50  # regions written under a scope of their own
REPEATED = ("state", "value", "unit", "places", "approx", "assumed")
COLUMNS = f"{KEYS}, observation_id, {', '.join(REPEATED)}"


def _of(table: str, columns: str = COLUMNS) -> str:
    return ", ".join(f"{table}.{name}" for name in columns.split(", "))


# The keys for which the two say different things. Joined by the observation, one number that both have but once: by the key it would be four
# comparisons of text. What only one of them has, and a pair under two keys, gives each key that it stands under.
DIFFERING = f"""
CREATE TEMP TABLE figures_differing ON COMMIT DROP AS
SELECT DISTINCT {_of("key", KEYS)}
FROM figures_standing AS s FULL JOIN figures_current AS c ON c.observation_id = s.observation_id
CROSS JOIN LATERAL (VALUES ({_of("s", KEYS)}), ({_of("c", KEYS)})) AS key ({KEYS})
WHERE ({_of("s")}) IS DISTINCT FROM ({_of("c")}) AND key.region_id IS NOT NULL
"""


def _compare(cursor: Any) -> CurrentCheck:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.figures_differing")
    cursor.execute(DIFFERING)
    cursor.execute("ANALYZE figures_differing")
    cursor.execute("SELECT (SELECT count(*) FROM figures_standing), (SELECT count(*) FROM figures_differing)")
    return CurrentCheck(*cursor.fetchone())


def _compare_standing(cursor: Any) -> CurrentCheck:
    """What should stand, into a table of the session; compared with what does."""
    cursor.execute("SET LOCAL work_mem = '128MB'")  # millions of rows are sorted and joined, once in a while
    cursor.execute("DROP TABLE IF EXISTS pg_temp.figures_standing")
    cursor.execute(f"CREATE TEMP TABLE figures_standing ON COMMIT DROP AS {STANDING}")
    cursor.execute("ANALYZE figures_standing")
    return _compare(cursor)


def _mend(cursor: Any, by: Actor) -> None:
    """The differing keys as they should stand. Some regions at a time: under a scope of the whole country each row written would be looked up
    among three thousand ids, one after the other."""
    cursor.execute("SELECT DISTINCT region_id FROM figures_differing ORDER BY 1")
    regions = [region_id for (region_id,) in cursor.fetchall()]
    for start in range(0, len(regions), AT_ONCE):
        ids = regions[start : start + AT_ONCE]
        with open_scope(replace(by, region_ids=frozenset(ids))):
            cursor.execute(
                f"DELETE FROM figures_current AS c USING figures_differing AS d WHERE ({_of('c', KEYS)}) = ({_of('d', KEYS)})"
                " AND d.region_id = ANY(%s)",
                [ids],
            )
            cursor.execute(
                f"INSERT INTO figures_current ({COLUMNS}) SELECT {COLUMNS} FROM figures_standing JOIN figures_differing USING ({KEYS})"
                f" WHERE region_id = ANY(%s) ORDER BY {KEYS}",
                [ids],
            )


@transaction.atomic
def check_current(user: Actor) -> CurrentCheck:
    """Compare without changing anything."""
    with connection.cursor() as cursor:
        return _compare_standing(cursor)


@transaction.atomic
@trail.act("figures.rebuild_current")
def rebuild_current(*, by: Actor) -> CurrentCheck:
    """Make current_figure equal to what the observations of the user's regions say. differing: how many keys had not been."""
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE figures_current IN SHARE ROW EXCLUSIVE MODE"
        )  # nobody writes meanwhile; reading goes on
        found = _compare_standing(cursor)
        if found.differing:
            _mend(cursor, by)
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
