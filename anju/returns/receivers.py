"""The receivers of a return (报送对象): each with its own order of fields, its own file, its receipt, and its export read back."""

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from anju.core import trail
from anju.core.models import File
from anju.core.permissions import require
from anju.core.scope import Operator, visible
from anju.core.states import move
from anju.problems import Problem, Refused
from anju.projects.services.photos import keep_file
from anju.returns import papers, queries, readback
from anju.returns.base import ours
from anju.returns.models import Receipt, Return
from anju.returns.readback import Difference, Wanted
from anju.returns.spec import Column, Receiver
from anju.workbooks.files.numbers import parse
from anju.workbooks.writing.tables import Printed, write_table

LINE = {
    "line.label": "项目名称",
    "line.code": "项目编码",
    "line.key": "行号",
    "line.place": "序号",
}  # what else an order may name
LARGEST = 20 << 20


@dataclass(frozen=True)
class CopyField:
    """A field as the receiver's screen has it. column: None for what says which row it is."""

    code: str
    head: str
    unit: str
    column: Column | None


@dataclass
class CopySheet:
    """What is typed into a system that cannot be reached: its fields in its order, a row for each of its screens."""

    receiver: Receiver
    fields: list[CopyField]
    rows: list[tuple[str, list[str]]] = field(default_factory=list)  # line key → texts, one for each field


@dataclass(frozen=True)
class Sent:
    """A receiver of a return and how far it is. receipt: None until something is registered."""

    receiver: Receiver
    receipt: Receipt | None

    @property
    def state(self) -> str:
        return Receipt.STATES.label(self.receipt.state if self.receipt else Receipt.WAITING)

    @property
    def differences(self) -> list[dict[str, str]]:
        return self.receipt.differences if self.receipt else []


# --- reading -----------------------------------------------------------------


def receivers(user: Operator, ret: Return) -> list[Sent]:
    """Every receiver of the form, with its receipt. `here` is this system itself: it has what was submitted."""
    known = {
        one.receiver: one
        for one in visible(Receipt.objects.filter(ret=ret), user).select_related("file").defer("file__content")
    }
    return [Sent(one, known.get(one.code)) for one in queries.spec(ret).receivers]


def receiver(ret: Return, code: str) -> Receiver:
    """Refused RET-701 when the form has no such receiver."""
    found = {one.code: one for one in queries.spec(ret).receivers}
    if code not in found:
        known = "、".join(f"{one.name}（{one.code}）" for one in found.values()) or "没有"
        raise Refused(Problem("RET-701", f"报表 {ret}", f"这张表没有“{code}”这个报送对象。", f"报送对象：{known}。"))
    return found[code]


def copy_sheet(user: Operator, ret: Return, code: str) -> CopySheet:
    """The return in the receiver's order. 合计 rows are not typed in: the other system adds up by itself."""
    sheet, to = queries.grid(user, ret), receiver(ret, code)
    fields = _fields(sheet, to)
    return CopySheet(
        to,
        fields,
        [(line.key, [_said(sheet, line, place, one) for one in fields]) for place, line in enumerate(_typed(sheet), 1)],
    )


def copy_workbook(user: Operator, ret: Return, code: str) -> bytes:
    """The copy-sheet as .xlsx, to be kept beside the other system's screen."""
    made = copy_sheet(user, ret, code)
    return _xlsx(
        made,
        title=f"{papers.title(ret)}——{made.receiver.name}誊录单",
        line=f"{papers.unit_name(ret)}　{papers.period_name(ret.period)}",
    )


def export(user: Operator, ret: Return, code: str) -> tuple[str, bytes]:
    """File name and content as the receiver takes it: one row of heads, then the rows. .csv is UTF-8 with the mark by which Excel knows it."""
    made = copy_sheet(user, ret, code)
    name = papers.file_name(ret, made.receiver.file, f"（{made.receiver.name}）")
    if made.receiver.file == "xlsx":
        return name, _xlsx(made)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_headed(one, made.receiver) for one in made.fields])
    writer.writerows(texts for _, texts in made.rows)
    return name, out.getvalue().encode("utf-8-sig")


def _typed(sheet: queries.Grid) -> list[queries.GridLine]:
    """The lines that somebody fills in."""
    return [line for line in sheet.lines if not line.computed and not line.heading]


def _fields(sheet: queries.Grid, to: Receiver) -> list[CopyField]:
    order = to.order or ("line.label", *(column.code for column in sheet.columns))
    columns = sheet.spec.by_code
    unknown = [code for code in order if code not in columns and code not in LINE]
    if unknown:
        raise Refused(*(
            Problem("RET-702", f"表 {sheet.spec.code} 报送对象“{to.name}”", f"order 里的“{code}”不是这张表的列。", f"可写列的代码，或 {'、'.join(LINE)}。")
            for code in unknown
        ))  # fmt: skip
    return [
        CopyField(
            code,
            to.heads.get(code, LINE[code] if code in LINE else columns[code].label),
            columns[code].unit if code in columns else "",
            columns.get(code),
        )
        for code in order
    ]


def _said(sheet: queries.Grid, line: queries.GridLine, place: int, one: CopyField) -> str:
    if one.column is not None:
        return sheet.cells[line.key, one.code].text
    return {"line.label": line.label, "line.code": line.code, "line.key": line.key, "line.place": str(place)}[one.code]


def _headed(one: CopyField, to: Receiver) -> str:
    """The receiver's own word as it is; one of ours with its unit."""
    return one.head if one.code in to.heads or not one.unit or one.unit in one.head else f"{one.head}（{one.unit}）"


