"""People, organisations and posts: who may give what to whom, and what it opens and closes, at once."""

import dataclasses
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from anju.core.models.people import Organisation, Posting, Staff
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people import directory, identity, organisations, postings, staff
from anju.core.people.identity import actor_of_staff
from anju.core.people.permissions import may, permissions, posts
from anju.core.people.scope import local_actor, open_scope, visible_rows
from anju.core.trail import trail
from anju.problems import Refused
from tests.cast import ADMINS, BUSINESS, CITY, EAST, WEST, operator, person

DAY = date.today()
GROUND_OF_A_ROOM = "示例通〔2026〕2号"


@pytest.fixture
def office(scope):
    region = Region.objects.get(code=EAST, valid_until=None)
    return organisations.register_organisation(by=scope, region=region, kind="housing", name="东县住房和城乡建设局")


@pytest.fixture
def newcomer(scope):
    return staff.register_staff(by=scope, username="Wang.Fang", name="王芳")


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_person_is_registered_once_without_a_password_and_sees_nothing(scope, newcomer):
    assert (newcomer.username, newcomer.has_usable_password()) == ("wang.fang", False)
    user = actor_of_staff(newcomer)
    assert (user.region_ids, dict(user.posts)) == (frozenset(), {})
    assert not any(may(user, act) for act in permissions())
    with pytest.raises(Refused, match="已有人用"):
        staff.register_staff(by=scope, username="wang.fang", name="另一个")


@pytest.mark.parametrize("username", ["", "a", "王芳", "a b", "-ab", "x" * 41])
def test_a_user_name_that_cannot_be_is_refused(scope, username):
    with pytest.raises(Refused) as refused:
        staff.register_staff(by=scope, username=username, name="王芳")
    assert codes(refused) == ["STAFF-002"]


def test_a_post_opens_its_region_and_all_below_from_its_first_day_to_its_last(scope, office, newcomer):
    postings.give_post(
        by=scope,
        username="wang.fang",
        organisation=office,
        post="clerk",
        since=DAY,
        until=DAY + timedelta(days=1),
        ground="东建〔2026〕1号",
    )
    east = Region.objects.get(code=EAST, valid_until=None).pk
    for day, opened in (
        (DAY - timedelta(days=1), False),
        (DAY, True),
        (DAY + timedelta(days=1), True),
        (DAY + timedelta(days=2), False),
    ):
        user = actor_of_staff(newcomer, day)
        assert user.holds("clerk", east) is opened
        assert (east in user.region_ids) is opened
    west = Region.objects.get(code=WEST, valid_until=None).pk
    assert not actor_of_staff(newcomer).holds("clerk", west)


def test_a_post_taken_back_ends_that_day_and_leaves_its_ground(scope, office, newcomer):
    given = postings.give_post(
        by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY - timedelta(days=9)
    )
    postings.end_post(by=scope, posting_id=given.pk, on=DAY - timedelta(days=1), reason="东建〔2026〕2号")
    assert actor_of_staff(newcomer).posts == {}
    row = Trail.objects.get(act="staff.end_post")
    assert (row.said["reason"], row.region.code) == ("东建〔2026〕2号", EAST)
    with pytest.raises(Refused) as refused:
        postings.end_post(by=scope, posting_id=given.pk, on=DAY, reason="再收一次")
    assert codes(refused) == ["STAFF-009"]


@pytest.mark.parametrize(
    ("first", "second"), [(one, other) for one in ADMINS for other in (*ADMINS, *BUSINESS) if one != other]
)
def test_the_three_administrators_are_three_people_and_hold_nothing_else(scope, office, first, second):
    more = {"ground": "审通〔2026〕1号", "until": DAY + timedelta(days=30)}
    for one, other in ((first, second), (second, first)):
        who = staff.register_staff(by=scope, username=f"x.{one}.{other}", name="某人").username
        postings.give_post(by=scope, username=who, organisation=office, post=one, since=DAY, **more)
        with pytest.raises(Refused) as refused:
            postings.give_post(by=scope, username=who, organisation=office, post=other, since=DAY, **more)
        assert codes(refused) == ["STAFF-003"]


