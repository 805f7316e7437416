"""What is due, who has reported, who is late. The proof of time is the first submission, which is never set again."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from anju import periods
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions import tree as places
from anju.core.regions.tree import below
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.models import Form, Opinion, Return, Step
from anju.returns.queries.opinions import asked_departments
from anju.returns.queries.returns import fillers, has_filled
from anju.returns.services.opening import returns_asked_for

HOUR = 3600


@dataclass(frozen=True)
class DueReturn:
    """A return that is not locked yet. organisation: who fills it. ret None: nobody has begun. deadline: of who has it now. waits_for: the act it waits for.

    opined: this person's organisation has given its opinion. mine: it waits for an act that this person may do. filled_by: user names of
    who filled it, where the next act is another's.
    """

    form: Form
    region: Region
    organisation: Organisation | None
    period: str
    ret: Return | None
    deadline: datetime
    waits_for: str
    to: str
    at: datetime
    mine: bool = False
    opined: bool = False
    filled_by: tuple[str, ...] = ()

    @property
    def hours_left(self) -> int:
        """Whole hours; less than zero when it is over."""
        return int((self.deadline - self.at).total_seconds() // HOUR)


ACTS = {
    "": "returns.fill", Return.DRAFT: "returns.fill", Return.REVIEW: "returns.review", Return.JOINT: "returns.opine", Return.HEAD: "returns.submit",
    Return.CITY: "returns.lock",
}  # fmt: skip


def _latest(user: Actor, found: QuerySet[Return]) -> list[Return]:
    """Of every form, region and period the last serial."""
    rows = (
        visible_rows(found, user)
        .annotate(filled=has_filled(user))
        .select_related("form", "region", "organisation")
        .defer("form__spec")
        .order_by("region__order", "period", "form_id", "serial")
    )
    last = {(row.form.code, row.region_id, row.period): row for row in rows}
    return list(last.values())


def _scope(user: Actor, region: Region | None) -> frozenset[int]:
    return user.region_ids if region is None else below(user, region)


def _deadline(ret: Return | None, form: Form, period: str) -> datetime:
    if ret is None:
        return _unit_deadline(form, period)
    return datetime.fromisoformat(ret.due["city" if ret.state == Return.CITY and "city" in ret.due else "unit"])


@dataclass(frozen=True)
class AskedReturns:
    """What is asked for on a day of a region and all below it (or of all the user's): form, organisation, period."""

    ids: frozenset[int]
    wanted: list[tuple[Form, Organisation, str]]


def asked_returns(user: Actor, at: datetime, region: Region | None = None) -> AskedReturns:
    ids = _scope(user, region)
    return AskedReturns(
        ids, [row for row in returns_asked_for(user, timezone.localdate(at)) if row[1].region_id in ids]
    )


def due_returns(
    user: Actor, at: datetime, region: Region | None = None, known: AskedReturns | None = None
) -> list[DueReturn]:
    """Everything that is asked for and not locked, of the region and below (or of all the user's), the nearest deadline first. Of who
    does not see drafts only what they see: what is not there may be in work, or handed in.

    known: asked_of the same, when it was asked already.
    """
    known = known or asked_returns(user, at, region)
    ids, wanted = known.ids, known.wanted
    going = _latest(
        user, rows_within(Return.objects.exclude(state__in=(Return.LOCKED, Return.VOID)), ids)
    )  # a correction is the last of its serials
    running = {(ret.form.code, ret.region_id, ret.period): ret for ret in going}
    done = set(
        visible_rows(
            Return.objects.filter(period__in={name for *_, name in wanted}, state=Return.LOCKED), user
        ).values_list("form__code", "region_id", "period")
    )
    asked_for = {(form.code, office.region_id, period): (form, office, period, None) for form, office, period in wanted}
    begun = {
        key: (*(asked_for.get(key, (ret.form, ret.organisation, ret.period)))[:3], ret) for key, ret in running.items()
    }
    rows = [
        row for key, row in (asked_for | begun).items() if key in begun or (key not in done and key[1] in user.drafts)
    ]
    opined = _opined(user, [ret for *_, ret in rows if ret is not None and ret.state == Return.JOINT])
    barred = _barred(user, [ret for *_, ret in rows if ret is not None])
    found, above = [], places.region_tree().by_id
    for form, office, period, ret in rows:
        here = ret.region if ret is not None else office.region
        act = ACTS[ret.state if ret is not None else ""]
        # Whoever ends the joint review waits with the departments.
        doing = may(user, act, here.pk) or (
            ret is not None and ret.state == Return.JOINT and may(user, "returns.review", here.pk)
        )
        ours = (
            user.posts is None
            or act in ("returns.opine", "returns.lock")
            or office is None
            or office.pk in user.organisation_ids
        )
        found.append(
            DueReturn(
                form=form,
                region=here,
                organisation=office,
                period=period,
                ret=ret,
                deadline=_deadline(ret, form, period),
                waits_for=act,
                to=_receiver_text(above, here, ret),
                at=at,
                mine=doing and ours and not (ret is not None and ret.pk in barred),
                opined=bool(ret and ret.pk in opined),
            )
        )
    return sorted(found, key=lambda one: (one.deadline, one.region.order, one.form.code, one.period))


def _barred(user: Actor, rets: list[Return]) -> set[int]:
    """Those whose next act is not this person's, though the post is: they filled it themselves, or their department is not asked."""
    if user.posts is None:
        return set()
    judged = {ret.pk for ret in rets if ret.state in (Return.REVIEW, Return.CITY) and ret.filled}  # type: ignore[attr-defined]
    asked = [
        ret
        for ret in rets
        if ret.state == Return.JOINT
        and may(user, "returns.opine", ret.region_id)
        and not may(user, "returns.review", ret.region_id)
    ]
    silent = {ret.pk for ret in asked if not user.organisation_ids & {one.pk for one in asked_departments(ret)}}
    return silent | judged


def _receiver_text(known: dict[int, Region], region: Region, ret: Return | None) -> str:
    above = known.get(region.parent_id)
    if ret is not None and ret.state == Return.CITY and above is not None:
        above = known.get(above.parent_id)
    return f"报{above.name}" if above is not None else "报上级"


def due_return(user: Actor, ret: Return, at: datetime) -> DueReturn | None:
    """One return as it waits now, for who announces it; None when nobody has to do anything with it any more."""
    if ret.state in (Return.LOCKED, Return.VOID):
        return None
    return DueReturn(
        form=ret.form,
        region=ret.region,
        organisation=ret.organisation,
        period=ret.period,
        ret=ret,
        deadline=_deadline(ret, ret.form, ret.period),
        waits_for=ACTS[ret.state],
        to="",
        at=at,
        filled_by=tuple(fillers(ret)) if ret.state in (Return.REVIEW, Return.CITY) else (),
    )


def absent_text(user: Actor, region: Region) -> str:
    """What is said of a unit whose return is not there for this user: nobody has begun, or they see no drafts."""
    return "还没有开始" if region.pk in user.drafts else "还没有报上来"


def unbegun_return(one: "ReportingStatus", at: datetime) -> DueReturn:
    """A return that is asked for and nobody has begun, as it waits now."""
    return DueReturn(
        form=one.form,
        region=one.region,
        organisation=one.organisation,
        period=one.period,
        ret=None,
        deadline=one.deadline,
        waits_for=ACTS[""],
        to="",
        at=at,
    )


def _opined(user: Actor, rets: list[Return]) -> set[int]:
    """In joint review, and this person's organisation spoke since it was handed in."""
    if not rets or not user.organisation_ids:
        return set()
    handed: dict[int, datetime] = {}
    for step in Step.objects.filter(ret__in=rets, move="hand_in").order_by("id"):
        handed[step.ret_id] = step.at
    spoken = Opinion.objects.filter(ret__in=rets, organisation_id__in=user.organisation_ids).values_list("ret_id", "at")
    return {pk for pk, at in spoken if pk in handed and at >= handed[pk]}


@dataclass(frozen=True)
class ReportingStatus:
    """One return that is asked of one unit: how far it is. first_submitted_at is the proof.

    hidden: it is not there for this user, who sees no drafts of the region; nothing is known of it then.
    """

    form: Form
    region: Region
    period: str
    ret: Return | None
    deadline: datetime
    organisation: Organisation | None = None
    hidden: bool = False

    @property
    def first_submitted_at(self) -> datetime | None:
        return self.ret.first_submitted_at if self.ret is not None else None

    def days_late(self, at: datetime) -> int:
        """Whole or begun days by which the first submission came after the deadline; not submitted yet: up to now."""
        if self.hidden:
            return 0
        end = self.first_submitted_at or at
        if end <= self.deadline:
            return 0
        return max(1, (timezone.localdate(end) - timezone.localdate(self.deadline)).days)


def reporting_progress(
    user: Actor, region: Region, at: datetime, period: str = "", known: AskedReturns | None = None
) -> list[ReportingStatus]:
    """Who has reported (报送进度): of each form the newest period asked for, or that period; by region, of the region and below."""
    if period:
        ids = below(user, region)
        wanted = [
            row
            for row in returns_asked_for(user, periods.period_end(period))
            if row[2] == period and row[1].region_id in ids
        ]
    else:
        wanted = (known or asked_returns(user, at, region)).wanted
        newest: dict[str, str] = {}
        for form, _, name in wanted:
            newest[form.code] = max(newest.get(form.code, ""), name)
        wanted = [row for row in wanted if row[2] == newest[row[0].code]]
    known = _firsts(user, wanted)
    return [
        _status(user, form, office, name, known.get((form.code, office.region_id, name)))
        for form, office, name in wanted
    ]


def _status(user: Actor, form: Form, office: Organisation, period: str, ret: Return | None) -> ReportingStatus:
    hidden = ret is None and office.region_id not in user.drafts
    deadline = _unit_deadline(form, period, ret)
    return ReportingStatus(form, office.region, period, ret, deadline, organisation=office, hidden=hidden)


def _unit_deadline(form: Form, period: str, ret: Return | None = None) -> datetime:
    """By the calendar; of a return that was granted a later day, that."""
    if ret is not None and "extended_from" in ret.due:
        return datetime.fromisoformat(ret.due["unit"])
    return calendar.deadline_moment(forms.form_spec(form).due["unit"], period)


def _firsts(user: Actor, wanted: list[tuple]) -> dict[tuple[str, int, str], Return]:
    """The first return of each: a correction says nothing of when it was reported."""
    names = {name for *_, name in wanted}
    rows = (
        visible_rows(Return.objects.filter(period__in=names, serial=1), user)
        .annotate(corrected=is_corrected())
        .select_related("form", "region")
        .defer("form__spec")
        if names
        else ()
    )
    return {(row.form.code, row.region_id, row.period): row for row in rows}


def returns_due_in(user: Actor, month: str) -> list[tuple]:
    """Returns whose deadline for the unit lies in that month: form, organisation, period."""
    start, end = periods.period_bounds(month)
    seen: dict[tuple, tuple] = {}
    # What falls due in a month belongs to a period that ends in it or shortly before: asked at its end and at its beginning.
    for day in (start, end):
        for form, office, period in returns_asked_for(user, day):
            if start <= timezone.localdate(_unit_deadline(form, period)) <= end:
                seen[form.code, office.region_id, period] = (form, office, period)
    return list(seen.values())


def overdue_reports(user: Actor, region: Region, month: str, at: datetime | None = None) -> list[ReportingStatus]:
    """What fell due in the month and came late, or has not come (迟报), of the region and below."""
    at, ids = at or timezone.now(), below(user, region)
    return [one for one in _of_month(user, ids, month) if one.days_late(at)]


def _of_month(user: Actor, ids: frozenset[int], month: str) -> list[ReportingStatus]:
    wanted = [row for row in returns_due_in(user, month) if row[1].region_id in ids]
    known = _firsts(user, wanted)
    return [
        _status(user, form, office, name, known.get((form.code, office.region_id, name)))
        for form, office, name in wanted
    ]


def is_corrected() -> Exists:
    """Of each return, whether a locked correction has replaced it (已更正)."""
    return Exists(Return.objects.filter(corrects=OuterRef("pk"), state=Return.LOCKED))


def reported_periods(user: Actor, region: Region, form_code: str) -> list[str]:
    """The periods that there is a return of that form for, in the region and below."""
    found = rows_within(visible_rows(Return.objects.filter(form__code=form_code), user), below(user, region))
    return list(found.order_by().values_list("period", flat=True).distinct())


def recently_locked(user: Actor, region: Region, known: AskedReturns | None = None, count: int = 20) -> list[Return]:
    """The returns last locked, of the region and below."""
    found = rows_within(
        visible_rows(Return.objects.filter(state=Return.LOCKED), user), known.ids if known else below(user, region)
    )
    found = found.annotate(corrected=is_corrected()).select_related("form", "region").defer("form__spec")
    return list(found.order_by("-locked_at", "-id")[:count])
