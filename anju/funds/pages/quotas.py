"""What a place received and handed on, line by line; its quota documents; one document."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.regions.tree import child_regions
from anju.funds import catalogue
from anju.funds.base import UNIT
from anju.funds.models import QuotaDocument
from anju.funds.queries import quotas
from anju.funds.queries.quotas import HeldQuota
from anju.funds.services import quotas as quota_services
from anju.problems import Refused
from anju.quantities import exact_text, separate_thousands

PAGE = 50
WIDE = 100  # of a bar


class QuotaForm(PostedForm):
    """A form about a quota document or a line."""

    code, file_code = "FUND-002", "FUND-009"


@dataclass(frozen=True)
class QuotaBar:
    """How much of a line was handed down and assigned, in hundredths of it; drawn where one looks rather than reads."""

    given: int
    assigned: int

    @property
    def done(self) -> int:
        return self.given + self.assigned

    @property
    def left(self) -> int:
        return WIDE - self.done


def shown_amount(amount: int) -> str:
    """分 as 万元 with the decimals it needs and the thousands separated."""
    return separate_thousands(exact_text(amount, UNIT))


def _row(held: HeldQuota) -> dict[str, object]:
    line = held.line
    return {
        "held": held, "line": line, "document": line.document, "source": catalogue.fund_sources()[line.source].label,
        "purpose": catalogue.purposes()[line.purpose].label, "amount": shown_amount(line.amount), "given": shown_amount(held.given),
        "assigned": shown_amount(held.assigned), "recalled": held.recalled and shown_amount(held.recalled), "left": shown_amount(held.left),
        "bar": QuotaBar(held.given * WIDE // line.amount, held.assigned * WIDE // line.amount),
    }  # fmt: skip


@requires_permission("funds.see")
@require_GET
@needs_region("funds/quotas.html", heading="还没有资金", rows=[])
def show_quotas(request: Request) -> HttpResponse:
    """Every line received for the page's budget year, the oldest first: how much of it is handed on, how much is left, since when."""
    made, user = page_context(request), request.actor
    assert made.region is not None
    year = int(made.period[:4])
    held = quotas.held_quotas(user, [made.region], timezone.localdate(), year)
    totals = quotas.source_totals(held)
    below = child_regions(user, made.region)
    left = sum(one.left for one in held)
    heading = (
        f"{made.region.name}：{year}年度收到指标{shown_amount(sum(one.line.amount - one.recalled for one in held))}万元"
    )
    return render_page(
        request, "funds/quotas.html", years=sorted({year, *quotas.budget_years(user, made.region)}, reverse=True),
        rows=[_row(one) for one in held], year=year, below=below,
        heading=heading + (f"，{shown_amount(left)}万元没有分下去" if left else "，全部分下去了" if held else ""),
        totals=[
            (catalogue.fund_sources()[one.source].label, *map(shown_amount, (one.received, one.given, one.assigned, one.left)))
            for one in totals
        ],
        places=[(one, shown_amount(one.received), shown_amount(one.left)) for one in quotas.place_totals(quotas.held_quotas(user, below, timezone.localdate(), year))],
        waiting=quotas.waiting_documents(user, made.region).count(), receives=may(user, "funds.receive", made.region.pk),
    )  # fmt: skip


@requires_permission("funds.see")
@require_GET
@needs_region("funds/documents.html", heading="还没有指标文件", documents=[])
def show_documents(request: Request) -> HttpResponse:
    """The newest first; only those that wait for a second person when that is asked for."""
    made, user = page_context(request), request.actor
    assert made.region is not None
    waits = request.GET.get("waits") == "1"
    rows = quotas.waiting_documents(user, made.region) if waits else quotas.list_documents(user, made.region)
    page = list_page(request, rows.order_by("-dated", "-id"), PAGE)
    heading = f"{made.region.name}：{'待确认的来文登记' if waits else '指标文件'}{page.paginator.count}份"
    return render_page(request, "funds/documents.html", heading=heading, shown=page, documents=list(page), waits=waits)


@requires_permission("funds.see")
@require_GET
def show_document(request: Request, pk: int) -> HttpResponse:
    return render_document(request, quotas.find_document(request.actor, pk))


def render_document(request: Request, document: QuotaDocument, status: int = 200, **extra: object) -> HttpResponse:
    user = request.actor
    lines = list(quotas.lines_of(user, document))
    recalls = list(quotas.recalls_of(user, document))
    confirms = document.waits and document.by != user.key and may(user, "funds.confirm", document.region_id)
    return render_page(
        request, "funds/document.html", status=status, heading=document.number, document=document, confirms=confirms,
        total=shown_amount(sum(one.amount for one in [*lines, *recalls])),
        formal=document.stage == QuotaDocument.Stage.FORMAL and document.way == QuotaDocument.Way.RECEIVED,
        lines=[
            (
                line, catalogue.fund_sources()[line.source].label, catalogue.direct_marks().get(line.direct, ""), catalogue.subject_label(line.subject), catalogue.purposes()[line.purpose].label,
                *("" if amount is None else shown_amount(amount) for amount in (line.whole, line.already, line.amount)),
            )
            for line in lines
        ],
        voids=document.voided_at is None and may(user, "funds.void", document.region_id),
        recalls=[(one, one.line, shown_amount(one.amount)) for one in recalls],
        scanned=document.file_id is not None and document.region_id in user.region_ids, **extra,
    )  # fmt: skip


@requires_permission("funds.see")
@require_GET
def download_scan(request: Request, pk: int) -> HttpResponse:
    document = quotas.find_document(request.actor, pk)
    if document.file is None or document.region_id not in request.actor.region_ids:
        raise Http404(str(pk))
    return file_response(bytes(document.file.content), document.file.name)


@requires_permission("funds.confirm")
@require_POST
def confirm_quota(request: Request, pk: int) -> HttpResponse:
    try:
        document = quota_services.confirm_quota(by=request.actor, document_id=pk)
    except Refused as refused:
        found = quotas.find_document(request.actor, pk)
        return render_document(request, found, status=422, problems=refused.problems)
    messages.success(request, f"已确认{document}。")
    return redirect(page_address(request, "funds:document", pk))


@requires_permission("funds.void")
@require_POST
def void_quota(request: Request, pk: int) -> HttpResponse:
    try:
        document = quota_services.void_quota(by=request.actor, document_id=pk, reason=QuotaForm(request).text("reason"))
    except Refused as refused:
        found = quotas.find_document(request.actor, pk)
        return render_document(request, found, status=422, problems=refused.problems, typed=QuotaForm(request).typed)
    messages.success(request, f"已作废{document}。")
    return redirect(page_address(request, "funds:document", pk))


@requires_permission("funds.receive")
@require_POST
def receive_quota(request: Request, pk: int) -> HttpResponse:
    line = quotas.find_line(request.actor, pk)
    posted = QuotaForm(request, str(line))
    try:
        on = posted.day("on", "收到日期")
        posted.check()
        assert on is not None
        quota_services.receive_quota(by=request.actor, line_id=pk, on=on)
    except Refused as refused:
        return render_document(
            request, quotas.find_document(request.actor, line.document_id), status=422, problems=refused.problems
        )
    messages.success(request, f"已签收{line.document}，收到日期{on}。")
    return redirect(page_address(request, "funds:quotas"))
