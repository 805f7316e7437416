"""Wrong passwords: whoever tries waits, longer each time, and nobody is shut out by what others try."""

import base64
import hmac
import json
import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from anju.cli import main
from anju.core.models.people import Staff
from anju.core.models.trail import Trail
from anju.core.people import delays, staff
from anju.core.people.scope import local_actor, open_scope
from tests.cast import PHONE, operator, person

pytestmark = [pytest.mark.urls("tests.core.people_urls"), pytest.mark.usefixtures("committed")]
PASSWORD = "柿子熟了三次 Persimmon"
HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def _answered_at_once(monkeypatch):
    """A known device's answers are slow for people, not for tests."""
    monkeypatch.setattr(delays, "SLOWEST", 0)


def with_password(made: Staff) -> Staff:
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def clerk():
    return with_password(person("clerk"))


def sign_in(name, password=PASSWORD, address=HERE, client=None, **more):
    return (client or Client()).post("/sign-in/", {"login": name, "password": password}, REMOTE_ADDR=address, **more)


def fail(name, times=5, **more):
    return [sign_in(name, "错的", **more).status_code for _ in range(times)]


def later(by: timedelta) -> None:
    """Time passes: what was tried was tried earlier."""
    for row in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=row.attempt_time - by)


def acts():
    with open_scope(local_actor()):
        return list(Trail.objects.order_by("id").values_list("act", flat=True))


def test_each_failure_after_the_fourth_doubles_the_wait_up_to_a_quarter_of_an_hour():
    seconds = [int(delays.waiting_time(failures).total_seconds()) for failures in range(13)]
    assert seconds == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert delays.waiting_time(10**9) == delays.LONGEST


def test_after_five_failures_that_address_waits_and_then_comes_in(clerk):
    assert fail(clerk.username) == [200] * 4 + [429]
    answer = sign_in(clerk.username)
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 30
    assert "请等" in answer.content.decode()
    later(timedelta(seconds=31))
    assert sign_in(clerk.username).status_code == 302
    assert not AccessAttempt.objects.exists(), "who has come in begins anew"


def test_one_more_failure_after_the_wait_makes_it_longer(clerk):
    fail(clerk.username)
    later(timedelta(seconds=31))
    assert fail(clerk.username, 1) == [429]
    assert 30 < int(sign_in(clerk.username).headers["Retry-After"]) <= 60


def test_what_is_tried_while_waiting_is_not_looked_at_and_makes_nothing_longer(clerk):
    fail(clerk.username)
    before = (list(AccessAttempt.objects.values_list("failures_since_start", "attempt_time")), len(acts()))
    assert fail(clerk.username, 20) == [429] * 20
    assert (list(AccessAttempt.objects.values_list("failures_since_start", "attempt_time")), len(acts())) == before


def test_failures_elsewhere_shut_nobody_out(clerk):
    """However many try, from however many places: the person's own place waits for nothing."""
    for number in range(6):
        fail(clerk.username, address=f"10.9.0.{number}")
    assert sign_in(clerk.username, address=THERE).status_code == 302


def test_a_known_device_is_never_refused_whatever_others_and_it_itself_tried(clerk):
    device = Client()
    assert sign_in(clerk.username, client=device).status_code == 302
    device.post("/sign-out/")
    fail(clerk.username, 7)
    assert sign_in(clerk.username).status_code == 429, "the same address, another device"
    assert fail(clerk.username, 12, client=device) == [200] * 12
    assert sign_in(clerk.username, client=device).status_code == 302


def test_a_device_is_known_for_the_people_who_came_in_there_and_for_nobody_else(clerk):
    other = with_password(person("reviewer"))
    device = Client()
    sign_in(clerk.username, client=device)
    device.post("/sign-out/")
    assert fail(other.username, client=device)[-1] == 429
    assert sign_in(other.username, client=device).status_code == 429
    assert sign_in(clerk.username, client=device).status_code == 302


def test_a_made_up_device_is_not_known(clerk):
    device = Client()
    device.cookies[delays.DEVICE] = json.dumps({"key": "x", "people": [delays.name_digest(clerk.username)]})
    assert fail(clerk.username, client=device)[-1] == 429


def test_a_known_device_that_goes_on_failing_is_a_stranger_in_the_end(clerk, monkeypatch):
    monkeypatch.setattr(delays, "DOUBTED", 10)
    device = Client()
    sign_in(clerk.username, client=device)
    device.post("/sign-out/")
    assert fail(clerk.username, 15, client=device) == [200] * 14 + [429]


def test_a_known_device_answers_slower_and_slower(monkeypatch):
    monkeypatch.setattr(delays, "SLOWEST", 3)
    waited = []
    monkeypatch.setattr(delays.time, "sleep", waited.append)
    assert all(delays.slow_down("x", failures) for failures in (0, 4, 5, 6, 7, 50))
    assert waited == [1, 2, 3, 3]


def test_unlocking_unlocks_everywhere(clerk):
    for address in (HERE, THERE):
        fail(clerk.username, 9, address=address)
    by = operator("security_admin")
    with open_scope(by):
        staff.unlock_staff(by=by, username=clerk.username)
    assert [sign_in(clerk.username, address=address).status_code for address in (HERE, THERE)] == [302, 302]


def test_unlocking_helps_where_an_address_has_tried_many_names(clerk, monkeypatch):
    monkeypatch.setattr(delays, "MANY", 10)
    for number in range(10):
        fail(f"nobody.{number}", 1)
    assert sign_in(clerk.username).status_code == 429
    by = operator("security_admin")
    with open_scope(by):
        staff.unlock_staff(by=by, username=clerk.username)
    assert sign_in(clerk.username).status_code == 302


