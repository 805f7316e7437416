"""An organisation is renamed and ended, a person's name corrected: what changes, what stays, who may. The pages of people and of organisations."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anju.core.models.people import Organisation, Posting, Staff
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people import identity, organisations, postings, staff
from anju.core.people.identity import actor_of_staff
from anju.core.people.scope import local_actor, open_scope
from anju.problems import Refused
from tests.cast import EAST, WEST, operator, person, sign_in

DAY = date.today()
GROUND = "东编〔2026〕3号"
URLS = pytest.mark.urls("tests.core.people_urls")


def east() -> Region:
    return Region.objects.get(code=EAST, valid_until=None)


@pytest.fixture
def office(scope):
    return organisations.register_organisation(
        by=scope, region=east(), kind="housing", name="东县房产局", short="房产局"
    )


@pytest.fixture
def clerk(scope, office):
    made = staff.register_staff(by=scope, username="wang.fang", name="王方")
    postings.give_post(by=scope, username="wang.fang", organisation=office, post="clerk", since=DAY - timedelta(days=9))
    return made


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


# -- an organisation ends ---------------------------------------------------------------------------------------------------------


def test_the_posts_of_an_organisation_end_with_its_last_day(scope, office, clerk):
    organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY - timedelta(days=1), reason=GROUND)
    assert actor_of_staff(clerk, DAY - timedelta(days=1)).holds("clerk")
    assert actor_of_staff(clerk).posts == {}


def test_what_had_ended_before_and_what_is_held_elsewhere_stays(scope, office, clerk):
    other = organisations.register_organisation(by=scope, region=east(), kind="finance", name="东县财政局")
    kept = postings.give_post(
        by=scope, username="wang.fang", organisation=other, post="finance", since=DAY - timedelta(days=9)
    )
    past = Posting.objects.create(
        staff=clerk,
        organisation=office,
        post="head",
        bounded=False,
        since=DAY - timedelta(days=9),
        until=DAY - timedelta(days=5),
        by=scope.key,
    )
    organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY - timedelta(days=1), reason=GROUND)
    assert Posting.objects.get(pk=kept.pk).until is None
    assert Posting.objects.get(pk=past.pk).until == DAY - timedelta(days=5)


def test_an_ended_organisation_keeps_its_row_and_says_why_in_the_trail(scope, office, clerk):
    organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY, reason=GROUND)
    assert Organisation.objects.get(pk=office.pk).name == "东县房产局"
    row = Trail.objects.get(act="staff.abolish_organisation")
    assert (row.obj, row.region.code, row.said["reason"]) == ("机构 东县房产局", EAST, GROUND)
    assert row.said["after"] == {"ended_on": str(DAY), "posts": ["wang.fang clerk"]}


def test_an_ended_organisation_gives_no_posts_and_is_not_ended_or_renamed_again(scope, office, clerk):
    organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY, reason=GROUND)
    acts = (
        lambda: postings.give_post(
            by=scope, username="wang.fang", organisation=office, post="reviewer", since=DAY
        ),  # as it was read before
        lambda: organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY, reason=GROUND),
        lambda: organisations.rename_organisation(
            by=scope, organisation_id=office.pk, name="东县住建局", reason=GROUND
        ),
    )
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert codes(refused) == ["STAFF-014"]


def test_an_organisation_ended_by_mistake_stands_again_when_registered_again(scope, office, clerk):
    organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY - timedelta(days=1), reason=GROUND)
    again = organisations.register_organisation(by=scope, region=east(), kind="housing", name="东县房产局")
    assert (again.pk, again.ended_on) == (office.pk, None)
    assert Trail.objects.get(act="staff.restore_organisation").said["before"] == {
        "ended_on": str(DAY - timedelta(days=1))
    }
    assert actor_of_staff(clerk).posts == {}, "its posts are given anew by the security administrator"


def test_no_organisation_ends_tomorrow_or_without_ground(scope, office):
    with pytest.raises(Refused) as refused:
        organisations.abolish_organisation(by=scope, organisation_id=office.pk, on=DAY + timedelta(days=1), reason=" ")
    assert codes(refused) == ["STAFF-008", "STAFF-007"]
    assert Organisation.objects.get(pk=office.pk).ended_on is None


def test_nobody_ends_the_organisation_where_they_work(db):
    by = operator("system_admin")
    with open_scope(by):
        own = Organisation.objects.get(pk__in=by.organisation_ids)
        with pytest.raises(Refused) as refused:
            organisations.abolish_organisation(by=by, organisation_id=own.pk, on=DAY, reason=GROUND)
    assert codes(refused) == ["STAFF-005"]


# -- a name changes ---------------------------------------------------------------------------------------------------------------


def test_a_renamed_organisation_is_the_same_one_and_leaves_both_names(scope, office, clerk):
    organisations.rename_organisation(by=scope, organisation_id=office.pk, name=" 东县住建局 ", short="", reason=GROUND)
    assert Posting.objects.get().organisation.name == "东县住建局"
    assert actor_of_staff(clerk).holds("clerk")
    said = Trail.objects.get(act="staff.rename_organisation").said
    assert (said["before"], said["after"]) == (
        {"name": "东县房产局", "short": "房产局"},
        {"name": "东县住建局", "short": ""},
    )
    assert (said["object"]["text"], said["reason"]) == ("机构 东县房产局", GROUND)


@pytest.mark.parametrize(("name", "reason", "wanted"), [
    ("", GROUND, ["STAFF-001"]), ("东县财政局", GROUND, ["STAFF-015"]), ("东县财政局", "", ["STAFF-008", "STAFF-015"]),
])  # fmt: skip
def test_a_name_that_is_none_or_taken_in_the_region_is_refused(scope, office, name, reason, wanted):
    organisations.register_organisation(by=scope, region=east(), kind="finance", name="东县财政局")
    with pytest.raises(Refused) as refused:
        organisations.rename_organisation(by=scope, organisation_id=office.pk, name=name, reason=reason)
    assert codes(refused) == wanted


def test_the_same_name_again_leaves_no_row(scope, office, clerk):
    organisations.rename_organisation(
        by=scope, organisation_id=office.pk, name="东县房产局", short="房产局", reason=GROUND
    )
    staff.correct_staff_name(by=scope, username="wang.fang", name="王方", reason=GROUND)
    assert not Trail.objects.filter(act__in=("staff.rename_organisation", "staff.correct_name")).exists()


def test_a_corrected_name_is_told_from_then_on_and_the_trail_keeps_both(committed):
    person("clerk")
    with open_scope(local_actor()) as by:
        key = staff.register_staff(by=by, username="wang.fang", name="王方").username
        assert identity.read_name(key) == "王方"
    with open_scope(by):
        staff.correct_staff_name(by=by, username=key, name="王芳", reason="身份证")
    assert identity.read_name(key) == "王芳"
    with open_scope(by):
        said = Trail.objects.get(act="staff.correct_name").said
    assert (said["before"], said["after"], said["reason"]) == ({"name": "王方"}, {"name": "王芳"}, "身份证")


def test_another_worker_tells_the_corrected_name_before_long(scope, monkeypatch):
    key = staff.register_staff(by=scope, username="zhao.liu", name="赵六").username
    now = identity.current_ten_minutes()
    assert identity.read_name(key) == "赵六"
    Staff.objects.filter(username=key).update(name="赵陆")  # in another process
    monkeypatch.setattr(identity, "current_ten_minutes", lambda: now + 1)
    assert identity.read_name(key) == "赵陆"


def test_a_name_is_corrected_with_a_name_and_a_ground_and_by_another(db):
    by, clerk = operator("system_admin"), person("clerk")
    with open_scope(by):
        with pytest.raises(Refused) as refused:
            staff.correct_staff_name(by=by, username=clerk.username, name=" ", reason="")
        assert codes(refused) == ["STAFF-008", "STAFF-002"]
        with pytest.raises(Refused) as refused:
            staff.correct_staff_name(by=by, username=by.key, name="别人", reason=GROUND)
        assert codes(refused) == ["STAFF-005"]


@pytest.mark.parametrize("post", ["clerk", "head", "security_admin", "audit_admin"])
def test_only_the_system_administrator_renames_ends_and_corrects(db, post):
    by, other = operator(post), person("joint")
    with open_scope(by):
        office = other.postings.get().organisation_id
        for act in (
            lambda: organisations.rename_organisation(by=by, organisation_id=office, name="新名", reason=GROUND),
            lambda: organisations.abolish_organisation(by=by, organisation_id=office, on=DAY, reason=GROUND),
            lambda: staff.correct_staff_name(by=by, username=other.username, name="新名", reason=GROUND),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert codes(refused) == ["ACT-001"]


def test_an_organisation_of_another_region_is_not_there(db):
    with open_scope(operator("joint", WEST)):
        far = Organisation.objects.get().pk
    by = operator("system_admin", EAST)
    with open_scope(by):
        for act in (
            lambda: organisations.rename_organisation(by=by, organisation_id=far, name="新名", reason=GROUND),
            lambda: organisations.abolish_organisation(by=by, organisation_id=far, on=DAY, reason=GROUND),
        ):
            with pytest.raises(Organisation.DoesNotExist):
                act()


# -- the pages --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def system(committed):
    client = Client()
    sign_in(client, person("system_admin"))
    return client


def many(start: int, end: int) -> None:
    with open_scope(local_actor()) as by:
        for n in range(start, end):
            one = organisations.register_organisation(by=by, region=east(), kind="builder", name=f"建设单位{n:03}")
            staff.register_staff(by=by, username=f"zz.{n:03}", name=f"某{n}")
            postings.give_post(by=by, username=f"zz.{n:03}", organisation=one, post="clerk", since=DAY)


@URLS
@pytest.mark.parametrize("address", ["/staff/", "/staff/organisations/"])
def test_the_lists_come_in_pages_and_cost_the_same_however_long_they_are(system, address):
    many(0, 2)
    system.get(address)
    with CaptureQueriesContext(connection) as few:
        system.get(address)
    many(2, 60)
    with CaptureQueriesContext(connection) as queries:
        page = system.get(address).content.decode()
    assert len(queries) == len(few)
    assert page.count('<th scope="row"') == 50 and "共2页" in page
    rest = system.get(f"{address}?page=2").content.decode()
    assert page.count('<th scope="row"') + rest.count('<th scope="row"') == 61, (
        "the administrator, or their office, is one"
    )
    for words, found in (("059", 1), ("没有这个", 0)):
        assert (
            system.get(address, {"words": f"zz.{words}" if address == "/staff/" else words})
            .content.decode()
            .count('<th scope="row"')
            == found
        )


@URLS
def test_an_organisation_is_renamed_and_ended_on_its_page(system):
    many(0, 1)
    with open_scope(local_actor()):
        pk = Organisation.objects.get(name="建设单位000").pk
    at = f"/staff/organisations/{pk}/"
    assert "某0" in system.get(at).content.decode()
    wrong = system.post(f"{at}rename/", {"name": "建设集团", "short": "", "reason": ""})
    assert (
        wrong.status_code == 422
        and "STAFF-008" in wrong.content.decode()
        and 'value="建设集团"' in wrong.content.decode()
    )
    assert (
        system.post(f"{at}rename/", {"name": "建设集团", "short": "", "reason": GROUND}, follow=True).status_code == 200
    )
    wrong = system.post(f"{at}end/", {"on": "后天", "reason": GROUND})
    assert wrong.status_code == 422 and "STAFF-007" in wrong.content.decode()
    told = system.post(f"{at}end/", {"on": DAY.isoformat(), "reason": GROUND}, follow=True).content.decode()
    assert "建设集团" in told and "已撤销" in told and "撤销这个机构" not in told
    assert "已撤销" in system.get("/staff/organisations/").content.decode()
    with open_scope(local_actor()):
        assert Posting.objects.get(staff__username="zz.000").until == DAY


@URLS
def test_a_name_is_corrected_on_the_person_s_page_but_not_one_s_own(system):
    clerk, own = person("clerk"), person("system_admin")
    wrong = system.post(f"/staff/{clerk.pk}/correct/", {"name": "王芳", "reason": ""})
    assert wrong.status_code == 422 and "STAFF-008" in wrong.content.decode()
    assert (
        "王芳（"
        in system.post(
            f"/staff/{clerk.pk}/correct/", {"name": "王芳", "reason": "身份证"}, follow=True
        ).content.decode()
    )
    assert "/correct/" in system.get(f"/staff/{clerk.pk}/").content.decode()
    assert "/correct/" not in system.get(f"/staff/{own.pk}/").content.decode()
