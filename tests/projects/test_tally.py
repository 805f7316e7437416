"""How many projects there are of each state and plan year, and how many of them are past their day and not built."""

from datetime import date

import pytest

from anju.projects.models import Event
from anju.projects.queries import projects
from anju.projects.queries.overdue import tally_projects
from anju.projects.services import events
from anju.projects.services import projects as project_services

ON = date(2025, 6, 30)
pytestmark = pytest.mark.django_db


def register(clerk, county, code, **more):
    return project_services.register_project(
        by=clerk,
        region=county,
        **{"code": code, "name": f"{code}小区", "kind": "prh", "year": "2024", "units": "10"} | more,
    )


def completed(clerk, project, amount, on=date(2025, 6, 1)):
    events.record_event(by=clerk, project_id=project.pk, kind="complete", on=on, amount=amount)


@pytest.fixture
def several(clerk, county, acting):
    acting(clerk)
    overdue = register(clerk, county, "A1", due_on="2025-03-31")
    completed(clerk, overdue, "9")
    done = register(clerk, county, "A2", due_on="2025-03-31")
    completed(clerk, done, "10")
    after = register(clerk, county, "A3", due_on="2025-03-31")
    completed(clerk, after, "10", on=date(2025, 7, 1))  # after the day that is asked for
    register(clerk, county, "B1", due_on="2025-12-31", name="北街")
    register(clerk, county, "B2", year="2023", kind="shanty")


def found(user, region, on, **more):
    every = projects.filter_projects(user, region, **more)
    counts, again = (
        {(one.state, one.year): (one.count, one.overdue) for one in tally_projects(user, region, some, on)}
        for some in (every, projects.pin_projects(every))
    )
    assert counts == again
    return counts


def test_what_is_past_its_day_and_not_built_by_then_is_overdue(several, clerk, county):
    assert found(clerk, county, ON) == {("planned", 2024): (4, 2), ("planned", 2023): (1, 0)}


def test_a_kind_and_a_name_are_counted_alone(several, clerk, county):
    assert found(clerk, county, ON, kind="shanty") == {("planned", 2023): (1, 0)}
    assert found(clerk, county, ON, search="小区") == {("planned", 2024): (3, 2), ("planned", 2023): (1, 0)}
    assert found(clerk, county, ON, search="北街") == {("planned", 2024): (1, 0)}


def test_what_is_taken_back_builds_nothing(several, clerk, county):
    before = found(clerk, county, ON)["planned", 2024][1]
    one = register(clerk, county, "C1", due_on="2025-03-31")
    completed(clerk, one, "10")
    assert found(clerk, county, ON)["planned", 2024][1] == before
    event = Event.objects.filter(project=one).latest("pk")
    events.mend_event(by=clerk, event_id=event.pk, reason="填错", amount="4")
    assert found(clerk, county, ON)["planned", 2024][1] == before + 1


def test_elsewhere_is_not_counted(several, neighbour, next_county, acting):
    acting(neighbour)
    assert found(neighbour, next_county, ON) == {}
