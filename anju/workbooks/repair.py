"""Digits lost in copying, found again by a table's own balances: ?4397, .6%, two columns stuck together. Offered, never taken. Pure.

What balances is learnt from the rows and columns that are whole: a total that is the sum of others, a rate that is the quotient of two. A
damaged cell is proposed a value only when every balance it stands in allows exactly one; else it is said that none or several are possible.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, islice, pairwise
from math import comb

from anju.quantities import divide_half_up, scaled_text

PLAIN = re.compile(r"(-?)([0-9]+(?:,[0-9]{3})*)(?:\.([0-9]+))?(%?)")
MARKS = "?？□■▯�"
LOST = re.compile(rf"[-0-9,.%{MARKS}]*[{MARKS}][-0-9,.%{MARKS}]*|\.[0-9]+%?")
STUCK = re.compile(r"[0-9.%]{4,40}")
TOTAL = re.compile(r"合计|总计|小计|^全[市省区县州国]")
MOST_LOST = 3  # digits that one mark may stand for
UNBOUNDED = Fraction(10**18)  # a rate of 0 says nothing of what it is a rate of
MOST_TRIED = 20_000  # candidates of one cell, or ways to cut one that is stuck
NEAR = 8  # columns; balances are looked for among neighbours
WIDEST, LONGEST = 60, 2_000

Place = tuple[int, int]  # (row, column), from 0


@dataclass(frozen=True)
class TableNumber:
    """A number as printed. For a percentage the value is in percent."""

    value: Fraction
    places: int
    percent: bool

    @property
    def slack(self) -> Fraction:
        return Fraction(1, 2 * 10**self.places)

    @property
    def text(self) -> str:
        scaled = self.value * 10**self.places
        return scaled_text(int(scaled), self.places) + ("%" if self.percent else "")


@dataclass(frozen=True)
class Balance:
    """whole = the sum of parts; or, as a rate, whole = parts[0] ÷ parts[1] in percent. words: how it is told."""

    whole: Place
    parts: tuple[Place, ...]
    rate: bool = False

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.whole, *self.parts)


@dataclass(frozen=True)
class RepairProposal:
    """One damaged cell. values: what it can have been; one is a proposal, none or several are said so. taken: how many cells were stuck in it."""

    row: int
    column: int
    printed: str
    values: tuple[str, ...]
    arithmetic: str

    @property
    def only(self) -> str:
        """The one possible value, "" when there is none or more than one."""
        return self.values[0] if len(self.values) == 1 else ""

    @property
    def sentence(self) -> str:
        if self.only:
            return f"“{self.printed}”只可能是 {self.only}：{self.arithmetic}"
        if self.values:
            listed = "、".join(self.values[:6]) + ("等" if len(self.values) > 6 else "")
            return f"“{self.printed}”可能是 {listed}，定不下来。{self.arithmetic}"
        return f"“{self.printed}”补不出来。{self.arithmetic}"


NO_BALANCE = "这一格没有可用的合计或比率关系。"
NO_VALUE = "没有一个值与合计、比率都相符。"
UNTRIED = "可能的值太多，没有试完，定不下来。"


def propose_repairs(rows: Sequence[Sequence[str]], balances: Iterable[Balance] = ()) -> list[RepairProposal]:
    """Proposals for the damaged cells of a table's body. rows: what the cells show; balances: known ones besides those that are learnt."""
    grid = [[text.strip() for text in row] for row in rows[:LONGEST]]
    width = min(WIDEST, max((len(row) for row in grid), default=0))
    table = _Table(grid, width)
    known = [*balances, *_learn(table)]
    proposals = _mend_lost(table, known)
    proposals += _mend_stuck(table, known)
    return sorted(proposals, key=lambda one: (one.row, one.column))


