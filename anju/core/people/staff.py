"""Organisations, people and posts. The system administrator registers, the security administrator gives posts, the audit administrator looks.

Nobody and nothing is ever deleted: a person is retired, an organisation and a post end. A first link is shown once and stored nowhere.
"""

import re
from collections.abc import Callable
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from anju.core.models.people import Organisation, Posting, Staff
from anju.core.pages.addresses import path_of
from anju.core.people import directory, identity
from anju.core.people.delays import end_wait
from anju.core.people.permissions import posts, require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Problem, Refused

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")


def _standing_organisation(by: Actor, organisation_id: int) -> Organisation:
    """The organisation, for this transaction alone."""
    organisation = directory.list_organisations(by).select_for_update(of=("self",)).get(pk=organisation_id)
    require_permission(by, "staff.edit", organisation.region_id, organisation.name)
    _not_ended(organisation)
    return organisation


def _not_ended(organisation: Organisation) -> None:
    if organisation.ended_on:
        raise Refused(
            Problem(
                "STAFF-014",
                f"机构 {organisation.name}",
                f"已撤销，最后一天是{organisation.ended_on}。",
                "误撤的，按原名再登记一次就恢复，岗位另行授予。",
            )
        )


def _grounded(where: str, reason: str) -> list[Problem]:
    return [] if reason.strip() else [Problem("STAFF-008", where, "没有写依据。", "请写文号或原因，它会留痕。")]


@transaction.atomic
@trail.act("staff.register")
def register_staff(*, by: Actor, username: str, name: str) -> Staff:
    """Register a person, without a password and without a post. Refused STAFF-002 for a user name that is taken or cannot be."""
    require_permission(by, "staff.edit", None, f"用户 {username}")
    username, name = username.strip().lower(), name.strip()
    problem = None
    if not USERNAME.fullmatch(username):
        problem = Problem(
            "STAFF-002", f"用户名“{username}”", "写法不对。", "用三到四十个小写字母、数字、点、横线，首尾是字母或数字。"
        )
    elif not name:
        problem = Problem("STAFF-002", f"用户 {username}", "没有写姓名。", "请写本人姓名，留痕里用它。")
    if problem:
        raise Refused(problem)
    try:
        with transaction.atomic():
            person = Staff.objects.create(username=username, name=name, password=make_password(None))
    except IntegrityError:
        raise Refused(
            Problem("STAFF-002", f"用户名“{username}”", "已有人用。", "请换一个；同一个人不要登记两次。")
        ) from None
    trail.describe(obj=trail.Subject.of(person, f"用户 {username}"), region_id=identity.home_region_id(by))
    return person


@transaction.atomic
@trail.act("staff.correct_name")
def correct_staff_name(*, by: Actor, username: str, name: str, reason: str) -> Staff:
    """更正姓名, on every page from now on; what the trail says of the past stays. Refused STAFF-002 no name, STAFF-005 one's own, STAFF-008."""
    require_permission(by, "staff.edit", None, f"用户 {username}")
    staff, name = directory.find_person(by, username), name.strip()
    where = f"用户 {staff.username}"
    _another(by, staff)
    problems = _grounded(where, reason)
    if not name:
        problems.append(Problem("STAFF-002", where, "没有写姓名。", "请写本人姓名，留痕里用它。"))
    if problems:
        raise Refused(*problems)
    before = {"name": staff.name}
    if staff.name != name:
        staff.name = name
        staff.save(update_fields=["name"])
        transaction.on_commit(identity.cached_name.cache_clear)
        trail.describe(
            obj=trail.Subject.of(staff, where),
            before=before,
            after={"name": name},
            reason=reason.strip(),
            region_id=identity.home_region_id(by),
        )
    return staff


@transaction.atomic
@trail.act("staff.make_first_link")
def make_first_link(*, by: Actor, username: str) -> str:
    """The address at which the person sets the first password: shown once, kept nowhere, dead once used, after 72 hours, or when another is made.

    For who has no password, or none any more: STAFF-011 asks the security administrator to reset it first, who never sees the link. Of the
    three administrators two others decide (resets.py): STAFF-016. Whoever sits at the machine needs neither.
    """
    require_permission(by, "staff.edit", None, f"用户 {username}")
    staff = directory.find_person(by, username)
    if by.posts is not None:
        if is_administrator(staff):
            raise Refused(two_administrators_problem(staff))
        if staff.has_usable_password():
            what, fix = "已经设过密码。", "忘记密码的，请安全管理员重置，重置以后再发链接。"
            raise Refused(Problem("STAFF-011", f"用户 {staff.username}", what, fix))
    trail.describe(obj=trail.Subject.of(staff, f"用户 {staff.username}"), region_id=identity.home_region_id(by))
    return new_link(staff)


