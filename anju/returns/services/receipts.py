"""Registering that a return was sent to a receiver, and its receipt."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.models.file import File
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.returns.base import LONGEST_NUMBER, require_short, typed_moment
from anju.returns.files import readback
from anju.returns.files.readback import ReceiverDifference, ReceiverField
from anju.returns.files.receivers import (
    LINE,
    CopyField,
    copied_text,
    copy_fields,
    fillable_lines,
    find_receiver,
    require_receiver_act,
)
from anju.returns.models import Receipt, Return
from anju.returns.queries import grid, returns


@transaction.atomic
def open_receipt(*, by: Actor, ret_id: int, code: str) -> Receipt:
    """The receipt of a receiver, opened when it is first asked for. Refused RET-703 before the return has left its unit."""
    ret = returns.get_return(by, ret_id)
    require_receiver_act(by, ret)
    to = find_receiver(ret, code)
    if to.how == "here":
        raise Refused(
            Problem("RET-704", f"报表 {ret}", f"“{to.name}”就在本系统里接收，不用另行登记。", "上报以后它就看得到。")
        )
    if ret.state not in Return.SUBMITTED:
        what = f"现为“{Return.STATES.label(ret.state)}”，还没有上报，数字还会变。"
        raise Refused(Problem("RET-703", f"报表 {ret}", what, "请先由单位负责人上报，再报送其他系统。"))
    made, _ = Receipt.objects.get_or_create(ret=ret, receiver=code, defaults={"region_id": ret.region_id, "by": by.key})
    return made


@transaction.atomic
@trail.act("returns.register_sent")
def register_sent(
    *, by: Actor, receipt_id: int, at: datetime | None = None, name: str = "", content: bytes = b""
) -> Receipt:
    """Sent, or sent again after differences were mended. at: when, now unless told. content: a picture or file that shows it."""
    found = _locked(by, receipt_id)
    at = _moment(found, at, found.ret.submitted_at, "上报")
    again = found.state == Receipt.DIFFERS
    move(found, "resend" if again else "send", by=by, on=timezone.localdate(at))
    found.sent_at, found.by = at, by.key
    file = _keep_evidence(by, found, name, content)
    found.file = file or found.file
    found.save(update_fields=["sent_at", "by", "file"])
    _describe(found, file, "returns.register_resent" if again else "returns.register_sent")
    return found


@transaction.atomic
@trail.act("returns.register_receipt")
def register_receipt(
    *, by: Actor, receipt_id: int, number: str = "", at: datetime | None = None, name: str = "", content: bytes = b""
) -> Receipt:
    """What the receiver gave back: a number or a file, at least one of them (RET-705)."""
    found = _locked(by, receipt_id)
    if not number.strip() and not content:
        raise Refused(
            Problem("RET-705", str(found), "没有填回执编号，也没有附回执文件。", "请填写编号，或上传回执的截图、文件。")
        )
    require_short(str(found), "回执编号", number, LONGEST_NUMBER)
    at = _moment(found, at, found.sent_at, "报送")
    move(found, "receive", by=by, on=timezone.localdate(at))
    found.received_at, found.number, found.by, found.differences = at, number.strip(), by.key, []
    file = _keep_evidence(by, found, name, content)
    found.file = file or found.file
    found.save(update_fields=["received_at", "number", "by", "file", "differences"])
    _describe(found, file, number=found.number)
    return found


@transaction.atomic
@trail.act("returns.read_back")
def read_back_export(*, by: Actor, receipt_id: int, content: bytes, name: str) -> list[ReceiverDifference]:
    """Read the receiver's own export and compare it cell by cell: 已有回执 when all is the same, else 回读不一致 with each difference.

    After differences the mended export is simply read again. Refused: see readback.compare; nothing changes then.
    """
    found = _locked(by, receipt_id)
    sheet, to = grid.lay_out_grid(by, found.ret), find_receiver(found.ret, found.receiver)
    fields = copy_fields(sheet, to)
    if all(one.column or one.code == "line.place" for one in fields):
        fields.insert(0, CopyField("line.label", LINE["line.label"], "", None))
    fields = [one for one in fields if one.code != "line.place"]  # where a row stands there says nothing
    rows = {line.key: {one.code: copied_text(sheet, line, 0, one) for one in fields} for line in fillable_lines(sheet)}
    sums = {line.label for line in sheet.lines if line.computed}
    differences, count = readback.compare_export(
        by, content, name, [ReceiverField(one.code, one.head, _paths(one), one.column) for one in fields], rows, sums
    )
    today = timezone.localdate()
    if found.state == Receipt.DIFFERS:
        move(found, "resend", by=by, on=today, reason="改正后回读")
    move(
        found,
        "differ" if differences else "receive",
        by=by,
        on=today,
        because={"compared": count, "differences": len(differences)},
    )
    found.received_at, found.by = timezone.now(), by.key
    found.differences = [one.as_dict() for one in differences]
    found.file = _keep_evidence(by, found, name, content)
    found.save(update_fields=["received_at", "by", "file", "differences"])
    _describe(found, found.file)
    return differences


def _paths(one: CopyField) -> tuple[str, ...]:
    """How the export may call it: as the receiver does, as the form does, with the heads above."""
    own = (
        (one.head,)
        if one.column is None
        else (one.head, "/".join((*one.column.group, one.column.label)), one.column.label)
    )
    return tuple(dict.fromkeys(own))


def _locked(by: Actor, receipt_id: int) -> Receipt:
    """The receipt, for this act alone; outside the scope it does not exist."""
    found = visible_rows(
        Receipt.objects.select_for_update(of=("self",)).select_related("ret__form", "ret__region", "ret__organisation"),
        by,
    ).get(pk=receipt_id)
    require_receiver_act(by, found.ret)
    return found


def _moment(found: Receipt, at: datetime | None, after: datetime | None, what: str) -> datetime:
    at = typed_moment(at, after)
    if at > timezone.now():
        raise Refused(
            Problem("RET-706", str(found), f"{timezone.localtime(at):%Y-%m-%d %H:%M} 还没有到。", "请核对时间。")
        )
    if after and at < after:
        raise Refused(
            Problem(
                "RET-706",
                str(found),
                f"{timezone.localtime(at):%Y-%m-%d %H:%M} 早于{what}时间 {timezone.localtime(after):%Y-%m-%d %H:%M}。",
                "请核对时间。",
            )
        )
    return at


def _keep_evidence(by: Actor, found: Receipt, name: str, content: bytes) -> File | None:
    if not content:
        return None
    if problems := file_sizes.too_large(
        len(content), file_sizes.EVIDENCE, code="RET-707", where=Place(file=name), fix="请只留有关的一页或一张表。"
    ):
        raise Refused(*problems)
    return keep_file(by=by, region_id=found.region_id, name=name, content=content, media="application/octet-stream")


def _describe(found: Receipt, file: File | None, act: str = "", **said: str) -> None:
    """The row of a step: the move says the states, here is the file that shows it."""
    shown = {"file": file.name, "sha256": file.sha256} if file else {}
    trail.describe(
        obj=found, act=act, after=said | shown, region_id=found.region_id, digest=file.sha256 if file else ""
    )
