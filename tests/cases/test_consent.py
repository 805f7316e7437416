"""The local government consents."""

from datetime import timedelta

import pytest

from anju.cases.models import Case
from anju.cases.services.cases import close_case, consent, explain, report
from anju.problems import Refused
from tests.cases.conftest import ON, rows


@pytest.fixture
def reported(clerk, case):
    explain(by=clerk, case_id=case.pk, reason="土地未净")
    return report(by=clerk, case_id=case.pk, on=ON, number="1号")


def test_day_and_number_stand_and_there_is_one_row(clerk, reported):
    case = consent(by=clerk, case_id=reported.pk, on=ON, number="县政办〔2025〕2号")
    case.refresh_from_db()
    assert (case.consented_on, case.consent_number) == (ON, "县政办〔2025〕2号")
    (row,) = rows("projects.consent_entry")
    assert row.said["after"] == {"consented_on": str(ON), "consent_number": "县政办〔2025〕2号"}


def test_the_same_again_changes_nothing(clerk, reported):
    for _ in range(2):
        consent(by=clerk, case_id=reported.pk, on=ON, number="2号")
    assert len(rows("projects.consent_entry")) == 1


@pytest.mark.parametrize(("days", "number"), [(-1, "2号"), (0, "")])
def test_not_before_the_report_and_not_without_a_number(clerk, reported, days, number):
    with pytest.raises(Refused, match="PROJ-032"):
        consent(by=clerk, case_id=reported.pk, on=ON + timedelta(days=days), number=number)


def test_not_without_a_report(clerk, case):
    with pytest.raises(Refused, match="PROJ-032"):
        consent(by=clerk, case_id=case.pk, on=ON, number="2号")


def test_the_neighbour_finds_nothing(neighbour, reported, acting):
    acting(neighbour)
    with pytest.raises(Case.DoesNotExist):
        consent(by=neighbour, case_id=reported.pk, on=ON, number="2号")


def test_another_post_may_not(reviewer, reported, acting):
    acting(reviewer)
    with pytest.raises(Refused, match="ACT-001"):
        consent(by=reviewer, case_id=reported.pk, on=ON, number="2号")


def test_what_is_closed_out_is_not_consented_to(clerk, reviewer, reported, settled, acting):
    close_case(by=reviewer, case_id=settled.pk, on=ON)
    acting(clerk)
    with pytest.raises(Refused, match="PROJ-034"):
        consent(by=clerk, case_id=settled.pk, on=ON, number="2号")