def test_an_address_that_tries_many_names_waits_but_not_the_devices_that_are_known_there(clerk, monkeypatch):
    device = Client()
    sign_in(clerk.username, client=device)
    device.post("/sign-out/")
    monkeypatch.setattr(delays, "MANY", 10)
    for number in range(10):
        fail(f"nobody.{number}", 1)
    assert sign_in(person("reviewer").username, "错的").status_code == 429
    assert sign_in(clerk.username, client=device).status_code == 302
    assert sign_in(clerk.username, address=THERE).status_code == 302


def test_the_way_in_at_the_machine_is_open(clerk, monkeypatch, capsys):
    monkeypatch.setattr("anju.core.console.staff.set_up_django", lambda: False)
    fail(clerk.username)
    assert main(["staff", "list", clerk.username]) == 0 and "暂缓登录" in capsys.readouterr().out
    assert main(["staff", "unlock", clerk.username]) == 0
    assert sign_in(clerk.username).status_code == 302


@pytest.mark.parametrize(
    "written",
    [str.upper, str.title, lambda name: f"  {name} ", lambda name: "".join(chr(ord(c) + 0xFEE0) for c in name)],
)
def test_a_name_is_one_name_however_it_is_written(clerk, written):
    fail(clerk.username, 2)
    fail(written(clerk.username), 2)
    assert fail(written(clerk.username), 1) == [429]
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == [clerk.username]
    assert sign_in(written(clerk.username), address=THERE).status_code == 302, "and it is theirs"


def test_full_width_spellings_of_a_name_that_nobody_has_count_as_one():
    assert fail("ｎｏｂｏｄｙ", 2) + fail("nobody", 2) + fail("ＮＯＢＯＤＹ", 1) == [200] * 4 + [429]


def test_a_name_that_nobody_has_waits_alike_and_is_written_nowhere():
    assert fail("把密码打在了这里 hunter2")[-1] == 429
    with open_scope(local_actor()):
        kept = str(list(AccessAttempt.objects.values())) + "".join(str(row.said) for row in Trail.objects.all())
    assert "hunter2" not in kept and "错的" not in kept


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "\x1b[2J", "𠮷" * 30, " "])
def test_a_name_that_cannot_be_is_a_sentence(name):
    assert set(fail(name, 6)) <= {200, 400, 429}


@pytest.mark.parametrize("told", ["1.1.1.1", "1.1.1.1, 2.2.2.2", "127.0.0.1", "not an address", "'; drop", "x" * 5000])
def test_what_a_request_says_of_its_address_counts_for_nothing_without_a_proxy(clerk, told):
    for number in range(4):
        fail(clerk.username, 1, HTTP_X_FORWARDED_FOR=f"9.9.9.{number}")
    assert fail(clerk.username, 1, HTTP_X_FORWARDED_FOR=told) == [429]
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {HERE}


def test_behind_the_trusted_proxy_the_visitor_s_own_address_counts(clerk, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/30"]
    assert fail(clerk.username, HTTP_X_FORWARDED_FOR="9.9.9.9")[-1] == 429
    assert sign_in(clerk.username, HTTP_X_FORWARDED_FOR="8.8.8.8").status_code == 302
    fail(clerk.username, 1, HTTP_X_FORWARDED_FOR="6.6.6.6, 7.7.7.7, 10.0.0.2")
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"9.9.9.9", "7.7.7.7"}, (
        "what it put in front itself is its own word"
    )


def test_wrong_old_passwords_count(clerk):
    client = Client()
    sign_in(clerk.username, client=client)
    before = acts().count("sign_in.fail")
    new = "石榴红了又红 Pomegranate"
    for _ in range(3):
        client.post("/me/password/", {"oldpassword": "错的", "password1": new, "password2": new})
    assert AccessAttempt.objects.get().failures_since_start == 3
    assert acts().count("sign_in.fail") == before + 3


def test_wrong_old_passwords_at_a_device_that_is_not_known_make_one_wait(clerk, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"change_password": None}
    client = Client()
    client.force_login(clerk, backend="allauth.account.auth_backends.AuthenticationBackend")
    new = "石榴红了又红 Pomegranate"
    said = [
        client.post("/me/password/", {"oldpassword": "错的", "password1": new, "password2": new}).status_code
        for _ in range(6)
    ]
    assert said == [200] * 4 + [429] * 2
    assert (
        client.post("/me/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}).status_code == 429
    )
    assert Staff.objects.get(pk=clerk.pk).check_password(PASSWORD)


def test_old_failures_are_forgotten_and_their_addresses_with_them(clerk):
    fail(clerk.username, 9)
    later(timedelta(days=1, seconds=1))
    fail("nobody", 1, address=THERE)
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {THERE}
    assert fail(clerk.username) == [200] * 4 + [429]


def test_the_code_of_a_phone_is_told_at_the_machine(capsys):
    before = int(time.time()) // 30
    assert main(["staff", "code", PHONE.lower(), "--json"]) == 0
    after = int(time.time()) // 30
    said = json.loads(capsys.readouterr().out)
    digests = [hmac.digest(base64.b32decode(PHONE), n.to_bytes(8, "big"), "sha1") for n in range(before, after + 1)]
    codes = [(int.from_bytes(digest[digest[-1] & 15 :][:4], "big") & 0x7FFFFFFF) % 10**6 for digest in digests]
    assert said["code"] in [f"{code:06}" for code in codes]
    assert main(["staff", "code", "不是密钥"]) == 1 and "STAFF-018" in capsys.readouterr().err


def test_who_waits_is_told_to_the_administrators_only_while_they_wait(clerk):
    fail(clerk.username)
    assert delays.waiting_names(timezone.now()) == {clerk.username}
    assert delays.waiting_names(timezone.now() + timedelta(seconds=31)) == set()
