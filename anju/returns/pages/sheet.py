"""A return laid out as its form on paper: heads of several rows, cells with what stands beside them in grey, checks by cell. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anju.problems import BLOCK
from anju.returns.forms.spec import Spec
from anju.returns.queries.checks import BLANK, Finding
from anju.returns.queries.grid import Grid, GridCell
from anju.returns.queries.values import typed
from anju.returns.sources.ledgers import named

KINDS = {"prefill": "开表时预填", "page": "在页面上填", "workbook": "从离线表并入", "correct": "更正时带入"}
FOLDED = 4  # so many that ask the same become one entry of the list
QUOTED = re.compile("“[^”]*”")
PERIODS = {"month": "上月", "quarter": "上季", "half": "上期", "year": "上年", "once": "上期"}


def heads(grid: Grid) -> SafeString:
    """The rows of heads with the units in them, and over the lines' names the corner."""
    known = grid.spec.by_code
    corner = format_html(
        '<th scope="col" rowspan="{}" class="first">{}</th>',
        len(grid.groups),
        named(grid.spec, "指标"),
    )
    made = []
    for line in grid.groups:
        cells = []
        for one in line:
            column = known.get(one.column)
            unit = f'<span class="unit">（{escape(column.unit)}）</span>' if column and column.unit else ""
            note = f' title="{escape(column.note)}"' if column and column.note else ""
            scope, css = ("colgroup", "group") if one.colspan > 1 else ("col", "")
            cells.append(
                f'<th scope="{scope}" rowspan="{one.rowspan}" colspan="{one.colspan}" class="{css}"{note}>{escape(one.label)}{unit}</th>'
            )
        made.append(f"<tr>{corner if not made else ''}{''.join(cells)}</tr>\n")
    return mark_safe("".join(made))  # every text was escaped above


def described(grid: Grid) -> list[dict[str, Any]]:
    """What the grid in the browser must know of the columns; it computes nothing."""
    return [
        {
            "code": one.code,
            "full": one.head + (f"（{one.unit}）" if one.unit else ""),
            "choices": list(one.choices),
            "computed": bool(one.formula),
        }
        for one in grid.columns
    ]


def flags(cell: GridCell) -> str:
    return ("c" if cell.changed else "") + ("s" if cell.state not in ("number", "text", "") else "")


def _html(cell: GridCell, numeric: bool, was: str, old: str | None) -> str:
    if not cell.exists:
        return '<td class="lock none" data-v="0"><span></span></td>'
    said = flags(cell)
    css = (
        ("n" if numeric else "t")
        + (" lock" if not cell.open else "")
        + (" changed" if "c" in said else "")
        + (" st" if "s" in said else "")
        + (" was-other" if old is not None else "")
    )
    # A cell that is not filled in here has its past elsewhere: only what one writes upon is shown beside its last word.
    small = f'<small class="was">原 {escape(old or "空白")}</small>' if old is not None else ""
    small += f'<small class="last">{was} {escape(cell.last)}</small>' if was and cell.last else ""
    small += f'<small class="ledger">台账 {escape(cell.ledger)}</small>' if cell.ledger else ""
    small += f'<small class="target">目标 {escape(cell.target)}</small>' if cell.target else ""
    return f'<td class="{css}" data-v="{cell.version}"><span>{escape(cell.text)}</span>{small}</td>'


def body(grid: Grid, old: dict[tuple[str, str], str] | None = None) -> SafeString:
    """The lines of the table. Written here: a template takes many times as long. old: what other cells said before a correction."""
    old = old or {}
    columns = [
        (column.code, column.type == "number", "" if column.locked else PERIODS[grid.spec.period])
        for column in grid.columns
    ]
    made = []
    for line in grid.lines:
        cells = "".join(
            _html(grid.cells[line.key, code], numeric, was, old.get((line.key, code))) for code, numeric, was in columns
        )
        css = ' class="total"' if line.computed else ' class="group"' if line.heading else ""
        label, sub = escape(line.label), f"<small>{escape(line.code)}</small>" if line.code else ""
        head = f'<th scope="row" class="first">{"　" * line.indent}{label}{sub}</th>'
        made.append(f'<tr data-l="{escape(line.key)}" data-name="{label}"{css}>{head}{cells}</tr>\n')
    return mark_safe("".join(made))  # every text was escaped above


def stands(grid: Grid) -> list[list[Any]]:
    """What stands in every cell now, as the browser takes it after a save: line, column, text, version, flags."""
    return [
        [line, column, cell.text, cell.version, flags(cell)]
        for (line, column), cell in grid.cells.items()
        if cell.exists
    ]


def plain(value: int, unit: str) -> str:
    return typed(value, unit, 0)


def where(grid: Grid, line: str, column: str = "") -> str:
    label = next((one.label for one in grid.lines if one.key == line), line)
    known = grid.spec.by_code
    return f"{label}，{known[column].head}" if column in known else label


def column_name(grid: Grid, column: str) -> str:
    return grid.spec.by_code[column].head


def moved(grid: Grid) -> list[SafeString]:
    """What a reviewer wants to see first: the figures that are not as they were, as rows of a table."""
    if not grid.last_period:
        return []
    labels, columns, before = {one.key: one.label for one in grid.lines}, grid.spec.by_code, PERIODS[grid.spec.period]
    return [
        mark_safe(
            f'<tr><th scope="row" class="first"><a href="#grid" data-go="{escape(line)}|{column}">{escape(labels[line])}，{escape(columns[column].head)}</a></th>'
            f'<td class="n" data-label="{before}">{escape(cell.last or "空白")}</td><td class="n strong" data-label="本期">{escape(cell.text or "空白")}</td></tr>'
        )
        for (line, column), cell in grid.cells.items()
        if cell.exists
        and not cell.computed
        and cell.text != cell.last
        and (cell.open or cell.via)
        and not columns[column].locked
    ]


@dataclass(frozen=True)
class Said:
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
    more: tuple["Said", ...] = ()  # the others of them, folded under the first


def said(findings: Iterable[Finding], *, answers: bool, waives: bool) -> list[Said]:
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
            Said(
                one.check_id, one.level, "stop" if stops else "ask", one.line, one.column, f"{one.line}|{one.column}", one.where, one.what, one.fix,
                text, who, one.waived is not None, not one.open, answers and not stops and one.waived is None, waives and stops and one.open,
            )
        )  # fmt: skip
    return sorted(made, key=lambda one: (one.done, one.css != "stop"))


def listed(findings: list[Said]) -> list[Said]:
    """For the list: the blanks of a line are one entry, or thirty projects would fill it with nothing else."""
    made: dict[str, Said] = {}
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
    return folded(list(made.values()))


def folded(findings: list[Said]) -> list[Said]:
    """Of many that ask the same the first stands for all: the grid must not be pushed out of sight by thirty projects without progress."""
    alike: dict[str, list[Said]] = {}
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


def counted(findings: list[Said], spec: Spec) -> dict[str, int]:
    """blanks: cells of numbers that nothing stands in."""
    left = [one for one in findings if not one.done]
    blanks = sum(one.check_id == BLANK and spec.by_code[one.column].type == "number" for one in left)
    return {
        "stops": sum(one.css == "stop" for one in left),
        "asks": sum(one.css == "ask" for one in left),
        "blanks": blanks,
    }


def marks(findings: list[Said]) -> list[dict[str, Any]]:
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
