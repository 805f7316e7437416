"""The bare SQL beside a heavy page: what it shows of the database, in one statement or two, without scope, checks or markup. Seconds do not travel, ratios do."""

import statistics
import time

import psycopg

FIGURES = """
SELECT measure_id, region_id, period, calibre_id, state, value, unit, places FROM figures_current WHERE period = %(period)s AND region_id = ANY(%(parts)s)
"""
LIST = """
WITH page AS (SELECT * FROM projects_project WHERE region_id = ANY(%(below)s) AND state = 'planned' ORDER BY year DESC, code, id LIMIT 50)
SELECT page.*, (SELECT count(*) FROM projects_project WHERE region_id = ANY(%(below)s) AND state = 'planned'),
  (SELECT jsonb_object_agg(kind, done) FROM (SELECT kind, sum(amount) AS done FROM projects_event AS e WHERE e.project_id = page.id GROUP BY 1) AS sums)
FROM page
"""
RETURN = """
SELECT line.key, line.label, cell."column", cell.state, cell.value, cell.places, cell.text FROM returns_line AS line JOIN returns_cell AS cell
ON cell.ret_id = line.ret_id AND cell.line = line.key WHERE line.ret_id = ANY(%(rets)s) ORDER BY line."order"
"""
# A month: every cell against the ledger's sum since January, the difference stored, the returns locked.
CLOSE = """
WITH asked AS (SELECT id, region_id, cut_off FROM returns_return WHERE period = %(period)s AND state = 'city'),
gap AS (
  SELECT asked.id, asked.region_id, asked.cut_off, line.project, cell."column" AS kind, cell.value - coalesce((SELECT sum(e.amount) FROM projects_event AS e
    WHERE e.project_id = line.project AND e.kind = cell."column" AND e."on" BETWEEN date_trunc('year', asked.cut_off) AND asked.cut_off), 0) AS amount
  FROM asked JOIN returns_line AS line ON line.ret_id = asked.id JOIN returns_cell AS cell ON cell.ret_id = asked.id AND cell.line = line.key
  WHERE cell.state = 'number' AND cell."column" IN ('start', 'basic', 'complete', 'handover', 'gather', 'invest', 'arrive', 'pay')
), stored AS (
  INSERT INTO projects_event (project_id, region_id, kind, "on", amount, mode, part, number, note, origin, void, ordered_by, by, at)
  SELECT project, region_id, kind, least(cut_off, current_date), amount, '', '', '', '', 'return:' || id, false, '', 'bench', now() FROM gap WHERE amount <> 0 RETURNING 1
)
UPDATE returns_return SET state = 'locked', locked_at = now() WHERE id IN (SELECT id FROM asked)
"""


def regions(db: psycopg.Connection, code: str) -> dict[str, list[int]]:
    """The region with what is directly below it, and with all below it, by id."""
    parts = db.execute(
        "SELECT array_agg(r.id) FROM core_region AS r LEFT JOIN core_region AS p ON p.id = r.parent_id WHERE %s IN (r.code, p.code)",
        [code],
    )
    below = db.execute(
        "WITH RECURSIVE below AS (SELECT id FROM core_region WHERE code = %s UNION SELECT r.id FROM core_region AS r JOIN below ON below.id = r.parent_id)"
        " SELECT array_agg(id) FROM below",
        [code],
    )
    return {"parts": parts.fetchone()[0], "below": below.fetchone()[0]}


def median(db: psycopg.Connection, sql: str, given: dict, rounds: int = 15) -> int:
    """Tenths of a millisecond, the rows fetched."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        db.execute(sql, given).fetchall()
        taken.append((time.perf_counter_ns() - began) // 100_000)
    return int(statistics.median(taken))


def close(db: psycopg.Connection, period: str) -> int:
    """Milliseconds; taken back."""
    began = time.perf_counter_ns()
    with db.transaction(force_rollback=True):
        db.execute(CLOSE, {"period": period})
    return (time.perf_counter_ns() - began) // 1_000_000
