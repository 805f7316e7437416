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
from anju.core.pages.context import frame, show
from anju.core.pages.forms import PostedForm
from anju.core.pages.page import page
from anju.core.pages.request import Request
from anju.core.people.permissions import acting, may
from anju.core.wording import period_label
from anju.problems import Problem, Refused
from anju.quantities import exact_text
from anju.returns.files import papers, receivers
from anju.returns.forms import calendar
from anju.returns.models import Return
from anju.returns.pages import sheet, wording
from anju.returns.queries import checks, explanation, reading, returns
from anju.returns.queries.grid import Grid, lay_out_grid
from anju.returns.queries.opinions import Asked, joint
from anju.returns.services import answers, filling

UNSETTLED = ("RET-040", "RET-041")
PRINTED = (("pdf", "打印的表（PDF）"), ("docx", "打印的表（Word）"), ("xlsx", "打印的表（Excel）"))


def checked(request: Request, ret: Return, found: list[checks.Finding]) -> list[sheet.Said]:
    user, running = request.operator, ret.state != Return.LOCKED
    return sheet.said(
        found,
        answers=running and may(user, "returns.fill", ret.region_id),
        waives=running and may(user, "returns.waive", ret.region_id),
    )


def show_return(
    request: Request,
    ret: Return,
    status: int = 200,
    problems: list[Problem] | None = None,
    form: dict[str, str] | None = None,
) -> HttpResponse:
    frame(request, of=ret)
    user, at, read = request.operator, timezone.now(), reading.read(request.operator, ret)
    grid, found, steps = lay_out_grid(user, ret, read), checks.check(user, ret, read), returns.steps(user, ret)
    findings = checked(request, ret, found)
    asked = joint(user, ret, steps) if ret.state != Return.DRAFT else []
    opined = any(one.opinion and one.organisation and one.organisation.pk in user.organisation_ids for one in asked)
    later = read.corrected_by
    choices = wording.choices(user, ret, opined=opined, last=later is None, form=form)
    moved = sheet.moved(grid)
    # What the checks found stands in their own list, with the way to each cell: it is not told twice.
    unsettled = [one for one in problems or [] if one.code in UNSETTLED]
    problems = [one for one in problems or [] if one.code not in UNSETTLED]
    context: dict[str, Any] = {
        "unsettled": len(unsettled), "ret": ret, "fill": grid.open, "facts": facts(ret, at), "stages": wording.stages(ret, steps, at), "steps": told(ret, steps),
        "remark": steps[-1] if steps and steps[-1].move == "return" and ret.state == Return.DRAFT else None, "corrected_by": later,
        "strong": wording.strong(choices, opined=opined), "choices": choices, "form": form or {}, "waits": waits(ret),
        "places": places(grid) if any(one.agrees for one in choices) else [], "findings": sheet.listed(findings), **sheet.counted(findings, grid.spec), "marks": sheet.marks(findings),
        "moved": [] if grid.open else moved, "last_label": sheet.PERIODS[grid.spec.period], "has_target": any(cell.target for cell in grid.cells.values()),
        "head": sheet.heads(grid), "body": sheet.body(grid), "columns": sheet.described(grid), "explanation": explanation.explanation(user, ret, read, found) if grid.open else [],
        "files": [{"href": path_of("returns:print", ret.pk, ending), "label": label} for ending, label in PRINTED], "sent": receivers.receivers(user, ret),
        "scans": papers.scans(user, ret), "may_scan": may(user, "returns.fill", ret.region_id),
        "opinions": [opinion(one, grid) for one in asked], "notes": grid.spec.print.notes, "problems": problems,
    }  # fmt: skip
    return show(
        request,
        "returns/return.html",
        status=status,
        heading=f"{ret.region.name}{period_label(ret.period)}{ret.form.name}",
        **context,
    )


def facts(ret: Return, at: datetime) -> list[str]:
    """What is printed over the form, and by when it must go where."""
    said = returns.spec(ret)
    made = [
        f"表号：{said.number}" if said.number else "",
        f"制定机关：{said.authority.issuer}",
        f"文号：{said.authority.number}" if said.authority.number else "",
    ]
    made += [
        f"填报单位：{ret.organisation.name}" if ret.organisation else "",
        f"统计截止{ret.cut_off.month}月{ret.cut_off.day}日",
    ]
    if due := ret.due.get("unit"):
        deadline = datetime.fromisoformat(due)
        spare, css = wording.left(deadline, at)
        rest = (
            f"{wording.moment(ret.first_submitted_at)}首次上报"
            if ret.first_submitted_at
            else spare
            if css == "late"
            else f"还剩{spare}"
        )
        made.append(f"上报期限{wording.moment(deadline)}，{rest}")
        if not ret.first_submitted_at and (doubt := calendar.guessed(said, ret.period)):
            made.append(f"期限未必准：{doubt}")
    return [one for one in made if one]


