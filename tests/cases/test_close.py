"""A case is closed out. That its ledger may hold it open is tested where the ledger is, the second person with the tiny room."""

from datetime import timedelta

import pytest
from django.utils import timezone

from anju.cases.models import Case
from anju.cases.services.cases import close_case
from anju.core.models.file import File
from anju.problems import Refused
from anju.projects.services.photos import keep_file
from tests.cases.conftest import ON, rows


def test_it_is_closed_with_its_evidence_and_one_row(reviewer, settled):
    file = keep_file(
        by=reviewer, region_id=settled.region_id, name="表.pdf", content=b"%PDF-1.4", media="application/pdf"
    )
    case = close_case(by=reviewer, case_id=settled.pk, on=ON, note="已取消", evidence=file)
    case.refresh_from_db()
    assert (case.state, case.closed_on, case.evidence) == (Case.CLOSED, ON, File.objects.get(pk=file.pk))
    (row,) = rows("projects.close_entry")
    assert (row.said["before"]["state"], row.said["after"]["state"], row.said["reason"]) == ("open", "closed", "已取消")
    assert row.said["after"]["because"] == {"project": "cancelled"}


def test_twice_is_refused(reviewer, settled):
    close_case(by=reviewer, case_id=settled.pk, on=ON)
    with pytest.raises(Refused, match="STATE-001"):
        close_case(by=reviewer, case_id=settled.pk, on=ON)
    assert len(rows("projects.close_entry")) == 1


def test_not_on_a_day_to_come(reviewer, settled):
    with pytest.raises(Refused, match="PROJ-013"):
        close_case(by=reviewer, case_id=settled.pk, on=timezone.localdate() + timedelta(days=1))


def test_the_neighbour_finds_nothing(neighbour, settled, acting):
    acting(neighbour)
    with pytest.raises(Case.DoesNotExist):
        close_case(by=neighbour, case_id=settled.pk, on=ON)


def test_another_post_may_not(clerk, settled, acting):
    acting(clerk)
    with pytest.raises(Refused, match="ACT-001"):
        close_case(by=clerk, case_id=settled.pk, on=ON)
