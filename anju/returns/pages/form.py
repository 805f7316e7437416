"""The return as the form on paper, its grid and what belongs to it: saving, checks, the history of a cell, a correction beside what it corrects."""

import json
from collections.abc import Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.forms import PostedForm, storable_text
from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor
from anju.core.wording import period_title
from anju.problems import Problem, Refused
from anju.returns.files import papers, receivers
from anju.returns.files.scans import compared_figures
from anju.returns.forms import calendar
from anju.returns.models import Return, Urge
from anju.returns.pages import grid_html, wording
from anju.returns.pages.columns import column_data, column_help
from anju.returns.pages.scans import comparison_text
from anju.returns.pages.summary import DECIDED, SUMMARY_TITLES, summarise_return
from anju.returns.queries import checks, deliveries, explanation, inquiries, reading, returns
from anju.returns.queries.grid import ReturnGrid, lay_out_grid
from anju.returns.queries.numbers import NumberWriter, counted_text
from anju.returns.queries.opinions import AskedDepartment, asked_departments, joint_review
from anju.returns.reminders import inquiry_workdays, urge_of
from anju.returns.services import answers, filling
from anju.returns.services.urges import record_readings

LARGEST_VERSION = 2**31
UNSETTLED = ("RET-040", "RET-041")
PRINTED = (("pdf", "打印的表（PDF）"), ("docx", "打印的表（Word）"), ("xlsx", "打印的表（Excel）"))


def shown_findings(request: Request, ret: Return, found: list[checks.CheckFinding]) -> list[grid_html.ShownFinding]:
    user, running = request.actor, ret.state != Return.LOCKED
    return grid_html.show_findings(
        found,
        answers=running and may(user, "returns.fill", ret.region_id),
        waives=running and may(user, "returns.waive", ret.region_id),
    )


def render_return(
    request: Request,
    ret: Return,
    status: int = 200,
    problems: list[Problem] | None = None,
    form: dict[str, str] | None = None,
    urge: Urge | None = None,
) -> HttpResponse:
    page_context(request, of=ret)
    user, at, read = request.actor, timezone.now(), reading.read_return(request.actor, ret)
    grid, found, steps = (
        lay_out_grid(user, ret, read),
        checks.check_return(user, ret, read),
        returns.list_steps(user, ret),
    )
    findings = shown_findings(request, ret, found)
    asked = joint_review(user, ret, steps) if ret.state not in (Return.DRAFT, Return.VOID) else []
    all_spoken = bool(asked) and all(one.opinion is not None for one in asked)
    opined = any(one.opinion and one.organisation and one.organisation.pk in user.organisation_ids for one in asked)
    later = read.corrected_by
    choices = wording.offered_acts(
        user,
        ret,
        opined=opined,
        last=later is None,
        asked=asked,
        filled=bool(returns.filled_returns(user, [ret])),
        delivered=is_delivered(user, ret),
        term=calendar.proposed_workdays(timezone.localdate(at), inquiry_workdays()),
        form=form,
    )
    moved = grid_html.changes_html(grid)
    # What the checks found stands in their own list, with the way to each cell: it is not told twice.
    unsettled = [one for one in problems or [] if one.code in UNSETTLED]
    problems = [one for one in problems or [] if one.code not in UNSETTLED]
    strong = wording.next_act(choices, opined=opined)
    decides = strong is not None and strong.name in DECIDED
    context: dict[str, Any] = {
        "summary": summarise_return(user, ret, read, grid, steps) if decides else None, "summary_title": SUMMARY_TITLES.get(ret.state, ""),
        "spare": deciding_text(ret, at) if decides else "",
        "unsettled": len(unsettled), "ret": ret, "fill": grid.open, "facts": header_facts(ret, at), "stages": wording.stage_line(ret, steps, at, all_spoken=all_spoken),
        "steps": describe_steps(ret, steps, grid), "urge": urge and wording.urge_line(urge),
        "remark": returned_remark(ret, steps, grid), "corrected_by": later,
        "strong": strong, "choices": choices, "form": form or {}, "waits": waiting_text(ret, all_spoken),
        "place": remark_place(request, grid, form or {}), "findings": grid_html.group_findings(findings),
        **grid_html.count_findings(findings, grid.spec), "marks": grid_html.finding_marks(findings),
        "moved": [] if grid.open else moved, "last_label": grid_html.PERIODS[grid.spec.period], "compared": bool(grid.last_period),
        "head": grid_html.heads_html(grid), "body": grid_html.body_html(grid), "columns": column_data(grid),
        "explanation": explanation.draft_explanation(user, ret, read, found) if grid.open else [],
        "files": [{"href": path_of("returns:print", ret.pk, ending), "label": label} for ending, label in PRINTED], "sent": receivers.list_receivers(user, ret),
        "scans": [(one, scan_text(user, one, grid)) for one in papers.list_scans(user, ret)], "unlike": unlike_texts(user, ret, grid) if not later else [],
        "inquiries": inquiries.list_inquiries(user, ret), "may_scan": may(user, "returns.fill", ret.region_id),
        "opinions": [opinion_row(one, grid) for one in asked], "notes": grid.spec.print.notes, "signers": grid.spec.print.signers, "problems": problems,
    }  # fmt: skip
    return render_page(
        request,
        "returns/return.html",
        status=status,
        heading=f"{ret.region.name}{period_title(ret.period, ret.form.name)}",
        **context,
    )


