"""What a user does not see all of is no sum: of a province a city sees some of the counties, and nothing is added up for it."""

from dataclasses import replace

import pytest

from anju.core.people.scope import open_scope
from anju.core.regions.tree import region_tree
from anju.figures.queries.current import current_figure, sum_parts
from anju.figures.queries.latest import sum_figure
from anju.figures.references import SumReference
from anju.figures.services import observations
from tests.figures.conftest import YEAR

CODE, RATE = "shanty.start", "shanty.start.rate"


@pytest.fixture
def reported(user, counties):
    """Every county of the city reported 100, of a task of 200."""
    for place in counties:
        for code, value in ((CODE, "100"), (f"{CODE}.target", "200")):
            observations.enter_figure(by=user, measure=code, region=place, period=YEAR, value=value)
    return user


def within(user, ids):
    return replace(user, key="seen", posts={}, region_ids=frozenset(ids))


def test_a_province_is_not_the_sum_of_the_counties_that_a_city_sees(reported, city, counties):
    province, tree = city.parent, region_tree()
    city_user = within(reported, tree.below(city.code))
    with open_scope(city_user):
        assert current_figure(city_user, CODE, city, YEAR).text() == str(100 * len(counties))
        for code in (CODE, RATE):
            figure = current_figure(city_user, code, province, YEAR)
            assert not figure.known and figure.why == figure.state_text == "不在您的查看范围"
        with pytest.raises(LookupError):
            sum_figure(city_user, SumReference(CODE, province.code, YEAR), province)


def test_a_city_is_not_the_sum_of_the_counties_that_one_of_them_sees(reported, city, counties):
    some = within(reported, {city.pk, *(place.pk for place in counties[:2])})
    with open_scope(some):
        figure = current_figure(some, CODE, city, YEAR)
        assert not figure.known and figure.state_text == "不在您的查看范围"
        assert current_figure(some, CODE, counties[0], YEAR).text() == "100"


def test_what_the_place_said_itself_is_no_sum_and_stands(reported, city, counties):
    observations.enter_figure(by=reported, measure=CODE, region=city, period=YEAR, value="777")
    some = within(reported, {city.pk, counties[0].pk})
    with open_scope(some):
        assert current_figure(some, CODE, city, YEAR).text() == "777"
    assert sum_parts(some, []) == {}
