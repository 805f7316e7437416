"""Deputies (代理): whoever holds a post that may be deputised names a colleague until a day. What the deputy does is signed 代
(`permissions.signature`)."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from anju.core.models.people import Posting, Staff
from anju.core.people import directory
from anju.core.people.permissions import posts, require_permission
from anju.core.people.scope import Actor
from anju.core.people.staff import _another
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused, length_problems

NAME_DEPUTY = "staff.name_deputy"
LONGEST_REASON = 100  # characters


def own_postings(user: Actor) -> QuerySet[Posting]:
    """The user's posts in force today, held in their own right, for which they may name a deputy."""
    postings = directory.postings_in_force(directory.list_postings(user)).filter(since__lte=timezone.localdate())
    deputised = [post.code for post in posts().values() if post.deputy]
    return postings.filter(staff__username=user.key, acting_for=None, post__in=deputised)


def list_colleagues(user: Actor, posting: Posting) -> list[Staff]:
    """Who may stand in: the people of the same organisation, without the administrators."""
    there = directory.postings_in_force(directory.list_postings(user)).filter(organisation_id=posting.organisation_id)
    admins = [post.code for post in posts().values() if post.admin]
    others = Staff.objects.filter(pk__in=there.exclude(post__in=admins).values("staff_id"), is_active=True)
    return list(others.exclude(username=user.key).order_by("id"))


def list_deputies(user: Actor) -> QuerySet[Posting]:
    """Whom the user named and who stands in now or will."""
    return directory.postings_in_force(directory.list_postings(user)).filter(acting_for__username=user.key)


@transaction.atomic
@trail.act("staff.name_deputy")
def name_deputy(*, by: Actor, posting_id: int, username: str, until: date | None, reason: str) -> Posting:
    """Name a colleague to stand in for oneself from today until a day (指定代理). A deputy names none.

    Posting.DoesNotExist: the post is not one's own. Refused with every problem: STAFF-019 no such colleague, STAFF-007 the day, STAFF-008 no
    reason, STAFF-006 held already, STAFF-003 an administrator.
    """
    posting = own_postings(by).get(pk=posting_id)
    require_permission(by, NAME_DEPUTY, posting.organisation.region_id, posting.organisation.name)
    where, today, problems = f"{posting.label}代理", timezone.localdate(), []
    staff = next((one for one in list_colleagues(by, posting) if one.username == username.strip().lower()), None)
    if staff is None:
        problems.append(
            Problem("STAFF-019", Place(where, field="代理人"), "没有选同一单位的在岗人员。", "请从列出的人员里选一位。")
        )
    if until is None or until < today:
        what = "没有写到哪一天。" if until is None else f"{until} 已经过去。"
        problems.append(Problem("STAFF-007", Place(where, field="代理到"), what, "请写今天或以后的一天。"))
    if not reason.strip():
        problems.append(Problem("STAFF-008", Place(where, field="事由"), "没有写事由。", "请写明外出、请假等事由。"))
    problems += length_problems("STAFF-008", Place(where, field="事由"), reason, LONGEST_REASON)
    if staff is not None:
        problems += _clashes(staff, posting, where)
    if problems:
        raise Refused(*problems)
    assert staff is not None
    deputy = Posting.objects.create(
        staff=staff, organisation_id=posting.organisation_id, post=posting.post, bounded=posting.bounded, since=today, until=until,
        ground=reason.strip(), by=by.key, acting_for_id=by.staff_id,
    )  # fmt: skip
    after = {"post": posting.post, "for": by.name, "since": today, "until": until}
    trail.describe(
        obj=trail.Subject.of(staff, f"用户 {staff.username}"), after=after, reason=deputy.ground,
        region_id=posting.organisation.region_id,
    )  # fmt: skip
    return deputy


def _clashes(staff: Staff, posting: Posting, where: str) -> list[Problem]:
    """What the colleague holds now that does not go with standing in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT post FROM anju_posts_of(%s) WHERE coalesce(until, 'infinity') >= %s",
            [staff.pk, timezone.localdate()],
        )
        held = [posts()[code] for (code,) in cursor.fetchall() if code in posts()]
    if any(post.admin for post in held):
        return [Problem("STAFF-003", where, f"{staff.name}任三员之一，不兼业务岗位。", "请换一个人。")]
    same = Posting.objects.filter(staff=staff, organisation_id=posting.organisation_id, post=posting.post)
    if directory.postings_in_force(same).exists():
        return [Problem("STAFF-006", where, f"{staff.name}已任{posting.label}，或已是代理。", "要改期限，请先收回。")]
    return []


@transaction.atomic
@trail.act("staff.end_deputy")
def end_deputy(*, by: Actor, posting_id: int) -> Posting:
    """Take it back at once (收回代理). Posting.DoesNotExist: not named by this person, or over already."""
    posting = list_deputies(by).get(pk=posting_id)
    _another(by, posting.staff)
    last = max(timezone.localdate(), posting.since) - timedelta(days=1)
    Posting.objects.filter(pk=posting.pk).update(until=last)
    trail.describe(
        obj=trail.Subject.of(posting.staff, f"用户 {posting.staff.username}"),
        before={"post": posting.post, "until": posting.until},
        after={"until": last},
        region_id=posting.organisation.region_id,
    )
    posting.until = last
    return posting
