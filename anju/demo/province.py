"""A synthetic province (模拟省), to see how the system bears a real one's load. Every name says that it is made up; codes begin with 99, which no place has.

Deterministic: numbers come from a hash of what they belong to. Written in bulk by the owner, set by set, each set in one transaction;
a set that is there is not made again, so an interrupted run is simply run once more.
"""

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from anju.core.people.scope import local_actor, open_scope
from anju.core.trail import trail
from anju.figures.models import Measure
from anju.problems import Problem, Refused
from anju.projects.models import Project
from anju.quantities import unit_of_measure
from anju.returns.services.opening import load_forms

Say = Callable[[str], None]
TOP = "990000"
NAME = "模拟省"
PER_CITY = 10  # counties
UNDER_WAY = 34  # projects of a county
FORM = "anju-project-month"
MARK = "模拟"


@dataclass(frozen=True)
class ProvinceSize:
    """How large: counties, projects, years of months up to the last full month, observations (corrections fill up what is asked; 0: none at all)."""

    counties: int = 120
    projects: int = 100_000
    years: int = 5
    observations: int = 3_000_000
    until: datetime.date = datetime.date(2026, 10, 31)
    months: int = 13  # of returns, up to the month after `until`
    waiting: int = 1  # of these so many wait for the city, the others are locked

    @property
    def cities(self) -> int:
        return -(-self.counties // PER_CITY)

    @property
    def first_year(self) -> int:
        return self.until.year - self.years + 1

    @property
    def open_in_thousand(self) -> int:
        """Of the last two years' projects so many are under way that a county has about thirty."""
        recent = self.projects * min(2, self.years) // self.years
        return min(1000, 1000 * UNDER_WAY * self.counties // max(recent, 1))


# A number that looks random and is always the same for the same words.
DICE = "CREATE OR REPLACE FUNCTION pg_temp.dice(what text, sides int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT abs(hashtextextended(what, 7) % sides)::int $$"


def generate_province(size: ProvinceSize, *, say: Say) -> dict[str, int]:
    """Make what is not there yet; how many rows of each there are. Refused DEMO-020 when a synthetic province of another size is there."""
    with open_scope(local_actor()) as by:
        load_forms(by=by)
    steps = (_regions, _organisations, _projects, _events, _figures, _returns)
    for step in steps:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(DICE)
            say(step(cursor, size))
    with connections["owner"].cursor() as cursor:
        for table in ("core_region", "figures_source", "core_organisation", "projects_project", "projects_event", "figures_observation", "figures_current",
                      "returns_return", "returns_line", "returns_cell"):  # fmt: skip
            cursor.execute(f"ANALYZE {table}")
        counts = _counts(cursor)
    with open_scope(local_actor()) as by:
        trail.record(by=by, act="demo.generate", obj=trail.Subject("demo.province", NAME, NAME), after=counts)
    return counts


def _counts(cursor: Any) -> dict[str, int]:
    mine = "region_id IN (SELECT id FROM core_region WHERE code LIKE '99%%')"
    cursor.execute(
        "SELECT (SELECT count(*) FROM core_region WHERE code LIKE '99%%' AND kind = 'county'),"
        f" (SELECT count(*) FROM projects_project WHERE {mine}), (SELECT count(*) FROM projects_event WHERE {mine}),"
        f" (SELECT count(*) FROM figures_observation WHERE {mine}), (SELECT count(*) FROM figures_current WHERE {mine}),"
        f" (SELECT count(*) FROM returns_return WHERE {mine}), (SELECT count(*) FROM returns_cell WHERE {mine})", []
    )  # fmt: skip
    return dict(
        zip(
            ("counties", "projects", "events", "observations", "figures", "returns", "cells"),
            cursor.fetchone(),
            strict=True,
        )
    )


def _regions(cursor: Any, size: ProvinceSize) -> str:
    cursor.execute("SELECT count(*) FROM core_region WHERE code LIKE '99%%' AND kind = 'county'", [])
    (there,) = cursor.fetchone()
    if there not in (0, size.counties):
        raise Refused(
            Problem(
                "DEMO-020",
                NAME,
                f"已有一个 {there} 个县的模拟省，要的是 {size.counties} 个县。",
                "请用 ANJU_HOME 另选数据目录，或按原来的县数生成。",
            )
        )
    cursor.execute(
        """
        INSERT INTO core_region (code, name, short, also, kind, parent_id, valid_from, "order")
        SELECT %s, %s, %s, '{}', 'province', (SELECT id FROM core_region WHERE code = '100000'), '1980-01-01', 9900000
        WHERE NOT EXISTS (SELECT FROM core_region WHERE code = %s)
        """,
        [TOP, NAME, NAME, TOP],
    )
    cursor.execute(
        """
        INSERT INTO core_region (code, name, short, also, kind, parent_id, valid_from, "order")
        SELECT format('99%%s00', lpad(city::text, 2, '0')), format(%s || '%%s市', lpad(city::text, 2, '0')),
               format(%s || '%%s', lpad(city::text, 2, '0')), '{}', 'city', (SELECT id FROM core_region WHERE code = %s), '1980-01-01',
               9900000 + city * 100
        FROM generate_series(1, %s) AS city ON CONFLICT (code, valid_from) DO NOTHING
        """,
        [MARK, MARK, TOP, size.cities],
    )
    cursor.execute(
        """
        INSERT INTO core_region (code, name, short, also, kind, parent_id, valid_from, "order")
        SELECT format('99%%s%%s', lpad(city::text, 2, '0'), 20 + county %% %s), format(%s || '%%s县', lpad((county + 1)::text, 3, '0')),
               format(%s || '%%s', lpad((county + 1)::text, 3, '0')), '{}', 'county', above.id, '1980-01-01', 9900000 + city * 100 + county %% %s + 1
        FROM (SELECT county, county / %s + 1 AS city FROM generate_series(0, %s - 1) AS county) AS made
        JOIN core_region AS above ON above.code = format('99%%s00', lpad(city::text, 2, '0')) ON CONFLICT (code, valid_from) DO NOTHING
        """,
        [PER_CITY, MARK, MARK, PER_CITY, PER_CITY, size.counties],
    )
    return f"区划：{size.cities} 个市、{size.counties} 个县"


def _organisations(cursor: Any, size: ProvinceSize) -> str:
    cursor.execute(
        """
        INSERT INTO core_organisation (region_id, kind, name, short, credit_code)
        SELECT region.id, kind.code, region.name || kind.name, '', ''
        FROM core_region AS region CROSS JOIN (VALUES ('housing', '住房和城乡建设局'), ('finance', '财政局'), ('reform', '发展和改革局'),
          ('land', '自然资源局'), ('statistics', '统计局'), ('builder', '安居建设公司')) AS kind (code, name)
        WHERE region.code LIKE '99%%' AND (region.kind <> 'province' OR kind.code <> 'builder')
        ON CONFLICT (region_id, name) DO NOTHING
        """,
        [],
    )
    return "机构：各级住建、财政、发改、自然资源、统计和建设单位"


# kind, share of all projects in a hundred, sides of the dice for units
KINDS = "(VALUES ('shanty', 1, 45, 600), ('prh', 46, 60, 400), ('arh', 61, 75, 500), ('economic', 76, 80, 300), ('capped', 81, 85, 300), ('old', 86, 100, 900)) AS kinds (kind, first, last, sides)"


def _projects(cursor: Any, size: ProvinceSize) -> str:
    if _there(cursor, "projects_project"):
        return "项目：已有，不再生成"
    cursor.execute(
        f"""
        INSERT INTO projects_project (region_id, code, name, kind, year, state, renovation, grade, address, longitude, latitude, units, monetised,
          households, buildings, communities, area, built_year, investment, approval, licence, body_id, builder_id, start_by, due_on,
          due_published_at, note, by, version)
        SELECT county.id, format('99-%%s', lpad(n::text, 6, '0')), format('%%s%%s年第%%s号%%s项目', county.name, year, n, names.label), kinds.kind, year,
          CASE WHEN open THEN 'planned' ELSE 'closed' END, CASE WHEN kinds.kind = 'shanty' THEN CASE WHEN n %% 3 = 0 THEN 'urban_village' ELSE 'old_town' END ELSE '' END,
          CASE WHEN kinds.kind = 'old' THEN (ARRAY['basic', 'improved', 'upgraded'])[1 + n %% 3] ELSE '' END, '模拟路' || n %% 500 || '号',
          110000000 + (county.place %% 12) * 300000 + pg_temp.dice('x' || n, 280000), 30000000 + (county.place / 12) * 300000 + pg_temp.dice('y' || n, 280000),
          CASE WHEN kinds.kind <> 'old' THEN 20 + units END, CASE WHEN kinds.kind = 'shanty' AND n %% 4 = 0 THEN units / 5 END,
          CASE WHEN kinds.kind = 'old' THEN 20 + units END, CASE WHEN kinds.kind = 'old' THEN 1 + units / 40 END,
          CASE WHEN kinds.kind = 'old' THEN 1 END, CASE WHEN kinds.kind = 'old' THEN (1 + units)::bigint * 850000 END,
          CASE WHEN kinds.kind = 'old' THEN 1975 + n %% 25 END, (20 + units)::bigint * 25000000, '', CASE WHEN n %% 5 > 0 THEN '模拟证' || n ELSE '' END,
          housing.id, builder.id, make_date(year, 6, 30), make_date(year + 2, 1 + n %% 12, 28), '', '', 'generate', 1
        FROM generate_series(1, %s) AS n
        CROSS JOIN LATERAL (SELECT n / %s %% %s AS place, pg_temp.dice('kind' || n, 100) + 1 AS roll) AS drawn
        CROSS JOIN LATERAL (SELECT %s + drawn.place AS year, drawn.place >= %s - 2 AND pg_temp.dice('open' || n, 1000) < %s AS open) AS dated
        JOIN {KINDS} ON drawn.roll BETWEEN first AND last
        JOIN (VALUES ('shanty', '棚改'), ('prh', '公租房'), ('arh', '保租房'), ('economic', '经适房'), ('capped', '限价房'), ('old', '老旧小区')) AS names (kind, label)
          ON names.kind = kinds.kind
        CROSS JOIN LATERAL (SELECT pg_temp.dice('units' || n, sides) AS units) AS sized
        JOIN (SELECT id, name, row_number() OVER (ORDER BY code) - 1 AS place FROM core_region WHERE code LIKE '99%%' AND kind = 'county') AS county
          ON county.place = n %% %s
        JOIN core_organisation AS housing ON housing.region_id = county.id AND housing.kind = 'housing'
        JOIN core_organisation AS builder ON builder.region_id = county.id AND builder.kind = 'builder'
        """,
        [size.projects, size.counties, size.years, size.first_year, size.years, size.open_in_thousand, size.counties],
    )
    return f"项目：{cursor.rowcount} 个"


# kind of event, months after the start, chance in a hundred, part of the planned amount in a hundred
COURSE = """(VALUES ('permit', -1, 90, NULL::int), ('start', 0, 92, 60), ('start', 4, 80, 40), ('invest', 2, 90, 20), ('invest', 8, 80, 30),
  ('invest', 14, 70, 30), ('basic', 18, 70, 100), ('complete', 24, 60, 100), ('handover', 28, 50, 100)) AS course (kind, months, chance, part)"""


def _events(cursor: Any, size: ProvinceSize) -> str:
    if _there(cursor, "projects_event"):
        return "进度：已有，不再生成"
    cursor.execute(
        f"""
        INSERT INTO projects_event (project_id, region_id, kind, "on", amount, mode, part, number, note, origin, by)
        SELECT project.id, project.region_id,
          CASE WHEN project.kind <> 'old' THEN course.kind WHEN course.kind = 'basic' THEN 'finish' WHEN course.kind = 'complete' THEN 'accept'
            WHEN course.kind = 'handover' THEN 'manage' ELSE course.kind END,
          day::date,
          CASE WHEN course.part IS NULL OR (project.kind = 'old' AND course.kind IN ('complete', 'handover')) THEN NULL
            WHEN course.kind = 'invest' THEN project.investment * course.part / 100 ELSE coalesce(project.units, project.households) * course.part / 100 END,
          CASE WHEN course.kind IN ('start', 'basic') AND project.kind = 'shanty' THEN 'physical' ELSE '' END,
          '', CASE WHEN course.kind = 'permit' THEN project.licence ELSE '' END, '', 'import:0', 'generate'
        FROM projects_project AS project
        JOIN core_region AS county ON county.id = project.region_id AND county.code LIKE '99%%'
        CROSS JOIN {COURSE}
        CROSS JOIN LATERAL (SELECT make_date(project.year, 1 + pg_temp.dice('begin' || project.id, 9), 1 + pg_temp.dice('day' || project.id, 28))
          + make_interval(months => course.months) AS day) AS dated
        WHERE day <= CASE WHEN project.state = 'planned' THEN %s ELSE make_date(%s, 12, 31) END AND pg_temp.dice(course.kind || course.months || '/' || project.id, 100) < course.chance
        """,
        [size.until, size.until.year - 1],
    )
    made = cursor.rowcount
    cursor.execute(  # what is under way moves every month
        """
        INSERT INTO projects_event (project_id, region_id, kind, "on", amount, mode, part, number, note, origin, by)
        SELECT project.id, project.region_id, 'invest', month + interval '9 days', project.investment / 600000 * 10000, '', '', '', '', 'import:0', 'generate'
        FROM projects_project AS project JOIN core_region AS county ON county.id = project.region_id AND county.code LIKE '99%%'
        CROSS JOIN generate_series(date_trunc('month', %s::date) - make_interval(months => %s), date_trunc('month', %s::date) + interval '1 month', interval '1 month') AS month
        WHERE project.state = 'planned' AND month >= make_date(project.year, 1, 1)
        """,
        [size.until, size.months - 2, size.until],
    )
    return f"进度事项：{made + cursor.rowcount} 条"


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
    if _there(cursor, "figures_observation"):
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


# column, kinds (blank: all), field of the project, or event of this year
CELLS = """(VALUES ('planned', 'housing', 'units', ''), ('old_planned', 'old', 'households', ''), ('invest_plan', '', 'investment', ''),
  ('start', 'housing', '', 'start'), ('start_money', 'shanty', '', 'none'), ('gather', 'rental', '', 'gather'), ('basic', 'housing', '', 'basic'),
  ('complete', 'housing', '', 'complete'), ('handover', 'housing', '', 'handover'), ('old_start', 'old', '', 'start'), ('old_finish', 'old', '', 'finish'),
  ('invest', '', '', 'invest'), ('arrive', '', '', 'invest'), ('pay', '', '', 'invest')) AS cells (col, kinds, field, event)"""


def _returns(cursor: Any, size: ProvinceSize) -> str:
    """Monthly returns of every county, locked but for the last month's, which waits for the city."""
    if _there(cursor, "returns_return"):
        return "报表：已有，不再生成"
    cursor.execute("SELECT id FROM returns_form WHERE code = %s ORDER BY since DESC LIMIT 1", [FORM])
    (form,) = cursor.fetchone()
    cursor.execute(
        """
        CREATE TEMP TABLE asked ON COMMIT DROP AS
        SELECT nextval(pg_get_serial_sequence('returns_return', 'id')) AS id, county.id AS region_id, office.id AS office_id,
          to_char(day, 'YYYY-MM') AS period, day AS month, (day + interval '19 days')::date AS cut_off, day > newest - make_interval(months => %s) AS waits
        FROM (SELECT date_trunc('month', %s::date) + interval '1 month' AS newest) AS last
        CROSS JOIN generate_series(newest - make_interval(months => %s), newest, interval '1 month') AS day
        JOIN core_region AS county ON county.code LIKE '99%%' AND county.kind = 'county'
        JOIN core_organisation AS office ON office.region_id = county.id AND office.kind = 'housing'
        """,
        [size.waiting, size.until, size.months - 1],
    )
    cursor.execute(
        """
        INSERT INTO returns_return (id, form_id, region_id, organisation_id, period, serial, reason, ordered_by, state, cut_off, due, note, digest, by)
        OVERRIDING SYSTEM VALUE
        SELECT id, %s, region_id, office_id, period, 1, '', '', 'draft', cut_off,
          jsonb_build_object('unit', to_char(cut_off + 2, 'YYYY-MM-DD') || 'T17:30:00+08:00', 'city', to_char(cut_off + 4, 'YYYY-MM-DD') || 'T17:30:00+08:00',
            'province', to_char(cut_off + 6, 'YYYY-MM-DD') || 'T17:30:00+08:00'), '', '', 'generate' FROM asked
        """,
        [form],
    )
    cursor.execute(
        """
        INSERT INTO returns_line (ret_id, region_id, key, label, project, facts, "order")
        SELECT asked.id, asked.region_id, 'p' || project.id, project.name, project.id,
          jsonb_build_object('code', project.code, 'kind', project.kind, 'year', project.year::text, 'renovation', project.renovation, 'grade', project.grade,
            'timing', CASE WHEN project.year >= extract(year FROM month) THEN '新建' ELSE '续建' END),
          row_number() OVER (PARTITION BY asked.id ORDER BY project.kind, project.year, project.code)
        FROM asked JOIN projects_project AS project ON project.region_id = asked.region_id AND project.state = 'planned' AND project.year <= extract(year FROM month)
        """
    )
    cursor.execute(
        f"""
        INSERT INTO returns_cell (ret_id, region_id, line, "column", state, value, places, text, version, via, by)
        SELECT asked.id, asked.region_id, 'p' || project.id, col, 'number',
          CASE field WHEN 'units' THEN project.units WHEN 'households' THEN project.households WHEN 'investment' THEN project.investment ELSE
            coalesce((SELECT sum(amount) FROM projects_event AS event WHERE event.project_id = project.id AND event.kind = cells.event
              AND event.on BETWEEN date_trunc('year', month) AND cut_off), 0) END,
          CASE WHEN col IN ('invest_plan', 'invest', 'arrive', 'pay') THEN 2 ELSE 0 END, '', 1, 'prefill', 'generate'
        FROM asked JOIN projects_project AS project ON project.region_id = asked.region_id AND project.state = 'planned' AND project.year <= extract(year FROM month)
        JOIN {CELLS} ON kinds IN ('', project.kind) OR (kinds = 'housing' AND project.kind <> 'old') OR (kinds = 'rental' AND project.kind IN ('prh', 'arh'))
        UNION ALL
        SELECT asked.id, asked.region_id, 'p' || project.id, col, 'text', NULL, 0,
          CASE col WHEN 'year' THEN project.year::text WHEN 'stage' THEN '主体施工' ELSE (%s::jsonb) ->> project.kind END, 1, 'prefill', 'generate'
        FROM asked JOIN projects_project AS project ON project.region_id = asked.region_id AND project.state = 'planned' AND project.year <= extract(year FROM month)
        JOIN (VALUES ('kind'), ('year'), ('stage')) AS texts (col) ON col <> 'stage' OR project.kind <> 'old'
        """,
        [json.dumps(dict(Project.Kind.choices), ensure_ascii=False)],
    )
    cells = cursor.rowcount
    cursor.execute(
        """
        INSERT INTO returns_step (ret_id, region_id, move, source, target, remark, by, by_name, at)
        SELECT asked.id, asked.region_id, move, source, target, '', 'generate', '模拟', cut_off + make_interval(hours => 9 + place)
        FROM asked CROSS JOIN (VALUES ('open', '', 'draft', 0), ('hand_in', 'draft', 'review', 4), ('review', 'review', 'joint', 6),
          ('clear', 'joint', 'head', 24), ('submit', 'head', 'city', 30), ('lock', 'city', 'locked', 80)) AS course (move, source, target, place)
        WHERE move <> 'lock' OR NOT waits
        """
    )
    cursor.execute(
        """
        UPDATE returns_return AS ret SET state = CASE WHEN waits THEN 'city' ELSE 'locked' END, first_submitted_at = asked.cut_off + interval '39 hours',
          submitted_at = asked.cut_off + interval '39 hours', locked_at = CASE WHEN waits THEN NULL ELSE asked.cut_off + interval '89 hours' END
        FROM asked WHERE asked.id = ret.id
        """
    )
    return f"报表：{cursor.rowcount} 份、{cells} 格，最后 {size.waiting} 个月的待市级审定"


def _there(cursor: Any, table: str) -> bool:
    cursor.execute(
        f"SELECT EXISTS (SELECT FROM {table} JOIN core_region AS region ON region.id = region_id WHERE region.code LIKE '99%%')",
        [],
    )
    return cursor.fetchone()[0]
