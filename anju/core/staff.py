"""Organisations, people and posts. The system administrator registers, the security administrator gives posts, the audit administrator looks.

Nobody and nothing is ever deleted: a person is retired, an organisation and a post end. A first link is shown once and stored nowhere.
"""

import re
from collections.abc import Callable
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.utils import reset
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, connection, transaction
from django.db.models import DateField, F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from anju.core import people, trail
from anju.core.addresses import path_of
from anju.core.models import Organisation, Posting, Region, Staff
from anju.core.permissions import may, posts, require
from anju.core.scope import Operator
from anju.problems import Problem, Refused

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")


@transaction.atomic
@trail.act("staff.register_organisation")
def organisation(*, by: Operator, region: Region, kind: str, name: str, short: str = "") -> Organisation:
    """Register an organisation (机构) of a region. The same again gives the one that stands; one that had ended stands again, without its posts.

    Refused STAFF-001 for what is no kind, or no name.
    """
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require(by, "staff.edit", region.pk, region.name)
    name = name.strip()
    if kind not in Organisation.Kind.values or not name:
        raise Refused(
            Problem(
                "STAFF-001",
                f"机构“{name}”",
                "类别不对，或没有写名称。",
                f"类别写 {'、'.join(Organisation.Kind.labels)} 之一，名称写全称。",
            )
        )
    made, new = Organisation.objects.get_or_create(
        region=region, name=name, defaults={"kind": kind, "short": short.strip()}
    )
    if new:
        trail.describe(
            obj=trail.Subject.of(made, f"机构 {name}"), after={"kind": kind, "region": region.code}, region_id=region.pk
        )
    elif made.ended_on:
        before, made.ended_on = {"ended_on": made.ended_on}, None
        made.save(update_fields=["ended_on"])
        trail.describe(
            act="staff.restore_organisation",
            obj=trail.Subject.of(made, f"机构 {name}"),
            before=before,
            after={"ended_on": None},
            region_id=region.pk,
        )
    return made


@transaction.atomic
@trail.act("staff.rename_organisation")
def rename(*, by: Operator, organisation_id: int, name: str, short: str = "", reason: str) -> Organisation:
    """机构更名: it stays the same organisation, with its people and its returns. Refused STAFF-001, STAFF-008, STAFF-014, STAFF-015 the name is taken."""
    one = _standing(by, organisation_id)
    where, name, short = f"机构 {one.name}", name.strip(), short.strip()
    problems = _grounded(where, reason)
    if not name:
        problems.append(Problem("STAFF-001", where, "没有写名称。", "请写改后的全称。"))
    if Organisation.objects.filter(region_id=one.region_id, name=name).exclude(pk=one.pk).exists():
        problems.append(
            Problem(
                "STAFF-015", where, f"{one.region.name}已有“{name}”。", "请核对名称；两个机构合并的，撤销其中一个。"
            )
        )
    if problems:
        raise Refused(*problems)
    before, after = {"name": one.name, "short": one.short}, {"name": name, "short": short}
    if before != after:
        one.name, one.short = name, short
        one.save(update_fields=["name", "short"])
        trail.describe(
            obj=trail.Subject.of(one, where), before=before, after=after, reason=reason.strip(), region_id=one.region_id
        )
    return one


@transaction.atomic
@trail.act("staff.abolish_organisation")
def abolish(*, by: Operator, organisation_id: int, on: date, reason: str) -> Organisation:
    """撤销机构: on is its last day and the last of every post there. No more is asked of it; what it did keeps its name.

    Refused STAFF-005 one's own, STAFF-007 a day to come, STAFF-008 no ground, STAFF-014 ended already.
    """
    one = _standing(by, organisation_id)
    where, problems = f"机构 {one.name}", _grounded(f"机构 {one.name}", reason)
    if one.pk in by.organisation_ids:
        problems.append(Problem("STAFF-005", where, "不能撤销自己任职的机构。", "请由另一位管理员办理。"))
    if on > timezone.localdate():
        problems.append(Problem("STAFF-007", where, f"{on}还没有到。", "请到撤销那天再办，写当天或以前的日期。"))
    if problems:
        raise Refused(*problems)
    held = people.in_force(Posting.objects.filter(organisation=one), on).exclude(until=on)
    ended = [f"{post.staff.username} {post.post}" for post in held.select_related("staff").order_by("id")]
    held.update(until=Greatest(F("since"), Value(on, DateField())))
    one.ended_on = on
    one.save(update_fields=["ended_on"])
    after = {"ended_on": on, "posts": ended}
    trail.describe(
        obj=trail.Subject.of(one, where),
        before={"ended_on": None},
        after=after,
        reason=reason.strip(),
        region_id=one.region_id,
    )
    return one


