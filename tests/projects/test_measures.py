"""What the ledger publishes, over what, and from which projects."""

from datetime import date

import pytest

from anju.figures import catalogue
from anju.figures.models import Observation, Source
from anju.figures.queries import current
from anju.figures.services import observations
from anju.problems import Refused
from anju.projects.models import Project
from anju.projects.queries.counts import projects_counted_in
from anju.projects.services import counts, events, projects

APRIL = date(2021, 4, 30)


@pytest.fixture
def year(db, operator, clerk, neighbour, county, next_county, acting):
    acting(operator)
    catalogue.load_catalogue(by=operator)
    for person, place, amount in ((clerk, county, "282"), (neighbour, next_county, "100")):
        acting(person)
        made = projects.register_project(
            by=person, region=place, code="P", name="棚改", kind="shanty", year="2021", units=amount
        )
        events.record_event(by=person, project_id=made.pk, kind="start", on=APRIL, amount=amount, mode="physical")
        events.record_event(
            by=person, project_id=made.pk, kind="invest", on=APRIL, amount="27.27亿元" if person is clerk else "0.5万元"
        )


def value(user, code, region, period="2021"):
    return current.current_figure(user, code, region, period).value


def test_the_city_is_the_sum_of_its_counties_and_says_of_which_projects(citizen, city, county, year, acting):
    acting(citizen)
    told = counts.publish_counts(by=citizen, region=city, period="2021")
    assert (told.source.kind, told.differs, told.unknown) == (Source.Kind.LEDGER, [], [])
    assert (value(citizen, "shanty.start", city), value(citizen, "shanty.start", county)) == (382, 282)
    assert value(citizen, "invest.done", county) == 272_700_000_000
    there = Observation.objects.get(measure="shanty.start", region=city)
    assert [(project.region.code, amount) for project, amount in projects_counted_in(citizen, there)] == [
        ("140522", 282),
        ("140524", 100),
    ]


def test_publishing_again_changes_nothing_and_a_new_event_changes_its_figures(
    clerk, citizen, city, county, year, acting
):
    acting(citizen)
    counts.publish_counts(by=citizen, region=city, period="2021")
    assert counts.publish_counts(by=citizen, region=city, period="2021").source is None
    acting(clerk)
    project = Project.objects.get(region=county)
    events.record_event(by=clerk, project_id=project.pk, kind="start", on=APRIL, amount="166", mode="monetised")
    acting(citizen)
    assert counts.publish_counts(by=citizen, region=city, period="2021").source is not None
    assert value(citizen, "shanty.start", city) == 548


def test_a_month_counts_since_january(citizen, city, year, acting):
    acting(citizen)
    counts.publish_counts(by=citizen, region=city, period="2021-03")
    counts.publish_counts(by=citizen, region=city, period="2021-05")
    assert (value(citizen, "shanty.start", city, "2021-03"), value(citizen, "shanty.start", city, "2021-05")) == (
        0,
        382,
    )


def test_what_was_reported_stays_and_the_difference_is_told(operator, citizen, city, county, year, acting):
    acting(operator)
    observations.enter_figure(by=operator, measure="shanty.start", region=county, period="2021", value=300)
    acting(citizen)
    told = counts.publish_counts(by=citizen, region=city, period="2021")
    assert [one.code for one in told.differs] == ["PROJ-039"] and "282 套" in told.differs[0].what
    assert value(citizen, "shanty.start", county) == 300


def test_the_clerk_may_not_and_a_year_to_come_is_none(clerk, citizen, city, county, year, acting):
    acting(clerk)
    with pytest.raises(Refused, match="ACT-001"):
        counts.publish_counts(by=clerk, region=county, period="2021")
    acting(citizen)
    with pytest.raises(Refused, match="PROJ-037"):
        counts.publish_counts(by=citizen, region=city, period="2099")


def test_an_unknown_count_is_not_published(clerk, citizen, county, year, acting):
    acting(clerk)
    made = projects.register_project(by=clerk, region=county, code="O", name="小区", kind="old", year="2021")
    events.record_event(by=clerk, project_id=made.pk, kind="start", on=APRIL, amount="60")
    acting(citizen)
    told = counts.publish_counts(by=citizen, region=county, period="2021")
    assert {one.code for one in told.unknown} == {"PROJ-038"} and value(citizen, "old.communities", county) is None
    assert value(citizen, "old.households", county) == 60


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_ledger_is_counted_in_the_background_when_asked_for_on_a_page(
    citizen, city, county, year, operator, acting
):
    from anju.core.jobs import queue
    from anju.projects.jobs import count_ledger

    acting(operator)
    job = queue.enqueue(operator, "projects.count", region=city.code, period="2021")
    acting(citizen)
    assert count_ledger(job, by=citizen, region=city.code, period="2021") == f"/figures/?region={city.code}&period=2021"
    assert value(citizen, "shanty.start", city) == 382
