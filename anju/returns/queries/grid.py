"""The return as its paper form: heads, lines, and each cell with what stood before, what the ledger says and what may be done."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from anju.core.people.permissions import may
from anju.core.people.scope import Actor
from anju.quantities import exact_text
from anju.returns.base import FILL, is_own_organisation
from anju.returns.forms.spec import TOTAL, FormColumn, FormSpec
from anju.returns.models import Cell, Return
from anju.returns.queries import reading
from anju.returns.queries.reading import ReadReturn
from anju.returns.queries.values import cell_text
from anju.workbooks.writing.heads import HeadCell, head_rows


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
class ReturnGrid:
    """cells: by (line, column)."""

    ret: Return
    spec: FormSpec
    columns: list[FormColumn]
    lines: list[GridLine]
    cells: dict[tuple[str, str], GridCell] = field(default_factory=dict)
    last_period: str = ""
    cut_off: date | None = None
    open: bool = False

    @property
    def head(self) -> list[list[HeadCell[str]]]:
        """The heads of the columns in their rows, a group over its columns."""
        return head_rows([(*column.group, column.label) for column in self.columns])

    def row(self, line: str) -> list[GridCell]:
        return [self.cells[line, column.code] for column in self.columns]


def lay_out_grid(user: Actor, ret: Return, read: ReadReturn | None = None) -> ReturnGrid:
    read = read or reading.read_return(user, ret)
    spec, now = read.spec, read.now
    open_ = ret.state == Return.DRAFT and may(user, FILL, ret.region_id) and is_own_organisation(user, ret.organisation)
    made = ReturnGrid(
        ret=ret,
        spec=spec,
        columns=list(spec.columns),
        lines=[],
        cells={},
        last_period=read.last_ret.period if read.last_ret else "",
        cut_off=ret.cut_off,
        open=open_,
    )
    targets = {fact.column or next((c for check in spec.checks if fact.name in check.formula for c in check.columns), ""): fact
               for fact in spec.across if fact.target and fact.name in read.elsewhere}  # fmt: skip
    for key in read.keys:
        if key == TOTAL:
            made.lines.append(GridLine(TOTAL, "合计", computed=True))
        else:
            line, fixed = now.lines[key], spec.by_key.get(key)
            made.lines.append(
                GridLine(
                    key=key,
                    label=line.label,
                    indent=fixed.indent if fixed else 0,
                    number=fixed.number if fixed else "",
                    code=str(line.facts.get("code", "")),
                    item=line.item,
                    computed=fixed.computed if fixed else False,
                    heading=fixed.heading if fixed else False,
                )
            )
        for column in spec.columns:
            made.cells[key, column.code] = _cell(read, key, column, open_, targets)
    return made if read.locked_page is None else _as_locked(made, read.locked_page)


def grid_as_data(grid: ReturnGrid) -> dict[str, Any]:
    """What a grid shows besides what was filled in, as the lock keeps it: what was computed, and what stood beside each cell."""
    cells = [
        [one.line, one.column, one.text if one.computed else None, one.last, one.ledger, one.target]
        for one in grid.cells.values()
        if one.computed or one.last or one.ledger or one.target
    ]
    return {"cells": cells, "last_period": grid.last_period}


def _as_locked(grid: ReturnGrid, page: dict[str, Any]) -> ReturnGrid:
    """The grid of a locked return: the ledger and the other forms went on, and it shows what they said then."""
    kept = {(line, column): beside for line, column, *beside in page["grid"]["cells"]}
    for key, cell in grid.cells.items():
        text, last, ledger, target = kept.get(key, (None, "", "", ""))
        shown = cell.text if text is None else text
        grid.cells[key] = cell._replace(text=shown, last=last, ledger=ledger, target=target)
    grid.last_period = page["grid"]["last_period"]
    return grid


def _cell(read: ReadReturn, key: str, column: FormColumn, open_: bool, targets: dict) -> GridCell:
    now, code, numeric = read.now, column.code, column.type == "number"
    if not now.has(key, column):
        return GridCell(key, code, exists=False, computed=key == TOTAL)
    if column.formula:
        return GridCell(key, code, read.computed(key, code), "number", computed=True)
    if numeric:
        last = exact_text(read.before(read.last, key, column), column.unit)
        ledger = exact_text(read.ledger(key, column), column.unit)
    else:
        last, ledger = (read.last and read.last.text(key, code)) or "", read.ledger_texts.get((key, code), "")
    fixed = read.spec.by_key.get(key)
    if key == TOTAL or (numeric and fixed and fixed.computed):
        value = now.number(key, code)
        target = exact_text(read.elsewhere[targets[code].name], column.unit) if key == TOTAL and code in targets else ""
        return GridCell(
            key,
            code,
            exact_text(value, column.unit),
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
        line=key,
        column=code,
        text=cell_text(cell, column),
        state=cell.state,
        version=cell.version,
        last=last,
        ledger=ledger,
        changed=cell.via not in ("prefill", "correct"),
        open=open_,
        via=cell.via,
        value=cell.value if cell.state == Cell.NUMBER else None,
    )