@dataclass
class _Table:
    grid: list[list[str]]
    width: int
    numbers: dict[Place, TableNumber] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, cells in enumerate(self.grid):
            for column, text in enumerate(cells[: self.width]):
                if (number := read_plain(text)) is not None:
                    self.numbers[row, column] = number
        self.stuck = {place for place in self.numbers if self._is_stuck(place)}
        for place in [*self.stuck, *self._stuck_texts()]:
            self.stuck.add(place)
            self.numbers.pop(place, None)

    def text(self, place: Place) -> str:
        row, column = place
        return self.grid[row][column] if column < len(self.grid[row]) else ""

    @property
    def lines(self) -> range:
        return range(len(self.grid))

    def column_format(self, column: int) -> tuple[int, bool] | None:
        """(decimals, percentage) of most numbers of a column."""
        formats = [(number.places, number.percent) for (_, at), number in self.numbers.items() if at == column]
        return max(set(formats), key=formats.count) if formats else None

    def _stuck_texts(self) -> list[Place]:
        """Cells such as 704.5790%: digits that are no number, in front of blank cells."""
        return [
            (row, column)
            for row in self.lines
            for column, text in enumerate(self.grid[row][: self.width])
            if STUCK.fullmatch(text)
            and (row, column) not in self.numbers
            and not LOST.fullmatch(text)
            and self.missing((row, column))
        ]

    def _is_stuck(self, place: Place) -> bool:
        """Much longer than any other of its column, in front of cells that are missing; or a percentage in a column of counts."""
        if not self.missing(place):
            return False
        row, column = place
        others = [number for (line, at), number in self.numbers.items() if at == column and line != row]
        if not others:
            return False
        digits = len(str(int(self.numbers[place].value)))
        percents = sum(number.percent for number in others)
        longest = max(len(str(int(number.value))) for number in others)
        return digits > longest + 1 or (self.numbers[place].percent and percents * 2 < len(others))

    def missing(self, place: Place) -> int:
        """How many cells right of it are blank, though their columns have numbers in most other rows; or how many the row is short of."""
        row, column = place
        count = 0
        for at in range(column + 1, self.width):
            if self.text((row, at)):
                break
            full = sum(1 for line in self.lines if line != row and (line, at) in self.numbers)
            if full * 2 < len(self.grid) - 1:
                break
            count += 1
        return count


def read_plain(text: str) -> TableNumber | None:
    """A whole number, None for anything else."""
    match = PLAIN.fullmatch(text)
    if match is None or len(text) > 30:
        return None
    sign, whole, fraction, percent = match.groups()
    value = Fraction(whole.replace(",", "") + ("." + fraction if fraction else ""))
    return TableNumber(-value if sign else value, len(fraction or ""), bool(percent))


# --- balances ----------------------------------------------------------------


def holds(balance: Balance, numbers: Mapping[Place, TableNumber]) -> bool | None:
    """Whether it holds within what is printed; None when a number of it is not there."""
    if any(place not in numbers for place in balance.places):
        return None
    whole = numbers[balance.whole]
    parts = [numbers[place] for place in balance.parts]
    if balance.rate:
        if parts[1].value == 0:
            return None
        return abs(parts[0].value / parts[1].value * 100 - whole.value) <= whole.slack
    off = abs(sum((part.value for part in parts), Fraction(0)) - whole.value)
    coarse = whole.places < max(part.places for part in parts)
    return off <= whole.slack if coarse else off == 0


def _learn(table: _Table) -> list[Balance]:
    """Balances that hold wherever all their numbers are whole, and in two lines at least, not by zeros alone."""
    return [*_learn_columns(table), *_learn_rows(table)]


def _column_sets(table: _Table) -> Iterator[tuple[int, tuple[int, ...], bool]]:
    formats = {column: table.column_format(column) for column in range(table.width)}
    counts = [column for column, form in formats.items() if form is not None and not form[1]]
    for at, whole in enumerate(counts):
        after, before = counts[at + 1 : at + 1 + NEAR], counts[max(0, at - NEAR) : at]
        sets = {tuple(after[:count]) for count in range(2, len(after) + 1)} | {
            tuple(before[-count:]) for count in range(2, len(before) + 1)
        }
        sets |= {*combinations(after[:5], 2), *combinations(before[-5:], 2)}
        for stride in range(2, 6):
            sets.add(tuple(column for column in range(whole + stride, table.width, stride) if column in counts))
        for parts in sets:
            if len(parts) > 1:
                yield whole, parts, False
    for column, form in formats.items():
        if form is not None and form[1]:
            near = [count for count in counts if abs(count - column) <= NEAR]
            for part in near:
                for whole in near:
                    if part != whole:
                        yield column, (part, whole), True


def _learn_columns(table: _Table) -> Iterator[Balance]:
    for whole, parts, rate in _column_sets(table):
        balances = [Balance((row, whole), tuple((row, part) for part in parts), rate) for row in table.lines]
        states = [(holds(balance, table.numbers), balance) for balance in balances]
        if any(state is False for state, _ in states):
            continue
        if sum(state is True and _is_telling(balance, table) for state, balance in states) >= 2:
            yield from balances


def _is_telling(balance: Balance, table: _Table) -> bool:
    parts = [table.numbers[place].value for place in balance.parts]
    if balance.rate:
        return table.numbers[balance.whole].value not in (0, 100) and parts[0] != 0
    return sum(part != 0 for part in parts) > 1