def _standing(by: Operator, organisation_id: int) -> Organisation:
    """The organisation, for this transaction alone."""
    one = people.organisations(by).select_for_update(of=("self",)).get(pk=organisation_id)
    require(by, "staff.edit", one.region_id, one.name)
    _not_ended(one)
    return one


def _not_ended(one: Organisation) -> None:
    if one.ended_on:
        raise Refused(
            Problem(
                "STAFF-014",
                f"机构 {one.name}",
                f"已撤销，最后一天是{one.ended_on}。",
                "误撤的，按原名再登记一次就恢复，岗位另行授予。",
            )
        )


def _grounded(where: str, reason: str) -> list[Problem]:
    return [] if reason.strip() else [Problem("STAFF-008", where, "没有写依据。", "请写文号或原因，它会留痕。")]


@transaction.atomic
@trail.act("staff.register")
def register(*, by: Operator, username: str, name: str) -> Staff:
    """Register a person, without a password and without a post. Refused STAFF-002 for a user name that is taken or cannot be."""
    require(by, "staff.edit", None, f"用户 {username}")
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
            made = Staff.objects.create(username=username, name=name, password=make_password(None))
    except IntegrityError:
        raise Refused(
            Problem("STAFF-002", f"用户名“{username}”", "已有人用。", "请换一个；同一个人不要登记两次。")
        ) from None
    trail.describe(obj=trail.Subject.of(made, f"用户 {username}"), region_id=people.home(by))
    return made


@transaction.atomic
@trail.act("staff.correct_name")
def correct(*, by: Operator, username: str, name: str, reason: str) -> Staff:
    """更正姓名, on every page from now on; what the trail says of the past stays. Refused STAFF-002 no name, STAFF-005 one's own, STAFF-008."""
    require(by, "staff.edit", None, f"用户 {username}")
    staff, name = people.person(by, username), name.strip()
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
        transaction.on_commit(people.kept_name.cache_clear)
        trail.describe(
            obj=trail.Subject.of(staff, where),
            before=before,
            after={"name": name},
            reason=reason.strip(),
            region_id=people.home(by),
        )
    return staff


@transaction.atomic
@trail.act("staff.make_first_link")
def first_link(*, by: Operator, username: str) -> str:
    """The address at which the person sets the first password: shown once, kept nowhere, dead once used, after 72 hours, or when another is made.

    Who has a password already gets one only from the security administrator (STAFF-011): it takes the old one away and ends every session.
    """
    act = "staff.unlock" if may(by, "staff.unlock") else "staff.edit"
    require(by, act, None, f"用户 {username}")
    staff = people.person(by, username)
    if staff.has_usable_password() and act != "staff.unlock":
        raise Refused(
            Problem("STAFF-011", f"用户 {staff.username}", "已经设过密码。", "忘记密码的，请由安全管理员重置。")
        )
    staff.password = make_password(None)  # what every earlier link was made of
    staff.save(update_fields=["password"])
    trail.describe(obj=trail.Subject.of(staff, f"用户 {staff.username}"), region_id=people.home(by))
    return path_of(
        "core:first", urlsafe_base64_encode(force_bytes(staff.pk)), default_token_generator.make_token(staff)
    )


@transaction.atomic
@trail.act("staff.retire")
def retire(*, by: Operator, username: str, on: date) -> Staff:
    """停用: out at once; the posts of the regions that the administrator sees end that day. Refused STAFF-005 for oneself."""
    require(by, "staff.edit", None, f"用户 {username}")
    staff = people.person(by, username)
    _another(by, staff)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    Posting.objects.filter(staff=staff, since__lte=on, until=None).update(until=on)
    trail.describe(obj=trail.Subject.of(staff, f"用户 {staff.username}"), region_id=people.home(by))
    return staff


