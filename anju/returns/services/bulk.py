"""Acts of the city on many returns of a period at once: sending back, and urging those who have not reported. Each that is refused is named."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from anju.core.models.people import Posting
from anju.core.models.region import Region
from anju.core.people.directory import postings_in_force
from anju.core.people.permissions import permissions, require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move_many
from anju.core.trail import trail
from anju.core.wording import period_label
from anju.problems import Problem, Refused
from anju.returns.base import LOCK, require_short
from anju.returns.models import Form, Return, Step, Urge
from anju.returns.queries import deadlines
from anju.returns.queries.deadlines import ACTS, ReportingStatus
from anju.returns.queries.opinions import joint_review
from anju.returns.reminders import OWN, announce_return, announce_unbegun


@dataclass
class BulkResult:
    """done: the regions it was done to. refused: why it was not done to the others, each named."""

    done: list[Region] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


@transaction.atomic
@trail.act("returns.send_back_many")
def send_returns_back(
    *, by: Actor, region: Region, form_code: str, period: str, region_ids: Iterable[int], remark: str
) -> BulkResult:
    """Send back (退回) the returns of these regions that wait for the city; one row for all. The others are named.

    Refused: ACT-001, RET-053 without a remark, RET-064 when nothing was chosen, and with every one when none can be sent back.
    """
    statuses = _chosen(by, region, form_code, period, region_ids)
    if not remark.strip():
        raise Refused(Problem("RET-053", _about(region, form_code, period), "退回没有写意见。", "请写明要改哪里。"))
    require_short(_about(region, form_code, period), "退回意见", remark)
    result, rets = BulkResult(), []
    held = _held(by, [one.ret for one in statuses if one.ret is not None])
    for one in statuses:
        ret = held.get(one.ret.pk) if one.ret is not None else None
        if ret is None or ret.state != Return.CITY:
            state = Return.STATES.label(ret.state) if ret is not None else "还没有开始"
            result.refused.append(
                Problem(
                    "RET-065",
                    str(ret or one.region.name),
                    f"现为“{state}”，不在市级手里，没有退回。",
                    "只退回待市级审定的。",
                )
            )
        else:
            rets.append(ret)
            result.done.append(one.region)
    if not rets:
        raise Refused(*result.refused)
    subject = trail.Subject.of(region, _about(region, form_code, period))
    move_many(
        rets, "return", by=by, on=timezone.localdate(), obj=subject, reason=remark.strip(), region_id=region.pk,
        because={"returns": [ret.pk for ret in rets]},
    )  # fmt: skip
    Step.objects.bulk_create(
        Step(
            ret=ret, region_id=ret.region_id, move="return", source=Return.CITY, target=Return.DRAFT,
            remark=remark.strip(), by=by.key, by_name=by.name,
        )
        for ret in rets
    )  # fmt: skip
    for ret in rets:
        announce_return(by, ret)
    return result


@transaction.atomic
@trail.act("returns.urge")
def urge_units(
    *, by: Actor, region: Region, form_code: str, period: str, region_ids: Iterable[int], remark: str = ""
) -> BulkResult:
    """Urge (催报) the units of these regions that have not reported; one row for all. Each is told at once, by name of whose turn it is.

    Named and not urged: RET-066 who has reported, RET-067 where nobody holds the post. Refused when that is everybody; RET-064, ACT-001.
    """
    statuses = _chosen(by, region, form_code, period, region_ids)
    require_short(_about(region, form_code, period), "催报的话", remark)
    result, urges, rets = BulkResult(), [], []
    for one in statuses:
        ret, where = one.ret, f"{one.region.name}{one.form.name}（{period_label(period)}）"
        if ret is not None and ret.state in Return.SUBMITTED:
            result.refused.append(Problem("RET-066", where, "已经上报，不用催。", "请按现在的状态办理。"))
            continue
        people = _whose_turn(by, one)
        if not people:
            act = permissions()[ACTS[ret.state if ret else ""]]
            result.refused.append(
                Problem("RET-067", where, f"没有人任{act.who}岗，催报送不到。", "请安全管理员授予岗位，或电话联系。")
            )
            continue
        urges.append(
            Urge(
                form=one.form, region=one.region, period=period, remark=remark.strip(), to=list(people.values()),
                keys=list(people), by=by.key, by_name=by.name,
            )
        )  # fmt: skip
        rets.append((one, ret))
        result.done.append(one.region)
    if not urges:
        raise Refused(*result.refused)
    Urge.objects.bulk_create(urges)
    for status, ret in rets:
        if ret is not None:
            announce_return(by, ret)
        else:
            announce_unbegun(by, status)
    told = [{"region": one.region.code, "to": one.to} for one in urges]
    trail.describe(
        obj=trail.Subject.of(region, _about(region, form_code, period)),
        after={"form": form_code, "period": period, "urged": told},
        reason=remark.strip(),
        region_id=region.pk,
        count=len(urges),
        digest=hashlib.sha256("".join(f"{one.region.code}\n" for one in urges).encode()).hexdigest(),
    )
    return result


def nothing_chosen(region: Region, form_code: str, period: str) -> Problem:
    return Problem("RET-064", _about(region, form_code, period), "没有选单位。", "请在表上勾选要办的单位。")


def _chosen(by: Actor, region: Region, form_code: str, period: str, region_ids: Iterable[int]) -> list[ReportingStatus]:
    """How far those regions are with the form. Refused RET-064 when there is none of them."""
    require_permission(by, LOCK, region.pk, _about(region, form_code, period))
    wanted = set(region_ids)
    found = [
        one
        for one in deadlines.reporting_progress(by, region, timezone.now(), period)
        if one.form.code == form_code and one.region.pk in wanted
    ]
    if not found:
        raise Refused(nothing_chosen(region, form_code, period))
    return found


def _held(by: Actor, rets: Sequence[Return]) -> dict[int, Return]:
    rows = visible_rows(Return.objects.select_for_update(of=("self",)).select_related("form", "region"), by)
    return {ret.pk: ret for ret in rows.filter(pk__in=[ret.pk for ret in rets]).order_by("pk")}


def _whose_turn(by: Actor, one: ReportingStatus) -> dict[str, str]:
    """User name → name of the people who hold the post of the next act: at the organisation that makes the return, at the silent
    departments, or anywhere in the region."""
    ret = one.ret
    act = ACTS[ret.state if ret is not None else ""]
    postings = postings_in_force(Posting.objects.filter(since__lte=timezone.localdate(), staff__is_active=True))
    here = Q(organisation__region_id=one.region.pk)
    if ret is not None and ret.state == Return.JOINT:
        silent = [each.organisation.pk for each in joint_review(by, ret) if each.organisation and not each.opinion]
        here &= Q(organisation_id__in=silent)
    elif act in OWN:
        unit = ret.organisation if ret is not None else one.organisation
        here &= Q(organisation_id=unit.pk if unit else None)
    found = postings.filter(here, post__in=permissions()[act].posts).order_by("staff__name", "staff_id")
    return dict(found.values_list("staff__username", "staff__name").distinct())


def _about(region: Region, form_code: str, period: str) -> str:
    form = Form.objects.filter(code=form_code).order_by("-since").first()
    return f"{region.name}{period_label(period)}{form.name if form else form_code}"