def waits(ret: Return) -> str:
    if ret.state == Return.LOCKED:
        return f"已锁定，内容摘要 {ret.digest[:16]}。数字有误只能更正。"
    return f"现在等{wording.waits_for(ret)}办理，您这里不用做什么。"


def told(ret: Return, steps: list[Any]) -> list[SimpleNamespace]:
    """Newest first, each with how long the stage before it took."""
    labels = {(move.name, move.source): move.label for move in Return.STATES}
    made, before = [], None
    for step in steps:
        label = labels.get((step.move, step.source)) or wording.OTHER_STEPS.get(step.move, step.move)
        took = wording.span(step.at - before) if before else ""
        made.append(SimpleNamespace(label=label, by_name=step.by_name, at=step.at, remark=step.remark, took=took))
        before = step.at
    return made[::-1]


def places(grid: Grid) -> list[SimpleNamespace]:
    """The cells that a remark may be about, line by line: those that somebody filled."""
    filled: dict[str, list[SimpleNamespace]] = {}
    for (line, column), cell in grid.cells.items():
        if cell.via:
            filled.setdefault(line, []).append(
                SimpleNamespace(key=f"{line}|{column}", name=sheet.column_name(grid, column))
            )
    return [SimpleNamespace(name=one.label, cells=filled[one.key]) for one in grid.lines if one.key in filled]


def opinion(one: Asked, grid: Grid) -> SimpleNamespace:
    said = one.opinion
    where = sheet.where(grid, said.line, said.column) if said and said.line else ""
    return SimpleNamespace(
        name=one.organisation.name if one.organisation else f"{one.label}部门（没有登记机构）",
        opinion=said,
        where=where,
    )


@acting("returns.see")
@require_GET
def form(request: Request, pk: int) -> HttpResponse:
    return show_return(request, returns.ret(request.operator, pk))


# -- saving ------------------------------------------------------------------------------------------------------------------------


def answer_json(request: Request, ret: Return, read: reading.Reading, **extra: Any) -> JsonResponse:
    """The checks as they now are and the explanation drafted from them, with whatever else is to be said."""
    found = checks.check(request.operator, ret, read)
    findings = checked(request, ret, found)
    html = render_to_string(
        "returns/checks.html",
        {
            "ret": ret,
            "findings": sheet.listed(findings),
            "fill": ret.state == Return.DRAFT,
            **sheet.counted(findings, read.spec),
        },
        request,
    )
    draft = "\n".join(explanation.explanation(request.operator, ret, read, found))
    return JsonResponse(
        {
            "at": f"{timezone.localtime():%H:%M:%S}",
            "checks": html,
            "marks": sheet.marks(findings),
            "draft": draft,
            **extra,
        }
    )


def refused_json(refused: Refused) -> JsonResponse:
    return JsonResponse(
        {"problems": [{"what": one.what, "fix": one.fix, "where": str(one.where)} for one in refused.problems]},
        status=422,
    )


