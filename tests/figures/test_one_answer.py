"""What a figure is, here and then: of a place that has parts and reported nothing itself, the sum of them."""

import pytest

from anju.core.models.region import Region
from anju.core.pages.layout.figures import figure_html
from anju.core.regions import tree
from anju.figures.figure import DerivedFigure
from anju.figures.queries import current, latest
from anju.figures.queries.references import resolve_reference
from anju.figures.references import FigureReference
from anju.figures.services import observations

MONTH, BEFORE = "2021-10", "2021-09"


@pytest.fixture
def enter(user):
    def go(region, measure, value=None, period=MONTH, **more):
        return observations.enter_figure(by=user, measure=measure, region=region, period=period, value=value, **more)

    return go


def read(user, city, code, period=MONTH):
    return current.current_figure(user, code, city, period)


def test_the_sum_of_those_who_were_given_a_task(user, city, east, west, enter):
    for place, task, done in ((east, 10, 4), (west, 20, 5)):
        enter(place, "shanty.start.target", task, "2021")
        enter(place, "shanty.start", done)
    figure = read(user, city, "shanty.start")
    assert (
        isinstance(figure, DerivedFigure)
        and figure.spoken() == "9套"
        and str(figure.reference) == "sum:shanty.start@140500/2021-10"
    )


def test_a_rate_is_that_of_the_sums(user, city, east, west, enter):
    for place, task, done in ((east, 10, 4), (west, 20, 5), (city, 30, None)):
        enter(place, "shanty.start.target", task, "2021")
        if done:
            enter(place, "shanty.start", done)
    assert read(user, city, "shanty.start.rate").text() == "30.0"


def test_who_was_given_a_task_and_did_not_report_leaves_it_unknown_and_is_named(user, city, east, west, enter):
    for place in (east, west):
        enter(place, "shanty.start.target", 10, "2021")
    enter(east, "shanty.start", 4)
    figure = read(user, city, "shanty.start")
    assert figure.value is None and figure.why == f"已报1/2，缺：{west.name}"
    assert ">已报1/2<" in figure_html(figure)


def test_who_has_no_task_and_reported_another_month_leaves_it_unknown_too(user, city, east, west, enter):
    enter(east, "shanty.start.target", 10, "2021")
    enter(west, "shanty.start", 5, BEFORE)
    enter(east, "shanty.start", 6)
    assert read(user, city, "shanty.start").why == f"已报1/2，缺：{west.name}"


def test_where_nobody_has_a_task_every_county_must_have_said_something(user, city, counties, enter):
    """Who said nothing is no zero."""
    *others, last = [one for one in counties if one.kind == Region.Kind.COUNTY]
    for number, place in enumerate(others):
        enter(place, "old.lifts", number)
    figure = read(user, city, "old.lifts")
    assert figure.value is None and figure.why == f"已报{len(others)}/{len(others) + 1}，缺：{last.name}"
    enter(last, "old.lifts", state="not_applicable")
    assert read(user, city, "old.lifts").exact == sum(range(len(others)))


def test_what_the_place_reported_itself_stands_even_beside_another_sum(user, city, east, west, enter):
    for place, value in ((east, 4), (west, 5), (city, 10)):
        enter(place, "shanty.start", value)
    assert read(user, city, "shanty.start").text() == "10"


@pytest.mark.parametrize("state", ["no_task", "not_applicable", "unreported"])
def test_what_the_place_said_itself_is_no_gap_to_fill(user, city, east, enter, state):
    enter(east, "shanty.start", 4)
    enter(city, "shanty.start", state=state)
    assert read(user, city, "shanty.start").state == state


@pytest.mark.parametrize("code", ["shanty.start.target", "satisfaction.old", "shanty.start.rate.target"])
def test_a_target_and_a_rate_are_not_rolled_up(user, city, east, west, enter, code):
    for place in (east, west):
        enter(place, code, "5", "2021")
    assert read(user, city, code, "2021").value is None


def test_a_calibre_is_summed_by_itself(user, city, east, west, enter):
    for place in (east, west):
        enter(place, "invest.target", "2", "2021")
        enter(place, "invest.done", "1.5", calibre="cal2")
    figure = current.current_figure(user, "invest.done", city, MONTH, "cal2")
    assert figure.spoken() == "3.0亿元" and read(user, city, "invest.done").value is None
    assert resolve_reference(user, FigureReference.parse(str(figure.reference))).exact == figure.exact


def test_a_province_is_the_sum_of_its_cities_sums(user, city, east, west, enter):
    for place in (east, west, city):
        enter(place, "shanty.start.target", 10, "2021")
        if place != city:
            enter(place, "shanty.start", 4)
    assert read(user, city.parent, "shanty.start").text() == "8"


def test_another_city_that_reported_earlier_is_missing_from_the_province(user, city, east, enter):
    other = tree.find_region(user, "140400")
    for place in (east, city, other):
        enter(place, "shanty.start.target", 10, "2021")
    enter(east, "shanty.start", 4)
    enter(other, "shanty.start", 4, BEFORE)
    assert read(user, city.parent, "shanty.start").why == f"已报1/2，缺：{other.name}"


def test_rules_and_checks_read_what_was_reported(user, city, east, enter):
    enter(east, "shanty.start", 4)
    assert current.reported_figures(user, ["shanty.start"], [city], [MONTH])("shanty.start").value is None


def test_a_clerk_of_a_county_sees_no_sum_of_what_is_not_theirs(clerk, user, city, east, west, enter):
    for place in (east, west):
        enter(place, "shanty.start", 4)
    assert current.current_figure(clerk, "shanty.start", city, MONTH).text() in ("", "4")


def test_the_last_complete_month_stands_while_a_new_one_comes_in(user, city, east, west, enter):
    from datetime import date

    for place in (east, west):
        enter(place, "shanty.start.target", 10, "2021")
        enter(place, "shanty.start", 4, BEFORE)
    enter(east, "shanty.start", 6)
    listed, on = [city, east, west], date(2021, 10, 31)
    newest = latest.latest_figures(user, ["shanty.start"], listed, on)
    assert newest.period("shanty.start") == MONTH and newest("shanty.start", city).value is None
    complete = latest.latest_figures(user, ["shanty.start"], listed, on, complete=True)
    assert complete.period("shanty.start") == BEFORE and complete("shanty.start", city).text() == "8"
    enter(west, "shanty.start", 7)
    assert latest.latest_figures(user, ["shanty.start"], listed, on, complete=True)("shanty.start", city).text() == "13"
