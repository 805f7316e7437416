"""Rows that are records of a ledger: words, plans in their units, what was done in the year, sums of them."""

from datetime import date

import pytest

from anju.problems import Refused
from tests.documents.tables.conftest import texts
from tests.projects.conftest import acting, clerk, county, neighbour, next_county, project  # noqa: F401

DECLARED = {
    "title": "项目清单",
    "corner": "项目",
    "rows": {"ledger": {"name": "projects", "kinds": ["shanty"], "where": {"timing": ["新建"]}}},
    "columns": [
        {"head": "序号", "text": "number"},
        {"head": "编号", "record": {"field": "code"}},
        {"head": "计划（套）", "key": "planned", "record": {"field": "units"}},
        {"head": "投资（亿元）", "places": 1, "record": {"field": "investment"}},
        {"head": "本年开工（套）", "key": "started", "record": {"event": "start"}},
        {"head": "开工率", "formula": "started / planned", "unit": "%"},
    ],
    "total": {},
}


def filled(user, county, declared=DECLARED):  # noqa: F811
    from anju.documents.tables.filling import fill_table
    from anju.documents.tables.loading import read_table

    return fill_table(user, read_table(declared), county, "2025-06")


def test_projects_are_rows_and_their_sums_are_the_tables(clerk, county, project):  # noqa: F811
    from anju.projects.services.events import record_event

    record_event(by=clerk, project_id=project.pk, kind="start", on=date(2025, 5, 1), amount="141")
    annex = filled(clerk, county)
    assert texts(annex) == [
        ["东关棚改", "1", "P1", "282", "4.3", "141", "50.0%"],
        ["合计", "", "", "282", "4.3", "141", "50.0%"],
    ]


def test_what_was_never_recorded_is_blank_not_nought(clerk, county, project):  # noqa: F811
    assert texts(filled(clerk, county))[0] == ["东关棚改", "1", "P1", "282", "4.3", "", ""]


def test_another_county_sees_none(neighbour, next_county, county, project, acting):  # noqa: F811
    from anju.core.models.region import Region

    acting(neighbour)
    with pytest.raises(Region.DoesNotExist):
        filled(neighbour, county)
    assert texts(filled(neighbour, next_county)) == []


def test_a_field_that_the_ledger_does_not_have_is_told(clerk, county, project):  # noqa: F811
    wrong = {**DECLARED, "columns": [{"head": "面积", "record": {"field": "no_such"}}]}
    with pytest.raises(Refused, match="DOC-113"):
        filled(clerk, county, wrong)