def puts(body: bytes) -> list[filling.Put]:
    """Refused RET-030 for what no page of ours sends."""
    try:
        return [
            filling.Put(str(one["line"]), str(one["column"]), str(one["text"]), int(one["version"]))
            for one in json.loads(body)["changes"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(Problem("RET-030", "填报表", "送来的内容读不懂，没有存。", "请刷新页面后再填。")) from error


@acting("returns.fill")
@require_POST
def fill(request: Request, pk: int) -> HttpResponse:
    """Cells typed on the page, each upon the version it was typed over."""
    user, ret = request.operator, returns.ret(request.operator, pk)
    try:
        done = filling.fill(by=user, ret_id=pk, changes=puts(request.body), via="page")
    except Refused as refused:
        return refused_json(refused)
    read = reading.read(user, ret)
    return answer_json(
        request, ret, read,
        saved=[{"line": one.line, "column": one.column, "text": one.text, "version": one.version} for one in done.saved],
        conflicts=[
            {"line": one.line, "column": one.column, "text": one.text, "version": one.version, "by": one.who, "at": f"{timezone.localtime(one.at):%H:%M}"}
            for one in done.conflicts
        ],
        problems=[{"line": key[0], "column": key[1], "what": one.what, "fix": one.fix} for key, one in zip(done.refused, done.problems, strict=True)],
        cells=sheet.stands(lay_out_grid(user, ret, read)),
    )  # fmt: skip


def in_place(request: Request, pk: int, call: Callable[[PostedForm], Any]) -> HttpResponse:
    ret = returns.ret(request.operator, pk)
    try:
        call(PostedForm(request))
    except Refused as refused:
        return refused_json(refused)
    read = reading.read(request.operator, ret)
    return answer_json(request, ret, read)


@acting("returns.fill")
@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    def call(posted: PostedForm) -> Any:
        said = {"by": request.operator, "ret_id": pk, "check_id": posted.text("check"), "text": posted.text("text")}
        return answers.answer_alike(**said) if posted.text("all") else answers.answer(**said, line=posted.text("line"))

    return in_place(request, pk, call)


@acting("returns.waive")
@require_POST
def waive(request: Request, pk: int) -> HttpResponse:
    def call(posted: PostedForm) -> Any:
        until = posted.day("until", "有效期", required=False) or date.min  # the service says that it has passed
        return answers.waive(
            by=request.operator,
            ret_id=pk,
            check_id=posted.text("check"),
            line=posted.text("line"),
            reason=posted.text("reason"),
            until=until,
        )

    return in_place(request, pk, call)


@acting("returns.fill")
@require_POST
def note(request: Request, pk: int) -> HttpResponse:
    def call(posted: PostedForm) -> Any:
        return filling.note(
            by=request.operator,
            ret_id=pk,
            text=posted.typed.get("note", "").replace("\r\n", "\n"),
            before=posted.typed.get("before", "").replace("\r\n", "\n"),
        )

    return in_place(request, pk, call)


# -- looking closer ------------------------------------------------------------------------------------------------------------------


@acting("returns.see")
@require_GET
def cell(request: Request, pk: int) -> HttpResponse:
    """The side panel of one cell."""
    user, ret = request.operator, returns.ret(request.operator, pk)
    read = reading.read(user, ret)
    grid, line, column = lay_out_grid(user, ret, read), request.GET.get("line", ""), request.GET.get("column", "")
    if (line, column) not in grid.cells:  # a project that left the ledger since the page was opened
        return page(request, "returns/cell.html", status=422, row="没有这一格", note="行或列可能已变，请刷新页面。")
    one, head = grid.cells[line, column], grid.spec.by_code[column]
    known = [
        (sheet.PERIODS[grid.spec.period], one.last),
        ("台账（到截止日）", one.ledger),
        ("目标", one.target),
        *elsewhere(read, line, column),
    ]
    opinions = [
        asked
        for asked in joint(user, ret)
        if asked.opinion and (asked.opinion.line, asked.opinion.column) == (line, column)
    ]
    return page(
        request, "returns/cell.html", row=sheet.where(grid, line), column=head.head, text=one.text, unit=head.unit, facts=[pair for pair in known if pair[1]],
        note=head.note, formula=head.formula, history=returns.history(user, ret, line, column), opinions=opinions,
        findings=[found for found in checked(request, ret, checks.check(user, ret, read)) if found.line == line and found.column == column],
    )  # fmt: skip


def elsewhere(read: reading.Reading, line: str, column: str) -> list[tuple[str, str]]:
    """What other departments and other tables say of the same, where a check of the form compares the two."""
    made = []
    for check in read.spec.checks:
        if column in check.columns:
            for fact in read.spec.across:
                value = read.elsewhere.get(fact.name)
                value = value.get(line) if isinstance(value, dict) else value
                if value is not None and fact.name in check.formula and (line == "total") == (check.on == "total"):
                    made.append((fact.label, f"{exact_text(value, fact.unit)} {fact.unit}"))
    return list(dict.fromkeys(made))


@acting("returns.see")
@require_GET
def compare(request: Request, pk: int) -> HttpResponse:
    """A correction, and in each cell that it changes what stood there before."""
    user, ret = request.operator, returns.ret(request.operator, pk)
    if ret.corrects_id is None:
        return redirect("returns:return", pk)
    frame(request, of=ret)
    before = returns.ret(user, ret.corrects_id)
    old, new = lay_out_grid(user, before), lay_out_grid(user, ret)
    keys = [key for key in dict.fromkeys([*new.cells, *old.cells]) if key[1] in new.spec.by_code]
    pairs = [(key, text(old, key), text(new, key)) for key in keys]
    other = {key: was for key, was, now in pairs if was != now}
    changed = [
        SimpleNamespace(row=sheet.where(new, line), column=new.spec.by_code[column].head, before=was, after=now)
        for (line, column), was, now in pairs if was != now and not (new.cells.get((line, column)) or old.cells[line, column]).computed
    ]  # fmt: skip
    follow = f"，另有{len(other) - len(changed)}格随之重算" if len(other) > len(changed) else ""
    ground = f"（依据{ret.ordered_by}）" if ret.ordered_by else ""
    return show(
        request, "returns/compare.html", heading=f"{ret.region.name}{period_label(ret.period)}{ret.form.name}更正了{len(changed)}格{follow}",
        sub=f"更正说明：{ret.reason}{ground}", ret=ret, changed=changed, body=sheet.body(new, other), head=sheet.heads(new),
        state=f"更正前 {wording.moment(before.locked_at)}锁定，更正后现在{Return.STATES.label(ret.state)}；改了的格标黄，下面写着原来的数",
    )  # fmt: skip


def text(grid: Grid, key: tuple[str, str]) -> str:
    found = grid.cells.get(key)
    return found.text if found else ""
