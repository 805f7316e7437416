"""A paper's tables against the ledger: each row a place, each column a measure, taken together; or the other way round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction

from anju.core.models.region import Region
from anju.core.regions.matching import RegionMatcher
from anju.documents.asking.pasted import words as pasted_words
from anju.documents.binding.contexts import (
    ABOVE,
    AROUND,
    BESIDE,
    FAR,
    NEAR,
    TIME,
    NumberContext,
    pairs_of,
    stage_in,
    vocabulary,
)
from anju.documents.binding.holdings import AMOUNT, GROWTH, LAST, LEFT, OWN, SAME, FigureMeant, Holdings
from anju.documents.binding.scoring import RIGHT_STAGE, WRONG_STAGE, Scorer, families_of, state_of, weigh
from anju.documents.checker.findings import CUT, WRONG
from anju.documents.checker.paper import PaperNumber, ReadPaper, ReadTable

COLUMNS, ROWS, CELLS = "columns", "rows", "cells"
ENOUGH, LEAD = 45, 12
WORDS_SHARE = 60  # hundredths that words count beside values
FEW = 3  # options of a column that are worth showing


@dataclass(frozen=True)
class LineAsked:
    """A measure in a period, of whichever place; or a change of it."""

    code: str
    calibre: str
    period: str
    change: str = ""
    against: str = ""


@dataclass(frozen=True)
class LineMeant:
    """What a column (or row) may be. agreed: of how many of its numbers, in hundredths of what they tell."""

    asked: LineAsked
    score: int
    agreed: int
    words: int

    def at(self, region: str) -> FigureMeant:
        return FigureMeant(region=region, **asdict(self.asked))


@dataclass
class TableMeant:
    """shape: columns, rows or cells. places: region by row (or column). lines: by column (or row), the likeliest first."""

    table: ReadTable
    index: int
    shape: str
    places: dict[int, Region] = field(default_factory=dict)
    lines: dict[int, list[LineMeant]] = field(default_factory=dict)
    contexts: dict[int, NumberContext] = field(default_factory=dict)

    def place_of(self, number: PaperNumber) -> Region | None:
        return self.places.get(number.row if self.shape == COLUMNS else number.column)

    def line_of(self, number: PaperNumber) -> int:
        return number.column if self.shape == COLUMNS else number.row


class PlaceNames:
    """Names of rows and heads as regions of the paper's place; each looked up once."""

    def __init__(self, matcher: RegionMatcher, own: Region) -> None:
        self.matcher, self.own = matcher, own
        self.known: dict[str, Region | None] = {}

    def __call__(self, text: str) -> Region | None:
        name = text.strip("*※①②③ ")
        if name not in self.known:
            found = self.own if name in (*pasted_words()["total"], *vocabulary()["total"]) else None
            if found is None and 1 < len(name) <= 24:
                matched = self.matcher.match(name)
                found = matched if isinstance(matched, Region) else None
            self.known[name] = found
        return self.known[name]


def places_by_row(table: ReadTable, names: PlaceNames) -> dict[int, Region]:
    places = {}
    for row in range(table.head, table.rows):
        for column in range(min(table.columns, 4)):
            cell = table.cover.get((row, column))
            if cell is not None and cell.number is None and cell.text and (region := names(cell.text)):
                places[row] = region
    return places


def places_by_column(table: ReadTable, names: PlaceNames) -> dict[int, Region]:
    places = {}
    for column in range(table.columns):
        for row in range(table.head):
            cell = table.cover.get((row, column))
            if cell is not None and cell.text and (region := names(cell.text)):
                places[column] = region
    return places


def numbers_of(table: ReadTable) -> list[PaperNumber]:
    return [cell.number for cell in table.cells.values() if cell.number is not None and cell.row >= table.head]


def leave_out_ordinals(table: ReadTable) -> None:
    """The column of running numbers before the names is no column of figures."""
    for column in range(min(table.columns, 2)):
        heads = {cell.text for row in range(table.head) if (cell := table.cover.get((row, column)))}
        if heads & set(pasted_words()["number"]):
            for row in range(table.head, table.rows):
                if (cell := table.cells.get((row, column))) is not None:
                    cell.number = None


def understand_table(paper: ReadPaper, index: int, holdings: Holdings, scorer: Scorer, names: PlaceNames) -> TableMeant:
    """What its rows and columns stand for."""
    table = paper.tables[index]
    by_row = places_by_row(table, names)
    by_column = places_by_column(table, names)
    numbers = numbers_of(table)
    if len(by_row) >= 2 or (len(by_row) == 1 and table.rows - table.head == 1):
        meant = TableMeant(table, index, COLUMNS, by_row)
    elif len(by_column) >= 2:
        meant = TableMeant(table, index, ROWS, by_column)
    else:
        meant = TableMeant(table, index, CELLS)
    for number in numbers:
        meant.contexts[number.serial] = cell_context(table, number, meant, holdings)
    if meant.shape == CELLS:
        return meant
    lines: dict[int, list[PaperNumber]] = {}
    for number in numbers:
        if meant.place_of(number) is not None:
            lines.setdefault(meant.line_of(number), []).append(number)
    for line, members in lines.items():
        meant.lines[line] = rank_lines(meant, members, holdings, scorer)
    return meant


