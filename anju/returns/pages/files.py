"""What leaves the page and comes back: the printed form, the offline workbook, the sealed scan, the other receivers."""

from base64 import b64encode
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.context import page_context, render_page
from anju.core.pages.files import KINDS, file_response
from anju.core.pages.forms import PostedForm, Upload
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.reading import DRAWING, turn_of
from anju.core.wording import period_title
from anju.problems import Problem, Refused
from anju.returns.files import papers, receivers
from anju.returns.models import Return
from anju.returns.pages.form import render_return
from anju.returns.queries import returns
from anju.returns.services import receipts, scans
from anju.returns.services.offline import workbook as offline_workbook

PRINTS = {"pdf": papers.form_pdf, "docx": papers.form_word, "xlsx": papers.form_excel}


def uploaded_file(request: Request) -> Upload:
    """Name and content of the file that was chosen; nothing when none was. Refused when it is not taken: FILE-002, FILE-003, READ-011."""
    posted = PostedForm(request)
    file = posted.file("file", "文件")
    posted.check()
    return file or Upload("", b"")


@requires_permission("returns.see")
@require_GET
def download_form(request: Request, pk: int, ending: str) -> HttpResponse:
    """The official form, to be printed and sealed."""
    if ending not in PRINTS:
        raise Http404(ending)
    ret = returns.get_return(request.actor, pk)
    name = papers.paper_file_name(ret, ending)
    with turn_of(request.actor, name, DRAWING):
        content = PRINTS[ending](request.actor, ret)
    return file_response(content, name)


@requires_permission("returns.fill")
@require_GET
def download_workbook(request: Request, pk: int) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    return file_response(offline_workbook.write_workbook(request.actor, ret), offline_workbook.workbook_file_name(ret))


@requires_permission("returns.fill")
@require_POST
def merge_workbook(request: Request, pk: int) -> HttpResponse:
    """An offline workbook comes back: what was taken, what was kept, what is left to decide, and the same workbook marked."""
    user, ret = request.actor, returns.get_return(request.actor, pk)
    try:
        name, content = uploaded_file(request)
        done = offline_workbook.merge_workbook(by=user, ret_id=pk, content=content, name=name)
    except Refused as refused:
        return render_return(request, ret, status=422, problems=refused.problems)
    if done.clean and not done.kept:
        messages.success(request, f"《{name}》已并入：{done.says}")
        return redirect("returns:return", pk)
    page_context(request, of=ret)
    data = f"data:{KINDS['xlsx']};base64,{b64encode(offline_workbook.mark_merge(user, ret, done)).decode()}"
    return render_page(
        request,
        "returns/merged.html",
        heading=f"《{name}》：{done.says.removesuffix('。')}",
        ret=ret,
        done=done,
        data=data,
        file=offline_workbook.workbook_file_name(ret),
    )


@requires_permission("returns.fill")
@require_POST
def keep_scan(request: Request, pk: int) -> HttpResponse:
    """Keep the sealed scan."""
    ret = returns.get_return(request.actor, pk)
    try:
        name, content = uploaded_file(request)
        scans.keep_scan(by=request.actor, ret_id=pk, name=name, content=content)
    except Refused as refused:
        return render_return(request, ret, status=422, problems=refused.problems)
    messages.success(request, f"盖章件《{name}》已留存，上传时间和当时内容的摘要一并记下。")
    return redirect("returns:return", pk)


@requires_permission("returns.see")
@require_GET
def show_scan(request: Request, pk: int, scan_id: int) -> HttpResponse:
    """A scan that was kept. Http404 when it is none of this return's."""
    ret = returns.get_return(request.actor, pk)
    found = next((one.paper for one in papers.list_scans(request.actor, ret) if one.paper.pk == scan_id), None)
    if found is None:
        raise Http404(str(scan_id))
    return file_response(bytes(found.file.content), found.file.name)


# -- the other receivers ---------------------------------------------------------------------------------------------------------------