def test_the_separation_sees_posts_in_regions_that_the_administrator_does_not(scope, newcomer):
    west = Region.objects.get(code=WEST, valid_until=None)
    far = organisations.register_organisation(by=scope, region=west, kind="housing", name="西县局")
    near = organisations.register_organisation(
        by=scope, region=Region.objects.get(code=EAST, valid_until=None), kind="housing", name="东县局"
    )
    postings.give_post(by=scope, username="wang.fang", organisation=far, post="system_admin", since=DAY)
    security = operator("security_admin", EAST)
    Posting.objects.create(
        staff=newcomer,
        organisation=near,
        post="system_admin",
        bounded=False,
        since=DAY - timedelta(days=9),
        until=DAY - timedelta(days=5),
        by="x",
    )
    with open_scope(security), pytest.raises(Refused) as refused:
        postings.give_post(by=security, username="wang.fang", organisation=near, post="clerk", since=DAY)
    assert codes(refused) == ["STAFF-003"]


def test_the_database_wants_the_ground_and_the_end_of_a_bounded_post_whatever_it_is_called(scope, office, newcomer):
    known = {"staff": newcomer, "organisation": office, "post": "stocktaker", "since": DAY, "by": "x"}
    for bounds in ({"until": DAY}, {"ground": GROUND_OF_A_ROOM}):
        with pytest.raises(IntegrityError, match="a_bounded_post_has_ground_and_end"), transaction.atomic():
            Posting.objects.create(**known, bounded=True, **bounds)
    Posting.objects.create(**known, bounded=True, until=DAY, ground=GROUND_OF_A_ROOM)
    made = Posting.objects.create(**known, bounded=False)
    assert (
        made.label == "stocktaker" and actor_of_staff(newcomer).posts == {}
    )  # its room is not here, and it gives nothing


def test_several_business_posts_may_be_one_person_s(scope, office, newcomer):
    for post in ("clerk", "reviewer", "joint"):
        postings.give_post(by=scope, username="wang.fang", organisation=office, post=post, since=DAY)
    assert set(actor_of_staff(newcomer).posts) == {"clerk", "reviewer", "joint"}
    with pytest.raises(Refused) as refused:
        postings.give_post(by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY)
    assert codes(refused) == ["STAFF-006"]


@pytest.mark.parametrize("more", [{}, {"ground": "审通〔2026〕1号"}, {"until": DAY}, {"ground": " ", "until": DAY}])
def test_an_auditor_comes_by_a_document_and_for_a_time(scope, office, newcomer, more):
    with pytest.raises(Refused) as refused:
        postings.give_post(by=scope, username="wang.fang", organisation=office, post="auditor", since=DAY, **more)
    assert codes(refused) == ["STAFF-004"]


def test_an_auditor_sees_the_region_but_none_of_its_drafts(db):
    auditor, clerk = operator("auditor"), operator("clerk")
    assert auditor.region_ids == clerk.region_ids
    assert (auditor.drafts, clerk.drafts) == (frozenset(), clerk.region_ids)
    with open_scope(auditor), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.regions', true) <> '', current_setting('app.drafts', true)")
        assert cursor.fetchone() == (True, "")


def test_a_superior_sees_what_was_delivered_alone_unless_another_post_lets_them_see_more(db):
    superior, clerk, auditor = operator("superior"), operator("clerk"), operator("auditor")
    assert superior.region_ids == superior.delivered_ids == clerk.region_ids
    assert superior.drafts == clerk.delivered_ids == auditor.delivered_ids == frozenset()
    staff = person("superior")
    with open_scope(clerk):
        office = Organisation.objects.get(postings__staff=staff)
        Posting.objects.create(staff=staff, organisation=office, post="publisher", bounded=False, since=DAY, by="x")
    both = actor_of_staff(staff)
    assert (both.delivered_ids, both.drafts) == (frozenset(), both.region_ids)


