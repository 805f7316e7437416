"""Signing in: the first password, lock-out, the second step, limits of sessions; and nothing of it in any log that should not be there."""

import logging
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from anju import settings as shipped
from anju.core.models.people import Staff
from anju.core.models.trail import Trail
from anju.core.people import staff
from anju.core.people.scope import local_actor, open_scope
from tests.cast import BACKEND, person

pytestmark = [pytest.mark.urls("tests.core.people_urls"), pytest.mark.usefixtures("committed")]
PASSWORD = "柿子熟了三次 Persimmon"
MOMENT = 1_900_000_000  # of what the phone shows; seconds


def link(username: str) -> str:
    with open_scope(local_actor()) as by:
        return staff.make_first_link(by=by, username=username)


def set_password(address: str, password: str = PASSWORD, again: str | None = None):
    client = Client()
    form = client.get(address, follow=True)
    return client.post(
        form.redirect_chain[-1][0] if form.redirect_chain else address,
        {"new_password1": password, "new_password2": password if again is None else again},
    )


@pytest.fixture
def clerk():
    made = person("clerk")
    set_password(link(made.username))
    return Staff.objects.get(pk=made.pk)


def sign_in(username: str, password: str = PASSWORD, client: Client | None = None, **extra):
    client = client or Client()
    return client, client.post("/sign-in/", {"login": username, "password": password}, **extra)


def again(client: Client, address: str):
    """An important page asks for the password once more."""
    answer = client.get(address)
    assert answer.headers["Location"].startswith("/me/again/")
    return client.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)


def trail(act: str = "") -> list[Trail]:
    with open_scope(local_actor()):
        found = Trail.objects.order_by("id")
        return list(found.filter(act=act) if act else found)


def test_the_first_password_is_set_by_the_person_and_kept_as_argon2(clerk):
    assert clerk.password.startswith("argon2$argon2id$")
    assert shipped.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"], "tests have a quicker one"
    client, answer = sign_in(clerk.username)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/returns/")
    assert client.get("/me/").status_code == 200
    assert [row.act for row in trail() if row.by == clerk.username] == ["sign_in.set_password", "sign_in.enter"]


def test_a_first_link_dies_with_its_use_and_with_a_newer_one():
    made = person("clerk")
    old, new = link(made.username), link(made.username)
    assert "链接已失效" in Client().get(old, follow=True).content.decode()
    assert set_password(new).status_code == 302
    assert "链接已失效" in Client().get(new, follow=True).content.decode()
    assert new.split("/")[-2] not in "".join(map(str, Staff.objects.values_list("password", "username")))


def test_a_first_link_dies_after_its_time(settings):
    made = person("clerk")
    address = link(made.username)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "链接已失效" in Client().get(address, follow=True).content.decode()


@pytest.mark.parametrize(
    ("password", "says"),
    [("短密码", "太短"), ("password123", "太常见"), ("83920174651", "只包含数字"), ("clerk-140525", "相似")],
)
def test_a_weak_password_is_refused_in_chinese(password, says):
    answer = set_password(link(person("clerk").username), password)
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not Staff.objects.get(username="clerk-140525").has_usable_password()


def test_sign_in_leads_back_to_where_one_wanted_to_go_and_nowhere_outside(clerk):
    _, answer = sign_in(clerk.username)
    assert answer.headers["Location"] == "/returns/"
    assert (
        Client().post("/sign-in/?next=/me/", {"login": clerk.username, "password": PASSWORD}).headers["Location"]
        == "/me/"
    )
    assert (
        Client()
        .post("/sign-in/?next=https://example.com/", {"login": clerk.username, "password": PASSWORD})
        .headers["Location"]
        == "/returns/"
    )


def test_who_is_retired_does_not_come_in(clerk):
    client, _ = sign_in(clerk.username)
    Staff.objects.filter(pk=clerk.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302
    assert "/me/" not in sign_in(clerk.username)[1].headers.get("Location", "")


def codes_now(secret: str) -> str:
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06}"


@pytest.fixture
def phone(clerk, monkeypatch):
    """The clerk has turned the second step on; the secret of their phone and the spare codes. The library that checks codes has one
    moment throughout: a code must not run out because the machine is busy."""
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: MOMENT))
    client, _ = sign_in(clerk.username)
    page = again(client, "/me/codes/").content.decode()
    assert "data:image/svg+xml;base64," in page
    secret = re.search(r"密钥：<code>(\w+)</code>", page)[1]
    spare = client.post("/me/codes/", {"code": codes_now(secret)}, follow=True).content.decode()
    from django.core.cache import cache

    cache.clear()  # the code just used may be used once more
    return secret, re.findall(r"<li><code>(\w+)</code></li>", spare)


def test_the_second_step_asks_for_the_code_of_the_phone(clerk, phone):
    client, answer = sign_in(clerk.username)
    assert answer.headers["Location"] == "/sign-in/code/"
    assert client.get("/me/").status_code == 302
    assert client.post("/sign-in/code/", {"code": codes_now(phone[0])}).status_code == 302
    assert client.get("/me/").status_code == 200


def test_a_code_is_good_once(clerk, phone):
    code = codes_now(phone[0])
    first, _ = sign_in(clerk.username)
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    second, _ = sign_in(clerk.username)
    assert second.post("/sign-in/code/", {"code": code}).status_code == 200


