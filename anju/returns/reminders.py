"""Who is told of a return, and when: whose turn it is, at once; who has not begun, before the deadline and after it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

from django.utils import timezone
from ruamel.yaml import YAML

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import permissions
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import Reminder, announce_work
from anju.core.wording import period_label
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.forms.spec import FormSpec
from anju.returns.models import Extension, Form, Inquiry, Return, ScanComparison, SetDelivery, Step, Urge, UrgeReading
from anju.returns.queries import deadlines
from anju.returns.queries.checks import unlike_scan
from anju.returns.queries.deadlines import DueReturn, ReportingStatus
from anju.returns.queries.deliveries import gather_set, list_deliveries, list_digest, returned_cells, waiting_deliveries
from anju.returns.queries.opinions import joint_review
from anju.returns.services.opening import KINDS

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
    for delivery in waiting_deliveries(user):
        yield _to_sign(delivery)
    yield from scan_reminders(user)
    yield from inquiry_reminders(user)


def complete_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Cities whose every unit of a form is locked for a period: papers may be drafted, and what goes to others sent. Of each form the newest
    such period: that the next one is being asked for already takes nothing from it."""
    asked: dict[tuple[str, int], set[str]] = {}
    for form, office, period in deadlines.asked_returns(user, at).wanted:
        if office.region.parent_id in user.region_ids:
            asked.setdefault((form.code, office.region.parent_id), set()).add(period)
    above = Region.objects.in_bulk({parent for _, parent in asked})
    for (code, parent), names in asked.items():
        for period in sorted(names, reverse=True):
            if complete := list(_complete(user, above[parent], code, period, at)):
                yield from complete
                yield from _to_deliver(user, above[parent], code, period)
                break


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
    if ret.state == Return.LOCKED and city is not None and city.pk in by.region_ids:
        announce_set(by, city, ret.form.code, ret.period)


def announce_set(by: Actor, city: Region, form_code: str, period: str) -> None:
    """That a city's set may go to its superior is told to who sends it; that it was sent, to who signs for it. Part of the act."""
    sent = list_deliveries(by, city, form_code, period)[:1]
    signing = [_to_sign(one) for one in sent if one.state == one.SENT]
    announce_work(by, city, f"delivery/{form_code}/{period}/", [*_to_deliver(by, city, form_code, period), *signing])


def _to_deliver(user: Actor, city: Region, form_code: str, period: str) -> Iterator[Reminder]:
    """Every unit's return is locked, and what was sent, if anything was, is another set."""
    form = Form.objects.filter(code=form_code).order_by("-since")[0]
    spec = forms.form_spec(form)
    due = calendar.form_deadlines(spec, period)
    if "province" not in due or _still_running(city, form_code, period, spec):
        return
    gathered = gather_set(user, city, form_code, period)
    if not gathered or any(one.ret is None for one in gathered):
        return
    sent = list_deliveries(user, city, form_code, period)
    if sent and sent[0].digest == list_digest([one.as_data() for one in gathered]):
        return
    again = "，更正后有变化，请再报送上级" if sent else "，请报送上级"
    what = f"{city.name}{form.name}（{period_label(period)}）{len(gathered)}个单位已全部锁定{again}"
    yield _of_set(city, "returns.deliver", form_code, period, what=what, due=due["province"])


def _still_running(city: Region, form_code: str, period: str, spec: FormSpec) -> bool:
    """Whether a unit that the form is asked of has not locked it: then the set has a gap. One look, before the whole set is gathered: a city's
    month is locked return by return, and only the last one completes it."""
    units = Return.objects.filter(form__code=form_code, period=period, region__parent=city, serial=1)
    units = units.filter(organisation__kind=spec.unit, organisation__ended_on=None)
    units = units.filter(region__kind__in=KINDS[spec.level], region__valid_until=None)
    return units.exclude(state__in=(Return.LOCKED, Return.VOID)).exists()


def _to_sign(delivery: SetDelivery) -> Reminder:
    due = calendar.form_deadlines(forms.form_spec(delivery.form), delivery.period)
    what = f"{delivery}{len(delivery.listed)}张已由{delivery.by_name}报送，请签收"
    last = due.get("province") or due.get("city") or due["unit"]
    return _of_set(delivery.region, "returns.sign_for", delivery.form.code, delivery.period, what=what, due=last)


def _of_set(city: Region, act: str, form_code: str, period: str, *, what: str, due: str) -> Reminder:
    link = delivery_path(city, form_code, period)
    key = f"delivery/{form_code}/{period}/{act}"
    return Reminder(city, act, key, what[:300], link, datetime.fromisoformat(due))


def delivery_path(city: Region, form_code: str, period: str) -> str:
    """The page of a city's set."""
    return f"{path_of('returns:delivery')}?region={city.code}&period={period}&form={form_code}"


def scan_reminders(user: Actor) -> Iterator[Reminder]:
    """Locked returns whose sealed scan has other figures, while nobody has begun to correct them."""
    unlike = ScanComparison.objects.exclude(paper_text="").values("paper__ret_id")
    rets = Return.objects.filter(pk__in=unlike, state=Return.LOCKED, region_id__in=user.region_ids)
    for ret in rets.select_related("form", "region", "organisation"):
        yield from _of_scan(user, ret)


def announce_scan(by: Actor, ret: Return) -> None:
    """That a locked return and its sealed scan say different things is told to who corrects it. Part of the act."""
    announce_work(by, ret.region, f"scan/{ret.pk}/", _of_scan(by, ret))