@pytest.mark.parametrize("post", sorted(set(posts()) - {"security_admin"}))
def test_only_the_security_administrator_gives_posts(db, post):
    by, clerk = operator(post), person("clerk")
    with open_scope(by):
        office = Organisation.objects.get(postings__staff=clerk)
        with pytest.raises(Refused) as refused:
            postings.give_post(by=by, username=clerk.username, organisation=office, post="reviewer", since=DAY)
    assert codes(refused) == ["ACT-001"]


def test_nobody_gives_a_post_to_themselves(db):
    by = operator("security_admin")
    with open_scope(by):
        office = Organisation.objects.get()
        with pytest.raises(Refused) as refused:
            postings.give_post(by=by, username=by.key, organisation=office, post="clerk", since=DAY)
    assert codes(refused) == ["STAFF-005"]


def test_posts_outside_one_s_regions_are_not_there(db):
    person("clerk", WEST)
    by = operator("security_admin", EAST)
    with open_scope(by):
        assert not directory.list_people(by).filter(username=f"clerk-{WEST}").exists()
        west = Organisation(
            pk=10**6, region_id=Region.objects.get(code=WEST, valid_until=None).pk, name="西", kind="housing"
        )
        with pytest.raises(Organisation.DoesNotExist):
            postings.give_post(by=by, username=by.key, organisation=west, post="clerk", since=DAY)
        with pytest.raises(Staff.DoesNotExist):
            staff.unlock_staff(by=by, username=f"clerk-{WEST}")


def test_the_system_administrator_may_not_take_over_who_has_a_password(db):
    made = person("clerk")
    made.set_password("一串很长的密码 x9")
    made.save()
    by = operator("system_admin")
    with open_scope(by), pytest.raises(Refused) as refused:
        staff.make_first_link(by=by, username=made.username)
    assert codes(refused) == ["STAFF-011"]
    security = operator("security_admin")
    with open_scope(security):
        assert staff.reset_password(by=security, username=made.username) is None, "who resets sees no link"
        with pytest.raises(Refused) as refused:
            staff.make_first_link(by=security, username=made.username)
    assert codes(refused) == ["ACT-001"]
    assert not Staff.objects.get(pk=made.pk).has_usable_password()
    with open_scope(by):
        assert staff.make_first_link(by=by, username=made.username).startswith("/sign-in/first/")


@pytest.mark.parametrize("began", [-9, 0, 3])
@pytest.mark.parametrize("on", [-30, -1, 0])
def test_a_post_that_is_taken_away_is_gone_at_once_since_whenever_it_was_held(scope, office, newcomer, began, on):
    given = postings.give_post(
        by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY + timedelta(days=began)
    )
    postings.end_post(by=scope, posting_id=given.pk, on=DAY + timedelta(days=on), reason="东建〔2026〕2号")
    for day in (DAY, DAY + timedelta(days=3)):
        assert actor_of_staff(newcomer, day).posts == {}
    again = postings.give_post(by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY)
    assert set(actor_of_staff(newcomer).posts) == {"clerk"} and again.pk != given.pk


def test_a_post_may_be_taken_away_from_a_day_to_come(scope, office, newcomer):
    given = postings.give_post(by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY)
    postings.end_post(by=scope, posting_id=given.pk, on=DAY + timedelta(days=2), reason="东建〔2026〕2号")
    assert [bool(actor_of_staff(newcomer, DAY + timedelta(days=day)).posts) for day in (0, 2, 3)] == [True, True, False]
    postings.end_post(by=scope, posting_id=given.pk, on=DAY, reason="提前")
    assert actor_of_staff(newcomer).posts == {}


