"""报送上级: a city's set of a period, sent with its list and digest, signed for by the superior or registered, and what came back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import Input, PostedForm, Upload
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.wording import period_title
from anju.problems import Problem, Refused
from anju.returns.models import Form, Return, SetDelivery, SuperiorRemark
from anju.returns.pages import wording
from anju.returns.pages.acts import perform_act
from anju.returns.queries import deadlines, deliveries, returns
from anju.returns.reminders import delivery_path
from anju.returns.services import deliveries as delivery_services

EMPTY = "全市各单位的报表都锁定以后，在这里作为一套报送上级：清单、摘要、签收和上级退回的意见都留在这里。"


@requires_permission("returns.see")
@require_GET
@needs_region("returns/delivery.html", heading="没有可报送的表", empty=EMPTY)
def show_delivery(request: Request) -> HttpResponse:
    return render_delivery(request)


def render_delivery(request: Request, status: int = 200, problems: list[Problem] | None = None) -> HttpResponse:
    made, user = page_context(request), request.actor
    posted = PostedForm(request)
    code = request.GET.get("form", "") or posted.text("form")
    form = Form.objects.filter(code=code).order_by("-since").first()
    if form is None:
        return render_page(
            request, "returns/delivery.html", status=status, heading="没有选报表", empty=EMPTY, problems=problems or []
        )
    region, period = made.region, request.GET.get("period", "") or posted.text("period") or made.period
    gathered = deliveries.gather_set(user, region, code, period)
    sent = deliveries.list_deliveries(user, region, code, period)
    complete = bool(gathered) and all(one.ret for one in gathered)
    changed = complete and (not sent or sent[0].digest != deliveries.list_digest([one.as_data() for one in gathered]))
    above = region.parent.name if region.parent else "上级"
    return render_page(
        request, "returns/delivery.html", status=status, heading=f"报送{above}：{region.name}{period_title(period, form.name)}",
        sub=_said(gathered, sent, complete, changed), form_code=code, set_period=period, above=above, problems=problems or [],
        rows=[_row(user, one, sent[0] if sent else None) for one in gathered], sent=[_sent(user, one) for one in sent],
        may_deliver=changed and may(user, "returns.deliver", region.pk), again=bool(sent), empty=EMPTY,
        signing=_signing(request, sent[0]) if sent and sent[0].state == SetDelivery.SENT else None,
        may_return=bool(sent) and deliveries.may_return_cell(user, region), delivers=may(user, "returns.deliver", region.pk),
    )  # fmt: skip


def _said(gathered: list[deliveries.DeliveredReturn], sent: list[SetDelivery], complete: bool, changed: bool) -> str:
    if sent and not changed:
        return f"{SetDelivery.STATES.label(sent[0].state)}，{sent[0].by_name}{wording.moment_text(sent[0].at)}报送"
    if sent and complete:
        return "上次报送以后又有更正锁定，要再报送一次"
    locked = sum(one.ret is not None for one in gathered)
    return f"{len(gathered)}个单位已锁定{locked}个" + ("，可以报送" if complete else "，全部锁定以后才能报送")


def _row(user: Actor, one: deliveries.DeliveredReturn, sent: SetDelivery | None) -> dict[str, Any]:
    ret, running = one.ret, one.running
    known = {each["region"]: each["digest"] for each in sent.listed} if sent else {}
    now = ret.digest if ret else ""
    return {
        "name": one.region.name, "ret": ret or running, "locked": wording.moment_text(ret.locked_at) if ret else "",
        "state": Return.STATES.label(running.state) if running and not ret else "正在更正" if running else "已锁定" if ret else deadlines.absent_text(user, one.region),
        "on": ret is not None and running is None, "digest": now[:16],
        "sent": "" if not sent else "与上次报送相同" if known.get(one.region.code) == now else "上次报送以后有变",
    }  # fmt: skip


def _sent(user: Actor, one: SetDelivery) -> dict[str, Any]:
    remarks = deliveries.list_remarks(user, one)
    corrections = deliveries.find_corrections(user, remarks)
    return {
        "delivery": one, "state": SetDelivery.STATES.label(one.state), "count": len(one.listed),
        "how": f"{one.received_by_name}签收" if one.received_by_name else "市级登记的签收" if one.received_at else "",
        "remarks": [_remark(remark, one.form, corrections.get(remark.ret_id)) for remark in remarks],
    }  # fmt: skip


def _remark(remark: SuperiorRemark, form: Form, ret: Return | None) -> dict[str, Any]:
    """ret: the correction, None to who does not see it before it was sent."""
    column = returns.return_spec(form).by_code.get(remark.column)
    return {
        "remark": remark, "ret": ret, "column": column.head if column else remark.column,
        "state": f"更正{Return.STATES.label(ret.state)}" if ret else "正在更正，还没有再报送", "done": ret is not None and ret.state == Return.LOCKED,
    }  # fmt: skip


def _signing(request: Request, delivery: SetDelivery) -> dict[str, Any] | None:
    """The form of who signs for it, or of who registers that the superior did."""
    user, posted = request.actor, PostedForm(request)
    if deliveries.signs_for(user, delivery.region):
        number = posted.text("number") or f"{delivery.period}-{delivery.serial}"
        return {
            "here": True,
            "delivery": delivery,
            "inputs": [Input("number", "签收编号", value=number, hint="收文登记的编号")],
        }
    if may(user, "returns.deliver", delivery.region_id):
        return {
            "here": False, "delivery": delivery,
            "inputs": [Input("number", "回执号", value=posted.text("number")), Input("at", "签收时间（不填为现在）", "datetime-local", posted.text("at")), Input("file", "回执扫描件", "file")],
        }  # fmt: skip
    return None


@requires_permission("returns.deliver")
@require_POST
@needs_region()
def deliver_set(request: Request) -> HttpResponse:
    region, posted = page_context(request).region, PostedForm(request)
    form, period = posted.text("form"), posted.text("period")
    try:
        made = delivery_services.deliver_set(by=request.actor, region=region, form_code=form, period=period)
    except Refused as refused:
        return render_delivery(request, status=422, problems=refused.problems)
    messages.success(request, f"已报送{len(made.listed)}张，清单摘要 {made.digest[:16]}，等上级签收。")
    return redirect(delivery_path(region, form, period))


@requires_permission("returns.sign_for")
@require_POST
def sign_for_delivery(request: Request, pk: int) -> HttpResponse:
    def sign(posted: PostedForm, file: Upload) -> str:
        delivery_services.sign_for_delivery(by=request.actor, delivery_id=pk, number=posted.text("number"))
        return "已签收，报送的市看得到编号和时间。"

    return _perform(request, pk, sign)


@requires_permission("returns.deliver")
@require_POST
def register_signature(request: Request, pk: int) -> HttpResponse:
    def register(posted: PostedForm, file: Upload) -> str:
        delivery_services.register_signature(
            by=request.actor, delivery_id=pk, number=posted.text("number"), at=posted.moment("at"), name=file.name, content=file.content
        )  # fmt: skip
        return "上级的签收已登记。"

    return _perform(request, pk, register)


def _perform(request: Request, pk: int, act: Callable[[PostedForm, Upload], str]) -> HttpResponse:
    delivery = visible_rows(SetDelivery.objects.select_related("form", "region"), request.actor).filter(pk=pk).first()
    if delivery is None:
        raise Http404(str(pk))
    posted = PostedForm(request)
    try:
        file = posted.file("file", "回执扫描件")
        posted.check()
        says = act(posted, file or Upload("", b""))
    except Refused as refused:
        return render_delivery(request, status=422, problems=refused.problems)
    messages.success(request, says)
    return redirect(delivery_path(delivery.region, delivery.form.code, delivery.period))


@requires_permission("returns.return_cell")
@require_POST
def return_cell(request: Request, pk: int) -> HttpResponse:
    """The superior returns a cell: by who signs there, or registered by the city. Leads to the correction in which it is answered,
    who does not see that to the return as it was sent."""

    def call(given: dict[str, str]) -> Return | None:
        line, _, column = given["where"].rpartition("|")
        made = delivery_services.return_cell(
            by=request.actor, ret_id=pk, line=line, column=column, text=given["remark"], number=given["ordered_by"]
        )
        return deliveries.find_corrections(request.actor, [made]).get(made.ret_id)

    return perform_act(request, pk, "query", "退回意见已送到县里：更正表已开，填报岗在这一格答复。", call)


@requires_permission("returns.see")
@require_GET
def download_receipt(request: Request, pk: int) -> HttpResponse:
    """The scan of the superior's receipt."""
    found = (
        visible_rows(SetDelivery.objects.select_related("file"), request.actor)
        .filter(pk=pk, file__isnull=False)
        .first()
    )
    if found is None or found.file is None:
        raise Http404(str(pk))
    return file_response(bytes(found.file.content), found.file.name)
