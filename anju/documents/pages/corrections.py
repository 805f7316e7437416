"""更正, on the page of the paper: what it printed otherwise than the ledger says, and the decision about it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.documents.pages.documents import render_preview
from anju.documents.queries import documents
from anju.documents.services import corrections as correction_services
from anju.problems import Refused


@requires_permission("documents.correct")
@require_POST
def draft_correction(request: Request, pk: int) -> HttpResponse:
    document = documents.find_document(request.actor, pk)
    try:
        paper = correction_services.draft_correction(by=request.actor, document=document)
    except Refused as refused:
        return render_preview(request, document, status=422, problems=refused.problems)
    messages.success(request, "更正通报已起草：数由台账上来，请核对后签发、印发。")
    return redirect(page_address(request, paper))


@requires_permission("documents.correct")
@require_POST
def dismiss_correction(request: Request, pk: int) -> HttpResponse:
    document = documents.find_document(request.actor, pk)
    try:
        correction_services.dismiss_correction(
            by=request.actor, document=document, reason=PostedForm(request).text("reason")
        )
    except Refused as refused:
        return render_preview(request, document, status=422, problems=refused.problems)
    messages.success(request, "已记下不更正的理由；数再有变化，会再提醒。")
    return redirect(page_address(request, document))
