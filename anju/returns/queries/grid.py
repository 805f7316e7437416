"""The return as its paper form: heads, lines, and each cell with what stood before, what the ledger says and what may be done."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from anju.core.people.permissions import may
from anju.core.people.scope import Operator
from anju.returns.base import FILL, is_ours
from anju.returns.forms.spec import TOTAL, Column, Spec
from anju.returns.models import Cell, Return
from anju.returns.queries import reading
from anju.returns.queries.reading import Reading
from anju.returns.queries.values import text_of, typed


@dataclass(frozen=True)
class Head:
    """One cell of the heading. column: the code when it stands over that column alone."""

    label: str
    colspan: int
    rowspan: int
    column: str = ""


class GridCell(NamedTuple):  # a page makes hundreds: a frozen dataclass takes four times as long
    """A cell. state: of the model, or "" where nothing was ever written. last, ledger, target: texts, "" when there is none.

    open: may be written now; exists: the line has such a cell at all (otherwise the form prints a dash).
    """

    line: str
    column: str
    text: str = ""
    state: str = ""
    version: int = 0
    last: str = ""
    ledger: str = ""
    target: str = ""
    changed: bool = False
    computed: bool = False
    open: bool = False
    exists: bool = True
    via: str = ""
    value: int | None = None


@dataclass(frozen=True)
class GridLine:
    key: str
    label: str
    indent: int = 0
    number: str = ""
    code: str = ""
    item: int | None = None
    computed: bool = False
    heading: bool = False


@dataclass
class Grid:
    """cells: by (line, column). groups: the rows of heads from the top."""

    ret: Return
    spec: Spec
    columns: list[Column]
    groups: list[list[Head]]
    lines: list[GridLine]
    cells: dict[tuple[str, str], GridCell] = field(default_factory=dict)
    last_period: str = ""
    cut_off: date | None = None
    open: bool = False

    def row(self, line: str) -> list[GridCell]:
        return [self.cells[line, column.code] for column in self.columns]


def heads(columns: list[Column]) -> list[list[Head]]:
    """Rows of heads: a group over its columns; a column without as many groups reaches down."""
    depth = max(len(c.group) for c in columns) + 1
    rows: list[list[Head]] = [[] for _ in range(depth)]

    def place(members: list[Column], level: int) -> None:
        at = 0
        while at < len(members):
            column = members[at]
            if len(column.group) <= level:
                rows[level].append(Head(column.label, 1, depth - level, column.code))
                at += 1
                continue
            end = at
            while end < len(members) and members[end].group[: level + 1] == column.group[: level + 1]:
                end += 1
            rows[level].append(Head(column.group[level], end - at, 1))
            place(members[at:end], level + 1)
            at = end

    place(columns, 0)
    return rows


def lay_out_grid(user: Operator, ret: Return, read: Reading | None = None) -> Grid:
    read = read or reading.read(user, ret)
    spec, now = read.spec, read.now
    open_ = ret.state == Return.DRAFT and may(user, FILL, ret.region_id) and is_ours(user, ret.organisation)
    made = Grid(
        ret,
        spec,
        list(spec.columns),
        heads(list(spec.columns)),
        [],
        {},
        read.last_ret.period if read.last_ret else "",
        ret.cut_off,
        open_,
    )
    targets = {fact.column or next((c for check in spec.checks if fact.name in check.formula for c in check.columns), ""): fact
               for fact in spec.across if fact.target and fact.name in read.elsewhere}  # fmt: skip
    for key in read.keys:
        if key == TOTAL:
            made.lines.append(GridLine(TOTAL, "合计", computed=True))
        else:
            line, fixed = now.lines[key], spec.by_key.get(key)
            made.lines.append(GridLine(
                key, line.label, fixed.indent if fixed else 0, fixed.number if fixed else "", str(line.facts.get("code", "")), line.item,
                fixed.computed if fixed else False, fixed.heading if fixed else False,
            ))  # fmt: skip
        for column in spec.columns:
            made.cells[key, column.code] = _cell(read, key, column, open_, targets)
    return made


def _number(value: int | None, column: Column) -> str:
    return "" if value is None else typed(value, column.unit, 0)


def _cell(read: Reading, key: str, column: Column, open_: bool, targets: dict) -> GridCell:
    now, code, numeric = read.now, column.code, column.type == "number"
    if not now.has(key, column):
        return GridCell(key, code, exists=False, computed=key == TOTAL)
    if column.formula:
        return GridCell(key, code, read.computed(key, code), "number", computed=True)
    if numeric:
        last, ledger = _number(read.before(read.last, key, column), column), _number(read.ledger(key, column), column)
    else:
        last, ledger = (read.last and read.last.text(key, code)) or "", read.ledger_texts.get((key, code), "")
    fixed = read.spec.by_key.get(key)
    if key == TOTAL or (numeric and fixed and fixed.computed):
        value = now.number(key, code)
        target = _number(read.elsewhere[targets[code].name], column) if key == TOTAL and code in targets else ""
        return GridCell(
            key,
            code,
            _number(value, column),
            "number",
            last=last,
            ledger=ledger,
            target=target,
            computed=True,
            value=value,
        )
    cell = now.cells.get((key, code))
    open_ = open_ and read.spec.fillable(column, key, now.lines[key].facts)
    if cell is None:
        return GridCell(key, code, last=last, ledger=ledger, open=open_)
    return GridCell(
        key, code, text_of(cell, column), cell.state, cell.version, last, ledger, changed=cell.via not in ("prefill", "correct"), open=open_,
        via=cell.via, value=cell.value if cell.state == Cell.NUMBER else None,
    )  # fmt: skip
