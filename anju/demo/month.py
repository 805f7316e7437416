"""The month of the demonstration, where returns and the project library meet: made-up monthly returns, and a practice county with the
newest month left to fill."""

import datetime
import json
from typing import Any

from anju.core.demo import DemoPart, ProvinceSize, Say, has_province_rows
from anju.core.models.region import Region
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.projects.models import Project
from anju.returns.models import Return
from anju.returns.services import locking
from anju.returns.services.opening import load_forms

FORM = "anju-project-month"

# column, kinds (blank: all), field of the project, or event of this year
CELLS = """(VALUES ('planned', 'housing', 'units', ''), ('old_planned', 'old', 'households', ''), ('invest_plan', '', 'investment', ''),
  ('start', 'housing', '', 'start'), ('start_money', 'shanty', '', 'none'), ('gather', 'rental', '', 'gather'), ('basic', 'housing', '', 'basic'),
  ('complete', 'housing', '', 'complete'), ('handover', 'housing', '', 'handover'), ('old_start', 'old', '', 'start'), ('old_finish', 'old', '', 'finish'),
  ('invest', '', '', 'invest'), ('arrive', '', '', 'invest'), ('pay', '', '', 'invest')) AS cells (col, kinds, field, event)"""


def _returns(cursor: Any, size: ProvinceSize) -> str:
    """Monthly returns of every county, locked but for the last month's, which waits for the city."""
    if has_province_rows(cursor, "returns_return"):
        return "报表：已有，不再生成"
    with open_scope(local_actor()) as by:
        load_forms(by=by)
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


class MonthDemo(DemoPart):
    steps = (_returns,)
    counts = {"returns": ("returns_return", "份报表"), "cells": ("returns_cell", "格报表数据")}
    tables = ("returns_return", "returns_line", "returns_cell")

    def practise(self, *, by: Actor, city: Region, today: datetime.date, say: Say) -> None:
        """The months that wait for the city are locked; what is asked for after them is left to fill."""
        with open_scope(by):
            waiting = sorted(
                set(Return.objects.filter(region__parent=city, state=Return.CITY).values_list("period", flat=True))
            )
        for period in waiting:
            locking.lock_month(by=by, region=city, form_code=FORM, period=period)
        say(f"往月报表 {len(waiting)} 期已锁定，最近一期留给您填")


MONTH = MonthDemo()
