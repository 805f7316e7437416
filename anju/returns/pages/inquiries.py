"""审计问询: an auditor's question to a unit, on a page that both see; what it says next is the one's or the other's."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.context import page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import Input, PostedForm, Upload
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.problems import Problem, Refused
from anju.returns.forms import calendar
from anju.returns.models import Inquiry, InquiryEntry
from anju.returns.pages import grid_html
from anju.returns.pages.acts import perform_act
from anju.returns.queries import inquiries
from anju.returns.queries.grid import lay_out_grid
from anju.returns.reminders import inquiry_workdays
from anju.returns.services import inquiries as inquiry_services


class InquiryForm(PostedForm):
    """A form about a question."""

    code = "RET-111"


def posted_term(posted: PostedForm) -> dict[str, Any]:
    """Workdays and day as typed; 0 workdays for what is no number, which the service refuses. Refused: a day that is none."""
    text, due_on = posted.text("workdays"), posted.day("due_on", "期限", required=False)
    posted.check()
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    return {"workdays": number if text else None, "due_on": due_on}


@requires_permission("returns.inquire")
@require_POST
def open_inquiry(request: Request, pk: int) -> HttpResponse:
    def call(given: dict[str, str]) -> Any:
        line, _, column = given["where"].rpartition("|")
        return inquiry_services.open_inquiry(
            by=request.actor, ret_id=pk, text=given["remark"], line=line, column=column, **posted_term(InquiryForm(request))
        )  # fmt: skip

    return perform_act(request, pk, "inquire", "问询已送填报单位，答复后会告诉您。", call)


def find_inquiry(request: Request, inquiry_id: int) -> Inquiry:
    try:
        return inquiries.find_inquiry(request.actor, inquiry_id)
    except Inquiry.DoesNotExist:
        raise Http404(str(inquiry_id)) from None


@requires_permission("returns.see")
@require_GET
def show_inquiry(request: Request, inquiry_id: int) -> HttpResponse:
    return render_inquiry(request, find_inquiry(request, inquiry_id))


def render_inquiry(
    request: Request, inquiry: Inquiry, status: int = 200, problems: list[Problem] | None = None
) -> HttpResponse:
    ret, user, posted = inquiry.ret, request.actor, PostedForm(request)
    proposed, hint = calendar.proposed_workdays(timezone.localdate(), inquiry_workdays())
    page_context(request, of=ret)
    next_word = inquiries.has_next_word(user, inquiry)
    wrong = {one.where.field: f"{one.what}{one.fix}" for one in problems or [] if one.where.field}
    answering = next_word and inquiry.state == Inquiry.ASKED
    return render_page(
        request, "returns/inquiry.html", status=status, heading=f"审计问询：{ret}", ret=ret, inquiry=inquiry, sub=_said(inquiry, _place(request, inquiry)),
        place=_place(request, inquiry), entries=[_entry(one) for one in inquiries.list_entries(user, inquiry)], problems=problems or [],
        answering=[
            Input("text", "答复", "area", posted.text("text"), wrong=wrong.get("答复", ""), whole=True),
            Input("file", "材料（可不传）", "file"),
        ] if answering else None,
        deciding=[
            Input("text", "再问什么，或办结的话（办结可不写）", "area", posted.text("text"), wrong=wrong.get("问什么", ""), whole=True),
            Input("workdays", "再问的，几个工作日内答复", "number", posted.typed.get("workdays", proposed), hint=hint, wrong=wrong.get("期限", "")),
            Input("due_on", "或者到哪一天", "date", posted.text("due_on"), hint="写了日期的，以日期为准"),
        ] if next_word and not answering and may(user, "returns.inquire", inquiry.region_id) else None,
    )  # fmt: skip


def _said(inquiry: Inquiry, place: str) -> str:
    doubt = calendar.guessed_days(timezone.localdate(inquiry.at), inquiry.due)
    late = inquiry.state == Inquiry.ASKED and timezone.localdate() > inquiry.due
    parts = [
        Inquiry.STATES.label(inquiry.state) + ("，已过期限" if late else ""),
        f"答复期限{inquiry.due.month}月{inquiry.due.day}日{f'（{doubt}）' if doubt else ''}"
        if inquiry.state != Inquiry.CLOSED
        else "",
        f"问的是{place}" if place else "问的是整张报表",
        f"依据{inquiry.ground}" if inquiry.ground else "",
    ]
    return "　".join(one for one in parts if one)


def _place(request: Request, inquiry: Inquiry) -> str:
    if not inquiry.line:
        return ""
    grid = lay_out_grid(request.actor, inquiry.ret)
    if (inquiry.line, inquiry.column) not in grid.cells:
        return f"{inquiry.line} {inquiry.column}"
    return grid_html.cell_place(grid, inquiry.line, inquiry.column)


def _entry(one: InquiryEntry) -> SimpleNamespace:
    return SimpleNamespace(
        pk=one.pk, label=InquiryEntry.KINDS[one.kind], text=one.text, by_name=one.by_name, at=one.at, file=one.file
    )


@requires_permission("returns.answer_inquiry")
@require_POST
def answer_inquiry(request: Request, inquiry_id: int) -> HttpResponse:
    def answer(posted: PostedForm) -> str:
        file = posted.file("file", "材料") or Upload("", b"")
        posted.check()
        inquiry_services.answer_inquiry(
            by=request.actor, inquiry_id=inquiry_id, text=posted.text("text"), name=file.name, content=file.content
        )
        return "答复已送审计人员。"

    return _perform(request, inquiry_id, answer)


@requires_permission("returns.inquire")
@require_POST
def decide_inquiry(request: Request, inquiry_id: int) -> HttpResponse:
    """办结 or 再问, by the button pressed."""

    def decide(posted: PostedForm) -> str:
        text = posted.text("text")
        if posted.text("decision") == "again":
            asked = inquiry_services.ask_again(
                by=request.actor, inquiry_id=inquiry_id, text=text, **posted_term(posted)
            )
            return f"已再问，答复期限{asked.due}。"
        inquiry_services.settle_inquiry(by=request.actor, inquiry_id=inquiry_id, text=text)
        return "问询已办结。"

    return _perform(request, inquiry_id, decide)


def _perform(request: Request, inquiry_id: int, act: Callable[[PostedForm], str]) -> HttpResponse:
    find_inquiry(request, inquiry_id)
    try:
        messages.success(request, act(InquiryForm(request)))
    except Refused as refused:
        return render_inquiry(request, find_inquiry(request, inquiry_id), status=422, problems=refused.problems)
    return redirect("returns:inquiry", inquiry_id)


@requires_permission("returns.see")
@require_GET
def download_file(request: Request, inquiry_id: int, entry_id: int) -> HttpResponse:
    """What was sent with an answer."""
    entries = inquiries.list_entries(request.actor, find_inquiry(request, inquiry_id))
    file = next((one.file for one in entries if one.pk == entry_id), None)
    if file is None:
        raise Http404(str(entry_id))
    return file_response(bytes(file.content), file.name)
