"""Every request: one transaction, one scope, rendered inside; refusals leave nothing; headers are strict."""

import pytest
from django.core.exceptions import DisallowedHost
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from anju.core.models.people import Staff
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from tests.cast import EAST, person, sign_in

pytestmark = [pytest.mark.urls("tests.core.pages"), pytest.mark.usefixtures("committed")]


@pytest.fixture
def client():
    """A county's clerk at the door."""
    client = Client(raise_request_exception=False)
    sign_in(client, person("clerk"))
    return client


def acts():
    with open_scope(local_actor()):
        return list(Trail.objects.filter(act="jobs.retry").values_list("obj", flat=True))


def test_a_page_runs_in_the_scope_of_who_is_signed_in(client):
    assert client.get("/scope/").content.decode() == f"('clerk-{EAST}', True)"


def test_without_signing_in_every_page_leads_to_the_sign_in_and_back():
    answer = Client().get("/lazy/?a=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/?next=%2Flazy%2F%3Fa%3D1")
    part = Client().get(
        "/lazy/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/figures/?region=1"}
    )
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/?next=%2Ffigures%2F%3Fregion%3D1")
    assert acts() == []


def test_a_page_that_nobody_was_named_for_lets_nobody_in(client):
    assert client.get("/unmarked/").status_code == 403
    assert Client().get("/unmarked/").status_code == 403


def test_who_does_not_hold_the_post_is_told_which_it_takes(client):
    answer = client.get("/review/")
    assert answer.status_code == 403
    assert "须由审核岗办理，您的岗位是填报" in answer.content.decode()


def test_a_public_page_runs_without_any_scope(client):
    client.get("/act/200/")
    assert Client().get("/public/").content == b"0"


def test_what_was_set_up_wrongly_fails_and_is_no_page_that_asks_for_another_try(client, caplog):
    answer = client.get("/unknown-ledger/")
    assert answer.status_code == 500 and "过一会儿再试" not in answer.content.decode()
    assert [one.exc_info[1].problems[0].code for one in caplog.records if one.exc_info] == ["ROOM-004"]


def test_a_post_that_ended_yesterday_opens_nothing(client):
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE core_posting SET until = current_date - 2")
    answer = client.get("/scope/")
    assert answer.status_code == 403
    assert "您还没有岗位" in answer.content.decode() and 'action="/sign-out/"' in answer.content.decode(), (
        "and there is a way out"
    )


def test_who_is_no_longer_in_use_is_out_at_once(client):
    Staff.objects.update(is_active=False)
    assert client.get("/scope/").status_code == 302


def test_a_lazy_page_is_rendered_inside_the_scope(client):
    client.get("/act/200/")
    assert client.get("/lazy/").content.decode() == f"页面200|{person('clerk').name}"


@pytest.mark.parametrize(("status", "left"), [(200, ["页面200"]), (302, ["页面302"]), (422, []), (404, []), (500, [])])
def test_what_was_refused_or_failed_leaves_nothing(client, status, left):
    assert client.get(f"/act/{status}/").status_code == status
    assert acts() == left


def test_what_the_operator_may_not_see_is_not_found(client):
    answer = client.get("/missing/")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()
    assert client.get("/nowhere/").status_code == 404


@pytest.mark.parametrize(
    ("method", "address", "status"), [("get", "/nowhere/", 404), ("get", "/unmarked/", 403), ("post", "/form/", 403)]
)
def test_who_is_signed_in_keeps_name_and_navigation_where_no_view_was_called(method, address, status):
    made, client = person("clerk"), Client(enforce_csrf_checks=True)
    sign_in(client, made)
    answer = getattr(client, method)(address)
    text = answer.content.decode()
    assert answer.status_code == status
    assert made.name in text and 'href="/returns/"' in text and 'href="/staff/"' not in text
    assert "返回登录" not in text


def test_a_wrong_address_opens_no_scope_and_shows_a_stranger_nothing(client):
    with CaptureQueriesContext(connection) as queries:
        client.get("/nowhere/")
    asked = [query["sql"] for query in queries]
    assert asked and not [
        sql for sql in asked if "set_config" in sql or "core_organisation" in sql or "core_region" in sql
    ]
    with CaptureQueriesContext(connection) as queries:
        text = Client().get("/nowhere/").content.decode()
    assert len(queries) == 0 and 'class="who"' not in text and 'href="/returns/"' not in text


def test_a_session_past_its_end_is_a_stranger_at_a_wrong_address_too(client, settings):
    client.get("/nowhere/")
    settings.SESSION_IDLE = -1
    text = client.get("/nowhere/").content.decode()
    assert person("clerk").name not in text and 'class="alone"' in text
    assert client.get("/scope/").status_code == 302


def test_who_is_no_longer_in_use_is_a_stranger_at_a_wrong_address(client):
    Staff.objects.update(is_active=False)
    assert 'class="alone"' in client.get("/nowhere/").content.decode()


def test_the_address_of_a_button_opened_as_a_page_says_so(client):
    answer = client.get("/button/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in answer.content.decode() and 'href="/returns/"' in answer.content.decode()


def test_a_failure_says_so_in_chinese_and_shows_nothing_of_the_inside(client):
    answer = client.get("/act/500/")
    assert answer.status_code == 500
    assert "没有写入任何数据" in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


def test_a_streaming_page_must_open_its_own_scope(client):
    client.get("/act/200/")
    assert b"".join(client.get("/streaming/").streaming_content) == b"01"


def test_a_form_without_its_token_is_refused():
    answer = Client(enforce_csrf_checks=True).post("/form/")
    assert answer.status_code == 403
    assert "表单已过期" in answer.content.decode()


def test_headers_are_strict(client):
    headers = client.get("/scope/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
    assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("host", ["example.com", "10.0.0.8", "localhost.example.com"])
def test_only_this_machine_is_answered(client, host, settings):
    settings.ALLOWED_HOSTS = [name for name in settings.ALLOWED_HOSTS if name != "testserver"]  # the test client's own
    with pytest.raises(DisallowedHost):
        RequestFactory().get("/", headers={"host": host}).get_host()
    assert RequestFactory().get("/", headers={"host": "127.0.0.1:8000"}).get_host() == "127.0.0.1:8000"


def test_static_files_are_served_by_the_program_itself(client):
    answer = client.get("/static/core/tokens.css")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")


def test_the_secret_key_is_made_once_and_is_nobody_else_s(tmp_path, monkeypatch):
    from anju.core.database.secret_key import secret_key

    monkeypatch.setenv("ANJU_HOME", str(tmp_path / "home"))
    key = secret_key()
    assert key == secret_key() and len(key) >= 50
    assert (tmp_path / "home" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["secret.key"]
    monkeypatch.setenv("ANJU_SECRET_KEY", "given")
    assert secret_key() == "given"
