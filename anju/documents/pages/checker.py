"""核对公文: a paper of anybody is uploaded, its findings are listed with their places, an annotated copy comes back. Nothing is kept but the file, for a day."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju import file_sizes
from anju.core.pages import uploads
from anju.core.pages.addresses import path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.files import ends_in_file, file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.documents.checker.findings import Report
from anju.documents.queries.checker import CheckedPaper, annotate_paper, check_paper
from anju.problems import Place, Problem, Refused

FORMS = ("docx", "html")


class PaperForm(PostedForm):
    """The upload of a paper."""

    file_code = "DESK-003"

    def too_large(self, label: str, name: str, size: int) -> list[Problem]:
        return file_sizes.too_large(
            size, file_sizes.PAPER, code="DESK-004", where=Place(file=name), fix="请删去图片，或按章节分成几个文件。"
        )


@requires_permission("documents.see")
@require_GET
def show_upload(request: Request) -> HttpResponse:
    return render_upload(request)


def render_upload(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    page_context(request)
    return render_page(request, "documents/check.html", status=status, heading="核对公文", checked=None, **extra)


@requires_permission("documents.see")
@require_POST
def upload_paper(request: Request) -> HttpResponse:
    """Keep the file, then look it through at an address of its own."""
    page_context(request)
    posted = PaperForm(request)
    file = posted.file("file", "公文", required=True, fix="请选一个 .docx 或 .pdf 文件。")
    if file is None:
        return render_upload(request, status=422, problems=posted.problems)
    try:
        digest = uploads.keep_upload(request.actor, file.content)
    except Refused as refused:
        return render_upload(request, status=422, problems=refused.problems)
    asked = {"name": file.name, "ledger": "1" if posted.text("ledger") else ""}
    asked |= {name: posted.text(name) for name in ("region", "period")}
    return redirect(
        f"{path_of('documents:checked', digest)}?{urlencode({key: value for key, value in asked.items() if value})}"
    )


def _checked(request: Request, digest: str) -> tuple[bytes, CheckedPaper]:
    made, name = page_context(request), request.GET.get("name", "公文.docx")
    try:
        content = uploads.fetch_upload(digest)
    except KeyError as error:
        raise Http404(digest) from error
    asked = bool(request.GET.get("ledger")) and made.region is not None
    return content, check_paper(
        request.actor, content, name, made.region if asked else None, made.period if asked else ""
    )


def findings_heading(report: Report) -> str:
    """What was not looked at is not said to be right."""
    if report.contradictions:
        return f"《{report.name}》有{len(report.contradictions)}处矛盾"
    if not report.numbers:
        return f"《{report.name}》里没有读到数字，没有核对"
    return f"《{report.name}》没有发现矛盾"


@requires_permission("documents.see")
@require_GET
def show_findings(request: Request, digest: str) -> HttpResponse:
    try:
        _, checked = _checked(request, digest)
    except Refused as refused:
        return render_upload(request, status=422, problems=refused.problems)
    report = checked.report
    return render_page(
        request, "documents/check.html", heading=findings_heading(report), checked=checked, report=report, digest=digest,
        forms=FORMS if checked.paper.kind == "docx" else ("html",), query=request.GET.urlencode(),
    )  # fmt: skip


@requires_permission("documents.see")
@require_GET
@ends_in_file
def download_annotated(request: Request, digest: str, form: str) -> HttpResponse:
    """The annotated copy, as Word with comments or as a page."""
    if form not in FORMS:
        raise Http404(form)
    try:
        content, checked = _checked(request, digest)
        if form == "docx" and checked.paper.kind != "docx":
            raise Http404(form)
        annotated = annotate_paper(request.actor, content, checked, form)
    except Refused as refused:
        return render_upload(request, status=422, problems=refused.problems)
    stem = checked.paper.name.rpartition(".")[0] or checked.paper.name
    return file_response(annotated, f"{stem}（核对批注）.{form}")