def new_link(staff: Staff) -> str:
    """Whatever password and links there were are dead, and whoever sat there is out."""
    take_password(staff)
    return path_of(
        "core:first", urlsafe_base64_encode(force_bytes(staff.pk)), default_token_generator.make_token(staff)
    )


def take_password(staff: Staff) -> None:
    staff.password = make_password(None)  # what every earlier link was made of
    staff.save(update_fields=["password"])
    end_every_session(staff)


def end_every_session(staff: Staff) -> None:
    for session in UserSession.objects.filter(user=staff):
        session.end()


def is_administrator(staff: Staff) -> bool:
    """One of the three, now or from a day to come, wherever."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT post FROM anju_posts_of(%s) WHERE until IS NULL OR until >= greatest(since, %s)",
            [staff.pk, timezone.localdate()],
        )
        return any(posts()[code].admin for (code,) in cursor.fetchall() if code in posts())


def two_administrators_problem(staff: Staff) -> Problem:
    return Problem(
        "STAFF-016",
        f"用户 {staff.username}",
        "是三员之一，不能由一个人重置或发链接。",
        "请在此人的页上提出，由另一位管理员确认；也可以由能登录服务器的人运行 anju staff first-link。",
    )


@transaction.atomic
@trail.act("staff.reset_password")
def reset_password(*, by: Actor, username: str) -> None:
    """重置密码: the old one is dead and every session ends. The link goes out from the system administrator: who resets never sees it."""
    _helped(by, username, take_password)


@transaction.atomic
@trail.act("staff.retire")
def retire_staff(*, by: Actor, username: str, on: date) -> Staff:
    """停用: out at once; the posts of the regions that the administrator sees end that day. Refused STAFF-005 for oneself."""
    require_permission(by, "staff.edit", None, f"用户 {username}")
    staff = directory.find_person(by, username)
    _another(by, staff)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    Posting.objects.filter(staff=staff, since__lte=on, until=None).update(until=on)
    trail.describe(obj=trail.Subject.of(staff, f"用户 {staff.username}"), region_id=identity.home_region_id(by))
    return staff


@transaction.atomic
@trail.act("staff.unlock")
def unlock_staff(*, by: Actor, username: str) -> None:
    """解除锁定: the count of failures begins anew."""
    _helped(by, username, lambda staff: end_wait(staff.username))


@transaction.atomic
@trail.act("staff.reset_codes")
def reset_codes(*, by: Actor, username: str) -> None:
    """重置动态口令: a lost phone. The person signs in with the password alone until they set it up again. Of the three: STAFF-016."""
    _helped(by, username, take_codes)


@transaction.atomic
@trail.act("staff.end_sessions")
def end_sessions(*, by: Actor, username: str) -> None:
    """退出全部登录, wherever they sit."""
    _helped(by, username, end_every_session)


def take_codes(staff: Staff) -> None:
    Authenticator.objects.filter(user=staff).delete()
    end_every_session(staff)


def _helped(by: Actor, username: str, do: Callable[[Staff], object]) -> None:
    require_permission(by, "staff.unlock", None, f"用户 {username}")
    staff = directory.find_person(by, username)
    if by.posts is not None and do in (take_password, take_codes) and is_administrator(staff):
        raise Refused(two_administrators_problem(staff))
    do(staff)
    trail.describe(obj=trail.Subject.of(staff, f"用户 {staff.username}"), region_id=identity.home_region_id(by))


def _another(by: Actor, staff: Staff) -> None:
    if staff.username == by.key:
        raise Refused(
            Problem(
                "STAFF-005",
                f"用户 {staff.username}",
                "不能办理自己的岗位、停用自己或更正自己的姓名。",
                "请由另一位管理员办理。",
            )
        )