def _learn_rows(table: _Table) -> Iterator[Balance]:
    totals = [row for row in table.lines if TOTAL.search("".join(table.grid[row][:2]))]
    numbered = [row for row in table.lines if any(place[0] == row for place in table.numbers)]
    if len(numbered) < 3:
        return
    for total in dict.fromkeys([*totals, numbered[0], numbered[-1]]):
        following = next((row for row in totals if row > total), len(table.grid))
        previous = next((row for row in reversed(totals) if row < total), -1)
        groups = {
            tuple(row for row in numbered if total < row and row not in totals),
            tuple(row for row in numbered if total < row < following),
            tuple(row for row in numbered if row < total and row not in totals),
            tuple(row for row in numbered if previous < row < total),
            tuple(row for row in totals if row > total),
        }
        for group in groups:
            if len(group) > 1:
                yield from _learn_group(table, total, group)


def _learn_group(table: _Table, total: int, group: tuple[int, ...]) -> Iterator[Balance]:
    balances = []
    for column in range(table.width):
        form = table.column_format(column)
        if form is not None and not form[1]:
            parts = tuple(
                (row, column)
                for row in group
                if table.text((row, column)) not in ("", "-", "—") or (row, column) in table.stuck
            )
            if parts:
                balances.append(Balance((total, column), parts))
    states = [(holds(balance, table.numbers), balance) for balance in balances]
    if sum(state is True and _is_telling(balance, table) for state, balance in states) >= 2 and not any(
        state is False for state, _ in states
    ):
        yield from balances


# --- lost digits -------------------------------------------------------------


def _mend_lost(table: _Table, known: Sequence[Balance]) -> list[RepairProposal]:
    damaged = [
        (row, column)
        for row in table.lines
        for column, text in enumerate(table.grid[row][: table.width])
        if LOST.fullmatch(text) and (row, column) not in table.stuck
    ]
    proposals: dict[Place, RepairProposal] = {}
    changed = True
    while changed:  # a value that is certain helps the next
        changed = False
        for place in damaged:
            if place in table.numbers:
                continue
            proposal, number = _mend_cell(table, known, place)
            proposals[place] = proposal
            if number is not None:
                table.numbers[place] = number
                changed = True
    return list(proposals.values())


def _mend_cell(table: _Table, known: Sequence[Balance], place: Place) -> tuple[RepairProposal, TableNumber | None]:
    printed = table.text(place)
    mine = [
        one
        for one in known
        if place in one.places and all(other in table.numbers for other in one.places if other != place)
    ]
    if not mine:
        return RepairProposal(*place, printed, (), NO_BALANCE), None
    divides = {one.parts[1] for one in mine if one.rate}
    tried = list(islice(_candidates(table, place, mine), MOST_TRIED + 1))
    if len(tried) > MOST_TRIED:
        return RepairProposal(*place, printed, (), UNTRIED), None
    candidates = [
        number
        for number in filter(None, tried)
        if (number.value or place not in divides) and all(_agrees(one, place, number, table) for one in mine)
    ]
    texts = tuple(dict.fromkeys(number.text for number in candidates))
    arithmetic = (
        "；".join(dict.fromkeys(_told(one, place, candidates[0], table) for one in mine[:3])) + "。"
        if candidates
        else NO_VALUE
    )
    proposal = RepairProposal(*place, printed, texts, arithmetic)
    return proposal, candidates[0] if len(texts) == 1 else None


def _agrees(balance: Balance, place: Place, number: TableNumber, table: _Table) -> bool:
    return (
        holds(balance, {**{one: table.numbers[one] for one in balance.places if one != place}, place: number})
        is not False
    )


def _pattern(text: str) -> re.Pattern[str]:
    """What the whole text can have been: a mark stands for one to three digits, a point in front for lost digits before it."""
    if all(letter in MARKS for letter in text):  # nothing is left of it
        return re.compile(r"[0-9]+(?:\.[0-9]+)?%?")
    pieces = [rf"[0-9]{{1,{MOST_LOST}}}" if letter in MARKS else re.escape(letter) for letter in text.replace(",", "")]
    lost = r"[0-9]{1,4}" if text.startswith(".") else ""
    return re.compile(lost + "".join(pieces))


