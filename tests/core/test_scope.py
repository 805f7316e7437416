"""The scope: what an operator sees, and that without one there is nothing."""

import dataclasses

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import CURRENT, SETTINGS, Actor, local_actor, open_scope, visible_rows
from anju.core.trail import trail


def of(operator, *codes):
    ids = Region.objects.filter(code__in=codes, valid_until=None).values_list("pk", flat=True)
    return dataclasses.replace(operator, key="part", region_ids=frozenset(ids))


def setting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.regions', true), current_setting('app.user', true)")
        return cursor.fetchone()


@pytest.fixture
def east(operator):
    return of(operator, "450302")


@pytest.fixture
def west(operator):
    return of(operator, "450303")


def written(by, code):
    trail.record(
        by=by, act="jobs.retry", obj=trail.Subject("tests.thing", "", code), region_id=Region.objects.get(code=code).pk
    )


def test_the_local_operator_has_every_region_and_every_post(operator):
    assert len(operator.region_ids) == Region.objects.count() > 3000
    assert operator.holds("reviewer")
    assert not dataclasses.replace(operator, posts={"clerk": operator.region_ids}).holds("reviewer")


def test_each_sees_and_writes_their_own_regions_only(operator, east, west):
    with open_scope(east):
        written(east, "450302")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            written(east, "450303")
    with open_scope(west):
        assert not Trail.objects.exists()
        written(west, "450303")
    with open_scope(operator):
        assert Trail.objects.count() == 2
        assert list(visible_rows(Trail.objects.all(), east).values_list("obj", flat=True)) == ["450302"]


def test_a_nested_scope_gives_the_outer_one_back(operator, east):
    with open_scope(operator):
        outer = setting()
        with open_scope(east):
            assert setting() == (str(*east.region_ids), "part")
        assert setting() == outer
        with pytest.raises(RuntimeError), open_scope(east):
            raise RuntimeError
        assert setting() == outer


def test_a_scope_says_everything_that_the_policies_read(operator):
    """And a nested one that ends, or breaks off, gives all of it back."""
    inner = Actor(
        "inner",
        "内",
        frozenset({2}),
        draft_ids=frozenset({3}),
        delivered_ids=frozenset({10}),
        organisation_ids=frozenset({5, 4}),
        place_ids=frozenset({2, 6}),
        estate_ids=frozenset({7}),
        staff_id=8,
        household_ids=frozenset({9}),
    )
    said = {"user": "inner", "staff": "8", "regions": "2", "drafts": "3", "delivered": "10", "places": "6", "organisations": "4,5",
            "estates": "7", "own": "9"}  # fmt: skip

    def settings():
        with connection.cursor() as cursor:
            cursor.execute(CURRENT)
            return dict(zip(SETTINGS, cursor.fetchone(), strict=True))

    with open_scope(Actor("outer", "外", frozenset({1}), staff_id=1)):
        outer = settings()
        assert outer == dict.fromkeys(SETTINGS, "") | {"user": "outer", "staff": "1", "regions": "1", "drafts": "1"}
        with open_scope(inner):
            assert settings() == said
        assert settings() == outer
        with pytest.raises(RuntimeError), open_scope(inner):
            raise RuntimeError
        assert settings() == outer
    assert settings() == dict.fromkeys(SETTINGS, "")


def test_nothing_is_left_of_a_scope_in_the_enclosing_transaction(operator, east):
    with open_scope(east):
        written(east, "450302")
    assert setting() in (("", ""), (None, None))
    assert not Trail.objects.exists()


def test_an_operator_without_regions_sees_nothing(operator):
    with open_scope(operator):
        written(operator, "450302")
    with open_scope(Actor("none", "无", frozenset())):
        assert not Trail.objects.exists()


@pytest.mark.usefixtures("committed")
def test_a_reused_connection_carries_no_scope_over():
    operator = local_actor()
    with open_scope(operator):
        written(operator, "450302")
    raw = connection.connection
    assert isinstance(raw, psycopg.Connection)
    assert setting() == ("", ""), "the setting is blank after a transaction, not NULL: the policy must bear both"
    assert Trail.objects.count() == 0
    assert connection.connection is raw
    with open_scope(operator):
        assert Trail.objects.count() == 1