def cell_context(table: ReadTable, number: PaperNumber, meant: TableMeant, holdings: Holdings) -> NumberContext:
    """The words over and before a cell: its head, those above, its row's name, the title."""
    heads = [cell.text for row in range(table.head) if (cell := table.cover.get((row, number.column))) and cell.text]
    heads = list(dict.fromkeys(heads))
    label = table.labels.get(number.row, "")
    leaf, path = (heads[-1] if heads else ""), "".join(heads)
    if meant.shape == COLUMNS:
        near, beside = path, leaf
    elif meant.shape == ROWS:
        near, beside = label, label
    else:
        near, beside = label + path, leaf
    context = NumberContext(number, near=near, region=meant.place_of(number), named=True)
    context.words = [
        (pairs_of(near), NEAR),
        (pairs_of(label + leaf if meant.shape == CELLS else beside), BESIDE),
        (pairs_of(table.title), AROUND + ABOVE - AROUND),
        (pairs_of(table.unit), FAR),
    ]
    context.stage = stage_in(near) if meant.shape != CELLS else stage_in(label + leaf)
    context.period = head_period(near, holdings.period)
    context.changes = any(word in near for word in vocabulary()["change"])
    return context


def head_period(text: str, period: str) -> str:
    for word, said in vocabulary()["periods"].items():
        if word in text and said:
            return str(said)
    years = {match["year"] for match in TIME.finditer(text)}
    if len(years) == 1 and (ago := int(period[:4]) - int(years.pop())) > 0:
        return f"year-{ago}"
    return OWN


def rank_lines(
    meant: TableMeant, numbers: Sequence[PaperNumber], holdings: Holdings, scorer: Scorer
) -> list[LineMeant]:
    """What all of these numbers together may be: by their values where the ledger has them, and by the words over them."""
    context = meant.contexts[numbers[0].serial]
    families = set(families_of(numbers[0]))
    ranked: list[LineMeant] = []
    whole = sum(map(weigh, numbers))
    for (coded, period), held in holdings.by_line.items():
        some = next(iter(held.values()))
        if some.family not in families:
            continue
        code, _, calibre = coded.partition(":")
        agreed = _agreed(meant, numbers, {region: one.value for region, one in held.items()}, whole)
        ranked += _line(scorer, context, LineAsked(code, calibre, period), agreed)
    if context.changes or context.stage == "left":
        ranked += _changed_lines(meant, numbers, holdings, scorer, context)
    ranked.sort(key=lambda one: (-one.score, one.asked.period != OWN))
    return ranked[: FEW * 2]


def _agreed(meant: TableMeant, numbers: Sequence[PaperNumber], values: Mapping[str, Fraction], whole: int) -> int:
    points = 0
    for number in numbers:
        region = meant.place_of(number)
        value = values.get(region.code) if region else None
        if value is None:
            points -= weigh(number) // 3
        else:
            state = state_of(number, value)
            points += -weigh(number) // 2 if state == WRONG else weigh(number) * (9 if state == CUT else 10) // 10
    return 100 * points // whole if whole else 0


def _line(scorer: Scorer, context: NumberContext, asked: LineAsked, agreed: int) -> Iterable[LineMeant]:
    measure = scorer.holdings.catalogue[asked.code]
    words = scorer.words(context, measure)
    points = words
    if measure.kind != measure.Kind.RATIO and not asked.change:
        if context.stage == "task":
            points += RIGHT_STAGE if measure.target_of_id else WRONG_STAGE
        elif measure.target_of_id:
            points -= RIGHT_STAGE
    points += 10 if context.period in (asked.period, asked.against) else -10
    score = max(agreed, -30) + points * WORDS_SHARE // 100
    if agreed > 0 or points >= ENOUGH:
        yield LineMeant(asked, score, agreed, words)


def _changed_lines(
    meant: TableMeant, numbers: Sequence[PaperNumber], holdings: Holdings, scorer: Scorer, context: NumberContext
) -> Iterable[LineMeant]:
    """Columns of differences, growths and what is lacking."""
    families, whole = families_of(numbers[0]), sum(map(weigh, numbers))
    kinds = [(AMOUNT, SAME), (AMOUNT, LAST), (GROWTH, SAME), (GROWTH, LAST)] if context.changes else []
    kinds += [(LEFT, "")] if context.stage == "left" else []
    for coded, period in list(holdings.by_line):
        if period != OWN:
            continue
        code, _, calibre = coded.partition(":")
        for change, against in kinds:
            values: dict[str, Fraction] = {}
            some = None
            for region in {place.code for place in meant.places.values()}:
                held = holdings.changed(FigureMeant(code, region, OWN, calibre, change, against))
                if held is not None and held.family in families:
                    values[region], some = held.value, held
            if some is not None:
                agreed = _agreed(meant, numbers, values, whole)
                yield from _line(scorer, context, LineAsked(code, calibre, OWN, change, against), agreed)
