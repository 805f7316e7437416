"""The three administrators are separated in deed: two of them for a third one's reset, codes for each, and the link never shows to who resets."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from anju.core.models.people import AdminReset, Organisation, Posting, Staff
from anju.core.models.trail import Trail
from anju.core.people import resets, staff
from anju.core.people.scope import local_actor, open_scope
from anju.problems import Refused
from tests.cast import ADMINS, BACKEND, EAST, PHONE, WEST, operator, person
from tests.core.test_sign_in import PASSWORD, again, codes_now, set_password, sign_in

pytestmark = [pytest.mark.urls("tests.core.people_urls"), pytest.mark.usefixtures("committed")]
LINK = re.compile(r"http://testserver(/sign-in/first/\S+?)<")


def page_of(post: str) -> Client:
    client = Client()
    client.force_login(person(post), backend=BACKEND)
    return client


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def ask(post: str, target: str, kind: str = "password", reason: str = "忘了密码"):
    by = operator(post)
    with open_scope(by):
        return resets.ask_reset(by=by, username=person(target).username, kind=kind, reason=reason)


def confirm(post: str, number: int) -> str:
    by = operator(post)
    with open_scope(by):
        return resets.confirm_reset(by=by, reset_id=number)


TRIPLES = [(a, b, c) for a in ADMINS for b in ADMINS for c in ADMINS if len({a, b, c}) == 3]


@pytest.mark.parametrize(("asks", "confirms", "target"), TRIPLES)
def test_one_asks_and_another_confirms_and_only_who_confirms_sees_the_link(asks, confirms, target):
    made = person(target)
    made.set_password(PASSWORD)
    made.save()
    pk = made.pk
    there = Client()
    there.force_login(made, backend=BACKEND)
    first, second = page_of(asks), page_of(confirms)
    asked = first.post(f"/staff/{pk}/ask-reset/", {"kind": "password", "reason": "本人来电"}, follow=True)
    assert not LINK.search(asked.content.decode()) and "等待确认" in asked.content.decode()
    assert Staff.objects.get(pk=pk).check_password(PASSWORD), "asked for, and nothing done"
    number = AdminReset.objects.get().pk
    assert "STAFF-005" in first.post(f"/staff/resets/{number}/confirm/").content.decode()
    assert (
        "本人来电" in second.get(f"/staff/{pk}/").content.decode()
        and "三员重置等待确认" in second.get("/staff/").content.decode()
    )
    shown = second.post(f"/staff/resets/{number}/confirm/").content.decode()
    assert set_password(LINK.search(shown)[1], "石榴红了又红 Pomegranate").status_code == 302
    assert Staff.objects.get(pk=pk).check_password("石榴红了又红 Pomegranate")
    assert there.get("/me/").status_code == 302, "and whoever sat there is out"
    with open_scope(local_actor()):
        rows = list(Trail.objects.filter(act__in=("staff.ask_reset", "staff.confirm_reset")).order_by("id"))
    assert [(row.act, row.by) for row in rows] == [
        ("staff.ask_reset", person(asks).username),
        ("staff.confirm_reset", person(confirms).username),
    ]
    assert rows[1].said["after"]["asked_by"] == person(asks).username


@pytest.mark.parametrize("target", ADMINS)
def test_nobody_alone_gives_one_of_the_three_a_link_or_takes_their_codes(target):
    made = person(target)
    for has_password in (True, False):
        made.set_password(PASSWORD) if has_password else made.set_unusable_password()
        made.save()
        for post, service in (
            ("system_admin", staff.make_first_link),
            ("security_admin", staff.reset_password),
            ("security_admin", staff.reset_codes),
        ):
            by = operator(post)
            with open_scope(by), pytest.raises(Refused) as refused:
                service(by=by, username=made.username)
            assert codes(refused) == ["STAFF-016"]
    assert Authenticator.objects.filter(user=made).exists()


def test_a_post_to_come_makes_an_administrator_already():
    from datetime import date, timedelta

    made = person("clerk")
    with open_scope(local_actor()):
        Posting.objects.filter(staff=made).update(until=date.today() - timedelta(days=1))
        Posting.objects.create(staff=made, organisation=Organisation.objects.first(), post="audit_admin", bounded=False,
                               since=date.today() + timedelta(days=9), by="x")  # fmt: skip
    by = operator("system_admin")
    with open_scope(by), pytest.raises(Refused) as refused:
        staff.make_first_link(by=by, username=made.username)
    assert codes(refused) == ["STAFF-016"]


def test_new_codes_take_two_and_end_the_sessions():
    made = person("audit_admin")
    made.set_password(PASSWORD)
    made.save()
    there, _ = sign_in(made.username)
    there.post("/sign-in/code/", {"code": codes_now(PHONE)})
    assert there.get("/me/").status_code == 200
    number = ask("system_admin", "audit_admin", "codes").pk
    assert confirm("security_admin", number) == ""
    assert not Authenticator.objects.filter(user=made).exists() and there.get("/me/").status_code == 302


def test_a_wish_is_granted_once_and_not_after_three_days():
    number = ask("system_admin", "audit_admin").pk
    with pytest.raises(Refused) as refused:
        ask("security_admin", "audit_admin")
    assert codes(refused) == ["STAFF-017"]
    assert confirm("security_admin", number)
    with pytest.raises(Refused) as refused:
        confirm("security_admin", number)
    assert codes(refused) == ["STATE-001"]
    late = ask("system_admin", "audit_admin")
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE core_adminreset SET at = at - interval '73 hours' WHERE id = %s", [late.pk])
    with pytest.raises(Refused) as refused:
        confirm("security_admin", late.pk)
    assert codes(refused) == ["STATE-001"]


@pytest.mark.parametrize(
    ("by", "target", "kind", "reason", "wanted"),
    [
        ("system_admin", "system_admin", "password", "忘了", ["STAFF-005"]), ("audit_admin", "clerk", "password", "忘了", ["STAFF-017"]),
        ("audit_admin", "system_admin", "phone", " ", ["STAFF-008", "STAFF-017"]),
        ("audit_admin", "system_admin", "password", "长" * 201, ["STAFF-008"]), ("clerk", "system_admin", "password", "忘了", ["ACT-001"]),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_with_every_problem(by, target, kind, reason, wanted):
    with pytest.raises(Refused) as refused:
        ask(by, target, kind, reason)
    assert codes(refused) == wanted


def test_who_is_reset_and_who_asks_do_not_confirm_and_elsewhere_it_is_not_there():
    number = ask("system_admin", "audit_admin").pk
    for post in ("system_admin", "audit_admin"):
        with pytest.raises(Refused) as refused:
            confirm(post, number)
        assert codes(refused) == ["STAFF-005"]
    by = operator("security_admin", WEST)
    with open_scope(by), pytest.raises(AdminReset.DoesNotExist):
        resets.confirm_reset(by=by, reset_id=number)


def test_whoever_sits_at_the_machine_needs_no_second_one():
    person("security_admin")
    with open_scope(local_actor()) as by:
        assert staff.make_first_link(by=by, username=f"security_admin-{EAST}").startswith("/sign-in/first/")
        staff.reset_codes(by=by, username=f"security_admin-{EAST}")


# -- the second factor --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("post", ADMINS)
def test_none_of_the_three_gets_further_than_their_own_account_without_codes(post):
    made = person(post)
    Authenticator.objects.filter(user=made).delete()
    made.set_password(PASSWORD)
    made.save()
    client, answer = sign_in(made.username)
    assert client.get(answer.headers["Location"]).headers["Location"] == "/me/codes/"
    for address in ("/staff/", "/trail/", "/jobs/", "/"):
        assert client.get(address).headers["Location"] == "/me/codes/", address
    assert client.get("/staff/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/codes/"
    assert client.post("/staff/register/", {"username": "li.si", "name": "李四"}).headers["Location"] == "/me/codes/"
    assert not Staff.objects.filter(username="li.si").exists()
    assert client.get("/me/").status_code == 200
    page = again(client, "/me/codes/").content.decode()
    secret = re.search(r"密钥：<code>(\w+)</code>", page)[1]
    assert client.post("/me/codes/", {"code": codes_now(secret)}).status_code == 302
    assert client.get("/staff/").status_code == 200
    assert sign_in(made.username)[1].headers["Location"] == "/sign-in/code/"


def test_who_must_have_codes_cannot_turn_them_off():
    client = page_of("audit_admin")
    client.post("/me/codes/off/")
    assert Authenticator.objects.filter(user=person("audit_admin")).exists()


@pytest.mark.parametrize(("named", "asked"), [({"head"}, True), ({"all"}, True), ({"clerk"}, False), (set(), False)])
def test_an_office_asks_others_for_codes_too(settings, named, asked):
    settings.TWO_FACTORS = named
    assert (page_of("head").get("/").status_code == 302) is asked


def test_an_administrator_signs_in_with_both_and_lands_on_the_first_page_that_is_theirs():
    made = person("audit_admin")
    made.set_password(PASSWORD)
    made.save()
    client, answer = sign_in(made.username)
    assert answer.headers["Location"] == "/sign-in/code/"
    assert client.post("/sign-in/code/", {"code": codes_now(PHONE)}).headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/staff/"


def test_administrators_do_their_part_on_the_pages():
    """Registered, linked, posted, made to wait and unlocked, reset, taken back: by the one whose part it is."""
    system, security = page_of("system_admin"), page_of("security_admin")
    page = system.post("/staff/register/", {"username": "li.si", "name": "李四"}).content.decode()
    assert set_password(LINK.search(page)[1]).status_code == 302
    pk = Staff.objects.get(username="li.si").pk
    assert "STAFF-011" in system.post(f"/staff/{pk}/first-link/").content.decode()
    with open_scope(local_actor()):
        office = Organisation.objects.get().pk
    given = {"post": "clerk", "organisation": office, "since": "", "until": "", "ground": "东建〔2026〕1号"}
    assert system.post(f"/staff/{pk}/posts/", given).status_code == 403
    assert security.post(f"/staff/{pk}/posts/", given).status_code == 302
    assert sign_in("li.si")[0].get("/me/").status_code == 200
    for _ in range(5):
        sign_in("li.si", "错的")
    assert "李四" in security.get("/staff/").content.decode().split("暂缓登录")[1][:300]
    assert security.post(f"/staff/{pk}/unlock/").status_code == 302
    client, _ = sign_in("li.si")
    reset = security.post(f"/staff/{pk}/reset-password/", follow=True).content.decode()
    assert "原密码已作废" in reset and not LINK.search(reset)
    assert client.get("/me/").status_code == 302 and sign_in("li.si")[1].status_code == 200
    assert security.post(f"/staff/{pk}/first-link/").status_code == 403
    assert set_password(LINK.search(system.post(f"/staff/{pk}/first-link/").content.decode())[1]).status_code == 302
    client, _ = sign_in("li.si")
    with open_scope(local_actor()):
        posting = Posting.objects.get(staff=pk).pk
    assert "STAFF-008" in security.post(f"/staff/postings/{posting}/end/", {"reason": ""}).content.decode()
    assert client.get("/me/").status_code == 200
    assert security.post(f"/staff/postings/{posting}/end/", {"reason": "调离", "on": ""}).status_code == 302
    assert client.get("/me/").status_code == 403, "given today and taken away today: at once"
    assert "当天收回" in security.get(f"/staff/{pk}/").content.decode()
    assert security.post(f"/staff/{pk}/sessions/").status_code == 302
    assert client.get("/me/").status_code == 302
    assert system.post(f"/staff/{pk}/retire/").status_code == 302
    assert sign_in("li.si")[1].headers.get("Location") != "/"
