"""The reason is said."""

import pytest

from anju.cases.models import Case
from anju.cases.queries import cases
from anju.cases.services.cases import close_case, explain
from anju.problems import Refused
from tests.cases.conftest import ON, rows


def test_the_reason_stands_and_leaves_one_row(clerk, case):
    explain(by=clerk, case_id=case.pk, reason=" 土地未净 ")
    found = cases.case(clerk, case.pk)
    assert (found.reason, found.state, found.handled_by) == ("土地未净", Case.OPEN, "clerk")
    (row,) = rows("projects.explain_entry")
    assert (row.by, row.said["before"], row.said["after"]) == ("clerk", {"reason": ""}, {"reason": "土地未净"})


def test_the_same_again_changes_nothing(clerk, case):
    for _ in range(2):
        explain(by=clerk, case_id=case.pk, reason="土地未净")
    assert len(rows("projects.explain_entry")) == 1


def test_nothing_is_no_reason(clerk, case):
    with pytest.raises(Refused, match="PROJ-031"):
        explain(by=clerk, case_id=case.pk, reason=" ")


def test_the_neighbour_finds_nothing(neighbour, case, acting):
    acting(neighbour)
    with pytest.raises(Case.DoesNotExist):
        explain(by=neighbour, case_id=case.pk, reason="x")


def test_another_post_may_not(reviewer, case, acting):
    acting(reviewer)
    with pytest.raises(Refused, match="ACT-001"):
        explain(by=reviewer, case_id=case.pk, reason="x")


def test_what_is_closed_out_is_not_explained(clerk, reviewer, settled, acting):
    close_case(by=reviewer, case_id=settled.pk, on=ON)
    acting(clerk)
    with pytest.raises(Refused, match="PROJ-034"):
        explain(by=clerk, case_id=settled.pk, reason="x")
