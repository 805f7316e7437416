"""Registering and editing a project."""

from datetime import date

import pytest

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.problems import Refused
from anju.projects.models import Project
from anju.projects.queries import projects
from anju.projects.services import events
from anju.projects.services.projects import edit_project, plan_project, publish_due_date, register_project
from tests.projects.conftest import DAY


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_texts_become_base_units(project):
    assert (project.units, project.investment, project.state) == (282, 43_000_000_000, "planned")
    assert Trail.objects.get(act="projects.register").said["after"]["investment"] == "43000"


def test_without_a_year_it_is_in_the_reserve(clerk, county, acting):
    acting(clerk)
    made = register_project(by=clerk, region=county, code="R1", name="储备", kind="城镇老旧小区改造", households="120")
    assert made.state == "reserve"
    assert plan_project(by=clerk, project_id=made.pk, year=2025, on=DAY).state == "planned"
    made.refresh_from_db()
    assert (made.year, made.state) == (2025, "planned")


def test_everything_that_is_wrong_is_said_at_once(clerk, county, acting):
    acting(clerk)
    with pytest.raises(Refused) as refused:
        register_project(
            by=clerk,
            region=county,
            name="东关",
            kind="shanty",
            units="约200",
            investment="三亿",
            due_on="2025-13-01",
            colour="red",
            grade="基础类",
            longitude="200",
        )
    assert sorted(codes(refused)) == [
        "PROJ-001",
        "PROJ-001",
        "PROJ-002",
        "PROJ-003",
        "PROJ-003",
        "PROJ-003",
        "PROJ-003",
    ]


def test_a_code_is_used_once_in_a_region(clerk, county, project):
    with pytest.raises(Refused) as refused:
        register_project(by=clerk, region=county, code="P1", name="西关", kind="prh")
    assert codes(refused) == ["PROJ-004"] and "东关棚改" in refused.value.problems[0].what


def test_another_county_is_not_found(neighbour, county, project, acting):
    acting(neighbour)
    with pytest.raises(Region.DoesNotExist):
        register_project(by=neighbour, region=county, code="X", name="X", kind="prh")
    with pytest.raises(Project.DoesNotExist):
        edit_project(by=neighbour, project_id=project.pk, version=1, note="改")
    with pytest.raises(Project.DoesNotExist):
        projects.find_project(neighbour, project.pk)


def test_another_post_may_not(reviewer, county, project, acting):
    acting(reviewer)
    for act in (
        lambda: register_project(by=reviewer, region=county, code="X", name="X", kind="prh"),
        lambda: edit_project(by=reviewer, project_id=project.pk, version=1, note="改"),
        lambda: events.record_event(by=reviewer, project_id=project.pk, kind="start", on=DAY, amount="1"),
    ):
        with pytest.raises(Refused, match="ACT-001"):
            act()


def test_the_loser_of_two_editors_is_told_who_and_when(clerk, project):
    edit_project(by=clerk, project_id=project.pk, version=1, address="东关街1号")
    with pytest.raises(Refused) as refused:
        edit_project(by=clerk, project_id=project.pk, version=1, address="东关街2号")
    assert codes(refused) == ["PROJ-005"] and "填报员甲" in refused.value.problems[0].what
    again = edit_project(
        by=clerk, project_id=project.pk, version=1, address="东关街1号"
    )  # the same again changes nothing
    assert again.version == 2


def test_what_the_plan_fixed_is_only_filled_in(clerk, project):
    with pytest.raises(Refused, match="PROJ-007"):
        edit_project(by=clerk, project_id=project.pk, version=1, units="300")
    assert edit_project(by=clerk, project_id=project.pk, version=1, monetised="166", licence="字第1号").monetised == 166


def test_the_published_completion_date_needs_a_place(clerk, project):
    with pytest.raises(Refused) as refused:
        publish_due_date(by=clerk, project_id=project.pk, published_on=DAY, at=" ")
    assert codes(refused) == ["PROJ-024", "PROJ-024"]
    made = publish_due_date(
        by=clerk, project_id=project.pk, due_on=date(2027, 6, 30), published_on=DAY, at="县政府网站"
    )
    assert made.due_on == date(2027, 6, 30)


@pytest.mark.parametrize(
    ("field", "text", "stored"),
    [("area", "1.5万㎡", 150_000_000), ("longitude", "112.851234", 112_851_234), ("year", "2025年", 2025), ("due_on", "2026年3月1日", date(2026, 3, 1)),
     ("investment", "27.27", 27_270_000)],
)  # fmt: skip
def test_a_text_is_read_exactly(clerk, county, acting, field, text, stored):
    acting(clerk)
    made = register_project(by=clerk, region=county, code="F", name="F", kind="prh", **{field: text})
    assert getattr(made, field) == stored
