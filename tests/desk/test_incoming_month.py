"""A month that comes in county by county: the last complete one stands with its name, and how many have reported the new one."""

from datetime import date

import pytest

from anju.core.regions import tree
from anju.desk.pages.home import period_remark
from anju.desk.queries import progress
from anju.figures.queries import current
from anju.figures.services import observations

CITY = "520200"


@pytest.fixture
def counties(measures, scope):
    city = tree.find_region(scope, CITY)
    observations.enter_figure(by=scope, measure="shanty.start.target", region=city, period="2023", value="200")
    return tree.child_regions(scope, city, date(2023, 12, 31))[:2]


@pytest.fixture
def enter(scope):
    def go(region, measure, value, period):
        observations.enter_figure(by=scope, measure=measure, region=region, period=period, value=value)

    return go


@pytest.fixture
def incoming(scope, counties, enter):
    for place in counties:
        enter(place, "shanty.start.target", "100", "2023")
        enter(place, "shanty.start", "40", "2023-09")
    enter(counties[0], "shanty.start", "60", "2023-10")
    return counties


def summary(scope, period, on=date(2023, 10, 31)):
    catalogue, city = current.find_measures(scope), tree.find_region(scope, CITY)
    reports = progress.reported_periods(scope, catalogue, city)
    below = tree.child_regions(scope, city, date(2023, 12, 31))
    return progress.summarise_progress(
        scope, catalogue=catalogue, reports=reports, region=city, below=below, period=period, names={}, on=on
    )


@pytest.mark.parametrize("period", ["2023", "2023-10", "2023-Q4"])
def test_the_last_complete_month_stands_beside_how_many_reported_the_new_one(scope, incoming, period):
    (one,) = [one for one in summary(scope, period).progress if one.measure.code == "shanty.start"]
    assert (one.whole.actual.text(), one.whole.actual.period) == ("80", "2023-09")
    assert period_remark(one) == "（2023年1—9月；2023年1—10月已报1/2）"
    assert "2023年1—9月" in summary(scope, period).heading


def test_when_the_last_county_has_reported_the_new_month_stands_alone(scope, incoming, enter):
    enter(incoming[1], "shanty.start", "60", "2023-10")
    (one,) = [one for one in summary(scope, "2023-10").progress if one.measure.code == "shanty.start"]
    assert (one.whole.actual.text(), period_remark(one)) == ("120", "")


def test_an_earlier_month_that_is_asked_for_is_told_as_it_was(scope, incoming):
    (one,) = [
        one for one in summary(scope, "2023-09", date(2023, 9, 30)).progress if one.measure.code == "shanty.start"
    ]
    assert (one.whole.actual.text(), period_remark(one)) == ("80", "")


def test_where_no_month_is_complete_the_newest_says_how_many_reported(scope, counties, enter):
    for place in counties:
        enter(place, "shanty.start.target", "100", "2023")
    enter(counties[0], "shanty.start", "60", "2023-10")
    (one,) = [one for one in summary(scope, "2023-10").progress if one.measure.code == "shanty.start"]
    assert one.partly and one.whole.actual.why.startswith("已报1/2")