def _xlsx(made: CopySheet, title: str = "", line: str = "") -> bytes:
    rows = [[_printed(text, one) for text, one in zip(texts, made.fields, strict=True)] for _, texts in made.rows]
    widths = [24 if one.column is None and one.code == "line.label" else 14 for one in made.fields]
    return write_table(
        [(_headed(one, made.receiver),) for one in made.fields],
        rows,
        title=title,
        unit_line=line,
        sheet=made.receiver.name[:28],
        widths=widths,
    )


def _printed(text: str, one: CopyField) -> Printed | str | None:
    number = parse(text) if one.column is not None and one.column.type == "number" else None
    return Printed(number.digits, number.places) if number and number.state == "number" else text or None


# --- receipts ----------------------------------------------------------------


@transaction.atomic
def receipt(*, by: Operator, ret_id: int, code: str) -> Receipt:
    """The receipt of a receiver, opened when it is first asked for. Refused RET-703 before the return has left its unit."""
    ret = queries.ret(by, ret_id)
    _may(by, ret)
    to = receiver(ret, code)
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
    *, by: Operator, receipt_id: int, at: datetime | None = None, name: str = "", content: bytes = b""
) -> Receipt:
    """Sent, or sent again after differences were mended. at: when, now unless told. content: a picture or file that shows it."""
    found = _locked(by, receipt_id)
    at = _moment(found, at, found.ret.submitted_at, "上报")
    again = found.state == Receipt.DIFFERS
    move(found, "resend" if again else "send", by=by, on=timezone.localdate(at))
    found.sent_at, found.by = at, by.key
    file = _kept(by, found, name, content)
    found.file = file or found.file
    found.save(update_fields=["sent_at", "by", "file"])
    _describe(found, file, "returns.register_resent" if again else "returns.register_sent")
    return found


@transaction.atomic
@trail.act("returns.register_receipt")
def register_receipt(
    *, by: Operator, receipt_id: int, number: str = "", at: datetime | None = None, name: str = "", content: bytes = b""
) -> Receipt:
    """What the receiver gave back: a number or a file, at least one of them (RET-705)."""
    found = _locked(by, receipt_id)
    if not number.strip() and not content:
        raise Refused(
            Problem("RET-705", str(found), "没有填回执编号，也没有附回执文件。", "请填写编号，或上传回执的截图、文件。")
        )
    at = _moment(found, at, found.sent_at, "报送")
    move(found, "receive", by=by, on=timezone.localdate(at))
    found.received_at, found.number, found.by, found.differences = at, number.strip(), by.key, []
    file = _kept(by, found, name, content)
    found.file = file or found.file
    found.save(update_fields=["received_at", "number", "by", "file", "differences"])
    _describe(found, file, number=found.number)
    return found


@transaction.atomic
@trail.act("returns.read_back")
def read_back(*, by: Operator, receipt_id: int, content: bytes, name: str) -> list[Difference]:
    """Read the receiver's own export and compare it cell by cell: 已有回执 when all is the same, else 回读不一致 with each difference.

    After differences the mended export is simply read again. Refused: see readback.compare; nothing changes then.
    """
    found = _locked(by, receipt_id)
    sheet, to = queries.grid(by, found.ret), receiver(found.ret, found.receiver)
    fields = _fields(sheet, to)
    if all(one.column or one.code == "line.place" for one in fields):
        fields.insert(0, CopyField("line.label", LINE["line.label"], "", None))
    fields = [one for one in fields if one.code != "line.place"]  # where a row stands there says nothing
    rows = {line.key: {one.code: _said(sheet, line, 0, one) for one in fields} for line in _typed(sheet)}
    sums = {line.label for line in sheet.lines if line.computed}
    differences, count = readback.compare(
        content, name, [Wanted(one.code, one.head, _paths(one), one.column) for one in fields], rows, sums
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
    found.file = _kept(by, found, name, content)
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


def _locked(by: Operator, receipt_id: int) -> Receipt:
    """The receipt, for this act alone; outside the scope it does not exist."""
    found = visible(
        Receipt.objects.select_for_update(of=("self",)).select_related("ret__form", "ret__region", "ret__organisation"),
        by,
    ).get(pk=receipt_id)
    _may(by, found.ret)
    return found


def _may(by: Operator, ret: Return) -> None:
    """The clerks of the unit whose return it is, and whoever publishes for the city."""
    require(by, "returns.receive", ret.region_id, str(ret))
    if not by.holds("publisher", ret.region_id):
        ours(by, ret.organisation, str(ret))


def _moment(found: Receipt, at: datetime | None, after: datetime | None, what: str) -> datetime:
    at = at or timezone.now()
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


def _kept(by: Operator, found: Receipt, name: str, content: bytes) -> File | None:
    if not content:
        return None
    if len(content) > LARGEST:
        raise Refused(
            Problem(
                "RET-707",
                f"《{name}》",
                f"文件有 {len(content) >> 20} 兆，上限是 {LARGEST >> 20} 兆。",
                "请只留有关的一页或一张表。",
            )
        )
    return keep_file(by=by, region_id=found.region_id, name=name, content=content, media="application/octet-stream")


def _describe(found: Receipt, file: File | None, act: str = "", **said: str) -> None:
    """The row of a step: the move says the states, here is the file that shows it."""
    shown = {"file": file.name, "sha256": file.sha256} if file else {}
    trail.describe(
        obj=found, act=act, after=said | shown, region_id=found.region_id, digest=file.sha256 if file else ""
    )
