"""Giving and ending posts (任岗). Every act leaves a trail row."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from anju.core.models.people import Organisation, Posting, Staff
from anju.core.people import directory
from anju.core.people.permissions import posts, require_permission
from anju.core.people.scope import Actor
from anju.core.people.staff import _another, _grounded, _not_ended
from anju.core.trail import trail
from anju.problems import Problem, Refused


@transaction.atomic
@trail.act("staff.give_post")
def give_post(
    *, by: Actor, username: str, organisation: Organisation, post: str, since: date, until: date | None = None, ground: str = ""
) -> Posting:  # fmt: skip
    """授予岗位. The three administrators are three people and hold nothing else; an auditor's post has its document and its last day.

    Refused with every problem: STAFF-003 separated posts, STAFF-004 no ground or end, STAFF-005 to oneself, STAFF-006 held already, STAFF-007 days,
    STAFF-014 the organisation has ended.
    """
    if organisation.region_id not in by.region_ids:
        raise Organisation.DoesNotExist(f"没有机构 {organisation.pk}")
    require_permission(by, "staff.post", organisation.region_id, organisation.name)
    organisation = (
        directory.list_organisations(by).select_for_update(of=("self",)).get(pk=organisation.pk)
    )  # it does not end meanwhile
    _not_ended(organisation)
    staff = Staff.objects.select_for_update().get(
        pk=directory.find_person(by, username).pk
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
            "SELECT DISTINCT post FROM anju_posts_of(%s) WHERE coalesce(until, 'infinity') >= %s AND since <= coalesce(%s, 'infinity'::date)"
            " AND since <= coalesce(until, 'infinity')",
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
    during = (
        Posting.objects.filter(staff=staff, organisation=organisation, post=post)
        .exclude(until__lt=since)
        .exclude(until__lt=F("since"))
    )
    if (during.filter(since__lte=until) if until else during).exists():
        problems.append(
            Problem(
                "STAFF-006", where, f"这段时间已在{organisation}任{wanted.label}。", "无需再授予；要改期限，请先收回。"
            )
        )
    if problems:
        raise Refused(*problems)
    posting = Posting.objects.create(
        staff=staff, organisation=organisation, post=post, bounded=wanted.bounded, since=since, until=until,
        ground=ground.strip(), by=by.key,
    )  # fmt: skip
    after = {"post": post, "organisation": organisation.name, "since": since, "until": until, "ground": ground.strip()}
    trail.describe(obj=trail.Subject.of(staff, where), after=after, region_id=organisation.region_id)
    return posting


@transaction.atomic
@trail.act("staff.end_post")
def end_post(*, by: Actor, posting_id: int, on: date, reason: str) -> Posting:
    """收回岗位. on: the last day, when it is to come; today or earlier takes the post away at once. A post given today, or that has not begun,
    was never held then. Refused STAFF-008 no reason, STAFF-009 ended already."""
    today = timezone.localdate()
    posting = directory.list_postings(by).get(pk=posting_id)
    require_permission(by, "staff.post", posting.organisation.region_id, posting.organisation.name)
    _another(by, posting.staff)
    where = f"用户 {posting.staff.username}"
    if problems := _grounded(where, reason):
        raise Refused(*problems)
    last = max(on if on > today else min(on, today - timedelta(days=1)), posting.since - timedelta(days=1))
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
