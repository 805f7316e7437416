"""Who is told of a return, and when: whose turn it is, at once; who has not begun, before the deadline and after it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone
from ruamel.yaml import YAML

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import permissions
from anju.core.people.scope import Actor
from anju.core.reminders import Reminder, announce_work
from anju.core.wording import period_label
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.models import Extension, Return, Step, Urge
from anju.returns.queries import deadlines
from anju.returns.queries.deadlines import DueReturn, ReportingStatus
from anju.returns.queries.opinions import joint_review

LEADS = Path(__file__).with_name("reminders.yaml")
OWN = ("returns.fill", "returns.review", "returns.submit")  # acts of the unit that makes the return


def return_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Everything that waits for somebody: what is in hand at once, what nobody has handed in yet when it is due soon or was urged."""
    due = deadlines.due_returns(user, at)
    urged = urged_periods(user, {one.period for one in due})
    for one in due:
        yield from reminders_of(user, one, urged.get((one.form.code, one.region.pk, one.period)))
    yield from complete_reminders(user, at)
    waiting = Extension.objects.filter(state=Extension.ASKED, region_id__in=user.region_ids)
    for asked in waiting.select_related("ret__form", "ret__region"):
        yield _extension(asked)


def complete_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Cities whose every unit of a form's last period is locked: papers may be drafted, and what goes to others sent."""
    newest: dict[tuple[str, int], str] = {}
    for form, office, period in deadlines.asked_returns(user, at).wanted:
        if office.region.parent_id is not None:
            key = form.code, office.region.parent_id
            newest[key] = max(newest.get(key, ""), period)
    above = Region.objects.in_bulk({parent for _, parent in newest})
    for (code, parent), period in newest.items():
        if parent in user.region_ids:
            yield from _complete(user, above[parent], code, period, at)


def _complete(user: Actor, city: Region, form_code: str, period: str, at: datetime) -> Iterator[Reminder]:
    every = Return.objects.filter(form__code=form_code, period=period, region__parent=city, serial=1)
    if not every.exists() or every.exclude(state=Return.LOCKED).exists():
        return
    listed = [one for one in deadlines.reporting_progress(user, city, at, period) if one.form.code == form_code]
    if not listed or any(one.ret is None or one.ret.state != Return.LOCKED for one in listed):
        return
    due = calendar.form_deadlines(forms.form_spec(listed[0].form), period)
    last = datetime.fromisoformat(due.get("province") or due.get("city") or due["unit"])
    what = f"{city.name}{listed[0].form.name}（{period_label(period)}）{len(listed)}个单位已全部锁定，可以起草文书、办理报送"
    link = f"{path_of('returns:home')}?region={city.code}&period={period}&form={form_code}"
    yield Reminder(city, "returns.receive", f"returns-complete/{form_code}/{period}", what, link, last)


def announce_return(by: Actor, ret: Return) -> None:
    """What waits of a return now is told to whose turn it is, and to nobody else any more. Part of the act that moved it."""
    due = deadlines.due_return(by, ret, timezone.now())
    urged = urged_periods(by, {ret.period}).get((ret.form.code, ret.region_id, ret.period))
    announce_work(by, ret.region, key_of(ret.form.code, ret.period), reminders_of(by, due, urged) if due else ())
    city = ret.region.parent
    if ret.state == Return.LOCKED and ret.serial == 1 and city is not None and city.pk in by.region_ids:
        key = f"returns-complete/{ret.form.code}/{ret.period}"
        announce_work(by, city, key, _complete(by, city, ret.form.code, ret.period, timezone.now()))


def announce_unbegun(by: Actor, one: ReportingStatus) -> None:
    """The same of a return that nobody has begun, and that was urged."""
    due = deadlines.unbegun_return(one, timezone.now())
    urged = urged_periods(by, {one.period}).get((one.form.code, one.region.pk, one.period))
    announce_work(by, one.region, key_of(one.form.code, one.period), reminders_of(by, due, urged))


def announce_extension(by: Actor, asked: Extension) -> None:
    """That a later day was asked for is told to who decides, until it is decided. Part of the act."""
    ret = asked.ret
    announce_work(by, ret.region, f"extension/{ret.pk}/", [_extension(asked)] if asked.state == asked.ASKED else ())


def _extension(asked: Extension) -> Reminder:
    ret = asked.ret
    return Reminder(
        region=ret.region, act="returns.extend", key=f"extension/{ret.pk}/{asked.pk}",
        what=f"{ret}申请延至{asked.until}：{asked.reason}"[:300], link=path_of("returns:extension", ret.pk),
        due=datetime.fromisoformat(ret.due["unit"]),
    )  # fmt: skip


def key_of(form_code: str, period: str) -> str:
    """How the keys of a return's reminders begin."""
    return f"return/{form_code}/{period}/"


def urged_periods(user: Actor, periods: set[str]) -> dict[tuple[str, int, str], Urge]:
    """The newest urging (催报) of each form, region and period."""
    found = Urge.objects.filter(period__in=periods, region_id__in=user.region_ids).select_related("form").order_by("id")
    return {(one.form.code, one.region_id, one.period): one for one in found}


def reminders_of(user: Actor, one: DueReturn, urged: Urge | None) -> Iterator[Reminder]:
    """Of one return: to the people of the unit whose act is next; in joint review to each department that is asked and silent, and to who
    ends it when all are in."""
    ret = one.ret
    begun = ret is not None and ret.state != Return.DRAFT
    if not (begun or urged or one.deadline - one.at <= lead_time() or _came_back(ret)):
        return
    if ret is not None and ret.state == Return.JOINT:
        asked = joint_review(user, ret)
        for department in asked:
            if department.organisation and department.opinion is None:
                yield _reminder(one, "returns.opine", department.organisation.pk, urged)
        if all(department.opinion for department in asked if department.organisation):
            yield _reminder(one, "returns.review", one.organisation and one.organisation.pk, urged)
        return
    office = one.organisation.pk if one.organisation and one.waits_for in OWN else None
    yield _reminder(one, one.waits_for, office, urged)


def _came_back(ret: Return | None) -> bool:
    """A correction, or sent back: its unit is told at once."""
    if ret is None:
        return False
    last = Step.objects.filter(ret=ret).order_by("-id").values_list("move", flat=True).first()
    return last == "return" or (ret.serial > 1 and last == "open")


def lead_time() -> timedelta:
    return timedelta(hours=YAML(typ="safe").load(LEADS.read_text("utf-8"))["returns_hours"])


def _reminder(one: DueReturn, act: str, office: int | None, urged: Urge | None) -> Reminder:
    ret = one.ret
    label = (
        "结束联审"
        if ret is not None and ret.state == Return.JOINT and act == "returns.review"
        else permissions()[act].label
    )
    again = f"（第{ret.serial - 1}次更正）" if ret is not None and ret.serial > 1 else ""
    when = "，已过期限，请尽快" if one.deadline < one.at and not again else "，请"
    what = f"{one.region.name}{one.form.name}（{period_label(one.period)}）{again}{when}{label}"
    if urged is not None:
        said = f"：{urged.remark}" if urged.remark else ""
        what += f"。{urged.by_name}{timezone.localtime(urged.at):%m-%d %H:%M}催报{said}"
    link = ret.get_absolute_url() if ret else f"{path_of('returns:home')}?region={one.region.code}"
    key = f"{key_of(one.form.code, one.period)}{act}" + (f"/{office}" if act == "returns.opine" else "")
    return Reminder(
        region=one.region, act=act, key=key, what=what, link=link, due=one.deadline, organisation_id=office, hidden_from=one.filled_by
    )  # fmt: skip