def _of_scan(user: Actor, ret: Return) -> Iterator[Reminder]:
    corrected = Return.objects.filter(corrects=ret).exclude(state=Return.VOID).exists()
    unlike = [] if corrected or ret.state != Return.LOCKED else unlike_scan(user, ret)
    if unlike:
        what = f"{ret}：盖章件与锁定的数有{len(unlike)}处不一致，请发起更正"
        due = datetime.fromisoformat(ret.due["unit"])
        office = ret.organisation_id
        yield Reminder(
            region=ret.region, act="returns.correct", key=f"scan/{ret.pk}/", what=what[:300], link=ret.get_absolute_url(), due=due,
            organisation_id=office,
        )  # fmt: skip


def inquiry_reminders(user: Actor) -> Iterator[Reminder]:
    """Questions of auditors: to the unit while it owes an answer, to the auditor when there is one."""
    waiting = Inquiry.objects.exclude(state=Inquiry.CLOSED).filter(region_id__in=user.region_ids)
    for inquiry in waiting.select_related("ret__form", "ret__region"):
        yield _inquiry(inquiry)


def announce_inquiry(by: Actor, inquiry: Inquiry) -> None:
    """The same of one, at once. Part of the act."""
    wanted = [] if inquiry.state == Inquiry.CLOSED else [_inquiry(inquiry)]
    announce_work(by, inquiry.ret.region, f"inquiry/{inquiry.pk}/", wanted)


def _inquiry(inquiry: Inquiry) -> Reminder:
    ret, owed = inquiry.ret, inquiry.state == Inquiry.ASKED
    act = "returns.answer_inquiry" if owed else "returns.inquire"
    what = f"{ret}：审计问询请于{inquiry.due}前答复" if owed else f"{ret}：审计问询已答复，请看答复后办结或再问"
    due = datetime.combine(inquiry.due, time(23, 59), calendar.local_zone())
    office = ret.organisation_id if owed else None
    key = f"inquiry/{inquiry.pk}/{act}"
    return Reminder(
        region=ret.region, act=act, key=key, what=what[:300], link=path_of("returns:inquiry", inquiry.pk), due=due, organisation_id=office
    )  # fmt: skip


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


def urge_of(user: Actor, ret: Return) -> Urge | None:
    """The newest urging of a return that is not submitted, when it went to this user."""
    if ret.state in (*Return.SUBMITTED, Return.VOID):
        return None
    found = Urge.objects.filter(form__code=ret.form.code, region_id=ret.region_id, period=ret.period)
    newest = visible_rows(found, user).order_by("-id").first()
    return newest if newest is not None and user.key in newest.keys and not _reported_since(ret, newest) else None


def _reported_since(ret: Return | None, urge: Urge) -> bool:
    """It did what it asked for: what is sent back afterwards is another matter."""
    return ret is not None and ret.first_submitted_at is not None and ret.first_submitted_at >= urge.at


def readings_of(urges: Iterable[Urge]) -> dict[int, dict[str, datetime]]:
    """Of each urge, who has read it and when."""
    found: dict[int, dict[str, datetime]] = {}
    for urge_id, key, at in UrgeReading.objects.filter(urge__in=list(urges)).values_list("urge_id", "by", "at"):
        found.setdefault(urge_id, {})[key] = at
    return found


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
                yield _reminder(user, one, "returns.opine", department.organisation.pk, urged)
        if all(department.opinion for department in asked if department.organisation):
            yield _reminder(user, one, "returns.review", one.organisation and one.organisation.pk, urged)
        return
    office = one.organisation.pk if one.organisation and one.waits_for in OWN else None
    yield _reminder(user, one, one.waits_for, office, urged)


def _came_back(ret: Return | None) -> bool:
    """A correction, or sent back: its unit is told at once."""
    last = _last_step(ret)
    return ret is not None and last is not None and (last.move == "return" or (ret.serial > 1 and last.move == "open"))


def _last_step(ret: Return | None) -> Step | None:
    return Step.objects.filter(ret=ret).order_by("-id").first() if ret is not None else None


def lead_time() -> timedelta:
    return timedelta(hours=_lead("returns_hours"))


def inquiry_workdays() -> int:
    """Within how many workdays an auditor's question is answered, unless the auditor says otherwise."""
    return _lead("inquiry_workdays")


def _lead(name: str) -> int:
    return int(YAML(typ="safe").load(LEADS.read_text("utf-8"))[name])


def _reminder(user: Actor, one: DueReturn, act: str, office: int | None, urged: Urge | None) -> Reminder:
    ret = one.ret
    label = (
        "结束联审"
        if ret is not None and ret.state == Return.JOINT and act == "returns.review"
        else permissions()[act].label
    )
    again = f"（第{ret.serial - 1}次更正）" if ret is not None and ret.serial > 1 else ""
    when = "，已过期限，请尽快" if one.deadline < one.at and not again else "，请"
    what = f"{one.region.name}{one.form.name}（{period_label(one.period)}）{again}{when}{label}"
    if ret is not None and act == "returns.fill":
        if returned := returned_cells(user, ret):
            what += f"：上级退回{len(returned)}处，{returned[0].text}"
        elif (last := _last_step(ret)) is not None and last.move == "return":
            what += f"：{last.by_name}退回，{last.remark}"
    if urged is not None and not _reported_since(ret, urged):
        said = f"：{urged.remark}" if urged.remark else ""
        what += f"。{urged.by_name}{timezone.localtime(urged.at):%m-%d %H:%M}催报{said}"
    link = ret.get_absolute_url() if ret else f"{path_of('returns:home')}?region={one.region.code}"
    key = f"{key_of(one.form.code, one.period)}{act}" + (f"/{office}" if act == "returns.opine" else "")
    return Reminder(
        region=one.region, act=act, key=key, what=what[:300], link=link, due=one.deadline, organisation_id=office, hidden_from=one.filled_by
    )  # fmt: skip