def receiver_status(request: Request, ret: Return, code: str) -> receivers.ReceiverStatus:
    found = next((one for one in receivers.list_receivers(request.actor, ret) if one.receiver.code == code), None)
    if found is None:
        raise Http404(code)
    return found


def render_receiver(
    request: Request, ret: Return, code: str, status: int = 200, problems: list[Problem] | None = None
) -> HttpResponse:
    page_context(request, of=ret)
    one, copied = receiver_status(request, ret, code), receivers.make_copy_sheet(request.actor, ret, code)
    sheet = Sheet(
        "copying",
        [SheetColumn(field.head, unit=field.unit, text=field.column is None) for field in copied.fields],
        caption=f"{one.receiver.name}誊录单",
    )
    sheet.rows = [
        SheetRow([SheetCell(text=text, css="n" if field.column and field.column.type == "number" else "") for field, text in zip(copied.fields, texts, strict=True)])
        for _, texts in copied.rows
    ]  # fmt: skip
    return render_page(
        request, "returns/receiver.html", status=status, heading=f"报送{one.receiver.name}：{one.state}", ret=ret, one=one, sheet=sheet, problems=problems or [],
        title=f"{ret.region.name}{period_title(ret.period, ret.form.name)}", may_receive=may(request.actor, "returns.receive", ret.region_id) and ret.state in Return.SUBMITTED,
    )  # fmt: skip


@requires_permission("returns.see")
@require_GET
def show_receiver(request: Request, pk: int, code: str) -> HttpResponse:
    return render_receiver(request, returns.get_return(request.actor, pk), code)


@requires_permission("returns.see")
@require_GET
def download_copy_sheet(request: Request, pk: int, code: str) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    one = receiver_status(request, ret, code)
    return file_response(
        receivers.make_copy_workbook(request.actor, ret, code),
        papers.paper_file_name(ret, "xlsx", f"（{one.receiver.name}誊录单）"),
    )


@requires_permission("returns.see")
@require_GET
def download_export(request: Request, pk: int, code: str) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    receiver_status(request, ret, code)
    name, content = receivers.export_for_receiver(request.actor, ret, code)
    return file_response(content, name)


def perform_registration(request: Request, pk: int, code: str, call: Callable[[int, str, bytes], str]) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    receiver_status(request, ret, code)
    try:
        said = call(receipts.open_receipt(by=request.actor, ret_id=pk, code=code).pk, *uploaded_file(request))
    except Refused as refused:
        return render_receiver(request, ret, code, status=422, problems=refused.problems)
    messages.success(request, said)
    return redirect("returns:receiver", pk, code)


@requires_permission("returns.receive")
@require_POST
def register_sent(request: Request, pk: int, code: str) -> HttpResponse:
    def call(receipt: int, name: str, content: bytes) -> str:
        at = PostedForm(request).moment("at")
        receipts.register_sent(by=request.actor, receipt_id=receipt, at=at, name=name, content=content)
        return "已登记报送。"

    return perform_registration(request, pk, code, call)


@requires_permission("returns.receive")
@require_POST
def register_receipt(request: Request, pk: int, code: str) -> HttpResponse:
    def call(receipt: int, name: str, content: bytes) -> str:
        posted = PostedForm(request)
        receipts.register_receipt(
            by=request.actor,
            receipt_id=receipt,
            number=posted.text("number"),
            at=posted.moment("at"),
            name=name,
            content=content,
        )
        return "回执已登记。"

    return perform_registration(request, pk, code, call)


@requires_permission("returns.receive")
@require_POST
def read_back(request: Request, pk: int, code: str) -> HttpResponse:
    def call(receipt: int, name: str, content: bytes) -> str:
        found = receipts.read_back_export(by=request.actor, receipt_id=receipt, content=content, name=name)
        return (
            f"回读《{name}》：{len(found)}处不一致，见下表。"
            if found
            else f"回读《{name}》：与报表完全一致，已记为回执。"
        )

    return perform_registration(request, pk, code, call)
