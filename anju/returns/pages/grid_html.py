"""A return laid out as its form on paper: heads of several rows, cells with what stands beside them in grey, checks by cell. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from anju.core.pages.layout.markup import NOTHING, element, given, join, markup, optional, slot, writer
from anju.problems import BLOCK
from anju.returns.forms.spec import FormSpec
from anju.returns.pages.columns import bare_columns, column_help
from anju.returns.queries.checks import BLANK, CheckFinding
from anju.returns.queries.grid import GridCell, ReturnGrid
from anju.returns.queries.numbers import NumberWriter
from anju.returns.sources.ledgers import named

KINDS = {"prefill": "开表时预填", "page": "在页面上填", "workbook": "从离线表并入", "correct": "更正时带入"}
FOLDED = 2  # so many that ask the same become one entry of the list; the others are looked at and ticked under it
QUOTED = re.compile("“[^”]*”")
PERIODS = {"month": "上月", "quarter": "上季", "half": "上期", "year": "上年", "once": "上期"}


write_row = writer(element("tr", markup("cells")), "\n")
write_corner = writer(element("th", slot("text"), scope="col", rowspan=slot("rows"), css="first"))
write_second = writer(element("th", slot("text"), scope="col", rowspan=slot("rows"), css="second"))
write_head = writer(
    element(
        "th",
        element(
            "span", slot("label"), given("unit", element("span", "（", slot("unit"), "）", css="unit")), css="label"
        ),
        scope=slot("scope"),
        rowspan=slot("rows"),
        colspan=slot("columns"),
        css=slot("css"),
        title=optional("note"),
        data_column=optional("code"),
    )
)
write_line = writer(
    element(
        "tr",
        element("th", slot("indent"), slot("label"), scope="row", css="first", title=slot("label")),
        markup("second"),
        markup("cells"),
        data_l=slot("key"),
        data_name=slot("label"),
        css=optional("css"),
    ),
    "\n",
)
write_line_code = writer(element("th", slot("code"), css="second"))
write_cell = writer(
    element(
        "td",
        element("span", slot("text")),
        given("old", element("small", "原 ", slot("old"), css="was")),
        css=slot("css"),
        data_v=slot("version"),
        data_last=optional("last"),
        data_ledger=optional("ledger"),
        data_target=optional("target"),
    )
)
NO_CELL = write_cell(text="", old="", last="", ledger="", target="", css="lock none", version=0)
write_moved = writer(
    element(
        "tr",
        element(
            "th",
            element("a", slot("line"), "，", slot("column"), href="#grid", data_go=slot("key")),
            scope="row",
            css="first",
        ),
        element("td", slot("last"), css="n", data_label=slot("before")),
        element("td", slot("now"), css="n strong", data_label="本期"),
    )
)


def heads_html(grid: ReturnGrid) -> SafeString:
    """The rows of heads with the units in them, and over the lines' names and codes the corner."""
    corner = write_corner(rows=len(grid.head), text=named(grid.spec, "指标"))
    if second := second_head(grid):
        corner = join([corner, write_second(rows=len(grid.head), text=second)])
    bare, lines = bare_columns(grid), []
    for line in grid.head:
        cells = []
        for one in line:
            column = grid.columns[one.column] if one.leaf else None
            scope, css = ("colgroup", "group") if one.colspan > 1 else ("col", "")
            cells.append(
                write_head(
                    scope=scope,
                    rows=one.rowspan,
                    columns=one.colspan,
                    css="bare" if column and column.code in bare else css,
                    note="\n".join(f"{name}：{text}" for name, text in column_help(grid.spec, column))
                    if column
                    else "",
                    label=one.heading,
                    unit=column.unit if column else "",
                    code=column.code if column else "",
                )
            )
        lines.append(write_row(cells=join(cells if lines else [corner, *cells])))
    return join(lines)


def second_head(grid: ReturnGrid) -> str:
    """What the second of the two columns that stand still says of each line; "" when there is nothing to say."""
    if any(line.code for line in grid.lines):
        return "编码"
    return "栏次" if any(line.number for line in grid.lines) else ""


def is_state(cell: GridCell) -> bool:
    """Does it say 未报, 无任务 or 不适用?"""
    return cell.state not in ("number", "text", "")


def cell_flags(cell: GridCell) -> str:
    return ("c" if cell.changed else "") + ("s" if is_state(cell) else "")


def _html(cell: GridCell, numbers: NumberWriter, old: str | None) -> SafeString:
    if not cell.exists:
        return NO_CELL
    css = "n" if cell.column in numbers.columns else "t"
    if not cell.open:
        css += " lock"
    if cell.changed:
        css += " changed"
    if is_state(cell):
        css += " st"
    if old is not None:
        css += " was-other"
    return write_cell(
        text=numbers.cell(cell),
        css=css,
        version=cell.version,
        old="" if old is None else old or "空白",
        last=numbers.text(cell.column, cell.last),
        ledger=numbers.text(cell.column, cell.ledger),
        target=numbers.text(cell.column, cell.target),
    )


def body_html(grid: ReturnGrid, old: dict[tuple[str, str], str] | None = None) -> SafeString:
    """The lines of the table. Written here: a template takes many times as long. old: what other cells said before a correction."""
    old, numbers, second = old or {}, NumberWriter(grid), second_head(grid)
    codes = [column.code for column in grid.columns]
    return join(
        write_line(
            key=line.key,
            label=line.label,
            css="total" if line.computed else "group" if line.heading else "",
            indent="　" * line.indent,
            second=write_line_code(code=line.code or line.number) if second else NOTHING,
            cells=join(_html(grid.cells[line.key, code], numbers, old.get((line.key, code))) for code in codes),
        )
        for line in grid.lines
    )


