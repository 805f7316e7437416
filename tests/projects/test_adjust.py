"""Adjusting, replacing and cancelling by document."""

import pytest

from anju.core.models.trail import Trail
from anju.problems import Refused
from anju.projects.models import Project
from anju.projects.queries import events, projects
from anju.projects.services import adjustments
from anju.projects.services.events import record_event
from anju.projects.services.projects import close_project, register_project, reopen_project
from tests.projects.conftest import DAY

PAPER = {"number": "市保办字〔2025〕3号", "on": DAY, "reason": "规划调整"}


def test_an_adjustment_keeps_what_it_was_and_became(reviewer, project, acting):
    acting(reviewer)
    made = adjustments.adjust_plan(
        by=reviewer, project_id=project.pk, units="300", ordered_by="省办电〔2025〕1号", **PAPER
    )
    assert (made.before, made.after, made.ordered_by) == ({"units": "282"}, {"units": "300"}, "省办电〔2025〕1号")
    assert Trail.objects.get(act="projects.adjust").said["after"]["ordered_by"] == "省办电〔2025〕1号"
    with pytest.raises(Refused, match="PROJ-021"):
        adjustments.adjust_plan(by=reviewer, project_id=project.pk, units="300", **PAPER)
    with pytest.raises(Refused, match="PROJ-005"):
        adjustments.adjust_plan(by=reviewer, project_id=project.pk, units="310", version=1, **PAPER)


def test_it_takes_a_document_and_a_reason(reviewer, project, acting):
    acting(reviewer)
    with pytest.raises(Refused) as refused:
        adjustments.adjust_plan(by=reviewer, project_id=project.pk, number="", on=DAY, reason="", units="300")
    assert [one.code for one in refused.value.problems] == ["PROJ-020", "PROJ-020"]
    with pytest.raises(Refused, match="PROJ-020"):
        adjustments.adjust_plan(by=reviewer, project_id=project.pk, name="新名", **PAPER)


def test_the_clerk_may_not_and_the_neighbour_finds_nothing(clerk, neighbour, project, acting):
    with pytest.raises(Refused, match="ACT-001"):
        adjustments.adjust_plan(by=clerk, project_id=project.pk, units="300", **PAPER)
    with pytest.raises(Refused, match="ACT-001"):
        adjustments.cancel_project(by=clerk, project_id=project.pk, **PAPER)
    acting(neighbour)
    with pytest.raises(Project.DoesNotExist):
        adjustments.cancel_project(by=neighbour, project_id=project.pk, **PAPER)


def test_a_replaced_project_counts_no_more(clerk, reviewer, county, project, acting):
    record_event(by=clerk, project_id=project.pk, kind="start", on=DAY, amount="5")
    other = register_project(
        by=clerk, region=county, code="P2", name="西关棚改", kind="shanty", year="2025", units="282"
    )
    acting(reviewer)
    with pytest.raises(Refused, match="PROJ-022"):
        adjustments.replace_project(by=reviewer, project_id=project.pk, replaced_by=project.pk, **PAPER)
    made = adjustments.replace_project(by=reviewer, project_id=project.pk, replaced_by=other.pk, **PAPER)
    assert made.replaced_by == other and Project.objects.get(pk=project.pk).state == "replaced"
    assert projects.event_sums(reviewer, [county]) == {}
    assert events.project_timeline(reviewer, project)[0].adjustment == made
    with pytest.raises(Refused, match="STATE-001"):
        adjustments.replace_project(by=reviewer, project_id=project.pk, replaced_by=other.pk, **PAPER)


def test_a_closed_project_is_opened_again_with_a_reason(reviewer, project, acting):
    acting(reviewer)
    close_project(by=reviewer, project_id=project.pk, on=DAY, reason="全部交付")
    with pytest.raises(Refused, match="STATE-001"):
        close_project(by=reviewer, project_id=project.pk, on=DAY)
    assert reopen_project(by=reviewer, project_id=project.pk, on=DAY, reason="漏报").state == "planned"
