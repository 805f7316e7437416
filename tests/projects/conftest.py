"""People of two neighbouring counties and of the city above them, and a project of each kind."""

from datetime import date

import pytest

from anju.core.models.region import Region
from anju.core.people.scope import Actor, open_scope

DAY = date(2025, 6, 30)


@pytest.fixture
def city(db):
    return Region.objects.get(code="140500", valid_until=None)


@pytest.fixture
def county(db):
    return Region.objects.get(code="140522", valid_until=None)


@pytest.fixture
def next_county(db):
    return Region.objects.get(code="140524", valid_until=None)


def person(key, name, post, *regions):
    ids = frozenset(region.pk for region in regions)
    return Actor(key, name, ids, posts={post: ids})


@pytest.fixture
def clerk(county):
    return person("clerk", "填报员甲", "clerk", county)


@pytest.fixture
def neighbour(next_county):
    return person("neighbour", "邻县填报员", "clerk", next_county)


@pytest.fixture
def reviewer(county):
    return person("reviewer", "审核员", "reviewer", county)


@pytest.fixture
def citizen(city, county, next_county):
    """The city's reviewer, who sees both counties."""
    return person("city", "市级审定员", "city_reviewer", city, county, next_county)


@pytest.fixture
def acting():
    """acting(person): the rest of the test runs in that person's scope, as a page does."""
    entered = []

    def enter(user):
        while entered:
            entered.pop().__exit__(None, None, None)
        context = open_scope(user)
        context.__enter__()
        entered.append(context)
        return user

    yield enter
    while entered:
        entered.pop().__exit__(None, None, None)


@pytest.fixture
def project(clerk, county, acting):
    """A shanty project of the year's plan: 282 flats."""
    from anju.projects.services import projects

    acting(clerk)
    return projects.register_project(
        by=clerk,
        region=county,
        code="P1",
        name="东关棚改",
        kind="shanty",
        year="2025",
        units="282",
        investment="4.3亿元",
    )
