"""由公文做样式: a paper goes up, each of its numbers is marked with what the ledger holds, a person confirms with the keyboard, a style comes of it."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from anju import file_sizes
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.documents.asking.picks import CODE
from anju.documents.asking.proposing import spoken_measure
from anju.documents.binding import marking
from anju.documents.binding.holdings import FigureMeant
from anju.documents.binding.proposing import ProposedFigure
from anju.documents.binding.sentences import CONSTANT
from anju.documents.models import BoundPaper
from anju.documents.queries import bindings
from anju.documents.queries.bindings import ReadBinding
from anju.documents.services import bindings as services
from anju.documents.services.styles import draft_style
from anju.documents.styles.language import times
from anju.figures.queries.current import catalogue
from anju.problems import Place, Problem, Refused

REFUSED = 422
PERMISSION = "documents.style"
NONE, OPEN, TYPED = "none", "open", "typed"
OF_TIME = re.compile(r"^关于|(?:19|20)\d\d年度?(?:\d{1,2}(?:[-—–至]\d{1,2})?月份?|[一二三四]季度|[上下]半年)?")


class BindingForm(PostedForm):
    """A form about a paper that is bound."""

    code, file_code = "DOC-172", "DESK-003"

    def too_large(self, label: str, name: str, size: int) -> list[Problem]:
        return file_sizes.too_large(
            size, file_sizes.PAPER, code="DESK-004", where=Place(file=name), fix="请删去图片，或按章节分成几个文件。"
        )


class BindingAt:
    """Where and when the page of a bound paper stands."""

    def __init__(self, binding: BoundPaper) -> None:
        self.region, self.period = binding.region, binding.period


@requires_permission(PERMISSION)
@require_GET
@needs_region("documents/bindings.html", heading="由公文做样式", listed=[])
def list_bindings(request: Request) -> HttpResponse:
    return render_bindings(request)


def render_bindings(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made = page_context(request)
    listed = bindings.list_bindings(request.actor, made.region)
    return render_page(
        request, "documents/bindings.html", status=status, heading="由公文做样式", listed=listed, **extra
    )


@requires_permission(PERMISSION)
@require_POST
@needs_region()
def read_binding(request: Request) -> HttpResponse:
    """Read the paper that was sent, and go to its page."""
    made, posted = page_context(request), BindingForm(request)
    file = posted.file("file", "公文", required=True, fix="请选一个 .docx 或带文字的 .pdf 文件。")
    if file is None:
        return render_bindings(request, status=REFUSED, problems=posted.problems)
    try:
        binding = services.bind_paper(
            by=request.actor, region=made.region, period=made.period, name=file.name, content=file.content
        )
    except Refused as refused:
        return render_bindings(request, status=REFUSED, problems=refused.problems)
    return redirect(page_address(request, binding))


def find_read(request: Request, pk: int) -> ReadBinding:
    try:
        binding = bindings.find_binding(request.actor, pk)
    except BoundPaper.DoesNotExist as error:
        raise Http404(str(pk)) from error
    page_context(request, BindingAt(binding))
    return bindings.read_binding(binding)


@requires_permission(PERMISSION)
@require_GET
def show_binding(request: Request, pk: int) -> HttpResponse:
    read = find_read(request, pk)
    at = request.GET.get("at", "")
    serial = int(at) if at.isascii() and at.isdecimal() and len(at) < 9 and int(at) in read.marks else None
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(panel_answer(request, read, serial))
    return render_binding(request, read, serial)


def render_binding(
    request: Request, read: ReadBinding, serial: int | None = None, status: int = 200, **extra: Any
) -> HttpResponse:
    return render_page(
        request, "documents/binding.html", status=status, heading=str(read.binding), read=read,
        parts=marking.page_parts(read.paper, read.marks), differing=marking.differing(read.marks), names=marking.MARK_NAMES,
        style_name=extra.pop("style_name", "") or spoken_name(read.binding), **panel(request, read, serial), **extra,
    )  # fmt: skip


def spoken_name(binding: BoundPaper) -> str:
    """关于2021年8月住房保障工作进展情况的通报 → 住房保障工作进展情况的通报."""
    return OF_TIME.sub("", OF_TIME.sub("", binding.title))[:60] or "工作通报"


def panel(request: Request, read: ReadBinding, serial: int | None) -> dict[str, Any]:
    """What is shown of the number in hand: the one asked for, else the first that waits."""
    if serial not in read.marks:
        serial = marking.next_open(read.marks, -1)
        serial = next(iter(read.marks)) if serial is None else serial
    order = list(read.marks)
    place = order.index(serial)
    made = page_context(request)
    return {
        "mark": read.marks[serial], "at": serial, "counts": read.counts, "open": read.open, "place": place + 1, "binding": read.binding,
        "whole": len(order), "before": order[place - 1], "behind": order[(place + 1) % len(order)],
        "measures": [spoken_measure(one) for one in catalogue().values()], "around": around(read, serial),
        "regions": [made.region, *tree.child_regions(request.actor, made.region)], "periods": times.RELATIVE | {"year-1": "上年"},
        "states": marking.MARK_NAMES,
    }  # fmt: skip


def around(read: ReadBinding, serial: int) -> tuple[str, str]:
    """The words on both sides of a number of a sentence; the head of a cell."""
    number = read.marks[serial].number
    if number.paragraph < 0 and number.table >= 0:
        return number.before[-40:], ""
    text = read.paper.paragraphs[number.paragraph].text
    return text[max(0, number.start - 26) : number.start], text[number.end : number.end + 14]


def panel_answer(
    request: Request, read: ReadBinding, serial: int | None, changed: Sequence[int] = ()
) -> dict[str, Any]:
    """The panel of a number as markup, and how those that were answered are marked now."""
    shown = panel(request, read, serial)
    html = render_to_string("documents/binding_panel.html", shown | {"request": request}, request)
    states = {str(number): [read.marks[number].state, read.marks[number].told] for number in changed}
    return {"panel": html, "at": shown["at"], "states": states}


@requires_permission(PERMISSION)
@require_POST
def answer_number(request: Request, pk: int) -> HttpResponse:
    """A figure, none of the ledger's, open again, or one that was typed; then the next that waits."""
    read, posted = find_read(request, pk), BindingForm(request)
    serial = posted.key("serial")
    wants = request.headers.get("Accept", "").startswith("application/json")
    try:
        if serial is None or serial not in read.marks:
            raise Refused(Problem("DOC-172", "公文里的数", "没有这个数。", "请刷新页面再选。"))
        answer = posted_answer(request, read, serial, posted)
        binding = services.answer_numbers(by=request.actor, binding_id=pk, answers={serial: answer})
    except Refused as refused:
        if wants:
            told = [{"where": str(one.where), "what": one.what, "fix": one.fix} for one in refused.problems]
            return JsonResponse({"problems": told}, status=REFUSED)
        return render_binding(request, read, serial, status=REFUSED, problems=refused.problems)
    read = bindings.read_binding(binding)
    following = serial if answer is None else marking.next_open(read.marks, serial)
    if wants:
        return JsonResponse(panel_answer(request, read, serial if following is None else following, [serial]))
    return redirect(f"{page_address(request, read.binding)}&at={following or serial}#n{following or serial}")


