"""What the figures bring to the demonstration: made-up figures of every measure, some of them corrected."""

from typing import Any

from anju.core.demo import DemoPart, ProvinceSize, has_province_rows
from anju.figures.models import Measure
from anju.quantities import unit_of_measure

# One round: each key's value, superseding the round before it. `stood` then has the newest observation of each key.
STATED = """
WITH made AS (
  INSERT INTO figures_observation (measure_id, calibre_id, region_id, period, state, value, unit, places, approx, assumed, basis, source_id, sheet,
    cell, raw, cited, by, at, supersedes_id, reason, scope_note)
  SELECT said.code, '', said.region_id, said.period, 'number', said.value * %(tenths)s / 10, said.unit, 0, '', false, '', source.id, '',
    '', '', '', 'generate', now(), stood.id, CASE WHEN stood.id IS NULL THEN '' ELSE '核对后更正（模拟）' END, ''
  FROM (SELECT * FROM said ORDER BY region_id, period, code LIMIT %(limit)s) AS said
  JOIN figures_source AS source ON source.region_id = said.region_id AND source.period = said.period AND source.by = 'generate'
  LEFT JOIN stood ON (stood.code, stood.region_id, stood.period) = (said.code, said.region_id, said.period)
  RETURNING measure_id, region_id, period, id
), gone AS (
  DELETE FROM stood USING made WHERE (stood.code, stood.region_id, stood.period) = (made.measure_id, made.region_id, made.period)
)
INSERT INTO stood SELECT measure_id, region_id, period, id FROM made
"""


def _figures(cursor: Any, size: ProvinceSize) -> str:
    """Counties' figures by month, quarter and year, cities' and the province's as their sums; what is missing to the number asked are corrected earlier ones."""
    if not size.observations:
        return "指标数：不生成"
    if has_province_rows(cursor, "figures_observation"):
        return "指标数：已有，不再生成"
    stored = [
        m for m in Measure.objects.exclude(kind__in=(Measure.Kind.RATIO, Measure.Kind.SUM)) if m.origin == "catalogue"
    ]
    cursor.execute(
        "CREATE TEMP TABLE counted (code text PRIMARY KEY, unit text, factor bigint, target boolean) ON COMMIT DROP"
    )
    cursor.executemany(
        "INSERT INTO counted VALUES (%s, %s, %s, %s)",
        [(m.code, m.unit, unit_of_measure(m.unit).factor, m.target_of_id is not None) for m in stored],
    )
    cursor.execute(
        """
        CREATE TEMP TABLE spans ON COMMIT DROP AS
        SELECT to_char(day, 'YYYY-MM') AS period, extract(month FROM day)::int AS month, false AS whole, extract(year FROM day)::int AS year
        FROM generate_series(make_date(%s, 1, 1), %s, interval '1 month') AS day
        UNION ALL SELECT format('%%s-Q%%s', year, quarter), quarter * 3, false, year FROM generate_series(%s, %s) AS year, generate_series(1, 4) AS quarter
          WHERE make_date(year, quarter * 3, 28) <= %s
        UNION ALL SELECT year::text, 12, true, year FROM generate_series(%s, %s) AS year
        """,
        [size.first_year, size.until, size.first_year, size.until.year, size.until, size.first_year, size.until.year],
    )
    cursor.execute(
        """
        INSERT INTO figures_source (kind, title, file_name, sha256, map_id, region_id, period, answers, by, at, undone_by, undo_reason)
        SELECT 'ledger', '模拟数据', '', '', '', id, period, '[]', 'generate', now(), '', '' FROM core_region CROSS JOIN spans WHERE code LIKE '99%%'
        """,
        [],
    )
    # A year's figure grows by the month; a target is the year's only. 95 of a hundred are reported.
    cursor.execute(
        """
        CREATE TEMP TABLE said ON COMMIT DROP AS
        SELECT counted.code, counted.unit, region.id AS region_id, region.parent_id AS above, spans.period,
          (20 + pg_temp.dice(counted.code || region.code || spans.year, 400))::bigint * CASE WHEN counted.target THEN 12 ELSE spans.month END
            * counted.factor / 12 / CASE WHEN counted.unit IN ('亿元') THEN 100 ELSE 1 END AS value
        FROM counted CROSS JOIN spans JOIN core_region AS region ON region.code LIKE '99%%' AND region.kind = 'county'
        WHERE (spans.whole OR NOT counted.target) AND pg_temp.dice(counted.code || spans.period || region.code, 100) < 95
        """,
        [],
    )
    cursor.execute("SELECT count(*) FROM said")
    (below,) = cursor.fetchone()
    for kind in ("city", "province"):
        cursor.execute(
            """
            INSERT INTO said SELECT said.code, said.unit, region.id, region.parent_id, period, sum(value)::bigint
            FROM said JOIN core_region AS region ON region.id = said.above AND region.kind = %s GROUP BY 1, 2, 3, 4, 5
            """,
            [kind],
        )
    cursor.execute("SELECT count(*) FROM said")
    (standing,) = cursor.fetchone()
    cursor.execute("INSERT INTO figures_calibre (code, name, note) VALUES ('', '', '') ON CONFLICT DO NOTHING")
    cursor.execute("CREATE TEMP TABLE stood (code text, region_id int, period text, id bigint) ON COMMIT DROP")
    rounds = [standing] * ((size.observations - standing) // standing) if standing else []
    rounds = [
        max(0, size.observations - standing * (len(rounds) + 1)),
        *rounds,
        standing,
    ]  # reported, corrected, corrected again
    for number, limit in enumerate(rounds, start=10 - len(rounds) + 1):
        cursor.execute(STATED, {"limit": limit, "tenths": number})
        cursor.execute("ANALYZE stood")
    cursor.execute(
        "INSERT INTO figures_current (measure_id, calibre_id, region_id, period, state, value, unit, places, approx, assumed, observation_id)"
        " SELECT measure_id, calibre_id, o.region_id, o.period, state, value, unit, places, approx, assumed, o.id"
        " FROM stood JOIN figures_observation AS o ON o.id = stood.id"
    )
    return f"指标数：{standing} 个现行（县级 {below} 个），连同更正以前的共 {max(standing, size.observations)} 个"


class FiguresDemo(DemoPart):
    steps = (_figures,)
    counts = {"observations": ("figures_observation", "个填报数"), "figures": ("figures_current", "个现行数")}
    tables = ("figures_source", "figures_observation", "figures_current")


FIGURES = FiguresDemo()
