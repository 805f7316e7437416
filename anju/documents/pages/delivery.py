"""用印扫描件, 发送 and 签收: on the page of the paper for who issues it, on a page of its own for who receives it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.lists import list_page
from anju.core.pages.layout.markup import trusted
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.reading import DRAWING, turn_of
from anju.documents.models import Document
from anju.documents.pages.documents import render_preview
from anju.documents.queries import delivery as delivery_queries
from anju.documents.queries import documents
from anju.documents.services import delivery as delivery_services
from anju.documents.writers import formats
from anju.problems import Refused

PAGE = 50


class ScanForm(PostedForm):
    code, file_code = "DOC-061", "DOC-061"


def _act(request: Request, pk: int, act: Callable[[Document, ScanForm], str]) -> HttpResponse:
    document = documents.find_document(request.actor, pk)
    posted = ScanForm(request, str(document))
    try:
        messages.success(request, act(document, posted))
    except Refused as refused:
        return render_preview(request, document, status=422, problems=[*posted.problems, *refused.problems])
    return redirect(page_address(request, "documents:document", pk))


@requires_permission("documents.issue")
@require_POST
def keep_scan(request: Request, pk: int) -> HttpResponse:
    def keep(document: Document, posted: ScanForm) -> str:
        file = posted.file("file", "扫描件", required=True)
        posted.check()
        assert file is not None
        scan = delivery_services.keep_scan(by=request.actor, document=document, name=file.name, content=file.content)
        return f"扫描件已留存：{scan.verdict}。"

    return _act(request, pk, keep)


@requires_permission("documents.issue")
@require_POST
def confirm_scan(request: Request, pk: int, scan_id: int) -> HttpResponse:
    def confirm(document: Document, posted: ScanForm) -> str:
        scan = delivery_queries.find_scan(request.actor, document, scan_id)
        delivery_services.confirm_scan(by=request.actor, scan_id=scan.pk, note=posted.text("note"))
        return "已登记核对。"

    return _act(request, pk, confirm)


@requires_permission("documents.see")
@require_GET
def download_scan(request: Request, pk: int, scan_id: int) -> HttpResponse:
    document = documents.find_document(request.actor, pk)
    file = delivery_queries.find_scan(request.actor, document, scan_id).file
    return file_response(bytes(file.content), file.name)


@requires_permission("documents.issue")
@require_POST
def send_document(request: Request, pk: int) -> HttpResponse:
    def send(document: Document, posted: ScanForm) -> str:
        sent = delivery_queries.deliveries_of(request.actor, document)
        offices = delivery_queries.list_receivers(request.actor, document, sent)
        chosen = [one for one in offices if str(one.pk) in posted.every("unit")]
        made = delivery_services.send_document(by=request.actor, document=document, organisations=chosen)
        return f"已发送{len(made)}个单位，列入他们的“等您办”。"

    return _act(request, pk, send)


@requires_permission("documents.see")
@require_GET
@needs_region("documents/deliveries.html", heading="还没有来文", deliveries=[])
def list_deliveries(request: Request) -> HttpResponse:
    made, user = page_context(request), request.actor
    page = list_page(request, delivery_queries.received_in(user, made.region), PAGE)
    return render_page(
        request, "documents/deliveries.html", shown=page, deliveries=list(page), heading=f"{made.region.name}收文"
    )


@requires_permission("documents.see")
@require_GET
def show_delivery(request: Request, pk: int) -> HttpResponse:
    delivery = delivery_queries.find_delivery(request.actor, pk)
    page_context(request)
    waits = delivery.received_at is None and delivery_queries.is_receiver(request.actor, delivery)
    return render_page(
        request, "documents/delivery.html", heading=delivery.title, delivery=delivery, article=trusted(delivery.html),
        signs=waits,
    )  # fmt: skip


@requires_permission("documents.receive")
@require_POST
def receive_document(request: Request, pk: int) -> HttpResponse:
    delivery = delivery_services.receive_document(by=request.actor, delivery_id=pk)
    messages.success(request, "已签收。")
    return redirect(page_address(request, delivery))


@requires_permission("documents.see")
@require_GET
def download_delivery(request: Request, pk: int) -> HttpResponse:
    """The paper as PDF."""
    delivery = delivery_queries.find_delivery(request.actor, pk)
    with turn_of(request.actor, delivery.title, DRAWING):
        content = formats.write_formats(delivery.html, ["pdf"], delivery.title)["pdf"]
    return file_response(content, formats.file_name(delivery.title, "pdf"))
