"""Sums and rates inside a table. What belongs together is learnt from the table itself: an identity that holds in most lines is meant in all. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from anju.documents.checker.findings import (
    AGREES,
    CUT,
    ROUNDED,
    UNCLEAR,
    WRONG,
    Ledgerbook,
    compare_rate,
    exact_in,
    slip_to,
    sum_value,
)
from anju.documents.checker.paper import PaperNumber, ReadTable
from anju.documents.checker.rates import tell_rate
from anju.documents.checker.sums import judge_sum, tell_sum

TOTAL = re.compile(
    r"^(?:全[市省区县州国旗]|总数|下达任务|任务分解|汇总|总体|全辖)$|(?:合计|小计|总计|共计|汇总)(?:（.*)?$|^(?:合计|总计|小计|共计)"
)
INSIDE = re.compile(r"^(?:其中|含|#)")
RATIO_HEAD = re.compile(r"率|比例|占比|百分比|完成比|增长|增幅|[%％]")
NO_SUM = re.compile(r"率|平均|户均|人均|单价|标准|排名|位次|名次|序号|增长|增幅|比例|年份|年度$|编号")
REACH = 16
WIDE = 40  # columns beyond which only near ones are tried


@dataclass
class Grid:
    """The numbers of a table's body, or of it turned by a right angle: lines down, places across."""

    numbers: dict[tuple[int, int], PaperNumber]
    lines: list[int]
    places: list[int]
    words: dict[int, str]  # place → what stands over it
    ratios: set[int] = field(default_factory=set)

    def at(self, line: int, place: int) -> PaperNumber | None:
        return self.numbers.get((line, place))

    @property
    def counts(self) -> list[int]:
        return [place for place in self.places if place not in self.ratios]


def check_tables(paper: Ledgerbook) -> None:
    for table in paper.paper.tables:
        upright, turned = grids_of(table)
        _check_rows(paper, table, upright)
        for grid in (upright, turned):
            _check_rates(paper, grid)
        _check_columns(paper, upright)
        _repeated_lines(paper, table, upright)


def grids_of(table: ReadTable) -> tuple[Grid, Grid]:
    numbers = {
        (cell.row, cell.column): cell.number
        for cell in table.cells.values()
        if cell.number is not None and cell.row >= table.head
    }
    rows, columns = sorted({row for row, _ in numbers}), sorted({column for _, column in numbers})
    heads = {column: "" if table.ragged else table.heads.get(column, "") for column in columns}
    upright = Grid(numbers, rows, columns, heads)
    turned = Grid({(column, row): number for (row, column), number in numbers.items()}, columns, rows, table.labels)
    for grid in (upright, turned):
        for place in grid.places:
            mine = [number for (_, at), number in grid.numbers.items() if at == place]
            percents = sum(number.family == "%" for number in mine)
            bottom = grid.words.get(place, "").rpartition("·")[2]
            if percents * 2 > len(mine) or (RATIO_HEAD.search(bottom) and not re.search("效率", bottom)):
                grid.ratios.add(place)
                for number in mine:
                    number.slack = max(number.slack, number.step / 2)
    for number in numbers.values():
        if number.family == "%":
            number.slack = number.step / 2
    return upright, turned


# --- rows that sum up others -------------------------------------------------


def _check_rows(paper: Ledgerbook, table: ReadTable, grid: Grid) -> None:
    if len(grid.lines) < 3:
        return
    totals = [line for line in grid.lines if TOTAL.search(table.labels.get(line, ""))]
    tried = list(dict.fromkeys([*totals, grid.lines[0], grid.lines[-1]]))
    for line in tried:
        accepted = []
        for group in _groups(table, grid, line, totals):
            outcome = {
                place: _row_sum(grid, line, group, place)
                for place in grid.counts
                if not NO_SUM.search(grid.words.get(place, "").rpartition("·")[2])
            }
            strong = sum(
                state in (AGREES, CUT, ROUNDED) and _is_strong(grid, group, place) for place, state in outcome.items()
            )
            fails = [place for place, state in outcome.items() if state == WRONG]
            if (strong >= 2 and strong * 2 > 3 * len(fails)) or (
                line in totals and strong >= 1 and strong >= len(fails)
            ):
                accepted.append((group, outcome, strong))
            elif line in totals and not strong and len(fails) == 1 and len(grid.counts) < 6:
                accepted.append((group, outcome, 0))
        _tell_rows(paper, table, grid, line, accepted)


