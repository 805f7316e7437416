"""报表: what waits for this person, what is in other hands, and for who looks from above: who has reported and who is late."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from anju.core.models.region import Region
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.markup import element, join, markup, slot, writer
from anju.core.pages.request import PageContext, Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor
from anju.core.registry import fetch_hooks
from anju.core.wording import period_label
from anju.problems import Problem
from anju.returns.base import unlocked_returns
from anju.returns.forms import calendar
from anju.returns.models import Form, Return, SetDelivery, Urge
from anju.returns.pages import wording
from anju.returns.pages.grid_html import PERIODS, moved_cells
from anju.returns.queries import checks, deadlines, deliveries, extensions, inquiries, returns
from anju.returns.queries.grid import lay_out_grid
from anju.returns.queries.reading import read_return
from anju.returns.reminders import delivery_path, readings_of, urged_periods
from anju.returns.services.urges import record_readings

NEXT = {
    "hand_in": "继续填报",
    "opine": "发表意见",
    "review": "去审核",
    "clear": "去办结联审",
    "submit": "去上报",
    "lock": "去审定",
}
write_link, write_word = writer(element("a", slot("name"), href=slot("href"))), writer(element("span", slot("word")))
PROGRESS = (
    element("td", element("span", slot("state"), css=slot("state_css"))),
    element("td", slot("first"), data_label="首次上报"),
    element("td", element("span", slot("hours"), css=slot("hours_css"))),
    element("td", markup("found"), data_label="检查"),
    element("td", markup("moved"), data_label="变动"),
    element("td", slot("urged"), data_label="催报"),
)
write_progress = writer(  # a province has a hundred of them
    element("tr", element("th", markup("name"), scope="row", css="first"), *PROGRESS)
)
write_ticked = writer(
    element(
        "tr",
        element(
            "th",
            element("input", type="checkbox", name="region", value=slot("code"), form="bulk", aria_label=slot("tick")),
            " ",
            markup("name"),
            scope="row",
            css="first",
        ),
        *PROGRESS,
    )
)
EMPTY = "到了报表期，要报的表会列在这里：报哪张、报给谁、还剩多少时间。表式由报表制度定，按月、季、年自动到期。"


@requires_permission("returns.see")
@require_GET
@needs_region("returns/home.html", heading="没有要报的表", empty=EMPTY)
def show_home(request: Request) -> HttpResponse:
    return render_home(request)


def render_home(request: Request, status: int = 200, problems: list[Problem] | None = None) -> HttpResponse:
    made, user, at = page_context(request), request.actor, timezone.now()
    known = deadlines.asked_returns(user, at, made.region)
    above = made.region.kind not in (Region.Kind.COUNTY, Region.Kind.PSEUDO)
    due = deadlines.due_returns(user, at, made.region, known)
    # From above the table by county says the others better.
    shown = [one for one in due if one.mine or not above]
    urges = shown_urges(user, shown)
    rows = [return_row(user, one, at, urges.get((one.form.code, one.region.pk, one.period))) for one in shown]
    record_readings(user, urges.values() if request.method == "GET" else [])
    mine = [one for one in rows if one["act"]]
    others = [] if above else [one for one in rows if not one["act"]]
    further = further_rows(user, at)
    locked = deadlines.recently_locked(user, made.region, known)
    reporting = reporting_context(request, made.region, at, known) if above else {}
    to_sign = (
        [(one, delivery_path(one.region, one.form.code, one.period)) for one in deliveries.waiting_deliveries(user)]
        if may(user, "returns.sign_for")
        else []
    )
    heading = (
        f"{len(to_sign)}套报送等您签收"
        if to_sign and not mine
        else home_headline(mine, others, further, reporting.get("silent", 0))
    )
    return render_page(
        request, "returns/home.html", status=status, heading=heading, sub=f"{made.region.name}，{wording.moment_text(at)}", mine=mine, others=others,
        **reporting, further=further, to_sign=to_sign,
        inquiries=inquiries.waiting_inquiries(user, made.region), extensions=extensions.waiting_extensions(user, made.region), done=[locked_row(one) for one in locked],
        empty=EMPTY, problems=problems or [],
        may_audit=user.posts is not None and may(user, "returns.audit", made.region.pk), **unlocked_after_job(request, made), asked_periods=PostedForm(request).typed.get("periods", made.period),
    )  # fmt: skip


def further_rows(user: Actor, at: datetime) -> list[dict[str, Any]]:
    """What waits for this person and is no return: for who lands here it is said here."""
    found = [one for ask in fetch_hooks("waiting") for one in ask(user) if not one.act.startswith("returns.")]
    rows = []
    for one in found:
        left, css = wording.time_left(one.due, at)
        rows.append({
            "what": one.what, "href": one.link, "due": one.due, "left": left if css == "late" else f"还剩{left}", "css": css,
            "waited": wording.duration_text(at - one.at),
        })  # fmt: skip
    return rows


def shown_urges(user: Actor, shown: list[deadlines.DueReturn]) -> dict[tuple[str, int, str], Urge]:
    """The newest urging of each return that this page lists and nobody has begun. Of what is begun its own page tells."""
    listed = {(one.form.code, one.region.pk, one.period) for one in shown if one.ret is None}
    urged = urged_periods(user, {period for *_, period in listed}) if listed else {}
    return {key: urge for key, urge in urged.items() if key in listed}


def unlocked_after_job(request: Request, made: PageContext) -> dict[str, Any]:
    """What a closed month did not lock, where its job leads: how many those were, what waits now, and what stands in the way of each."""
    left = request.GET.get("left", "")[:4]
    if not left:
        return {"left": "", "waiting": []}
    user = request.actor
    found = unlocked_returns(user, made.region, request.GET.get("form", ""), made.period)
    return {"left": left, "waiting": [{"ret": ret, "why": obstacle_text(user, ret)} for ret in found]}


def obstacle_text(user: Actor, ret: Return) -> str:
    """What stands in the way of its lock: the first two, and how many there are."""
    open_ = checks.standing_findings(checks.check_return(user, ret))
    if not open_:
        return "检查都已过，可再锁定"
    more = f"等{len(open_)}处" if len(open_) > 2 else ""
    return "；".join(one.what.removesuffix("。") for one in open_[:2]) + more


def home_headline(
    mine: list[dict[str, Any]], others: list[dict[str, Any]], further: list[dict[str, Any]], silent: int
) -> str:
    """silent: how many units below are late and have not reported, for whom this person may urge."""
    more = f"，另有{len(further)}件事" if further else ""
    if not mine:
        rest = f"，{len(others)}张在别人手里" if others else f"，{silent}个单位逾期未报" if silent else ""
        said = f"没有等您办的报表{rest}"
        return said + (f"；另有{len(further)}件事等您办" if further else "")
    late = [one for one in mine if one["css"] == "late"]
    if late:
        return f"{len(mine)}张报表等您办，{len(late)}张已过期限{more}"
    first = next((one for one in mine if one["left"]), None)
    return f"{len(mine)}张报表等您办" + (f"，最近的还剩{first['left']}" if first else "") + more


def return_row(user: Actor, one: deadlines.DueReturn, at: datetime, urge: Urge | None = None) -> dict[str, Any]:
    ret = one.ret
    # A correction says nothing of when the return was reported: the deadline is behind it.
    left, css = ("", "") if ret and ret.serial > 1 else wording.time_left(one.deadline, at)
    doubt = calendar.guessed_deadline(returns.return_spec(one.form), one.period)
    base = {
        "name": one.form.name, "form": one.form.code, "unit": one.organisation.name if one.organisation else one.region.name, "code": one.region.code,
        "period": period_label(one.period), "key": one.period,
        "to": f"{one.to}，{wording.moment_text(one.deadline)}" + (f"（{doubt}）" if doubt else ""), "left": left, "css": css,
        "href": ret.get_absolute_url() if ret else "", "open": ret is None, "ret": ret,
        "may_extend": one.mine and ret is not None and ret.serial == 1 and ret.state not in Return.SUBMITTED
        and may(user, "returns.ask_extension", ret.region_id),
    }  # fmt: skip
    if ret is None:
        whose = f"，等{one.organisation.get_kind_display()}部门填报" if one.organisation and not one.mine else ""
        urged = wording.urge_line(urge) if urge else ""
        return base | {"state": f"还没有开始{whose}", "urged": urged, "act": "开始填报" if one.mine else ""}
    if ret.serial > 1:
        base |= {"to": f"{one.to}，第{ret.serial - 1}次更正"}
    strong = (
        wording.next_act(wording.offered_acts(user, ret, opined=one.opined, last=True), opined=one.opined)
        if one.mine
        else None
    )
    whose = (
        one.organisation.get_kind_display()
        if one.organisation and ret.state in (Return.DRAFT, Return.REVIEW, Return.HEAD)
        else ""
    )
    return base | {
        "state": Return.STATES.label(ret.state) if strong else f"等{whose}{wording.waits_for(ret)}",
        "act": NEXT[strong.name] if strong else "",
    }


def reporting_context(request: Request, region: Region, at: datetime, known: deadlines.AskedReturns) -> dict[str, Any]:
    """Who has reported and who is late, by county, one form and one period at a time, with the time of the first submission as proof."""
    user = request.actor
    found = deadlines.reporting_progress(user, region, at, known=known)
    forms = {one.form.code: one.form for one in found}
    if not forms:
        return {}
    code = request.GET.get("form") or PostedForm(request).text("form")
    if code not in forms:  # the form that most have to report
        code = max(forms, key=lambda each: (sum(one.form.code == each for one in found), each))
    newest = next(one.period for one in found if one.form.code == code)
    choices = reporting_periods(user, region, forms[code], newest)
    period = request.GET.get("period") or PostedForm(request).text("period")
    if period in choices and period != newest:
        found = deadlines.reporting_progress(user, region, at, period)
    else:
        period = newest
    listed = [one for one in found if one.form.code == code]
    if not listed:
        return {}
    doubt = calendar.guessed_deadline(returns.return_spec(forms[code]), period)
    late = sum(bool(one.days_late(at)) for one in listed)
    here = sum(bool(one.first_submitted_at) for one in listed)
    acts, urged = may(user, "returns.lock", region.pk), urged_periods(user, {period})
    urges = {one.region.pk: urged[key] for one in listed if (key := (code, one.region.pk, period)) in urged}
    readings = readings_of(urges.values()) if urges else {}
    judged = acts and region.kind == Region.Kind.CITY  # a province would read a hundred
    contents = {
        one.region.pk: contents_of(user, one.ret)
        for one in listed
        if judged and one.ret and one.ret.state == Return.CITY
    }
    # Who was urged and has not read it stands first: that is whom to ring up.
    listed.sort(key=lambda one: not is_unread(one, urges.get(one.region.pk), readings))
    return {
        "to_lock": sum(bool(one.ret and one.ret.state == Return.CITY) for one in listed) if acts else 0, "bulk": acts,
        "bulk_remark": PostedForm(request).text("remark"), "lock_form": code, "lock_period": period,
        **delivery_context(user, region, code, period, listed),
        "progress": join(
            progress_row(user, one, at, urge_text(one, urges.get(one.region.pk), readings), acts, contents.get(one.region.pk, {}))
            for one in listed
        ),
        "silent": sum(bool(one.days_late(at)) and not one.first_submitted_at for one in listed) if acts else 0,
        "tabs": [{"code": one.code, "label": one.name, "here": one.code == code} for one in forms.values()],
        "months": [(name, period_label(name), name == period) for name in choices],
        "progress_title": f"{forms[code].name}：{len(listed)}个单位已报{here}个" + (f"，{late}个迟报或逾期" if late else ""),
        "progress_sub": f"{period_label(period)}，期限{wording.moment_text(listed[0].deadline)}{f'（{doubt}）' if doubt else ''}；首次上报时间即为凭证，退回再报不改",
    }  # fmt: skip


def delivery_context(
    user: Actor, region: Region, code: str, period: str, listed: list[deadlines.ReportingStatus]
) -> dict[str, Any]:
    """The way to the city's set, how far it is, and whether it is this person's next act to send it."""
    if region.kind != Region.Kind.CITY:
        return {}
    locked = all(one.ret and one.ret.state == Return.LOCKED for one in listed)
    sent = deliveries.list_deliveries(user, region, code, period)[:1] if locked else []
    said = (
        SetDelivery.STATES.label(sent[0].state)
        if sent
        else f"{len(listed)}个单位已全部锁定，还没有报送"
        if locked
        else ""
    )
    return {
        "delivery": delivery_path(region, code, period),
        "delivery_said": said,
        "delivers": may(user, "returns.deliver", region.pk),
        "delivery_next": locked and not sent and may(user, "returns.deliver", region.pk),
    }


def reporting_periods(user: Actor, region: Region, form: Form, newest: str) -> list[str]:
    """The periods of a form that may be looked at from above, the newest first: those that some return is of, and the one that is asked now."""
    return sorted({newest, *deadlines.reported_periods(user, region, form.code)}, reverse=True)


def is_unread(one: deadlines.ReportingStatus, urged: Urge | None, readings: dict[int, dict[str, datetime]]) -> bool:
    """Was the unit urged, has not reported, and somebody of it has not read the urge?"""
    if urged is None or one.first_submitted_at:
        return False
    return bool(set(urged.keys) - set(readings.get(urged.pk, {})))


def urge_text(one: deadlines.ReportingStatus, urged: Urge | None, readings: dict[int, dict[str, datetime]]) -> str:
    """When a unit was urged, and of each who was told whether they have read it; nothing more once it has reported."""
    if urged is None or one.first_submitted_at:
        return ""
    read = readings.get(urged.pk, {})
    told = [
        f"{name}{wording.moment_text(read[key])}已读" if key in read else f"{name}未读"
        for name, key in zip(urged.to, urged.keys, strict=False)
    ]
    return f"{wording.moment_text(urged.at)}：{'，'.join(told or urged.to)}"


def contents_of(user: Actor, ret: Return) -> dict[str, SafeString]:
    """What a return that waits for the city holds: how its checks stand, and how many of its cells are not as they were, both doors to them."""
    read = read_return(user, ret)
    found = checks.check_return(user, ret, read)
    stops, asks = (sum(one.open and one.level == level for one in found) for level in ("阻断", "提醒"))
    left = "，".join(f"{word}{count}处" for word, count in (("阻断", stops), ("提醒", asks)) if count)
    said = f"{left}没有处理" if left else f"{len(found)}处都已答复" if found else "全部通过"
    grid = lay_out_grid(user, ret, read)
    moved = moved_cells(grid)
    page = ret.get_absolute_url()
    return {
        "found": write_link(href=f"{page}#checks", name=said),
        "moved": write_link(href=f"{page}#moved", name=f"{len(moved)}格") if moved
        else write_word(word="没有变动" if grid.last_period else f"没有{PERIODS[read.spec.period]}的报表可比"),
    }  # fmt: skip


def progress_row(
    user: Actor, one: deadlines.ReportingStatus, at: datetime, told: str, ticks: bool, contents: dict[str, SafeString]
) -> SafeString:
    ret: Any = one.ret
    first, late = one.first_submitted_at, one.days_late(at)
    said = (
        f"迟{wording.duration_text((first or at) - one.deadline)}"
        if late
        else ""
        if one.hidden
        else "按时"
        if first
        else f"还剩{wording.duration_text(one.deadline - at)}"
    )
    state = Return.STATES.label(ret.state) if ret else deadlines.absent_text(user, one.region)
    row = {
        "name": write_link(href=ret.get_absolute_url(), name=one.region.name) if ret else one.region.name,
        "state_css": "state on" if ret and ret.state in Return.SUBMITTED else "state",
        "state": f"{state}（已更正）" if ret and ret.corrected else state,
        "first": wording.moment_text(first),
        "hours_css": "hours late" if late else "hours ",
        "hours": said,
        "urged": told,
        "found": contents.get("found", ""),
        "moved": contents.get("moved", ""),
    }
    return write_ticked(code=one.region.code, tick=f"选{one.region.name}", **row) if ticks else write_progress(**row)


def locked_row(ret: Any) -> dict[str, Any]:
    again = f"（第{ret.serial - 1}次更正）" if ret.serial > 1 else ""
    return {
        "name": ret.form.name, "href": ret.get_absolute_url(), "region": ret.region.name, "period": period_label(ret.period),
        "first": wording.moment_text(ret.first_submitted_at), "state": "已更正" if ret.corrected else Return.STATES.label(ret.state) + again, "corrected": ret.corrected,
    }  # fmt: skip
