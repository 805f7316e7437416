"""A close-out is taken back."""

import pytest

from anju.cases.models import Case
from anju.cases.services.cases import close_case, reopen
from anju.problems import Refused
from tests.cases.conftest import ON, rows
from tests.projects.entered import entered


@pytest.fixture
def closed(reviewer, settled):
    return close_case(by=reviewer, case_id=settled.pk, on=ON)


def test_it_stands_open_again_and_there_is_one_row(reviewer, closed):
    case = reopen(by=reviewer, case_id=closed.pk, on=ON, reason="验收撤回")
    case.refresh_from_db()
    assert (case.state, case.closed_on) == (Case.OPEN, None)
    (row,) = rows("projects.reopen_entry")
    assert (row.said["before"]["state"], row.said["after"]["state"], row.said["reason"]) == (
        "closed",
        "open",
        "验收撤回",
    )


def test_twice_is_refused(reviewer, closed):
    reopen(by=reviewer, case_id=closed.pk, on=ON, reason="验收撤回")
    with pytest.raises(Refused, match="STATE-001"):
        reopen(by=reviewer, case_id=closed.pk, on=ON, reason="验收撤回")
    assert len(rows("projects.reopen_entry")) == 1


def test_not_while_its_subject_has_another_that_stands(reviewer, project, closed):
    entered(project, closed.ledger, ON)
    with pytest.raises(Refused, match="PROJ-034"):
        reopen(by=reviewer, case_id=closed.pk, on=ON, reason="验收撤回")
    closed.refresh_from_db()
    assert closed.state == Case.CLOSED


def test_the_neighbour_finds_nothing(neighbour, closed, acting):
    acting(neighbour)
    with pytest.raises(Case.DoesNotExist):
        reopen(by=neighbour, case_id=closed.pk, on=ON, reason="x")


def test_another_post_may_not(clerk, closed, acting):
    acting(clerk)
    with pytest.raises(Refused, match="ACT-001"):
        reopen(by=clerk, case_id=closed.pk, on=ON, reason="x")