def test_a_last_day_before_the_day_before_the_first_is_refused_by_the_database(scope, office, newcomer):
    known = {"staff": newcomer, "organisation": office, "post": "clerk", "bounded": False, "since": DAY, "by": "x"}
    with pytest.raises(IntegrityError, match="posting_ends_after_it_began"), transaction.atomic():
        Posting.objects.create(**known, until=DAY - timedelta(days=2))


def test_who_is_retired_holds_nothing_and_is_kept(scope, office, newcomer):
    postings.give_post(by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY - timedelta(days=3))
    staff.retire_staff(by=scope, username="wang.fang", on=DAY - timedelta(days=1))
    assert actor_of_staff(newcomer).posts == {}
    with pytest.raises(Refused) as refused:
        identity.find_actor("wang.fang")
    assert codes(refused) == ["STAFF-010"]
    assert Posting.objects.count() == 1


def test_a_post_is_never_deleted_and_only_its_end_is_written(scope, office, newcomer):
    from django.db import ProgrammingError, transaction

    given = postings.give_post(by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY)
    for statement in ("DELETE FROM core_posting", "UPDATE core_posting SET post = 'head'", "DELETE FROM core_staff"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Posting.objects.get().pk == given.pk


# -- the two walls, each with the other taken away -----------------------------------------------------------------------------------


@pytest.fixture
def both(committed):
    """A row of the trail and an organisation in each of two counties."""
    for code in (EAST, WEST):
        person("clerk", code)
    with open_scope(local_actor()) as by:
        for code in (EAST, WEST):
            trail.record(
                by=by,
                act="jobs.retry",
                obj=trail.Subject("tests.thing", "", code),
                region_id=Region.objects.get(code=code, valid_until=None).pk,
            )
    return operator("clerk", EAST)


def test_a_query_that_forgot_the_user_is_still_held_by_the_database(both):
    with open_scope(both):
        assert set(Trail.objects.filter(act="jobs.retry").values_list("obj", flat=True)) == {EAST}
        assert set(Organisation.objects.values_list("region__code", flat=True)) == {EAST}
        assert set(Posting.objects.values_list("staff__username", flat=True)) == {f"clerk-{EAST}"}


def test_a_database_that_holds_nothing_back_is_still_held_by_the_query(both):
    with connections["owner"].cursor() as cursor:
        for table in ("core_trail", "core_organisation", "core_posting"):
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    try:
        with open_scope(both):
            assert set(Trail.objects.filter(act="jobs.retry").values_list("obj", flat=True)) == {EAST, WEST}, (
                "the wall is really away"
            )
            assert set(visible_rows(Trail.objects.filter(act="jobs.retry"), both).values_list("obj", flat=True)) == {
                EAST
            }
            assert {one.region.code for one in directory.list_organisations(both)} == {EAST}
            assert {one.staff.username for one in directory.list_postings(both)} == {f"clerk-{EAST}"}
            assert not directory.list_people(both).filter(username=f"clerk-{WEST}").exists()
    finally:
        connection.close()
        with connections["owner"].cursor() as cursor:
            for table in ("core_trail", "core_organisation", "core_posting"):
                cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def test_a_city_sees_its_counties_and_a_county_not_its_city(db):
    county, city = operator("clerk", EAST), operator("city_reviewer", CITY)
    assert county.region_ids < city.region_ids
    assert dataclasses.replace(city).holds("city_reviewer", next(iter(county.region_ids)))


def test_taking_codes_and_sessions_away_leaves_a_row_each(scope, newcomer):
    staff.reset_codes(by=scope, username="wang.fang")
    staff.end_sessions(by=scope, username="wang.fang")
    rows = Trail.objects.filter(object_type="core.staff", object_id=newcomer.pk).order_by("-id")[:2]
    assert [(row.act, row.obj) for row in rows] == [
        ("staff.end_sessions", "用户 wang.fang"), ("staff.reset_codes", "用户 wang.fang"),
    ]  # fmt: skip