def posted_answer(request: Request, read: ReadBinding, serial: int, posted: BindingForm) -> ProposedFigure | str | None:
    pick = posted.text("pick")
    figures = read.marks[serial].proposal.figures
    if pick == NONE:
        return CONSTANT
    if pick == OPEN:
        return None
    if pick.isascii() and pick.isdecimal() and int(pick[:4]) < len(figures):
        return figures[int(pick[:4])]
    return typed_answer(request, read, serial, posted)


def typed_answer(request: Request, read: ReadBinding, serial: int, posted: BindingForm) -> ProposedFigure:
    """A measure of the catalogue that was typed, of a place, in a period. Refused DOC-174 for what the ledger does not hold."""
    says, region = posted.text("measure"), posted.text("place") or read.binding.region.code
    match = CODE.search(says)
    code = match[1] if match else next((one.code for one in catalogue().values() if one.name == says), says)
    period = posted.text("period")
    problems = []
    if code not in catalogue():
        fix = "请从列出的指标里选一个。"
        problems.append(Problem("DOC-174", Place.of("另选一个数", "指标"), f"没有指标“{says[:40]}”。", fix))
    if not times.is_relative(period or "own"):
        problems.append(Problem("DOC-174", Place.of("另选一个数", "期间"), "没有这种期间。", "请从列出的期间里选。"))
    if problems:
        raise Refused(*problems)
    meant = FigureMeant(code, region, "" if period == "own" else period)
    figure = bindings.propose_typed(request.actor, read, serial, meant)
    if figure is None:
        when = period_label(times.shift_period(read.binding.period, period))
        what = f"台账里没有这个数：{catalogue()[code].name}，{when}。"
        raise Refused(Problem("DOC-174", Place.of("另选一个数", "指标"), what, "请换一个地方、期间，或者先补报。"))
    return figure


@requires_permission(PERMISSION)
@require_POST
def confirm_certain(request: Request, pk: int) -> HttpResponse:
    read = find_read(request, pk)
    count = services.confirm_certain(by=request.actor, binding_id=pk)
    messages.success(request, f"已确认{count}个。" if count else "没有还没确认的认定数。")
    return redirect(page_address(request, read.binding))


@requires_permission(PERMISSION)
@require_POST
def make_style(request: Request, pk: int) -> HttpResponse:
    """The style as a draft, on whose page one goes on."""
    read, posted = find_read(request, pk), BindingForm(request)
    name = posted.text("name")
    if not 0 < len(name) <= 60:
        problem = Problem("DOC-175", Place.of("做成样式", "名称"), "要写，最多 60 个字。", "请写这种公文的名称。")
        return render_binding(request, read, status=REFUSED, problems=[problem], style_name=name)
    made = bindings.style_of(request.actor, read, code=style_code(read.binding), name=name)
    try:
        draft = draft_style(by=request.actor, region=read.binding.region, text=made.text)
    except Refused as refused:
        return render_binding(request, read, status=REFUSED, problems=refused.problems, style_name=name)
    messages.success(request, f"已做成样式的草稿；有{len(made.notes)}处请看一看，写在样式开头。")
    return redirect(page_address(request, draft))


def style_code(binding: BoundPaper) -> str:
    return f"own-{binding.region.code.lower()}-{binding.pk}"


@requires_permission(PERMISSION)
@require_GET
def download_style(request: Request, pk: int) -> HttpResponse:
    """The same as a file, for an office's folder."""
    read = find_read(request, pk)
    made = bindings.style_of(
        request.actor,
        read,
        code=style_code(read.binding),
        name=request.GET.get("name", "")[:60] or spoken_name(read.binding),
    )
    return file_response(made.text.encode(), f"{style_code(read.binding)}.yaml")


@requires_permission(PERMISSION)
@require_POST
def drop_binding(request: Request, pk: int) -> HttpResponse:
    read = find_read(request, pk)
    services.drop_binding(by=request.actor, binding_id=pk)
    messages.success(request, f"“{read.binding}”不再保留。")
    return redirect(page_address(request, "documents:bindings"))
