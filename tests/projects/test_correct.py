"""A plan number that was wrongly typed is mended by the clerk, until something locked has it or a document changed it."""

from datetime import date

import pytest

from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from anju.problems import Refused
from anju.projects.models import Adjustment, Project
from anju.projects.queries import events
from anju.projects.services import adjustments, projects
from anju.returns.models import Return
from anju.returns.services import opening

WHY = "下达文件为282套，录成了228套"


def correct(by, project, **fields):
    version = Project.objects.get(pk=project.pk).version
    return adjustments.correct_plan(by=by, project_id=project.pk, **{"version": version, "reason": WHY} | fields)


def in_a_return(project, state):
    """A month's return of the county that has the project, in that state."""
    with open_scope(local_actor()) as me:
        load_catalogue(by=me)
        opening.load_forms(by=me)
        ret = opening.open_return(by=me, form_code="anju-project-month", region=project.region, period="2025-06")
        Return.objects.filter(pk=ret.pk).update(state=state)
    return ret


def test_the_clerk_mends_a_typing_error_with_a_reason_and_it_is_seen_what_it_was(clerk, project):
    made = correct(clerk, project, units="300", investment="4.1亿元")
    assert (made.kind, made.before, made.after) == (
        "correct",
        {"units": "282", "investment": "43000"},
        {"units": "300", "investment": "41000"},
    )
    told = Trail.objects.get(act="projects.correct_plan")
    assert (told.said["before"]["units"], told.said["after"]["units"]) == ("282", "300") and WHY in str(told.said)
    assert Project.objects.get(pk=project.pk).units == 300
    assert events.project_timeline(clerk, project)[0].adjustment == made
    assert correct(clerk, project, units="310").before == {"units": "300"}, "an error may be made twice"


def test_it_takes_a_reason_a_change_and_a_plan_number(clerk, project):
    with pytest.raises(Refused, match="PROJ-020"):
        correct(clerk, project, units="300", reason=" ")
    with pytest.raises(Refused, match="PROJ-021"):
        correct(clerk, project, units="282")
    with pytest.raises(Refused, match="PROJ-020"):
        correct(clerk, project, name="新名")
    with pytest.raises(Refused, match="PROJ-002"):
        correct(clerk, project, year="")
    with pytest.raises(Refused, match="PROJ-005"):
        correct(clerk, project, units="300", version=9)
    assert not Adjustment.objects.exists()


def test_only_the_clerk_of_the_county_may_and_only_in_the_plan(clerk, reviewer, neighbour, project, acting):
    acting(reviewer)
    with pytest.raises(Refused, match="ACT-001"):
        correct(reviewer, project, units="300")
    projects.close_project(by=reviewer, project_id=project.pk, on=date(2025, 6, 30))
    acting(clerk)
    with pytest.raises(Refused, match="PROJ-006"):
        correct(clerk, project, units="300")
    acting(neighbour)
    with pytest.raises(Project.DoesNotExist):
        adjustments.correct_plan(by=neighbour, project_id=project.pk, version=1, reason=WHY, units="300")


def test_what_a_document_changed_takes_a_document_again(clerk, reviewer, project, acting):
    acting(reviewer)
    adjustments.adjust_plan(
        by=reviewer,
        project_id=project.pk,
        number="市保办字〔2025〕3号",
        on=date(2025, 6, 30),
        reason="规划调整",
        units="300",
    )
    acting(clerk)
    with pytest.raises(Refused) as refused:
        correct(clerk, project, units="310", investment="4.1亿元")
    (problem,) = refused.value.problems
    assert (
        problem.code == "PROJ-025"
        and "计划套数" in str(problem.where)
        and "已按市保办字〔2025〕3号调整" in problem.what
    )
    assert correct(clerk, project, investment="4.1亿元").after == {"investment": "41000"}, (
        "of the other numbers nothing was decided"
    )


def test_what_a_locked_return_says_takes_a_document(clerk, project, acting):
    ret = in_a_return(project, Return.DRAFT)
    correct(clerk, project, units="300")
    Return.objects.filter(pk=ret.pk).update(state=Return.LOCKED)
    with pytest.raises(Refused) as refused:
        correct(clerk, project, units="310", year="2024", buildings="4")
    assert [one.code for one in refused.value.problems] == ["PROJ-025", "PROJ-025"]
    assert "已在锁定的“" in refused.value.problems[0].what and "进度月报表" in refused.value.problems[0].what
    assert correct(clerk, project, buildings="4").after == {"buildings": "4"}, "no return asks for it"
