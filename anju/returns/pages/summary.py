"""What whoever answers for a return sees before its rows: the totals beside last period and target, what moved, what the departments said, who
filled and who reviewed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from anju.core.people.scope import Actor
from anju.figures.queries import current
from anju.quantities import ratio_text
from anju.returns.base import actor_name
from anju.returns.forms.spec import FormColumn
from anju.returns.models import Return
from anju.returns.pages import wording
from anju.returns.pages.grid_html import PERIODS, moved_cells
from anju.returns.queries import returns
from anju.returns.queries.grid import GridLine, ReturnGrid, lay_out_grid
from anju.returns.queries.numbers import counted_text
from anju.returns.queries.reading import ReadReturn, read_return
from anju.returns.sources.figures import RegionNumbers, figure_in_base_units

DECIDED = ("submit", "lock")  # by whoever answers for the numbers, and did not fill them
SUMMARY_TITLES = {Return.HEAD: "等您上报", Return.CITY: "等您审定"}
ROWS = 7  # stand on the first screen of a phone
NAMED = 3  # lines that moved are named


@dataclass(frozen=True)
class SummaryRow:
    """A total. last, change, target, rate: texts, "" where there is nothing to compare with."""

    name: str
    unit: str
    now: str
    last: str = ""
    change: str = ""
    moved: bool = False
    fell: bool = False
    target: str = ""
    rate: str = ""


def summarise_return(
    user: Actor, ret: Return, read: ReadReturn, grid: ReturnGrid, steps: Sequence[Any]
) -> SimpleNamespace:
    """The rows that have a target, then those that moved; the others are folded, but where they are all that there is."""
    aims, totals = target_rows(user, read), total_rows(read, grid)
    moved, still = [row for row in totals if row.moved], [row for row in totals if not row.moved]
    first = [*aims, *moved] or still
    rest = still if aims or moved else []
    return SimpleNamespace(
        rows=first[:ROWS], more=[*first[ROWS:], *rest], before=PERIODS[read.spec.period], has_targets=bool(aims),
        moved=moved_text(grid, ret.region.name), compared=bool(grid.last_period), hands=hand_rows(ret, steps),
    )  # fmt: skip


def totals_line(user: Actor, ret: Return) -> str:
    """The first totals in one line, for who has not opened it yet: 棚户区改造开工量2,473套，比上月+30，任务3,482套完成71.0%；……"""
    read = read_return(user, ret)
    summary = summarise_return(user, ret, read, lay_out_grid(user, ret, read), ())
    said = []
    for row in summary.rows[:NAMED]:
        change = f"，比{summary.before}{row.change}" if row.change else ""
        rate = f"，任务{row.target}{row.unit}完成{row.rate}%" if row.rate else ""
        said.append(f"{row.name}{row.now + row.unit if row.now else '未报'}{change}{rate}")
    return "；".join(said)


def target_rows(user: Actor, read: ReadReturn) -> list[SummaryRow]:
    """What the lock will publish and a target is known of."""
    codes = [one.measure for one in read.spec.publish if not one.calibre]
    if not codes:
        return []
    names = current.find_measures(user, codes)
    numbers = RegionNumbers(user, read.ret.region, read.ret.period, {("target", code, "") for code in codes})
    rows = []
    for one in read.spec.publish:
        column = read.spec.by_code[one.column]
        target = figure_in_base_units(numbers.target(one.measure), column.unit) if not one.calibre else None
        if not target or one.measure not in names:
            continue
        now, last = (
            (values.number(one.line, one.column) if one.line else values.total(one.column, one.where))
            if values
            else None
            for values in (read.now, read.last if read.comparable(column) else None)
        )
        rows.append(_row(names[one.measure].name, column, now, last, target))
    return rows


def total_rows(read: ReadReturn, grid: ReturnGrid) -> list[SummaryRow]:
    """The sums of every column that is filled in; of a form without lines of sums all its numbers."""
    lines = [line for line in grid.lines if line.computed] or [line for line in grid.lines if not line.heading]
    columns = [one for one in grid.columns if one.type == "number" and not one.formula and not one.locked]
    alone = len(lines) == 1
    return [
        _row(_name(line, column, columns, alone), column, read.now.number(line.key, column.code), last)
        for line in lines
        for column in columns
        if grid.cells[line.key, column.code].exists
        for last in (read.before(read.last, line.key, column),)
    ]


def _name(line: GridLine, column: FormColumn, columns: Iterable[FormColumn], alone: bool) -> str:
    """As short as it can be told apart."""
    alike = sum(one.label == column.label for one in columns) > 1
    name = f"{column.group[-1]}{column.label}" if alike and column.group else column.label
    return name if alone else f"{line.label}，{name}"


def _row(name: str, column: FormColumn, now: int | None, last: int | None, target: int | None = None) -> SummaryRow:
    change = None if now is None or last is None else now - last
    sign = "" if not change else "+" if change > 0 else "−"
    return SummaryRow(
        name=name,
        unit=column.unit,
        now=counted_text(now, column.unit),
        last=counted_text(last, column.unit),
        change="" if change is None else f"{sign}{counted_text(abs(change), column.unit)}" if change else "持平",
        moved=bool(change) or (last is None) != (now is None),
        fell=bool(change and change < 0),
        target=counted_text(target, column.unit),
        rate=(ratio_text(now, target, 1) or "") if now is not None and target else "",
    )


def moved_text(grid: ReturnGrid, region: str) -> str:
    """How many cells are not as they were, and in which lines: the first ones by name."""
    cells = moved_cells(grid)
    keys = dict.fromkeys(cell.line for cell in cells)
    names = [line.label.removeprefix(region) for line in grid.lines if line.key in keys]
    if not names:
        return ""
    more = f"等{len(names)}行" if len(names) > NAMED else ""
    return f"{len(cells)}格：{'、'.join(names[:NAMED])}{more}"


def hand_rows(ret: Return, steps: Sequence[Any]) -> list[SimpleNamespace]:
    """Who filled, who reviewed and who ended the joint review, the last time round: what, who, when, with which words."""
    last = {step.move: step for step in steps}
    handed = last.get("hand_in")
    rows = []
    for move, label in (("hand_in", "填报"), ("review", "审核"), ("clear", "联审"), ("submit", "上报")):
        step = last.get(move)
        if step is None or (handed is not None and step.at < handed.at):
            continue
        names = [step.by_name]
        if move == "hand_in":  # others may have filled what one handed in
            names += [name for name in map(actor_name, returns.fillers(ret)) if name != step.by_name]
        rows.append(
            SimpleNamespace(label=label, names="、".join(names), at=wording.moment_text(step.at), remark=step.remark)
        )
    return rows
