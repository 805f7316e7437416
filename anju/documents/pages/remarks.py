"""意见, on the page of a draft: said of a sentence, answered beside it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.documents.models import Remark
from anju.documents.pages.documents import DocumentForm, render_preview
from anju.documents.queries import documents
from anju.documents.services import remarks as remark_services
from anju.problems import Refused


@requires_permission("documents.remark")
@require_POST
def give_remark(request: Request, pk: int) -> HttpResponse:
    document, posted = documents.find_document(request.actor, pk), DocumentForm(request)
    serial, _, number = posted.text("sentence").partition("/")
    try:
        remark_services.give_remark(
            by=request.actor,
            document=document,
            serial=_number(serial),
            number=_number(number),
            text=posted.text("remark"),
        )
    except Refused as refused:
        return render_preview(request, document, status=422, problems=refused.problems)
    messages.success(request, "意见已送拟稿的人，答复后写在这里。")
    return redirect(page_address(request, document))


@requires_permission("documents.write")
@require_POST
def answer_remark(request: Request, pk: int, remark_id: int) -> HttpResponse:
    document, posted = documents.find_document(request.actor, pk), DocumentForm(request)
    taken = {"1": True, "0": False}.get(posted.text("taken"))
    try:
        remark_services.answer_remark(
            by=request.actor, document=document, remark_id=remark_id, taken=taken, answer=posted.text("answer")
        )
    except Remark.DoesNotExist:
        raise Http404(str(remark_id)) from None
    except Refused as refused:
        return render_preview(request, document, status=422, problems=refused.problems)
    messages.success(request, "已答复。采纳的请在“改稿”里改好。")
    return redirect(page_address(request, document))


def _number(text: str) -> int:
    """0 for what is no number, which the service refuses."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
