"""A street's clerk: the county is their place, where they navigate and leave a trail, but no region whose every row they see."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from anju.core.models.people import Organisation, Posting
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people import identity, organisations, staff
from anju.core.people.identity import actor_of_staff
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.core.trail import trail
from tests.cast import CITY, EAST, WEST, operator, person

PASSWORD = "柿子熟了三次 Persimmon"


def region(code):
    return Region.objects.get(code=code, valid_until=None)


@pytest.fixture
def clerk(db):
    """Of a street of the eastern county, with a bureau's clerk beside."""
    person("clerk", EAST)
    with transaction.atomic(), open_scope(local_actor()) as by:
        street = organisations.register_organisation(by=by, region=region(EAST), kind="street", name="示例街道办事处")
        registered = staff.register_staff(by=by, username="street.clerk", name="街道某")
        Posting.objects.create(
            staff=registered, organisation=street, post="clerk", since=date(2020, 1, 1), by="local", bounded=False
        )
    return registered


def test_a_street_s_post_gives_a_place_and_no_region(clerk):
    user, bureau = actor_of_staff(clerk), operator("clerk", EAST)
    east = region(EAST).pk
    assert (user.region_ids, user.drafts, user.places) == (frozenset(), frozenset(), {east})
    assert user.holds("clerk", east) and len(user.organisation_ids) == 1
    assert (bureau.places, bureau.place_ids) == (bureau.region_ids, None), "for everybody else both are the same"
    assert east in bureau.region_ids


def test_a_post_at_the_bureau_beside_it_gives_the_region_too(clerk):
    with open_scope(local_actor()):
        bureau = Organisation.objects.create(region=region(WEST), kind="housing", name="西县住房和城乡建设局")
        Posting.objects.create(
            staff=clerk, organisation=bureau, post="reviewer", since=date(2020, 1, 1), by="local", bounded=False
        )
    user, reviewer = actor_of_staff(clerk), operator("reviewer", WEST)
    assert user.region_ids == user.drafts == reviewer.region_ids
    assert user.places == reviewer.region_ids | {region(EAST).pk}


def test_they_navigate_to_their_place_and_nowhere_else(clerk):
    user = actor_of_staff(clerk)
    with open_scope(user):
        assert tree.find_region(user, EAST).code == EAST
        assert tree.region_ids_below(user, region(EAST)) == frozenset()
        for code in (WEST, CITY):
            with pytest.raises(Region.DoesNotExist):
                tree.find_region(user, code)


def test_they_see_their_own_organisation_and_their_own_trail_only(clerk):
    user, bureau = actor_of_staff(clerk), operator("clerk", EAST)
    with open_scope(bureau):
        trail.record(by=bureau, act="jobs.retry", obj=trail.Subject("tests.thing", "", "局"), region_id=region(EAST).pk)
    with open_scope(user):
        trail.record(by=user, act="jobs.retry", obj=trail.Subject("tests.thing", "", "街道"), region_id=region(EAST).pk)
        trail.record(by=user, act="jobs.retry", obj=trail.Subject("tests.thing", "", "不涉及区划"))
        assert list(Trail.objects.values_list("obj", flat=True)) == ["街道", "不涉及区划"]
        assert [one.name for one in Organisation.objects.all()] == ["示例街道办事处"]
        assert identity.home_region_id(user) == region(EAST).pk
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            trail.record(
                by=user, act="jobs.retry", obj=trail.Subject("tests.thing", "", "西县"), region_id=region(WEST).pk
            )
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            trail.record(
                by=bureau, act="jobs.retry", obj=trail.Subject("tests.thing", "", "冒名"), region_id=region(EAST).pk
            )
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_organisation SET name = 'x'")
            assert cursor.rowcount == 0, "they know it, they do not rename it"
    with open_scope(bureau):
        assert set(Trail.objects.filter(act="jobs.retry", region_id=region(EAST).pk).values_list("obj", flat=True)) == {
            "局",
            "街道",
        }


@pytest.mark.usefixtures("committed")
def test_they_sign_in_and_stand_in_the_county_without_its_rows(clerk):
    """By the real pages: the first password, a wrong one, the right one, and what is the county's."""
    bureau = operator("clerk", EAST)
    with open_scope(local_actor()) as by:
        address = staff.make_first_link(by=by, username=clerk.username)
    client = Client()
    form = client.get(address, follow=True)
    client.post(form.redirect_chain[-1][0], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert client.post("/sign-in/", {"login": clerk.username, "password": "不是这个密码吧"}).status_code == 200
    answer = client.post("/sign-in/", {"login": clerk.username, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/returns/")
    with open_scope(bureau):  # the bureau's auditor finds what they did
        acts = Trail.objects.filter(obj=f"用户 {clerk.username}", region_id=region(EAST).pk).order_by("id")
        assert list(acts.values_list("act", flat=True))[-3:] == [
            "sign_in.set_password",
            "sign_in.fail",
            "sign_in.enter",
        ]
    shown = client.get("/targets/")
    assert (shown.status_code, client.get("/me/").status_code) == (200, 200)
    where = shown.context["where"]
    assert (where.region.code, [one.code for one in where.path]) == (EAST, [EAST])
    assert [code for code, _, _ in where.choices] == [EAST]
    for page in (f"/targets/?region={WEST}", f"/targets/?region={CITY}", "/projects/", "/returns/"):
        assert client.get(page).status_code == 404, "another place, and the county's own ledgers, are not found"
