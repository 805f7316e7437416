"""A subject is entered in a ledger, once until it is closed out."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from anju.cases.models import Case
from anju.cases.queries import cases
from anju.cases.services.cases import enter_cases, open_case
from anju.core.models.region import Region
from anju.core.trail.trail import Subject
from anju.problems import Refused
from tests.cases.conftest import ON, rows

THING = Subject("test.thing", "7", "东县 七号")


@pytest.fixture
def opener(county):
    """Whoever enters projects in their ledgers runs books."""
    from tests.projects.conftest import person

    return person("opener", "填报员乙", "clerk", county)


def given(county, **more):
    return {"kind": "projects.overdue", "subject": THING, "region": county, "on": ON, "ledger": "甲"} | more


def test_it_stands_open_with_its_subject_and_leaves_one_row(opener, county, acting):
    acting(opener)
    case = open_case(by=opener, **given(county, facts={"says": "超过三年"}))
    found = cases.case(opener, case.pk)
    assert (found.subject_kind, found.subject_key, found.text) == ("test.thing", "7", "东县 七号")
    assert (found.state, found.state_label, found.opened_on, found.facts) == (
        "open",
        "未销号",
        ON,
        {"says": "超过三年"},
    )
    (row,) = rows("projects.open_entries")
    assert (row.object_type, row.object_id, row.obj) == ("cases.case", str(case.pk), "台账条目 东县 七号 甲")


def test_twice_is_refused_and_another_ledger_is_not(opener, county, acting):
    acting(opener)
    open_case(by=opener, **given(county))
    with pytest.raises(Refused, match="PROJ-034"):
        open_case(by=opener, **given(county))
    open_case(by=opener, **given(county, ledger="乙"))
    assert Case.objects.count() == 2 == len(rows("projects.open_entries"))


def test_outside_one_s_region_is_not_found(neighbour, county, acting):
    acting(neighbour)
    with pytest.raises(Region.DoesNotExist):
        open_case(by=neighbour, **given(county))


def test_another_post_may_not(county, acting):
    from tests.projects.conftest import person

    head = acting(person("head", "负责人", "viewer", county))
    with pytest.raises(Refused, match="ACT-001"):
        open_case(by=head, **given(county))


def test_a_day_to_come_is_refused(opener, county, acting):
    acting(opener)
    with pytest.raises(Refused, match="PROJ-013"):
        open_case(by=opener, **given(county, on=timezone.localdate() + timedelta(days=1)))


def test_a_kind_that_no_room_brings_is_refused(opener, county, acting):
    acting(opener)
    with pytest.raises(Refused, match="CASE-001"):
        open_case(by=opener, **given(county, kind="gone.kind"))


def test_many_are_entered_in_an_act_only(county):
    with pytest.raises(RuntimeError, match="no act is under way"):
        enter_cases([Case(kind="projects.overdue", region=county, opened_on=date(2025, 1, 1))])
