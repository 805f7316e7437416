"""It is reported to the local government."""

from datetime import timedelta

import pytest
from django.utils import timezone

from anju.cases.models import Case
from anju.cases.services.cases import close_case, explain, report
from anju.problems import Refused
from anju.projects.cases import EXPLAINED
from tests.cases.conftest import ON, rows


@pytest.fixture
def explained(clerk, case):
    return explain(by=clerk, case_id=case.pk, reason="土地未净")


def test_day_and_number_stand_the_case_is_explained_and_there_is_one_row(clerk, explained):
    case = report(by=clerk, case_id=explained.pk, on=ON, number="县住建〔2025〕1号")
    case.refresh_from_db()
    assert (case.state, case.reported_on, case.report_number) == (EXPLAINED, ON, "县住建〔2025〕1号")
    (row,) = rows("projects.report_entry")
    assert (row.said["before"]["state"], row.said["after"]["state"]) == ("open", "explained")
    assert row.said["after"]["report_number"] == "县住建〔2025〕1号"


def test_the_same_again_changes_nothing_and_another_number_mends_it(clerk, explained):
    for number in ("1号", "1号", "2号"):
        report(by=clerk, case_id=explained.pk, on=ON, number=number)
    assert [row.said["after"]["report_number"] for row in rows("projects.report_entry")] == ["1号", "2号"]


def test_not_before_the_reason_and_not_without_a_number(clerk, case):
    with pytest.raises(Refused) as refused:
        report(by=clerk, case_id=case.pk, on=ON, number=" ")
    assert [problem.code for problem in refused.value.problems] == ["PROJ-031", "PROJ-031"]


def test_not_on_a_day_to_come(clerk, explained):
    with pytest.raises(Refused, match="PROJ-013"):
        report(by=clerk, case_id=explained.pk, on=timezone.localdate() + timedelta(days=1), number="1号")


def test_the_neighbour_finds_nothing(neighbour, explained, acting):
    acting(neighbour)
    with pytest.raises(Case.DoesNotExist):
        report(by=neighbour, case_id=explained.pk, on=ON, number="1号")


def test_another_post_may_not(reviewer, explained, acting):
    acting(reviewer)
    with pytest.raises(Refused, match="ACT-001"):
        report(by=reviewer, case_id=explained.pk, on=ON, number="1号")


def test_what_is_closed_out_is_not_reported(clerk, reviewer, explained, settled, acting):
    close_case(by=reviewer, case_id=settled.pk, on=ON)
    acting(clerk)
    with pytest.raises(Refused, match="PROJ-034"):
        report(by=clerk, case_id=settled.pk, on=ON, number="1号")
