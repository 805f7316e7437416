"""The receivers of a return (报送对象): each with its own order of fields, its own file, its receipt, and its export read back."""

import csv
import io
from dataclasses import dataclass, field

from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.wording import period_name
from anju.problems import Problem, Refused
from anju.returns.base import require_own_organisation
from anju.returns.files import papers
from anju.returns.forms.spec import FormColumn, Receiver
from anju.returns.models import Receipt, Return
from anju.returns.queries import grid, returns
from anju.workbooks.files.numbers import parse_number
from anju.workbooks.writing.tables import PrintedNumber, write_table

LINE = {
    "line.label": "项目名称",
    "line.code": "项目编码",
    "line.key": "行号",
    "line.place": "序号",
}  # what else an order may name


@dataclass(frozen=True)
class CopyField:
    """A field as the receiver's screen has it. column: None for what says which row it is."""

    code: str
    head: str
    unit: str
    column: FormColumn | None


@dataclass
class CopySheet:
    """What is typed into a system that cannot be reached: its fields in its order, a row for each of its screens."""

    receiver: Receiver
    fields: list[CopyField]
    rows: list[tuple[str, list[str]]] = field(default_factory=list)  # line key → texts, one for each field


@dataclass(frozen=True)
class ReceiverStatus:
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


def list_receivers(user: Actor, ret: Return) -> list[ReceiverStatus]:
    """Every receiver of the form, with its receipt. `here` is this system itself: it has what was submitted."""
    known = {
        one.receiver: one
        for one in visible_rows(Receipt.objects.filter(ret=ret), user).select_related("file").defer("file__content")
    }
    return [ReceiverStatus(one, known.get(one.code)) for one in returns.return_spec(ret).receivers]


def find_receiver(ret: Return, code: str) -> Receiver:
    """Refused RET-701 when the form has no such receiver."""
    found = {one.code: one for one in returns.return_spec(ret).receivers}
    if code not in found:
        known = "、".join(f"{one.name}（{one.code}）" for one in found.values()) or "没有"
        raise Refused(Problem("RET-701", f"报表 {ret}", f"这张表没有“{code}”这个报送对象。", f"报送对象：{known}。"))
    return found[code]


def make_copy_sheet(user: Actor, ret: Return, code: str) -> CopySheet:
    """The return in the receiver's order. 合计 rows are not typed in: the other system adds up by itself."""
    sheet, to = grid.lay_out_grid(user, ret), find_receiver(ret, code)
    fields = copy_fields(sheet, to)
    return CopySheet(
        to,
        fields,
        [
            (line.key, [copied_text(sheet, line, place, one) for one in fields])
            for place, line in enumerate(fillable_lines(sheet), 1)
        ],
    )


def make_copy_workbook(user: Actor, ret: Return, code: str) -> bytes:
    """The copy-sheet as .xlsx, to be kept beside the other system's screen."""
    made = make_copy_sheet(user, ret, code)
    return _xlsx(
        made,
        title=f"{papers.form_title(ret)}——{made.receiver.name}誊录单",
        line=f"{papers.reporting_unit_name(ret)}　{period_name(ret.period)}",
    )


def export_for_receiver(user: Actor, ret: Return, code: str) -> tuple[str, bytes]:
    """File name and content as the receiver takes it: one row of heads, then the rows. .csv is UTF-8 with the mark by which Excel knows it."""
    made = make_copy_sheet(user, ret, code)
    name = papers.paper_file_name(ret, made.receiver.file, f"（{made.receiver.name}）")
    if made.receiver.file == "xlsx":
        return name, _xlsx(made)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_headed(one, made.receiver) for one in made.fields])
    writer.writerows(texts for _, texts in made.rows)
    return name, out.getvalue().encode("utf-8-sig")


def fillable_lines(sheet: grid.ReturnGrid) -> list[grid.GridLine]:
    """The lines that somebody fills in."""
    return [line for line in sheet.lines if not line.computed and not line.heading]


def copy_fields(sheet: grid.ReturnGrid, to: Receiver) -> list[CopyField]:
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


def copied_text(sheet: grid.ReturnGrid, line: grid.GridLine, place: int, one: CopyField) -> str:
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


def _printed(text: str, one: CopyField) -> PrintedNumber | str | None:
    number = parse_number(text) if one.column is not None and one.column.type == "number" else None
    return PrintedNumber(number.digits, number.places) if number and number.state == "number" else text or None


# --- receipts ----------------------------------------------------------------


def require_receiver_act(by: Actor, ret: Return) -> None:
    """The clerks of the unit whose return it is, and whoever publishes for the city."""
    require_permission(by, "returns.receive", ret.region_id, str(ret))
    if not by.holds("publisher", ret.region_id):
        require_own_organisation(by, ret.organisation, str(ret))