def _groups(table: ReadTable, grid: Grid, line: int, totals: list[int]) -> Iterator[list[int]]:
    after, before = [one for one in grid.lines if one > line], [one for one in grid.lines if one < line]
    same = {one for one in totals if one != line and _same_line(grid, one, line)}
    following = next((one for one in totals if one > line and one not in same), None)
    previous = next((one for one in reversed(totals) if one < line and one not in same), None)
    groups = [
        [one for one in after if one not in totals],
        [one for one in after if one not in totals and (following is None or one < following)],
        [one for one in totals if one > line and one not in same],
        [one for one in before if one not in totals],
        [one for one in before if one not in totals and (previous is None or one > previous)],
        [one for one in totals if one < line and one not in same],
    ]
    seen = []
    for group in groups:
        for some in (group, [one for one in group if not INSIDE.search(table.labels.get(one, ""))]):
            if len(some) > 1 and some not in seen:
                seen.append(some)
                yield some


def _same_line(grid: Grid, left: int, right: int) -> bool:
    pairs = [(grid.at(left, place), grid.at(right, place)) for place in grid.counts]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    return len(both) > 1 and sum(a.value == b.value for a, b in both) * 4 >= 3 * len(both)


def _parts(grid: Grid, group: list[int], place: int) -> list[PaperNumber]:
    return [number for line in group if (number := grid.at(line, place)) is not None]


def _row_sum(grid: Grid, line: int, group: list[int], place: int) -> str:
    whole, parts = grid.at(line, place), _parts(grid, group, place)
    if whole is None or not parts or (len(parts) < 2 and whole.value == parts[0].value):
        return ""
    if any(part.unit != whole.unit and part.scale != whole.scale for part in parts) or any(
        one.approx for one in (whole, *parts)
    ):
        return ""
    return judge_sum(whole, parts)


def _is_strong(grid: Grid, group: list[int], place: int) -> bool:
    return sum(part.value != 0 for part in _parts(grid, group, place)) > 1


def _tell_rows(
    paper: Ledgerbook, table: ReadTable, grid: Grid, line: int, accepted: list[tuple[list[int], dict[int, str], int]]
) -> None:
    if not accepted:
        return
    best = max(strong for *_, strong in accepted)
    added = {  # columns with blanks that add up: here a blank says none
        place
        for group, outcome, _ in accepted
        for place, state in outcome.items()
        if state == AGREES and len(_parts(grid, group, place)) < len(group) and _is_strong(grid, group, place)
    }
    zeros = len(added) > 1
    for place in grid.counts:
        states = [(outcome.get(place, ""), group, strong) for group, outcome, strong in accepted]
        good = next(
            ((state, group) for wanted in (AGREES, CUT, ROUNDED) for state, group, _ in states if state == wanted), None
        )
        whole = grid.at(line, place)
        if whole is None:
            continue
        if good is not None:
            tell_sum(paper, whole, _parts(grid, good[1], place), good[0], "各行")
        elif any(state == WRONG for state, *_ in states):
            _, group, strong = max((one for one in states if one[0] == WRONG), key=lambda one: one[2])
            if strong < best:
                continue
            _tell_wrong(
                paper,
                whole,
                _parts(grid, group, place),
                blanks=not zeros and len(_parts(grid, group, place)) < len(group),
                certain=strong > 1 or (strong == 1 and bool(TOTAL.search(table.labels.get(line, "")))),
            )


def _tell_wrong(
    paper: Ledgerbook, whole: PaperNumber, parts: list[PaperNumber], *, blanks: bool, certain: bool
) -> None:
    total, slack = sum_value(parts)
    room = slack + whole.slack
    if total < whole.value and blanks and not _slip_of_any(whole, parts, room):
        paper.tell(
            UNCLEAR,
            "合计",
            whole,
            exact_in(total, whole),
            f"各行已填的相加为{exact_in(total, whole)}，印作{whole.shown}，有的格是空白。",
            advice="空白不是零的请补填。",
            among=parts,
        )
    elif certain or _slip_of_any(whole, parts, room):
        tell_sum(paper, whole, parts, WRONG, "各行")
    else:
        paper.tell(
            UNCLEAR,
            "合计",
            whole,
            exact_in(total, whole),
            f"各行相加为{exact_in(total, whole)}，印作{whole.shown}；这张表别的列看不出是不是合计关系。",
            among=parts,
        )