@transaction.atomic
@trail.act("staff.give_post")
def give(
    *, by: Operator, username: str, organisation: Organisation, post: str, since: date, until: date | None = None, ground: str = ""
) -> Posting:  # fmt: skip
    """授予岗位. The three administrators are three people and hold nothing else; an auditor's post has its document and its last day.

    Refused with every problem: STAFF-003 separated posts, STAFF-004 no ground or end, STAFF-005 to oneself, STAFF-006 held already, STAFF-007 days,
    STAFF-014 the organisation has ended.
    """
    if organisation.region_id not in by.region_ids:
        raise Organisation.DoesNotExist(f"没有机构 {organisation.pk}")
    require(by, "staff.post", organisation.region_id, organisation.name)
    organisation = (
        people.organisations(by).select_for_update(of=("self",)).get(pk=organisation.pk)
    )  # it does not end meanwhile
    _not_ended(organisation)
    staff = Staff.objects.select_for_update().get(
        pk=people.person(by, username).pk
    )  # of two posts at once the second sees the first
    wanted, where = posts().get(post), f"用户 {staff.username}"
    if wanted is None:
        raise Refused(Problem("STAFF-001", where, f"没有岗位“{post}”。", f"岗位写 {'、'.join(posts())} 之一。"))
    _another(by, staff)
    problems = []
    if until is not None and until < since:
        problems.append(Problem("STAFF-007", where, "最后一天早于第一天。", "请核对起止日期。"))
    if wanted.bounded and (not ground.strip() or until is None):
        problems.append(
            Problem(
                "STAFF-004", where, f"{wanted.label}岗没有写依据文号或截止日期。", "请写明审计通知书的文号和最后一天。"
            )
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT post FROM anju_posts_of(%s) WHERE coalesce(until, 'infinity') >= %s AND since <= coalesce(%s, 'infinity'::date)",
            [staff.pk, since, until],
        )
        held = [posts()[code] for (code,) in cursor.fetchall() if code in posts()]
    if others := [one.label for one in held if one.code != post and (one.admin or wanted.admin)]:
        problems.append(
            Problem(
                "STAFF-003",
                where,
                f"同时任{'、'.join(others)}，不能再任{wanted.label}。",
                "三员互相分开，也不兼业务岗位：请换一个人。",
            )
        )
    during = Posting.objects.filter(staff=staff, organisation=organisation, post=post).exclude(until__lt=since)
    if (during.filter(since__lte=until) if until else during).exists():
        problems.append(
            Problem(
                "STAFF-006", where, f"这段时间已在{organisation}任{wanted.label}。", "无需再授予；要改期限，请先收回。"
            )
        )
    if problems:
        raise Refused(*problems)
    made = Posting.objects.create(
        staff=staff, organisation=organisation, post=post, bounded=wanted.bounded, since=since, until=until,
        ground=ground.strip(), by=by.key,
    )  # fmt: skip
    after = {"post": post, "organisation": organisation.name, "since": since, "until": until, "ground": ground.strip()}
    trail.describe(obj=trail.Subject.of(staff, where), after=after, region_id=organisation.region_id)
    return made


@transaction.atomic
@trail.act("staff.end_post")
def end(*, by: Operator, posting_id: int, on: date, reason: str) -> Posting:
    """收回岗位: on is the last day; a post that has not begun ends with its first. Refused STAFF-008 no reason, STAFF-009 ended already."""
    posting = people.postings(by).get(pk=posting_id)
    require(by, "staff.post", posting.organisation.region_id, posting.organisation.name)
    _another(by, posting.staff)
    where = f"用户 {posting.staff.username}"
    if problems := _grounded(where, reason):
        raise Refused(*problems)
    last = max(on, posting.since)
    if posting.until is not None and posting.until <= last:
        raise Refused(Problem("STAFF-009", where, f"这个岗位已到{posting.until}为止。", "无需再收回。"))
    Posting.objects.filter(pk=posting.pk).update(until=last)
    before = {"post": posting.post, "organisation": posting.organisation.name, "until": posting.until}
    trail.describe(
        obj=trail.Subject.of(posting.staff, where),
        before=before,
        after={"until": last},
        reason=reason.strip(),
        region_id=posting.organisation.region_id,
    )
    posting.until = last
    return posting


@transaction.atomic
@trail.act("staff.unlock")
def unlock(*, by: Operator, username: str) -> None:
    """解除锁定: the count of failures begins anew."""
    _helped(by, username, lambda staff: reset(username=staff.username))


@transaction.atomic
@trail.act("staff.reset_codes")
def reset_codes(*, by: Operator, username: str) -> None:
    """重置动态口令: a lost phone. The person signs in with the password alone until they set it up again."""
    _helped(by, username, lambda staff: Authenticator.objects.filter(user=staff).delete())


@transaction.atomic
@trail.act("staff.end_sessions")
def end_sessions(*, by: Operator, username: str) -> None:
    """退出全部登录, wherever they sit."""
    _helped(by, username, lambda staff: [one.end() for one in UserSession.objects.filter(user=staff)])


def _helped(by: Operator, username: str, do: Callable[[Staff], object]) -> None:
    require(by, "staff.unlock", None, f"用户 {username}")
    staff = people.person(by, username)
    do(staff)
    trail.describe(obj=trail.Subject.of(staff, f"用户 {staff.username}"), region_id=people.home(by))


def _another(by: Operator, staff: Staff) -> None:
    if staff.username == by.key:
        raise Refused(
            Problem(
                "STAFF-005",
                f"用户 {staff.username}",
                "不能办理自己的岗位、停用自己或更正自己的姓名。",
                "请由另一位管理员办理。",
            )
        )