def cell_data(grid: ReturnGrid) -> list[list[Any]]:
    """What stands in every cell now, as the browser takes it after a save: line, column, text, version, flags."""
    numbers = NumberWriter(grid)
    return [
        [line, column, numbers.cell(cell), cell.version, cell_flags(cell)]
        for (line, column), cell in grid.cells.items()
        if cell.exists
    ]


def cell_place(grid: ReturnGrid, line: str, column: str = "") -> str:
    label = next((one.label for one in grid.lines if one.key == line), line)
    known = grid.spec.by_code
    return f"{label}，{known[column].head}" if column in known else label


def changes_html(grid: ReturnGrid) -> list[SafeString]:
    """What a reviewer wants to see first: the figures that are not as they were, as rows of a table."""
    labels, columns, before = {one.key: one.label for one in grid.lines}, grid.spec.by_code, PERIODS[grid.spec.period]
    numbers = NumberWriter(grid)
    return [
        write_moved(
            key=f"{cell.line}|{cell.column}",
            line=labels[cell.line],
            column=columns[cell.column].head,
            before=before,
            last=numbers.text(cell.column, cell.last) or "空白",
            now=numbers.cell(cell) or "空白",
        )
        for cell in moved_cells(grid)
    ]


def moved_cells(grid: ReturnGrid) -> list[GridCell]:
    """What was filled in and is not as it was in the last period; nothing when there was none."""
    columns = grid.spec.by_code
    return [
        cell
        for cell in (grid.cells.values() if grid.last_period else ())
        if cell.exists
        and not cell.computed
        and cell.text != cell.last
        and (cell.open or cell.via)
        and not columns[cell.column].locked
    ]


@dataclass(frozen=True)
class ShownFinding:
    """A finding as the page says it."""

    check_id: str
    level: str
    css: str
    line: str
    column: str
    key: str
    where: str
    what: str
    fix: str
    answer: str
    who: str
    waived: bool
    done: bool
    may_answer: bool
    may_waive: bool
    same: int = 0  # how many of the same check wait for an answer, when it is more than one
    more: tuple["ShownFinding", ...] = ()  # the others of them, folded under the first


def show_findings(findings: Iterable[CheckFinding], *, answers: bool, waives: bool) -> list[ShownFinding]:
    """Those that stand in the way first, then what asks, then what is settled."""
    made = []
    for one in findings:
        stops = one.level == BLOCK
        text, who = (
            (f"{one.waived.text}（到{one.waived.until}）", one.waived.by_name)
            if one.waived
            else (one.answer, one.answered_by)
        )
        made.append(
            ShownFinding(
                check_id=one.check_id,
                level=one.level,
                css="stop" if stops else "ask",
                line=one.line,
                column=one.column,
                key=f"{one.line}|{one.column}",
                where=one.where,
                what=one.what,
                fix=one.fix,
                answer=text,
                who=who,
                waived=one.waived is not None,
                done=not one.open,
                may_answer=answers and not stops and one.waived is None,
                may_waive=waives and stops and one.open,
            )
        )
    return sorted(made, key=lambda one: (one.done, one.css != "stop"))


def group_findings(findings: list[ShownFinding]) -> list[ShownFinding]:
    """For the list: the blanks of a line are one entry, or thirty projects would fill it with nothing else."""
    made: dict[str, ShownFinding] = {}
    waiting = Counter(one.check_id for one in findings if one.may_answer and not one.done)
    for one in findings:
        if one.may_answer and not one.done and waiting[one.check_id] > 1:
            one = replace(one, same=waiting[one.check_id])
        key = f"{one.check_id}|{one.line}" if one.check_id == BLANK and not one.done else f"{one.check_id}|{one.key}"
        made[key] = (
            one
            if key not in made
            else replace(
                made[key], what=f"{made[key].what.removesuffix('没有填。')}、{QUOTED.findall(one.what)[-1]}没有填。"
            )
        )
    return fold_findings(list(made.values()))


def fold_findings(findings: list[ShownFinding]) -> list[ShownFinding]:
    """Of many that ask the same the first stands for all: the grid must not be pushed out of sight by thirty projects without progress."""
    alike: dict[str, list[ShownFinding]] = {}
    for one in findings:
        if one.same >= FOLDED:
            alike.setdefault(one.check_id, []).append(one)
    made = []
    for one in findings:
        if one.same < FOLDED:
            made.append(one)
        elif one is alike[one.check_id][0]:
            made.append(replace(one, more=tuple(alike[one.check_id][1:])))
    return made


def count_findings(findings: list[ShownFinding], spec: FormSpec) -> dict[str, int]:
    """blanks: cells of numbers that nothing stands in."""
    left = [one for one in findings if not one.done]
    blanks = sum(one.check_id == BLANK and spec.by_code[one.column].type == "number" for one in left)
    return {
        "stops": sum(one.css == "stop" for one in left),
        "asks": sum(one.css == "ask" for one in left),
        "blanks": blanks,
    }


def finding_marks(findings: list[ShownFinding]) -> list[dict[str, Any]]:
    return [
        {
            "line": one.line,
            "column": one.column,
            "level": one.level,
            "what": one.what,
            "fix": one.fix,
            "done": one.done,
            "blank": one.check_id == BLANK,
        }
        for one in findings
    ]
