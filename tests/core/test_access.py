"""What was not allowed, what left as a file, who went and from where: each leaves a row in the trail."""

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path

from anju.core.models.trail import Trail
from anju.core.pages.files import file_response
from anju.core.people.permissions import require_permission, requires_permission
from anju.core.people.scope import local_actor, open_scope
from anju.core.trail.source import read_address
from anju.problems import Refused
from anju.urls import urlpatterns as house
from tests.cast import BACKEND, EAST, person

pytestmark = [pytest.mark.urls(__name__), pytest.mark.usefixtures("committed")]


@requires_permission("core.own")
def download(request, name):
    return file_response(b"x", f"{name}.xlsx")


@requires_permission("core.own")
def not_there(request, name):
    raise Http404(name)


@requires_permission("core.own")
def act(request):
    """As acts do: the service refuses, and the page shows why."""
    try:
        require_permission(request.actor, request.GET["act"], None, "这件事")
    except Refused as refused:
        return HttpResponse(str(refused), status=422)
    return HttpResponse("typed wrongly", status=422)


@requires_permission("core.own")
def page(request):
    return HttpResponse("x")


handler404 = "anju.core.pages.errors.not_found"
urlpatterns = [
    path("t/download/<str:name>", download),
    path("t/not-there/<str:name>", not_there),
    path("t/page", page),
    path("t/act", act),
    *house,
]


def rows(act: str) -> list[Trail]:
    with open_scope(local_actor()):
        return list(Trail.objects.filter(act=act).select_related("region").order_by("id"))


@pytest.fixture
def clerk():
    client = Client(REMOTE_ADDR="10.1.2.3")
    client.force_login(person("clerk"), backend=BACKEND)
    return client


def test_a_page_of_another_post_is_refused_and_told_with_who_where_and_from_where(clerk):
    assert clerk.get("/staff/").status_code == 403
    assert clerk.post("/staff/register/", {"username": "li.si", "name": "李四"}).status_code == 403
    told = [(row.obj, row.by, row.region.code, row.said["source"], row.said["after"]) for row in rows("access.refuse")]
    assert told == [
        ("/staff/", f"clerk-{EAST}", EAST, "10.1.2.3", {"status": 403, "method": "GET"}),
        ("/staff/register/", f"clerk-{EAST}", EAST, "10.1.2.3", {"status": 403, "method": "POST"}),
    ]


def test_an_act_that_the_service_refuses_for_want_of_the_post_is_told_and_a_slip_in_typing_is_not(clerk):
    assert clerk.get("/t/act?act=core.own").status_code == 422
    assert not rows("access.refuse")
    assert clerk.get("/t/act?act=staff.post").status_code == 422
    assert clerk.get("/t/act?act=core.own").status_code == 422
    assert [row.said["after"]["status"] for row in rows("access.refuse")] == [422]


def test_what_is_not_there_for_them_is_told_too(clerk):
    assert clerk.get("/t/not-there/1").status_code == 404
    assert clerk.get("/returns/999999/").status_code == 404
    assert [row.said["after"]["status"] for row in rows("access.refuse")] == [404, 404]


@pytest.mark.parametrize("name", ["x" * 5000, "%E6%B1%89", "a%20b%3Cscript%3E", "%E2%80%AE"])
def test_whatever_stands_in_an_address_is_written_down_harmlessly(clerk, name):
    assert clerk.get(f"/t/not-there/{name}").status_code == 404
    (row,) = rows("access.refuse")
    assert row.obj.isascii() and row.obj.isprintable() and len(row.obj) < 2000


def test_a_page_that_is_shown_and_an_address_that_leads_nowhere_leave_nothing(clerk):
    assert (clerk.get("/t/page").status_code, clerk.get("/nowhere/").status_code) == (200, 404)
    assert not rows("access.refuse") and not rows("access.download")


def test_a_file_that_leaves_is_told_by_its_name(clerk):
    clerk.get("/t/download/汇总表")
    (row,) = rows("access.download")
    assert (row.obj, row.by, row.region.code, row.said["source"]) == (
        "文件 汇总表.xlsx",
        f"clerk-{EAST}",
        EAST,
        "10.1.2.3",
    )


def test_who_has_no_post_leaves_a_row_of_no_region():
    from anju.core.people import staff

    with open_scope(local_actor()) as by:
        made = staff.register_staff(by=by, username="new.comer", name="新来的")
    client = Client()
    client.force_login(made, backend=BACKEND)
    assert client.get("/staff/").status_code == 403
    assert [(row.by, row.region) for row in rows("access.refuse")] == [("new.comer", None)]


def test_going_and_being_timed_out_are_told(clerk, settings):
    clerk.post("/sign-out/")
    assert [(row.by, row.said["source"]) for row in rows("sign_in.leave")] == [(f"clerk-{EAST}", "10.1.2.3")]
    clerk.force_login(person("clerk"), backend=BACKEND)
    clerk.get("/t/page")
    settings.SESSION_IDLE = -1
    assert clerk.get("/t/page").status_code == 302
    assert len(rows("sign_in.expire")) == 1


def test_failures_to_sign_in_say_from_where_also_behind_the_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.9"]
    made = {"login": person("clerk").username, "password": "错的"}
    Client().post("/sign-in/", made, REMOTE_ADDR="10.5.5.5", HTTP_X_FORWARDED_FOR="1.1.1.1")
    Client().post("/sign-in/", made, REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR="6.6.6.6, 2001:DB8::1")
    assert [row.said["source"] for row in rows("sign_in.fail")] == ["10.5.5.5", "2001:db8::1"]


def test_what_the_machine_itself_does_comes_from_nowhere():
    from anju.core.people import staff

    with open_scope(local_actor()) as by:
        staff.register_staff(by=by, username="li.si", name="李四")
    assert [row.said["source"] for row in rows("staff.register")] == [""]


@pytest.mark.parametrize(
    ("text", "address"),
    [("1.2.3.4", "1.2.3.4"), (" 1.2.3.4 ", "1.2.3.4"), ("::ffff:1.2.3.4", "1.2.3.4"), ("[::1]", "::1"), ("FE80::1%eth0", "fe80::1"),
     ("1.2.3.4:80", None), ("1.2.3", None), ("", None), ("unknown", None), ("１.2.3.4", None)],
)  # fmt: skip
def test_an_address_has_one_spelling(text, address):
    assert read_address(text) == address