def is_delivered(user: Actor, ret: Return) -> bool:
    """Did it go to the superior, and may this user return a cell of it?"""
    if not may(user, "returns.return_cell", ret.region_id) or (ret.serial == 1 and ret.state != Return.LOCKED):
        return False
    delivery = deliveries.delivery_of(user, ret) if ret.state != Return.VOID else None
    return delivery is not None and deliveries.may_return_cell(user, delivery.region)


def scan_text(user: Actor, one: papers.KeptScan, grid: ReturnGrid) -> str:
    """How far a scan is compared; of what the return does not say any more nothing."""
    return comparison_text(compared_figures(user, one.paper, grid)) if one.stands else ""


def unlike_texts(user: Actor, ret: Return, grid: ReturnGrid) -> list[str]:
    """What the sealed scan of a locked return says otherwise."""
    if ret.state != Return.LOCKED:
        return []
    numbers, found = NumberWriter(grid), checks.unlike_scan(user, ret)
    here = [(one, grid.cells.get((one.line, one.column))) for one in found]
    return [
        f"{grid_html.cell_place(grid, one.line, one.column)}：盖章件上是 {one.paper_text}，锁定的是 {numbers.cell(cell)}（{one.by_name}核对）"
        for one, cell in here
        if cell is not None and cell.value == one.value
    ]


def header_facts(ret: Return, at: datetime) -> list[str]:
    """What is printed over the form, and by when it must go where."""
    said = returns.return_spec(ret)
    made = [
        f"表号：{said.number}" if said.number else "",
        f"制定机关：{said.authority.issuer}",
        f"文号：{said.authority.number}" if said.authority.number else "",
    ]
    made += [
        f"填报单位：{ret.organisation.name}" if ret.organisation else "",
        f"统计截止{ret.cut_off.month}月{ret.cut_off.day}日",
    ]
    if said_of_time := deadline_text(ret, at):
        made.append(f"上报期限{said_of_time}")
        if not ret.first_submitted_at and (doubt := calendar.guessed_deadline(said, ret.period)):
            made.append(f"期限未必准：{doubt}")
    return [one for one in made if one]


def deadline_text(ret: Return, at: datetime) -> str:
    """The unit's deadline, and how much of it is left; of what was submitted, when that was first."""
    if not (due := ret.due.get("unit")):
        return ""
    deadline = datetime.fromisoformat(due)
    spare, css = wording.time_left(deadline, at)
    first = wording.moment_text(ret.first_submitted_at)
    rest = f"{first}首次上报" if first else spare if css == "late" else f"还剩{spare}"
    return f"{wording.moment_text(deadline)}，{rest}"


def deciding_text(ret: Return, at: datetime) -> str:
    """The deadline of whoever decides now: the city's own once the unit has submitted."""
    if ret.state != Return.CITY or not (due := ret.due.get("city")):
        return deadline_text(ret, at)
    deadline = datetime.fromisoformat(due)
    spare, css = wording.time_left(deadline, at)
    first = wording.moment_text(ret.first_submitted_at)
    return f"{wording.moment_text(deadline)}，{spare if css == 'late' else f'还剩{spare}'}；{first}首次上报"


