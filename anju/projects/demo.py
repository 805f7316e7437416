"""What the project library brings to the demonstration: made-up projects with their events, and what was planned of them for the year."""

import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from anju.core.demo import MARK, DemoPart, ProvinceSize, Say, has_province_rows
from anju.core.models.region import Region
from anju.core.people.scope import Actor, open_scope
from anju.figures.models import CurrentFigure
from anju.figures.services import nodes, observations, targets
from anju.projects.models import Project

TARGETS = {
    "shanty.start.target": ("shanty", "units"),
    "prh.start.target": ("prh", "units"),
    "old.households.target": ("old", "households"),
}
# kind, share of all projects in a hundred, sides of the dice for units
KINDS = "(VALUES ('shanty', 1, 45, 600), ('prh', 46, 60, 400), ('arh', 61, 75, 500), ('economic', 76, 80, 300), ('capped', 81, 85, 300), ('old', 86, 100, 900)) AS kinds (kind, first, last, sides)"


def _projects(cursor: Any, size: ProvinceSize) -> str:
    if has_province_rows(cursor, "projects_project"):
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
    if has_province_rows(cursor, "projects_event"):
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


class ProjectsDemo(DemoPart):
    steps = (_projects, _events)
    counts = {"projects": ("projects_project", "个项目"), "events": ("projects_event", "条进度")}
    tables = ("projects_project", "projects_event")

    def practise(self, *, by: Actor, city: Region, today: datetime.date, say: Say) -> None:
        """What was planned for the year, county by county, and two nodes on the way."""
        with open_scope(by):
            _set_targets(by, city, today)


def _set_targets(by: Actor, city: Region, today: datetime.date) -> None:
    year, number = str(today.year), f"{MARK}保办〔{today.year}〕1号"
    if CurrentFigure.objects.filter(region=city, measure__in=TARGETS, period=year).exists():
        return
    paper = targets.register_target_document(
        by=by,
        number=number,
        title=f"关于下达{year}年度目标任务的通知（{MARK}）",
        level="city",
        region=city,
        issued_on=datetime.date(today.year, 2, 20),
    )
    for measure, (kind, field) in TARGETS.items():
        planned = (
            Project.objects.filter(region__parent=city, kind=kind, year=today.year)
            .values("region")
            .annotate(planned=Sum(field))
        )
        counts = {row["region"]: row["planned"] for row in planned}
        for region, value in [
            (city, sum(counts.values())),
            *((Region.objects.get(pk=pk), value) for pk, value in counts.items()),
        ]:
            observations.enter_figure(by=by, measure=measure, region=region, period=year, value=value, document=paper)
    for month, day, share in ((6, 30, Fraction(4, 5)), (9, 30, Fraction(1))):
        nodes.set_node(
            by=by, document=paper, measure="shanty.start", on=datetime.date(today.year, month, day), share=share
        )


PROJECTS = ProjectsDemo()