def _slip_of_any(whole: PaperNumber, parts: Sequence[PaperNumber], room: Fraction) -> bool:
    """Numbers of one or two digits can be made anything: they prove nothing."""
    total = sum((part.value for part in parts), Fraction(0))
    if whole.value / whole.step < 100:
        return False
    if slip_to(whole, total - room, total + room):
        return True
    for part in parts:
        needed = whole.value - total + part.value
        if part.value and needed >= 0 and slip_to(part, needed - room, needed + room):
            return True
    return False


# --- columns that sum up others ----------------------------------------------


def _check_columns(paper: Ledgerbook, grid: Grid) -> None:
    counts = [place for place in grid.counts if not NO_SUM.search(grid.words.get(place, "").rpartition("·")[2])]
    if len(counts) < 3 or len(grid.lines) < 2:
        return
    for place in counts:
        accepted = []
        for parts in _candidates(grid, counts, place):
            states = {line: _column_sum(grid, line, place, parts) for line in grid.lines}
            strong = [
                line
                for line, state in states.items()
                if state in (AGREES, CUT, ROUNDED) and sum(_nonzero(grid, line, part) for part in parts) > 1
            ]
            weak = [line for line, state in states.items() if state == AGREES and line not in strong]
            fails = [line for line, state in states.items() if state == WRONG]
            high = max((grid.numbers[line, place].value / grid.numbers[line, place].step for line in strong), default=0)
            if (
                len(strong) >= (2 if high >= 30 else 3)
                and (len(strong) + len(weak)) >= 3 * len(fails)
                and len(strong) > len(fails)
            ):
                accepted.append((len(strong) - 2 * len(fails), parts, states))
        if not accepted:
            continue
        for line in grid.lines:
            whole = grid.at(line, place)
            states_here = [(states[line], parts) for _, parts, states in sorted(accepted, key=lambda one: -one[0])]
            good = next(
                (
                    (state, parts)
                    for wanted in (AGREES, CUT, ROUNDED)
                    for state, parts in states_here
                    if state == wanted
                ),
                None,
            )
            if whole is None:
                continue
            if good is not None:
                tell_sum(paper, whole, _across(grid, line, good[1]), good[0], "各列")
            elif (wrong := next((parts for state, parts in states_here if state == WRONG), None)) is not None:
                _tell_wrong(
                    paper,
                    whole,
                    _across(grid, line, wrong),
                    blanks=len(_across(grid, line, wrong)) < len(wrong),
                    certain=True,
                )


def _across(grid: Grid, line: int, places: Sequence[int]) -> list[PaperNumber]:
    return [number for place in places if (number := grid.at(line, place)) is not None]


def _nonzero(grid: Grid, line: int, place: int) -> bool:
    number = grid.at(line, place)
    return number is not None and number.value != 0


def _column_sum(grid: Grid, line: int, place: int, places: Sequence[int]) -> str:
    whole, parts = grid.at(line, place), _across(grid, line, places)
    if whole is None or not parts or (whole.value == 0 and all(part.value == 0 for part in parts)):
        return ""
    if any(part.scale != whole.scale for part in parts):
        return ""
    return judge_sum(whole, parts)


def _candidates(grid: Grid, counts: list[int], place: int) -> Iterator[tuple[int, ...]]:
    """Sets of columns that a column may be the sum of: those right behind it, those right before, every so many, pairs near by."""
    seen: set[tuple[int, ...]] = set()
    at = counts.index(place)
    after, before = counts[at + 1 : at + 9], counts[max(0, at - 8) : at]
    tried: list[tuple[int, ...]] = [tuple(after[:count]) for count in range(2, len(after) + 1)]
    tried += [tuple(before[-count:]) for count in range(2, len(before) + 1)]
    tried += [*combinations(after[:6], 2), *combinations(before[-6:], 2)]
    for stride in range(2, 7):
        run = [one for one in range(place + stride, grid.places[-1] + 1, stride) if one in grid.places]
        if all(one in counts for one in run):
            tried += [tuple(run[:count]) for count in range(2, len(run) + 1)]
        back = [one for one in range(place - stride, grid.places[0] - 1, -stride) if one in grid.places]
        if all(one in counts for one in back):
            tried += [tuple(back[:count]) for count in range(2, len(back) + 1)]
    bottom = grid.words.get(place, "").rpartition("·")[2]
    alike = [one for one in counts if one != place and bottom and grid.words.get(one, "").rpartition("·")[2] == bottom]
    if len(alike) > 1:
        tried += [tuple(alike), tuple(one for one in alike if one > place)]
    for parts in tried:
        if len(parts) > 1 and parts not in seen:
            seen.add(parts)
            yield parts


# --- rates -------------------------------------------------------------------


