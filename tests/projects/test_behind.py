"""What holds a county back: planned and not begun, or overdue by the book, the largest first, with who and why."""

from datetime import date

import pytest

from anju.cases.services.cases import explain
from anju.core.people.scope import open_scope
from anju.projects.models import Event, Project
from anju.projects.queries.behind import MOST, projects_behind
from tests.cast import WEST, operator
from tests.projects.entered import entered

ON = date(2026, 6, 30)


@pytest.fixture
def make(scope, county):
    def project(name, units=100, year=2026, state=Project.PLANNED, started=None, **beside):
        made = Project.objects.create(
            region=county,
            code=name,
            name=name,
            kind="shanty",
            year=year,
            units=units,
            state=state,
            by="local",
            **beside,
        )
        if started:
            Event.objects.create(
                project=made, region=county, kind="start", on=started, amount=units, origin="ledger", by="local"
            )
        return made

    return project


def named(user, county, on=ON):
    return [(one.what, one.state) for one in projects_behind(user, county, on)]


def test_what_is_not_begun_the_largest_first(scope, county, make):
    make("小", 50)
    make("大", 300)
    make("已开工", 400, started=date(2026, 3, 1))
    make("开工在后", 200, started=date(2026, 8, 1))
    make("取消", 500, state="cancelled")
    make("储备", 500, state=Project.RESERVE)
    make("明年", 500, year=2027)
    assert named(scope, county) == [("大", "未开工"), ("开工在后", "未开工"), ("小", "未开工")]


def test_what_the_book_calls_overdue_with_its_reason(scope, county, make):
    late = make("三年未建成", year=2021, started=date(2021, 3, 1), due_on=date(2024, 12, 31))
    [item] = projects_behind(scope, county, ON)
    assert "逾期" in item.state and "未开工" not in item.state and item.reason == ""
    explain(by=scope, case_id=entered(late, "three-years-unfinished", date(2025, 1, 31)).pk, reason="征收没有完成")
    [item] = projects_behind(scope, county, ON)
    assert item.reason == "征收没有完成" and item.due is not None and item.link == late.get_absolute_url()


def test_no_more_than_a_page_of_a_phone(scope, county, make):
    for number in range(MOST + 3):
        make(f"P{number}", 100 + number)
    assert len(projects_behind(scope, county, ON)) == MOST


def test_a_neighbour_sees_nothing(scope, county, make):
    make("小")
    with open_scope(operator("clerk", WEST)) as neighbour:
        assert projects_behind(neighbour, county, ON) == []
