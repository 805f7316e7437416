"""A new password or new codes for one of the three administrators (三员重置): one of the other two asks, the third confirms.

Neither alone can take the account over: who asks never sees the link, and who confirms cannot begin.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from anju.core.models.people import AdminReset, Staff
from anju.core.people import directory, identity
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.people.staff import _grounded, is_administrator, new_link, take_codes
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused, length_problems

LONGEST_REASON = 200  # characters
LIVES = timedelta(hours=72)  # how long a wish waits for the second administrator


def open_resets(user: Actor) -> list[AdminReset]:
    """What waits for a second administrator, of the people that the user sees."""
    wanted = AdminReset.objects.filter(decided_at=None, at__gt=timezone.now() - LIVES)
    return list(wanted.filter(staff__in=directory.list_people(user)).select_related("staff"))


@transaction.atomic
@trail.act("staff.ask_reset")
def ask_reset(*, by: Actor, username: str, kind: str, reason: str) -> AdminReset:
    """Ask that one of the three gets a new password or new codes. Refused STAFF-005 oneself, STAFF-008 no ground, STAFF-017 who is none of
    the three, or what is asked for already."""
    require_permission(by, "staff.reset_admin", None, f"用户 {username}")
    staff = _lock(directory.find_person(by, username))
    where, problems = f"用户 {staff.username}", _grounded(f"用户 {staff.username}", reason)
    problems += length_problems("STAFF-008", Place(where, field="依据"), reason, LONGEST_REASON)
    if staff.username == by.key:
        problems.append(
            Problem("STAFF-005", where, "不能重置自己。", "请另外两位管理员办理；记得密码的，在自己的页上修改。")
        )
    if not is_administrator(staff):
        problems.append(Problem("STAFF-017", where, "不是三员，不用两个人办。", "请安全管理员直接重置。"))
    if kind not in AdminReset.Kind.values:
        problems.append(Problem("STAFF-017", where, f"没有“{kind[:20]}”这一项。", "选重置密码或重置动态口令。"))
    if any(one.staff_id == staff.pk and one.kind == kind for one in open_resets(by)):
        problems.append(Problem("STAFF-017", where, "已经提出过，在等确认。", "请另一位管理员确认。"))
    if problems:
        raise Refused(*problems)
    reset = AdminReset.objects.create(staff=staff, kind=kind, reason=reason.strip(), by=by.key)
    trail.describe(
        obj=trail.Subject.of(staff, where),
        after={"kind": kind, "number": reset.pk},
        reason=reason.strip(),
        region_id=identity.home_region_id(by),
    )
    return reset


@transaction.atomic
@trail.act("staff.confirm_reset")
def confirm_reset(*, by: Actor, reset_id: int) -> str:
    """Confirm it: the link of a new password, shown to who confirms and to nobody else; "" for new codes.

    Refused STAFF-005 what is one's own or was asked by oneself, STATE-001 what another has confirmed meanwhile.
    """
    reset = AdminReset.objects.select_related("staff").get(pk=reset_id, staff__in=directory.list_people(by))
    where = f"用户 {reset.staff.username}"
    require_permission(by, "staff.reset_admin", None, where)
    if by.key in (reset.by, reset.staff.username):
        what = "是您提出的，不能自己确认。" if by.key == reset.by else "重置的是您自己，不能自己确认。"
        raise Refused(Problem("STAFF-005", where, what, "请另一位管理员确认。"))
    changed = AdminReset.objects.filter(pk=reset.pk, decided_at=None, at__gt=timezone.now() - LIVES).update(
        decided_by=by.key, decided_at=timezone.now()
    )
    if not changed:
        raise Refused(Problem("STATE-001", where, "已经确认过，或提出以后过了七十二小时。", "还需要的，请重新提出。"))
    link = new_link(reset.staff) if reset.kind == AdminReset.Kind.PASSWORD else ""
    if reset.kind == AdminReset.Kind.CODES:
        take_codes(reset.staff)
    trail.describe(
        obj=trail.Subject.of(reset.staff, where),
        after={"kind": reset.kind, "number": reset.pk, "asked_by": reset.by},
        reason=reset.reason,
        region_id=identity.home_region_id(by),
    )
    return link


def _lock(staff: Staff) -> Staff:
    """Two who ask at once ask once."""
    return Staff.objects.select_for_update().get(pk=staff.pk)