def _check_rates(paper: Ledgerbook, grid: Grid) -> None:
    for ratio in sorted(grid.ratios):
        near = (
            [place for place in grid.counts if -REACH <= place - ratio <= 8] if len(grid.places) > WIDE else grid.counts
        )
        accepted = []
        for part in near:
            for whole in near:
                if part != whole and (learnt := _learn_rate(grid, ratio, part, whole)):
                    accepted.append(learnt)
        if not accepted:
            _rate_by_heads(paper, grid, ratio)
            continue
        accepted.sort(key=lambda one: (-one[0], abs(one[1] - ratio) + abs(one[2] - ratio)))
        for line in grid.lines:
            _tell_rate(paper, grid, ratio, line, accepted)


def _learn_rate(grid: Grid, ratio: int, part: int, whole: int) -> tuple[int, int, int] | None:
    """(how well it holds, part, whole) when a column is the rate of two others."""
    good = certain = fails = 0
    for line in grid.lines:
        state = _rate(grid, line, ratio, part, whole)
        if state in (AGREES, CUT, ROUNDED):
            good += 1
            certain += grid.numbers[line, ratio].value not in (0, 100)
        fails += state == WRONG
    if (
        (certain >= 2 and certain > fails and good >= 2 * fails)
        or (certain >= 1 and good >= 3 and fails <= 1)
        or (certain and not fails and good > 1)
    ):
        return 3 * certain + good - 4 * fails, part, whole
    return None


def _rate(grid: Grid, line: int, ratio: int, part: int, whole: int) -> str:
    rate, top, bottom = grid.at(line, ratio), grid.at(line, part), grid.at(line, whole)
    if rate is None or top is None or bottom is None or bottom.value == 0:
        return ""
    return compare_rate(rate, top, bottom)


def _tell_rate(paper: Ledgerbook, grid: Grid, ratio: int, line: int, accepted: list[tuple[int, int, int]]) -> None:
    rate = grid.at(line, ratio)
    if rate is None:
        return
    states = [(_rate(grid, line, ratio, part, whole), part, whole) for _, part, whole in accepted]
    for wanted in (AGREES, CUT, ROUNDED):
        for state, part, whole in states:
            if state == wanted:
                tell_rate(paper, rate, grid.numbers[line, part], grid.numbers[line, whole], state)
                return
    if states and states[0][0] == WRONG:
        tell_rate(paper, rate, grid.numbers[line, states[0][1]], grid.numbers[line, states[0][2]], WRONG)


def _rate_by_heads(paper: Ledgerbook, grid: Grid, ratio: int) -> None:
    """Of a table too short to learn from: 任务, 完成, 完成率 side by side."""
    counts = [place for place in grid.counts if place < ratio][-2:]
    if len(counts) < 2 or not re.search("率|比例|%", grid.words.get(ratio, "")):
        return
    whole, part = counts
    if not re.search("计划|任务|目标|总|应|数量", grid.words.get(whole, "")) or re.search(
        "计划|任务|目标", grid.words.get(part, "").rpartition("·")[2]
    ):
        return
    if not re.search("完成|实际|开工|建成|发放|整改|支付|到位|拨付", grid.words.get(part, "").rpartition("·")[2]):
        return
    for line in grid.lines:
        state = _rate(grid, line, ratio, part, whole)
        if state:
            tell_rate(paper, grid.numbers[line, ratio], grid.numbers[line, part], grid.numbers[line, whole], state)


# --- a line twice ------------------------------------------------------------


def _repeated_lines(paper: Ledgerbook, table: ReadTable, grid: Grid) -> None:
    """Two lines under each other with the same numbers: perhaps one was copied."""
    for above, below in zip(grid.lines, grid.lines[1:], strict=False):
        if TOTAL.search(table.labels.get(above, "")) or TOTAL.search(table.labels.get(below, "")):
            continue
        pairs = [(grid.at(above, place), grid.at(below, place)) for place in grid.places]
        both = [(a, b) for a, b in pairs if a is not None and b is not None and (a.value or b.value)]
        if len(both) > 3 and all(a.value == b.value for a, b in both) and len({a.value for a, _ in both}) > 2:
            first = both[0][1]
            names = f"“{table.labels.get(above, '')}”“{table.labels.get(below, '')}”"
            paper.tell(
                UNCLEAR,
                "整行重复",
                first,
                both[0][0].shown,
                f"{table.name}里{names}两行的{len(both)}个数全都一样。",
                advice="请核对是不是抄重了。",
            )