def waiting_text(ret: Return, all_spoken: bool) -> str:
    if ret.state == Return.VOID:
        return "这次更正已撤销，不用再办。"
    if ret.state == Return.LOCKED:
        return f"已锁定，内容摘要 {ret.digest[:16]}。数字有误只能更正。"
    return f"现在等{wording.waits_for(ret, all_spoken=all_spoken)}办理，您这里不用做什么。"


def returned_remark(ret: Return, steps: list[Any], grid: ReturnGrid) -> SimpleNamespace | None:
    """With which words it was sent back, and at which cell, while it is being filled again."""
    if ret.state != Return.DRAFT or not steps or steps[-1].move != "return":
        return None
    last = steps[-1]
    return SimpleNamespace(by_name=last.by_name, at=last.at, remark=last.remark, **step_place(last, grid))


def step_place(step: Any, grid: ReturnGrid) -> dict[str, str]:
    """The cell that the remark of a step is about, as the page leads to it."""
    if not step.line:
        return {"key": "", "where": ""}
    return {"key": f"{step.line}|{step.column}", "where": grid_html.cell_place(grid, step.line, step.column)}


def describe_steps(ret: Return, steps: list[Any], grid: ReturnGrid) -> list[SimpleNamespace]:
    """Newest first, each with how long the stage before it took."""
    labels = {(move.name, move.source): move.label for move in Return.STATES}
    made, before = [], None
    for step in steps:
        label = labels.get((step.move, step.source)) or wording.OTHER_STEPS.get(step.move, step.move)
        took = wording.duration_text(step.at - before) if before else ""
        about = step_place(step, grid)
        made.append(
            SimpleNamespace(label=label, by_name=step.by_name, at=step.at, remark=step.remark, took=took, **about)
        )
        before = step.at
    return made[::-1]


def remark_place(request: Request, grid: ReturnGrid, form: dict[str, str]) -> SimpleNamespace:
    """The cell that a remark is about: of what was posted, or of the address (?cell=line|column); blank for the whole form."""
    key = form.get("where") or request.GET.get("cell", "")
    line, _, column = key.rpartition("|")
    if (line, column) not in grid.cells:
        return SimpleNamespace(key="", name="")
    return SimpleNamespace(key=key, name=grid_html.cell_place(grid, line, column))


def opinion_row(one: AskedDepartment, grid: ReturnGrid) -> SimpleNamespace:
    said = one.opinion
    where = grid_html.cell_place(grid, said.line, said.column) if said and said.line else ""
    name = one.organisation.name if one.organisation else f"{one.label}部门（没有登记机构）"
    return SimpleNamespace(
        name=name,
        short=name.removeprefix(grid.ret.region.name),
        opinion=said,
        where=where,
    )


@requires_permission("returns.see")
@require_GET
def show_return(request: Request, pk: int) -> HttpResponse:
    user, ret = request.actor, returns.get_return(request.actor, pk)
    urge = urge_of(user, ret)
    record_readings(user, [urge] if urge else [])
    return render_return(request, ret, urge=urge)


# -- saving ------------------------------------------------------------------------------------------------------------------------


def answer_json(request: Request, ret: Return, read: reading.ReadReturn, **extra: Any) -> JsonResponse:
    """The checks as they now are and the explanation drafted from them, with whatever else is to be said."""
    found = checks.check_return(request.actor, ret, read)
    findings = shown_findings(request, ret, found)
    html = render_to_string(
        "returns/checks.html",
        {
            "ret": ret,
            "findings": grid_html.group_findings(findings),
            "fill": ret.state == Return.DRAFT,
            **grid_html.count_findings(findings, read.spec),
        },
        request,
    )
    draft = "\n".join(explanation.draft_explanation(request.actor, ret, read, found))
    return JsonResponse(
        {
            "at": f"{timezone.localtime():%H:%M:%S}",
            "checks": html,
            "marks": grid_html.finding_marks(findings),
            "draft": draft,
            **extra,
        }
    )


def refused_json(refused: Refused) -> JsonResponse:
    return JsonResponse(
        {"problems": [{"what": one.what, "fix": one.fix, "where": str(one.where)} for one in refused.problems]},
        status=422,
    )


