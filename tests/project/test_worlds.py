"""No test sees what another did to what tests begin with, or what it did not ask for. These run in the order in which they stand."""

import pytest

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from tests.cast import EAST
from tests.worlds import world


@world
def office(by):
    """An organisation, and a list that tests may spoil."""
    region = Region.objects.get(code=EAST, valid_until=None)
    return [Organisation.objects.create(region=region, kind="housing", name="示例局")]


@world
def second(by, office):
    return Organisation.objects.create(region=office[0].region, kind="finance", name="示例二局")


@world
def broken(by, office):
    raise RuntimeError("of the world itself")


def names():
    return sorted(Organisation.objects.values_list("name", flat=True))


def test_a_world_stands_for_who_asks(office, scope):
    assert names() == ["示例局"]
    office[0].name = "改了"
    office[0].save()
    office.clear()


def test_what_the_test_before_did_is_gone_and_nothing_is_built_again(office, scope):
    assert names() == ["示例局"] == [one.name for one in office]


def test_another_is_built_upon_it(second, scope):
    assert names() == ["示例二局", "示例局"]


def test_who_asks_for_less_finds_less(office, scope):
    assert names() == ["示例局"]


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.xfail(raises=RuntimeError, strict=True)
def test_one_that_cannot_be_built_fails_each_test_that_asks_with_its_own_error(broken, time):
    raise AssertionError


def test_after_a_broken_one_the_others_stand(office, scope):
    assert names() == ["示例局"]


def test_who_asks_for_none_finds_none(scope):
    assert names() == []


def test_who_really_commits_finds_none(committed):
    from anju.core.people.scope import local_actor, open_scope

    with open_scope(local_actor()):
        assert names() == []