def test_a_spare_code_stands_in_for_the_phone_once(clerk, phone):
    assert len(phone[1]) == 10
    for status in (302, 200):
        client, _ = sign_in(clerk.username)
        assert client.post("/sign-in/code/", {"code": phone[1][0]}).status_code == status


def test_wrong_codes_lock_as_wrong_passwords_do(clerk, phone):
    client, _ = sign_in(clerk.username)
    for _ in range(5):
        answer = client.post("/sign-in/code/", {"code": "000000"})
    assert answer.status_code == 429
    assert client.post("/sign-in/code/", {"code": codes_now(phone[0])}).status_code == 429
    assert len(trail("sign_in.fail")) == 5, "what was not looked at is no failure"
    assert [row.act for row in trail("sign_in.lock_out")] == ["sign_in.lock_out"]


def test_the_secret_lies_encrypted(clerk, phone):
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert phone[0] not in kept and not any(code in kept for code in phone[1])
    assert len(generate_totp_secret()) == len(phone[0])


def test_no_more_than_three_sessions_the_oldest_leaves(clerk):
    clients = [sign_in(clerk.username)[0] for _ in range(4)]
    assert [client.get("/me/").status_code for client in clients] == [302, 200, 200, 200]
    clients[3].post("/me/sessions/")
    assert [client.get("/me/").status_code for client in clients[1:]] == [302, 302, 200]


def test_a_changed_password_ends_every_other_session(clerk):
    here, there = sign_in(clerk.username)[0], sign_in(clerk.username)[0]
    new = "石榴红了又红 Pomegranate"
    assert (
        here.post("/me/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}).headers["Location"]
        == "/me/"
    )
    assert (here.get("/me/").status_code, there.get("/me/").status_code) == (200, 302)
    assert trail("sign_in.change_password")


@pytest.mark.parametrize(("key", "ago"), [("seen", settings.SESSION_IDLE + 5), ("since", settings.SESSION_LONGEST + 5)])
def test_a_session_ends_when_idle_and_after_a_working_day(clerk, key, ago):
    client, _ = sign_in(clerk.username)
    client.get("/me/")
    store = import_module(settings.SESSION_ENGINE).SessionStore(client.cookies["sessionid"].value)
    store[key] = int(timezone.now().timestamp()) - ago
    store.save()
    answer = client.get("/me/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/?next=%2Fme%2F")
    assert not UserSession.objects.filter(
        session_key=store.session_key, user=clerk
    ).exists() or not Session.objects.filter(pk=store.session_key)


def test_signing_out_ends_the_session(clerk):
    client, _ = sign_in(clerk.username)
    client.post("/sign-out/")
    assert client.get("/me/").status_code == 302
    assert [row.act for row in trail()][-1] == "sign_in.leave"


def test_no_password_code_link_or_name_is_in_any_log(clerk, phone, caplog, capfd, monkeypatch):
    # A handler of an earlier test whose stream is closed would print this test's own lines, with the passwords they are written with.
    monkeypatch.setattr(logging, "raiseExceptions", False)
    caplog.set_level(logging.DEBUG)
    for name in ("", "django", "django.request", "axes", "allauth"):
        caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger("django").addHandler(caplog.handler)
    address = link(clerk.username)
    set_password(address, "山楂年年都有 Hawthorn")
    client, _ = sign_in(clerk.username, "山楂年年都有 Hawthorn", REMOTE_ADDR="10.9.8.7")
    client.post("/sign-in/code/", {"code": "135790"}, REMOTE_ADDR="10.9.8.7")
    client.post("/sign-in/code/", {"code": codes_now(phone[0])}, REMOTE_ADDR="10.9.8.7")
    client.get("/nowhere/")
    for _ in range(6):
        sign_in("hunter2", "swordfish", REMOTE_ADDR="10.9.8.7")
    logging.getLogger("django").removeHandler(caplog.handler)
    # The program's own lines: debugging lines of the database driver are not kept by any installation.
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    out = capfd.readouterr()
    kept = "\n".join(lines) + out.out + out.err + "".join(str(row.said) for row in trail())
    for secret in (
        "Hawthorn",
        "135790",
        "hunter2",
        "swordfish",
        address.split("/")[-2],
        phone[0],
        *phone[1],
    ):
        assert secret not in kept, secret
    assert clerk.name not in "\n".join(lines) and "10.9.8.7" not in "\n".join(lines)


def test_who_has_no_post_may_come_in_and_sees_nothing():
    with open_scope(local_actor()) as by:
        staff.register_staff(by=by, username="new.comer", name="新来的")
    set_password(link("new.comer"))
    client, answer = sign_in("new.comer")
    assert answer.status_code == 302
    assert [client.get(address).status_code for address in ("/", "/me/", "/staff/")] == [403, 403, 403]
    assert client.post("/sign-out/").status_code == 302


@pytest.mark.parametrize("address", ["/sign-in/", "/me/", "/me/password/", "/staff/"])
def test_pages_of_sign_in_keep_to_the_strict_policy(clerk, address):
    client = Client()
    client.force_login(person("system_admin"), backend=BACKEND)
    text = (Client() if address == "/sign-in/" else client).get(address).content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)", text)