def read_cells(body: bytes) -> list[filling.CellEntry]:
    """Refused RET-030 for what no page of ours sends."""
    try:
        changes = [
            filling.CellEntry(
                str(one["line"]), str(one["column"]), storable_text(str(one["text"])), int(one["version"])
            )
            for one in json.loads(body)["changes"]
        ]
        if any(not 0 <= change.version < LARGEST_VERSION for change in changes):
            raise ValueError("version")
        return changes
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Refused(Problem("RET-030", "填报表", "送来的内容读不懂，没有存。", "请刷新页面后再填。")) from error


@requires_permission("returns.fill")
@require_POST
def fill_cells(request: Request, pk: int) -> HttpResponse:
    """Cells typed on the page, each upon the version it was typed over."""
    user, ret = request.actor, returns.get_return(request.actor, pk)
    try:
        done = filling.fill_cells(by=user, ret_id=pk, changes=read_cells(request.body), via="page")
    except Refused as refused:
        return refused_json(refused)
    read = reading.read_return(user, ret)
    return answer_json(
        request, ret, read,
        saved=[{"line": one.line, "column": one.column, "text": one.text, "version": one.version} for one in done.saved],
        conflicts=[
            {"line": one.line, "column": one.column, "text": one.text, "version": one.version, "by": one.who, "at": f"{timezone.localtime(one.at):%H:%M}"}
            for one in done.conflicts
        ],
        problems=[{"line": key[0], "column": key[1], "what": one.what, "fix": one.fix} for key, one in zip(done.refused, done.problems, strict=True)],
        cells=grid_html.cell_data(lay_out_grid(user, ret, read)),
    )  # fmt: skip


def answer_in_place(request: Request, pk: int, call: Callable[[PostedForm], Any]) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    try:
        call(PostedForm(request))
    except Refused as refused:
        return refused_json(refused)
    read = reading.read_return(request.actor, ret)
    return answer_json(request, ret, read)


@requires_permission("returns.fill")
@require_POST
def answer_check(request: Request, pk: int) -> HttpResponse:
    def call(posted: PostedForm) -> Any:
        said = {"by": request.actor, "ret_id": pk, "check_id": posted.text("check"), "text": posted.text("text")}
        line, column = posted.text("line"), posted.text("column")
        ticked = [one.rpartition("|") for one in posted.every("also")]  # those of the same check that were ticked
        if not ticked:
            return answers.answer_check(**said, line=line, column=column)
        places = [(line, column), *((there, code) for there, _, code in ticked)]
        return answers.answer_together(**said, places=places)

    return answer_in_place(request, pk, call)


@requires_permission("returns.waive")
@require_POST
def waive_check(request: Request, pk: int) -> HttpResponse:
    def call(posted: PostedForm) -> Any:
        until = posted.day("until", "有效期", required=False) or date.min  # the service says that it has passed
        return answers.waive_check(
            by=request.actor,
            ret_id=pk,
            check_id=posted.text("check"),
            line=posted.text("line"),
            column=posted.text("column"),
            reason=posted.text("reason"),
            until=until,
        )

    return answer_in_place(request, pk, call)


@requires_permission("returns.fill")
@require_POST
def write_explanation(request: Request, pk: int) -> HttpResponse:
    def call(posted: PostedForm) -> Any:
        return filling.write_explanation(
            by=request.actor,
            ret_id=pk,
            text=posted.typed.get("note", "").replace("\r\n", "\n"),
            before=posted.typed.get("before", "").replace("\r\n", "\n"),
        )

    return answer_in_place(request, pk, call)


# -- looking closer ------------------------------------------------------------------------------------------------------------------


