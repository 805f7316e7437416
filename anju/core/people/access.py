"""What is recorded of coming, going and taking along: sign-ins and sign-outs, refused pages, files that leave."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from django.http import HttpResponse

from anju.core.models.people import Staff
from anju.core.pages.request import Request
from anju.core.people.identity import actor_of_staff, home_region_id
from anju.core.people.scope import Actor, open_scope
from anju.core.trail import trail

NOWHERE = frozenset({0})  # the id of no region: sees nothing, and may leave a row that concerns none
DOOR = Actor("sign-in", "登录", NOWHERE)
LONGEST = 200  # characters of an address


def record_sign_in(staff: Staff | None, act: str, *, by: Actor | None = None) -> None:
    """A row in the trail, in the person's own region, so that its auditor sees it."""
    user = actor_of_staff(staff) if staff else DOOR
    obj = (
        trail.Subject.of(staff, f"用户 {staff.username}")
        if staff
        else trail.Subject("core.staff", "", "没有登记的用户名")
    )
    _record(user, by or user, act, obj)


def record_refusal(request: Request, user: Actor, status: int) -> None:
    """越权访问: a page that was not shown, because the post is missing (403) or because it is not there for them (404)."""
    path = quote(request.path[:LONGEST], safe="/")
    after = {"status": status, "method": request.method}
    _record(user, user, "access.refuse", trail.Subject("core.page", "", path), after)


def record_download(user: Actor, request: Request, response: HttpResponse) -> None:
    """下载: a file left, by its name. Nothing for a page that is shown."""
    disposition = response.headers.get("Content-Disposition", "")
    if response.status_code == 200 and disposition.startswith("attachment"):
        name = unquote(disposition.partition("UTF-8''")[2]) or request.path
        after = {"path": quote(request.path[:LONGEST], safe="/")}
        _record(user, user, "access.download", trail.Subject("core.download", "", f"文件 {name[:LONGEST]}"), after)


def _record(user: Actor, by: Actor, act: str, obj: trail.Subject, after: Any = None) -> None:
    """In the scope of the person whose region it is."""
    with open_scope(replace(user, key=by.key, region_ids=user.region_ids or NOWHERE)):
        trail.record(by=by, act=act, obj=obj, after=after, region_id=home_region_id(user))
