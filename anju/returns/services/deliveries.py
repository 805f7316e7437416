"""Sending a city's set to its superior (报送上级), its receipt (签收), and what the superior returns at a county's cell (退回意见)."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.models.region import Region
from anju.core.people.permissions import permissions, require_permission, signature
from anju.core.people.scope import Actor, open_scope, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.core.wording import period_label
from anju.problems import Place, Problem, Refused
from anju.returns.base import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    clock_text,
    hold_return,
    require_short,
    require_state,
    text_problems,
    typed_moment,
)
from anju.returns.forms import spec as forms
from anju.returns.models import Form, Return, SetDelivery, SuperiorRemark
from anju.returns.queries import deliveries
from anju.returns.queries.deliveries import DeliveredReturn
from anju.returns.reminders import announce_return, announce_set
from anju.returns.services.corrections import correct_returned
from anju.returns.services.review import has_cell

DELIVER, SIGN, RETURN = "returns.deliver", "returns.sign_for", "returns.return_cell"


@transaction.atomic
@trail.act("returns.deliver")
def deliver_set(*, by: Actor, region: Region, form_code: str, period: str) -> SetDelivery:
    """Send the city's locked returns of a form and period to its superior as one set, with the list of them and its digest.

    Refused: ACT-001, RET-090 who is not locked, by name; RET-091 when the same set was sent already.
    """
    where = _about(region, form_code, period)
    require_permission(by, DELIVER, region.pk, where)
    gathered = deliveries.gather_set(by, region, form_code, period)
    _require_complete(gathered, where)
    form = next(one.ret.form for one in gathered if one.ret is not None)
    listed = [one.as_data() for one in gathered]
    digest = deliveries.list_digest(listed)
    sent = deliveries.list_deliveries(by, region, form_code, period)
    if sent and sent[0].digest == digest:
        what = f"{sent[0].by_name} 已于 {clock_text(sent[0].at)} 报送，此后没有更正锁定，内容一样。"
        raise Refused(Problem("RET-091", where, what, "更正锁定以后再报送。"))
    made = SetDelivery(
        form=form, region=region, period=period, serial=len(sent) + 1, listed=listed, digest=digest, by=by.key,
        by_name=signature(by, DELIVER, region.pk)[:LONGEST_NAME],
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Refused(Problem("RET-091", where, "别人刚刚报送了同一期。", "请刷新后看报送记录。")) from None
    Return.objects.filter(pk__in=[one["return"] for one in listed], delivered=False).update(delivered=True)
    announce_set(by, region, form_code, period)
    after = {"form": form_code, "period": period, "serial": made.serial, "returns": [one["return"] for one in listed]}
    trail.describe(obj=made, after=after, region_id=region.pk, count=len(listed), digest=digest)
    return made


@transaction.atomic
@trail.act("returns.sign_for")
def sign_for_delivery(*, by: Actor, delivery_id: int, number: str) -> SetDelivery:
    """The superior signs for a set (签收), under a number of its own.

    Refused: RET-660 by who is not of the office above the city, RET-092 no number, RET-093 by who sent it, STATE-001.
    """
    delivery = _hold(by, delivery_id, SIGN)
    if not deliveries.signs_for(by, delivery.region):
        raise Refused(_not_above(delivery, "签收"))
    if not number.strip():
        raise Refused(Problem("RET-092", _field(delivery, "签收编号"), "没有写签收编号。", "请写收文登记的编号。"))
    if by.posts is not None and delivery.by == by.key:
        what = "这一套是您报送的，不能由您签收。"
        raise Refused(Problem("RET-093", str(delivery), what, "请由上级另一位有签收岗的人签收。"))
    move(delivery, "sign", by=by, on=timezone.localdate(), because={"digest": delivery.digest})
    return _receive(by, delivery, number, timezone.now(), signature(by, SIGN, delivery.region_id))


@transaction.atomic
@trail.act("returns.register_signature")
def register_signature(
    *, by: Actor, delivery_id: int, number: str, at: datetime | None = None, name: str = "", content: bytes = b""
) -> SetDelivery:
    """The city registers the receipt of a superior that does not work here: number, time, its scan.

    Refused: RET-092 neither number nor scan, RET-094 a time to come or before it was sent, RET-095 too large, STATE-001.
    """
    delivery = _hold(by, delivery_id, DELIVER)
    at = typed_moment(at, delivery.at)
    if not number.strip() and not content:
        what = "没有填回执号，也没有附回执扫描件。"
        raise Refused(Problem("RET-092", _field(delivery, "回执号"), what, "请填回执号，或上传回执的扫描件。"))
    if not delivery.at <= at <= timezone.now():
        what = f"{clock_text(at)} 早于报送时间 {clock_text(delivery.at)}，或还没有到。"
        raise Refused(Problem("RET-094", _field(delivery, "签收时间"), what, "请核对时间。"))
    if problems := file_sizes.too_large(
        len(content), file_sizes.EVIDENCE, code="RET-095", where=Place(file=name), fix="请只留有签收的一页。"
    ):
        raise Refused(*problems)
    if content:
        media = "application/octet-stream"
        delivery.file = keep_file(by=by, region_id=delivery.region_id, name=name, content=content, media=media)
    move(delivery, "register", by=by, on=timezone.localdate(at))
    return _receive(by, delivery, number, at, "")


def _receive(by: Actor, delivery: SetDelivery, number: str, at: datetime, name: str) -> SetDelivery:
    """name: of who signed here; "" when the superior signed elsewhere."""
    require_short(str(delivery), "编号", number, LONGEST_NUMBER)
    delivery.number, delivery.received_at = number.strip(), at
    delivery.received_by_name = name[:LONGEST_NAME]
    delivery.save(update_fields=["number", "received_at", "received_by_name", "file"])
    announce_set(by, delivery.region, delivery.form.code, delivery.period)
    file = delivery.file
    shown = {"file": file.name, "sha256": file.sha256} if file else {}
    trail.describe(
        obj=delivery, after={"number": delivery.number, "at": clock_text(at)} | shown, region_id=delivery.region_id,
        digest=file.sha256 if file else "",
    )  # fmt: skip
    return delivery


@transaction.atomic
@trail.act("returns.return_cell")
def return_cell(*, by: Actor, ret_id: int, line: str, column: str, text: str, number: str = "") -> SuperiorRemark:
    """The superior returns a cell of a county's return, with a sentence: by who signs there, or registered by the city. A correction of the
    county's return is begun for it, or goes on; there it is a finding that has to be answered.

    number: of the superior's letter. Refused: RET-096 it never went to the superior, RET-660 by who is neither of the office above nor of
    the city, RET-097 no such cell, RET-098 no sentence, RET-020 it is not locked.
    """
    ret = hold_return(by, ret_id, RETURN)
    delivery = deliveries.delivery_of(by, ret)
    if delivery is None:
        what = "这张报表没有随全市的表报送过上级。"
        raise Refused(Problem("RET-096", str(ret), what, "市级自己要改的，请退回填报或发起更正。"))
    if not deliveries.may_return_cell(by, delivery.region):
        raise Refused(_not_above(delivery, "退回"))
    # The superior does not see the county's draft; that it is begun, and what is in it, is part of this act all the same.
    with open_scope(replace(by, draft_ids=None, delivered_ids=frozenset())) as unit:
        return _return_cell(unit, ret, delivery, line=line, column=column, text=text, number=number)


def _return_cell(
    by: Actor, ret: Return, delivery: SetDelivery, *, line: str, column: str, text: str, number: str
) -> SuperiorRemark:
    standing, problems = _standing(by, ret), []
    if not has_cell(standing, forms.form_spec(standing.form), line, column):
        fix = "请在表上点上级退回的那一格；那一行在更正里可能已去掉。"
        problems.append(Problem("RET-097", str(standing), "没有选中表里的格。", fix))
    if not text.strip():
        problems.append(Problem("RET-098", str(ret), "没有写上级的退回意见。", "请照上级的原话写明哪里要改。"))
    problems += text_problems(str(ret), "退回意见", text)
    problems += text_problems(str(ret), "上级来文的文号", number, LONGEST_NUMBER)
    if problems:
        raise Refused(*problems)
    correction = standing
    if standing.state == Return.LOCKED:
        reason = f"上级退回：{text.strip()}"
        correction = correct_returned(by=by, ret_id=standing.pk, reason=reason, ordered_by=number.strip())
    made = SuperiorRemark.objects.create(
        delivery=delivery, ret=correction, region_id=ret.region_id, line=line, column=column, text=text.strip(),
        number=number.strip(), by=by.key, by_name=signature(by, RETURN, ret.region_id)[:LONGEST_NAME],
    )  # fmt: skip
    held = _hold(by, delivery.pk, RETURN)
    if held.state != SetDelivery.RETURNED:
        move(held, "query", by=by, on=timezone.localdate())
    announce_return(by, correction)
    announce_set(by, held.region, held.form.code, held.period)
    after = {"return": correction.pk, "line": line, "column": column, "number": made.number}
    trail.describe(obj=held, after=after, reason=made.text, region_id=ret.region_id)
    return made


def _standing(by: Actor, ret: Return) -> Return:
    """What stands now of that return: the correction that runs, else the last one that is locked, else itself. RET-020 when it is given up."""
    while ret.state in (Return.LOCKED, Return.VOID) or ret.serial == 1:
        require_state(ret, Return.LOCKED, doing="登记上级退回意见")
        rows = Return.objects.filter(corrects=ret).exclude(state=Return.VOID)
        later = visible_rows(rows.select_related("form", "region", "organisation"), by).first()
        if later is None:
            break
        ret = later
    return ret


def _hold(by: Actor, delivery_id: int, act: str) -> SetDelivery:
    rows = SetDelivery.objects.select_for_update(of=("self",)).select_related("form", "region__parent")
    delivery = visible_rows(rows, by).get(pk=delivery_id)
    require_permission(by, act, delivery.region_id, str(delivery))
    return delivery


def _require_complete(gathered: list[DeliveredReturn], where: str) -> None:
    if lacking := [one.region.name for one in gathered if one.ret is None]:
        what = f"{'、'.join(lacking)}还没有锁定。"
        raise Refused(Problem("RET-090", where, what, "全部锁定以后才能报送上级；请先催报、审定。"))
    if not gathered:
        raise Refused(Problem("RET-090", where, "没有要报的单位。", "请核对表和期间。"))


def _not_above(delivery: SetDelivery, doing: str) -> Problem:
    above = delivery.region.parent.name if delivery.region.parent else "上级"
    what = f"这一套是报{above}的，要由{above}的{permissions()[SIGN].who}岗{doing}，您的岗位不在{above}。"
    return Problem("RET-660", str(delivery), what, f"请等{above}办理；它不在本系统里办的，由市级审定岗登记。")


def _field(delivery: SetDelivery, name: str) -> Place:
    return Place(str(delivery), field=name)


def _about(region: Region, form_code: str, period: str) -> str:
    form = Form.objects.filter(code=form_code).order_by("-since").first()
    return f"{region.name}{period_label(period)}{form.name if form else form_code}"