@requires_permission("returns.see")
@require_GET
def show_cell(request: Request, pk: int) -> HttpResponse:
    """The side panel of one cell."""
    user, ret = request.actor, returns.get_return(request.actor, pk)
    read = reading.read_return(user, ret)
    grid, line, column = lay_out_grid(user, ret, read), request.GET.get("line", ""), request.GET.get("column", "")
    if (line, column) not in grid.cells:  # a project that left the ledger since the page was opened
        return page_response(
            request, "returns/cell.html", status=422, row="没有这一格", gone="行或列可能已变，请刷新页面。"
        )
    one, head, numbers = grid.cells[line, column], grid.spec.by_code[column], NumberWriter(grid)
    known = [
        (grid_html.PERIODS[grid.spec.period], numbers.text(column, one.last)),
        ("台账（到截止日）", numbers.text(column, one.ledger)),
        ("目标", numbers.text(column, one.target)),
        *compared_facts(read, line, column),
    ]
    opinions = [
        asked
        for asked in joint_review(user, ret)
        if asked.opinion and (asked.opinion.line, asked.opinion.column) == (line, column)
    ]
    return page_response(
        request, "returns/cell.html", ret=ret, key=f"{line}|{column}", may_opine=ret.state == Return.JOINT and wording.is_asked(user, asked_departments(ret)),
        row=grid_html.cell_place(grid, line), column=head.head, text=numbers.cell(one), unit=head.unit, facts=[pair for pair in known if pair[1]],
        meaning=column_help(grid.spec, head), history=returns.cell_history(user, ret, line, column), opinions=opinions,
        may_ask=cell_act_text(user, ret), findings=[found for found in shown_findings(request, ret, checks.check_return(user, ret, read)) if found.line == line and found.column == column],
    )  # fmt: skip


def cell_act_text(user: Actor, ret: Return) -> str:
    """What may be asked of a cell: that it be filled again, by whose turn it is; from above what the superior says of it, or an auditor."""
    if is_delivered(user, ret):
        return "上级退回的是这一格"
    if any(move.name == "return" for move in Return.STATES.open_to(user, ret.state, ret.region_id)):
        return "这一格有误，退回填报"
    asks = ret.state in Return.SUBMITTED and may(user, "returns.inquire", ret.region_id)
    return "就这一格问询填报单位" if asks else ""


def compared_facts(read: reading.ReadReturn, line: str, column: str) -> list[tuple[str, str]]:
    """What other departments and other tables say of the same, where a check of the form compares the two."""
    made = []
    for check in read.spec.checks:
        if column in check.columns:
            for fact in read.spec.across:
                value = read.elsewhere.get(fact.name)
                value = value.get(line) if isinstance(value, dict) else value
                if value is not None and fact.name in check.formula and (line == "total") == (check.on == "total"):
                    made.append((fact.label, f"{counted_text(value, fact.unit)} {fact.unit}"))
    return list(dict.fromkeys(made))


@requires_permission("returns.see")
@require_GET
def compare_correction(request: Request, pk: int) -> HttpResponse:
    """A correction, and in each cell that it changes what stood there before."""
    user, ret = request.actor, returns.get_return(request.actor, pk)
    if ret.corrects_id is None:
        return redirect("returns:return", pk)
    page_context(request, of=ret)
    before = returns.get_return(user, ret.corrects_id)
    old, new = lay_out_grid(user, before), lay_out_grid(user, ret)
    keys = [key for key in dict.fromkeys([*new.cells, *old.cells]) if key[1] in new.spec.by_code]
    numbers = NumberWriter(new)
    pairs = [(key, text_at(old, key, numbers), text_at(new, key, numbers)) for key in keys]
    other = {key: was for key, was, now in pairs if was != now}
    changed = [
        SimpleNamespace(row=grid_html.cell_place(new, line), column=new.spec.by_code[column].head, before=was, after=now)
        for (line, column), was, now in pairs if was != now and not (new.cells.get((line, column)) or old.cells[line, column]).computed
    ]  # fmt: skip
    follow = f"，另有{len(other) - len(changed)}格随之重算" if len(other) > len(changed) else ""
    ground = f"（依据{ret.ordered_by}）" if ret.ordered_by else ""
    return render_page(
        request, "returns/compare.html", heading=f"{ret.region.name}{period_title(ret.period, ret.form.name)}更正了{len(changed)}格{follow}",
        sub=f"更正说明：{ret.reason}{ground}", ret=ret, changed=changed, body=grid_html.body_html(new, other), head=grid_html.heads_html(new),
        state=f"更正前 {wording.moment_text(before.locked_at)}锁定，更正后现在{Return.STATES.label(ret.state)}；改了的格标黄，下面写着原来的数",
    )  # fmt: skip


def text_at(grid: ReturnGrid, key: tuple[str, str], numbers: NumberWriter) -> str:
    cell = grid.cells.get(key)
    return numbers.cell(cell) if cell else ""