def _candidates(table: _Table, place: Place, mine: Sequence[Balance]) -> Iterator[TableNumber | None]:
    """Numbers that the balance leaves that leaves the fewest; None for each that does not fit what can be read."""
    printed = table.text(place)
    fits = _pattern(printed)
    form = table.column_format(place[1]) or (len(printed.partition(".")[2].rstrip("%")), printed.endswith("%"))
    places = len(re.sub(r"[^0-9]", "", printed.partition(".")[2])) if re.fullmatch(r"\.[0-9]+%?", printed) else form[0]
    percent = printed.endswith("%") or form[1]
    ranges = sorted((_range(balance, place, table) for balance in mine), key=lambda pair: pair[1] - pair[0])
    low, high = ranges[0]
    step = Fraction(1, 10**places)
    first = -(-low // step)
    for count in range(int(high // step - first + 1)):
        number = TableNumber((first + count) * step, places, percent)
        text = number.text if printed.endswith("%") or not percent else number.text.removesuffix("%")
        yield number if number.value >= 0 and fits.fullmatch(text) else None


def _range(balance: Balance, place: Place, table: _Table) -> tuple[Fraction, Fraction]:
    """Between what values the balance leaves the cell."""
    numbers = table.numbers
    if balance.rate:
        part, whole = balance.parts
        if place == balance.whole:
            exact = numbers[part].value / numbers[whole].value * 100 if numbers[whole].value else Fraction(0)
            return exact - 1, exact + 1
        rate = numbers[balance.whole]
        low, high = (rate.value - rate.slack) / 100, (rate.value + rate.slack) / 100
        if place == part:
            return low * numbers[whole].value, high * numbers[whole].value
        if low <= 0:
            return Fraction(0), UNBOUNDED
        return numbers[part].value / high, numbers[part].value / low
    others = sum((numbers[one].value for one in balance.parts if one != place), Fraction(0))
    if place == balance.whole:
        return others - 1, others + 1
    rest = numbers[balance.whole].value - others
    slack = numbers[balance.whole].slack
    return rest - slack, rest + slack


def _told(balance: Balance, place: Place, number: TableNumber, table: _Table) -> str:
    texts = {one: table.numbers[one].text for one in balance.places if one in table.numbers} | {place: number.text}
    if balance.rate:
        return f"{texts[balance.parts[0]]} ÷ {texts[balance.parts[1]]} = {_rate_text(balance, place, number, table)}"
    return " + ".join(texts[one] for one in balance.parts) + f" = {texts[balance.whole]}"


def _rate_text(balance: Balance, place: Place, number: TableNumber, table: _Table) -> str:
    numbers = {**table.numbers, place: number}
    rate, part, whole = (numbers[one] for one in balance.places)
    exact = part.value / whole.value * 100
    return scaled_text(divide_half_up(exact.numerator * 10**rate.places, exact.denominator), rate.places) + "%"


# --- columns stuck together --------------------------------------------------


def _mend_stuck(table: _Table, known: Sequence[Balance]) -> list[RepairProposal]:
    proposals = []
    for place in sorted(table.stuck):
        row, column = place
        count = table.missing(place) + 1
        if comb(len(table.text(place)) - 1, count - 1) > MOST_TRIED:
            proposals.append(RepairProposal(row, column, table.text(place), (), UNTRIED))
            continue
        ways = []
        for pieces in _cuts(table.text(place), [table.column_format(at) for at in range(column, column + count)]):
            numbers = {**table.numbers} | {(row, column + at): number for at, number in enumerate(pieces)}
            places = [(row, column + at) for at in range(count)]
            states = [(holds(one, numbers), one) for one in known if any(spot in one.places for spot in places)]
            bound = {spot for state, one in states if state for spot in one.places}
            if not any(state is False for state, _ in states) and all(spot in bound for spot in places):
                ways.append((pieces, [one for state, one in states if state]))
        texts = tuple(dict.fromkeys(" | ".join(number.text for number in pieces) for pieces, _ in ways))
        if ways:
            pieces, balances = ways[0]
            mended = _Table([[]], 0)
            mended.numbers = {**table.numbers} | {(row, column + at): number for at, number in enumerate(pieces)}
            told = dict.fromkeys(_told(one, one.whole, mended.numbers[one.whole], mended) for one in balances[:3])
            arithmetic = f"分成{count}格，" + "；".join(told) + "。"
        else:
            arithmetic = NO_VALUE
        proposals.append(RepairProposal(row, column, table.text(place), texts, arithmetic))
    return proposals


def _cuts(text: str, formats: Sequence[tuple[int, bool] | None]) -> Iterator[list[TableNumber]]:
    """Every way to cut a text into so many numbers, each as its column is printed."""
    for points in combinations(range(1, len(text)), len(formats) - 1):
        bounds = [0, *points, len(text)]
        pieces = [text[begin:end] for begin, end in pairwise(bounds)]
        numbers = [read_plain(piece) for piece in pieces]
        if all(
            number is not None and (form is None or (number.percent == form[1] and (number.places == form[0] or not number.places)))
            and not re.match(r"0[0-9]", piece)
            for number, form, piece in zip(numbers, formats, pieces, strict=True)
        ):  # fmt: skip
            yield [number for number in numbers if number is not None]
