"""文书: drafts, previews with every number a door, reminders beside them, sign-off and issue, downloads, the edited Word file compared."""

from collections.abc import Callable
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.markup import trusted
from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor
from anju.core.reading import DRAWING, turn_of
from anju.documents import kinds
from anju.documents.models import Correction, Document, Version
from anju.documents.pages import fields, prose
from anju.documents.pages import listing as listing_pages
from anju.documents.pages import stale as stale_told
from anju.documents.queries import corrections, delivery, documents, numbers, remarks, styles
from anju.documents.queries.stale import stale_sentences
from anju.documents.services import documents as document_services
from anju.documents.text import readback
from anju.documents.writers import formats
from anju.problems import Problem, Refused
from anju.runs.queries import runs

KEY_FIGURES = 30  # shown beside a scan that has no words to compare
FORMS = ("docx", "pdf", "xlsx", "html", "zip")


class DocumentForm(PostedForm):
    """A form about a document."""

    code, file_code = "DESK-007", "DESK-003"
    day_fix = "请写成 2022-01-18 这样的形式。"


@requires_permission("documents.see")
@require_GET
@needs_region("documents/documents.html", heading="还没有文书", papers=[], kinds=[])
def list_documents(request: Request) -> HttpResponse:
    return render_documents(request)


def render_documents(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = page_context(request), request.actor
    papers = listing_pages.documents_of_period(user, made.region)
    stale = sum(bool(paper.stale) for paper in papers)
    heading = (
        f"{made.region.name}：{len(papers)}件文书" + (f"，{stale}件已过期" if stale else "")
        if papers
        else f"{made.region.name}还没有文书"
    )
    return render_page(
        request,
        "documents/documents.html",
        status=status,
        heading=heading,
        papers=papers,
        kinds=kinds.kinds_offered(made.region, made.period),
        **extra,
    )


@requires_permission("documents.write")
@require_POST
@needs_region()
def write_document(request: Request) -> HttpResponse:
    """起草: organs, addressee, prose and the like are taken from the last document of the kind in this region; not what was said for its period alone."""
    made, user = page_context(request), request.actor
    code = DocumentForm(request).text("kind")
    last = documents.list_documents(user, made.region, kind=code).first()
    before = documents.find_version(user, last) if last else None
    try:
        kind = kinds.find_kind(code, made.region, made.period)
        options, words = kinds.carried_over(kind, before, made.period) if before else (None, None)
        document = document_services.write_document(
            by=user, kind=code, region=made.region, period=made.period, options=options, prose=words,
        )  # fmt: skip
    except Refused as refused:
        return render_documents(request, status=422, problems=refused.problems)
    return redirect(page_address(request, document))


@requires_permission("documents.see")
@require_GET
def show_document(request: Request, pk: int) -> HttpResponse:
    return render_preview(request, documents.find_document(request.actor, pk))


def render_preview(request: Request, document: Document, status: int = 200, **extra: Any) -> HttpResponse:
    page_context(request, document)
    user, posted = request.actor, DocumentForm(request)
    versions = list(documents.list_versions(user, document))
    serial = request.GET.get("version", "")
    version = documents.find_version(user, document, int(serial) if serial.isdecimal() and len(serial) < 10 else None)
    newest = version.serial == versions[0].serial
    drafted = newest and document.state == Document.DRAFT
    paper, listed = listing_pages.listed_document(user, document), corrections.correction_papers(user, document)
    proposed = any(one.state == Correction.PROPOSED for one in listed)
    context: dict[str, Any] = {
        "document": document,
        "paper": paper,
        "kind": paper.kind,
        "styled": styles.is_style(document.kind),
        "version": version,
        "versions": versions,
        "newest": newest,
        "article": trusted(documents.document_text(document, version)),
        "warnings": [Problem(**warning) for warning in version.warnings],
        "ask_stale": newest and document.state != Document.WITHDRAWN and not paper.corrected and not proposed,
        "corrections": listed,
        "corrects": corrections.corrected_paper(user, document),
        "annexed": 'class="annex' in version.html,
        "prose": prose_fields(posted, version) if drafted else [],
        "layout": fields.layout_fields(posted, version) if drafted else [],
        "own": fields.option_fields(posted, version) if drafted else {},
        "offered": warning_choices(user, document, version) if drafted else [],
        "missing": document_services.missing_parts(document, version) if drafted else [],
        "today_text": timezone.localdate().isoformat(),
        "next_number": numbers.suggest_number(user, document.region, document.kind, timezone.localdate().year)
        if newest and document.state == Document.SIGNED
        else "",
        "form": {key: posted.typed.get(key, "") for key in ("number", "on", "reason", "sentence", "remark")},
        **remarks_beside(user, document, version, drafted),
        **after_signing(user, document, version),
        **extra,
    }
    return render_page(request, "documents/document.html", status=status, heading=document.title, **context)


def remarks_beside(user: Actor, document: Document, version: Version, drafted: bool) -> dict[str, Any]:
    """What was said of the draft, and the sentences that may be spoken of while it is one."""
    said = remarks.list_remarks(user, document)
    return {
        "remarks": said, "open_remarks": sum(one.taken is None for one in said),
        "sentences": [
            {"key": f"{version.serial}/{number}", "where": one.where, "text": one.text.replace("|", "　")}
            for number, one in enumerate(remarks.list_sentences(version), 1)
        ] if drafted else [],
    }  # fmt: skip


def after_signing(user: Actor, document: Document, version: Version) -> dict[str, Any]:
    """The sealed scans with what is to be compared, and to whom it was sent."""
    if document.state not in (Document.SIGNED, Document.ISSUED):
        return {}
    scans = delivery.list_scans(user, document)
    sent = delivery.deliveries_of(user, document) if document.state == Document.ISSUED else []
    sends = document.state == Document.ISSUED and may(user, "documents.issue", document.region_id)
    return {
        "scans": scans,
        "key_figures": [one for one in version.figures if one["text"] and one["where"].startswith("正文")][
            :KEY_FIGURES
        ],
        "deliveries": sent,
        "received": sum(one.received_at is not None for one in sent),
        "receivers": delivery.list_receivers(user, document, sent) if sends else [],
    }


@requires_permission("documents.see")
@require_GET
def show_stale_sentences(request: Request, pk: int) -> HttpResponse:
    """The sentences that would be written otherwise today. Asked for by itself: the text is written anew to find out, which takes a while."""
    document = documents.find_document(request.actor, pk)
    page_context(request, document)
    try:
        found = stale_sentences(request.actor, document)
    except Refused as refused:
        return page_response(request, "core/problems.html", problems=refused.problems)
    return page_response(
        request,
        "documents/stale.html",
        document=document,
        stale=stale_told.summarise_stale(found, documents.find_version(request.actor, document).html),
    )


def prose_fields(posted: PostedForm, version: Version) -> list[dict[str, str]]:
    """The official's own paragraphs, one a line, as they stand or as they were just typed; those not yet written are blank."""
    shown = []
    for key, name in prose.section_names(version.document, list(version.prose)):
        text = version.prose.get(key, [])
        stands = "\n".join(text) if isinstance(text, list) else str(text)
        shown.append(
            {
                "key": key,
                "name": name,
                "text": posted.typed.get(f"prose_{key}", stands),
                "rows": str(min(14, 2 + len(stands) // 30)),
            }
        )
    return shown


def warning_choices(user: Any, document: Document, version: Version) -> list[dict[str, Any]]:
    """Warnings that 存在问题 may take up, chosen or not. Only documents that have such a part offer them."""
    if not fields.takes_option(document, "warnings"):
        return []
    found = runs.list_findings(user, document.region, document.period, kinds=["warning"])
    return [{"finding": one, "chosen": is_chosen(one.id, version.options.get("warnings", []))} for one in found]


def is_chosen(warning: str, choice: str | list[str]) -> bool:
    """Whether a document's choice takes that warning up: "all", or ids in which * stands for any stretch."""
    return any(fnmatchcase(warning, pattern) for pattern in (["*"] if choice == "all" else choice))


def read_choice(boxes: list[dict[str, Any]], ticked: list[str], before: str | list[str]) -> str | list[str]:
    """What the ticked boxes choose. Boxes left as they were keep the choice as it was written: "all", patterns and their order."""
    return before if {box["finding"].id for box in boxes if box["chosen"]} == set(ticked) else ticked


@requires_permission("documents.write")
@require_POST
def edit_document(request: Request, pk: int) -> HttpResponse:
    """改稿: the chosen warnings and the official's own words; the numbers come from the ledger as it stands."""
    user, posted = request.actor, DocumentForm(request)
    document = documents.find_document(user, pk)
    version = documents.find_version(user, document)
    options, words = fields.posted_options(posted, version), dict(version.prose)
    if "choose" in posted.typed:
        boxes = warning_choices(user, document, version)
        options["warnings"] = read_choice(boxes, posted.every("warning"), version.options.get("warnings", []))
    for key, _ in prose.section_names(document, list(version.prose)):
        if f"prose_{key}" in posted.typed:
            lines = fields.typed_lines(posted, f"prose_{key}")
            if lines or key in words:
                words[key] = "\n".join(lines) if isinstance(words.get(key), str) else lines
    if document.state != Document.DRAFT:
        problem = Problem(
            "DESK-006",
            document.title,
            f"{document.state_text}的文书不能改稿。",
            "要改请先退回修改；已印发的另行更正或撤回。",
        )
        return render_preview(request, document, status=422, problems=[problem])
    try:
        kind = kinds.find_kind(document.kind, document.region, document.period)
        kept = {
            *kinds.carried_over(kind, version, document.period)[0],
            *kinds.OPTIONS,
        }  # a style may have left one out meanwhile
        options = {key: value for key, value in options.items() if key in kept or key not in version.options}
        words = {key: text for key, text in words.items() if key in kind.prose or text}
        document_services.write_document(
            by=user, kind=document.kind, region=document.region, period=document.period, options=options, prose=words,
            reason=posted.text("reason"),
        )  # fmt: skip
    except Refused as refused:
        return render_preview(request, document, status=422, problems=refused.problems)
    messages.success(request, "已按现在的数和所选内容改稿。")
    return redirect(page_address(request, "documents:document", pk))


def sign_off_document(request: Request, document: Document, reason: str, on: date) -> str:
    document_services.sign_off_document(by=request.actor, document=document, on=on, reason=reason)
    return "已签发。文本就此固定，印发时只填文号和日期。"


def send_document_back(request: Request, document: Document, reason: str, on: date) -> str:
    document_services.send_document_back(by=request.actor, document=document, on=on, reason=reason)
    return "已退回修改。"


def issue_document(request: Request, document: Document, reason: str, on: date) -> str:
    document_services.issue_document(
        by=request.actor, document=document, number=DocumentForm(request).text("number"), on=on, reason=reason
    )
    return f"已印发：{document.number}。"


def withdraw_document(request: Request, document: Document, reason: str, on: date) -> str:
    document_services.withdraw_document(by=request.actor, document=document, on=on, reason=reason)
    return "已撤回。文号不再使用，原文仍可查阅。"


def document_act(code: str, does: Callable[[Request, Document, str, date], str]) -> Callable[..., HttpResponse]:
    """签发, 退回, 印发, 撤回: one view each, for each is another post's."""

    @requires_permission(code)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        document = documents.find_document(request.actor, pk)
        posted = DocumentForm(request)
        try:
            on = posted.day("on", "印发日期", required=False) or timezone.localdate()
            posted.check()
            said = does(request, document, posted.text("reason"), on)
        except Refused as refused:
            return render_preview(
                request, documents.find_document(request.actor, pk), status=422, problems=refused.problems
            )
        messages.success(request, said)
        return redirect(page_address(request, "documents:document", pk))

    return view


ACTS = {
    "sign-off": document_act("documents.sign", sign_off_document),
    "send-back": document_act("documents.sign", send_document_back),
    "issue": document_act("documents.issue", issue_document),
    "withdraw": document_act("documents.sign", withdraw_document),
}


@requires_permission("documents.see")
@require_GET
def download_document(request: Request, pk: int, form: str) -> HttpResponse:
    """Word, PDF, the annex tables as Excel, a page that stands alone, or all of them in a zip."""
    if form not in FORMS:
        raise Http404(form)
    document = documents.find_document(request.actor, pk)
    serial = request.GET.get("version", "")
    version = documents.find_version(
        request.actor, document, int(serial) if serial.isdecimal() and len(serial) < 10 else None
    )
    annexed = 'class="annex' in version.html
    if form == "xlsx" and not annexed:
        raise Http404(form)
    text = documents.document_text(document, version)
    with turn_of(request.actor, document.title, DRAWING):
        if form == "zip":
            each = ("docx", "pdf", "xlsx") if annexed else ("docx", "pdf")
            content = formats.bundle_documents([(document.title, text)], each)
        else:
            content = formats.write_formats(text, [form], document.title)[form]
    return file_response(content, formats.file_name(document.title, form))


@requires_permission("documents.see")
@require_POST
def compare_document(request: Request, pk: int) -> HttpResponse:
    """An edited .docx: which numbers were changed in it, which are not the ledger's, which words changed."""
    document = documents.find_document(request.actor, pk)
    posted = DocumentForm(request)
    file = posted.file("file", "改过的 Word 文件", required=True, fix="请选从这里下载、改过以后的 .docx 文件。")
    if file is None:
        return render_preview(request, document, status=422, problems=posted.problems)
    try:
        comparison = readback.compare_edited(request.actor, document, file.content)
    except Refused as refused:
        return render_preview(request, document, status=422, problems=refused.problems)
    return render_preview(request, document, comparison=comparison, compared=file.name)
