"""What a table computes of its own columns: formulas, ranks, comparisons, totals; which rows it keeps, and in what order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from anju.core.wording import period_label
from anju.documents.tables.columns import Leaf, earlier_period, unit_of
from anju.documents.tables.formulas import column_names, evaluate, known_truth, read_formula
from anju.documents.tables.references import calculate, counted_in, values_of
from anju.documents.tables.rows import DATA, INSIDE, TOTAL, RowSubject
from anju.documents.tables.schema import ComparedPeriod, DeclaredTable, Order, Rank, uses
from anju.documents.tables.values import TableValue, TableValues, total_of
from anju.figures.figure import NEVER_ADDED, UNREPORTED, Figure
from anju.figures.models import Measure
from anju.figures.queries.changes import added_since, reach_alike
from anju.figures.queries.current import catalogue
from anju.problems import ASK, Problem
from anju.quantities import unit_of_measure


@dataclass
class FilledRow:
    subject: RowSubject
    values: list[TableValue]


@dataclass
class FilledTable:
    """Rows with their values, what the note below the table says of them, and what the writer is reminded of."""

    table: DeclaredTable
    leaves: Sequence[Leaf]
    rows: list[FilledRow]
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    lacking: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by column, the rows that its total waits for

    def __post_init__(self) -> None:
        self.at = {leaf.key: index for index, leaf in enumerate(self.leaves) if leaf.key}

    def figure(self, row: FilledRow, key: str) -> Figure | None:
        return row.values[self.at[key]].figure

    def shown_unit(self, row: FilledRow, key: str) -> str:
        figure = self.figure(row, key)
        return unit_of(self.leaves[self.at[key]].show(row.subject.unit), figure.unit if figure else "1")


def compute_table(filled: FilledTable, values: TableValues) -> None:
    """Everything in its order: columns of each row, rows that stay, ranks, the total of those that are listed. values: what else was read for it."""
    compute_columns(filled, filled.rows, values)
    check_inside(filled)
    keep_rows(filled)
    for index, leaf in enumerate(filled.leaves):
        if leaf.spec.rank:
            rank_rows(filled, index, leaf.spec.rank)
    if filled.table.order:
        order_rows(filled, filled.table.order)
    add_total(filled, values)
    number_rows(filled)


def compute_columns(filled: FilledTable, rows: Sequence[FilledRow], values: TableValues) -> None:
    for index in in_order(filled.leaves):
        leaf = filled.leaves[index]
        for row in rows if leaf.spec.formula or leaf.spec.change else ():
            row.values[index] = (
                _of_formula(filled, row, leaf)
                if leaf.spec.formula
                else _of_change(filled, row, leaf, leaf.spec.change, values)
            )


def in_order(leaves: Sequence[Leaf]) -> list[int]:
    """Columns so that each comes after those it is computed of."""
    placed: list[int] = []
    left = list(range(len(leaves)))
    while left:
        known = {leaves[index].key for index in placed}
        ready = [
            index
            for index in left
            if known.union({leaves[index].key}) >= set(uses(leaves[index].spec)) or not uses(leaves[index].spec)
        ]
        placed += ready or left
        left = [index for index in left if index not in placed]
    return placed


def _of_formula(filled: FilledTable, row: FilledRow, leaf: Leaf) -> TableValue:
    formula = leaf.spec.formula or ""
    names = column_names(formula)
    figures = {name: figure for name in names if (figure := filled.figure(row, name)) is not None}
    if len(figures) < len(names) or not names:
        return TableValue()
    if row.subject.kind == TOTAL and len({filled.lacking.get(filled.at[name], ()) for name in names}) > 1:
        return TableValue()  # sums over different rows are not compared
    shown = {name: filled.shown_unit(row, name) for name in names}
    unit = leaf.unit or shown[names[0]]
    units = counted_in(figures, shown, unit)
    cited = all(row.values[filled.at[name]].cited for name in names)
    return TableValue(
        calculate(formula, figures, units, leaf.head.head, unit, leaf.places if leaf.said_places or unit != "%" else 1),
        cited=cited,
    )


def _of_change(
    filled: FilledTable, row: FilledRow, leaf: Leaf, change: ComparedPeriod | None, values: TableValues
) -> TableValue:
    now = filled.figure(row, change.of) if change else None
    if change is None or now is None:
        return TableValue()
    of = filled.leaves[filled.at[change.of]]
    asked = values.asked_period(row.subject, of)
    if row.subject.kind == TOTAL:
        if filled.lacking.get(filled.at[change.of]):
            return TableValue()  # nor are those of now and of then
        data = _data(filled)
        figures = [values.earlier_value(one.subject, of, change.against).figure for one in data]
        before = _column_total(of, data, figures, values, partial=False)[0].figure
    else:
        before = values.earlier_value(row.subject, of, change.against).figure
    if before is None:
        return TableValue()
    if (
        now.known
        and before.known
        and not reach_alike(now.period, asked, before.period, earlier_period(asked, change.against))
    ):
        told = f"{leaf.head.head}没有比较：本期报到{period_label(now.period)}，上一次是{period_label(before.period)}"
        filled.notes += [] if told in filled.notes else [told]
        return TableValue()
    if change.as_ == "amount":
        return TableValue(replace(added_since(now, before), name=leaf.head.head))
    unit = unit_of(of.show(row.subject.unit), now.unit)
    return TableValue(
        calculate(
            "(now - before) / before",
            {"now": now, "before": before},
            {"now": unit, "before": unit},
            leaf.head.head,
            "%",
            leaf.places if leaf.said_places else 1,
        )
    )


def add_total(filled: FilledTable, values: TableValues) -> None:
    """The row of sums of the rows that are listed. A sum that lacks a part says so below the table, and names the part."""
    total, data = filled.table.total, _data(filled)
    if total is None or not data:
        return
    cells: list[TableValue] = []
    lacking: dict[tuple[str, ...], list[str]] = {}
    for index, leaf in enumerate(filled.leaves):
        figures = [row.values[index].figure for row in data]
        summed, missing = _column_total(leaf, data, figures, values, partial=total.partial)
        cells.append(summed)
        filled.lacking[index] = missing
        if missing:
            lacking.setdefault(missing, []).append(leaf.head.head)
    subject = replace(
        data[0].subject, label=total.label, kind=TOTAL, code="", item=0, group="", level=0, given={}, until="", unit=""
    )
    row = FilledRow(subject, cells)
    compute_columns(filled, [row], values)
    filled.rows.insert(0 if total.at == "first" else len(filled.rows), row)
    for missing, heads in lacking.items():
        told = f"{'、'.join(missing)}未报“{'、'.join(heads)}”"
        filled.notes.append(f"{total.label}不含未报的：{told}" if total.partial else f"{told}，没有{total.label}")


def _data(filled: FilledTable) -> list[FilledRow]:
    return [row for row in filled.rows if row.subject.kind == DATA]


def _column_total(
    leaf: Leaf, rows: Sequence[FilledRow], figures: Sequence[Figure | None], values: TableValues, *, partial: bool
) -> tuple[TableValue, tuple[str, ...]]:
    """A column's sum, and the labels of the rows that it waits for. Nothing where there is nothing to add, or nothing that goes together."""
    known = [one for one in figures if one is not None]
    spec = leaf.spec
    if (
        spec.formula
        or spec.change
        or spec.rank
        or spec.text
        or len({unit_of_measure(one.unit).family for one in known}) != 1
    ):
        return TableValue(), ()
    asked = [one for row in rows if (one := values.measure_of(row.subject, leaf)) is not None]
    codes = {one.code for one in asked} if len(asked) == len(rows) else {one.code for one in known}
    measure = catalogue().get(codes.pop()) if len(codes) == 1 else None
    if measure is None and any(one.family in NEVER_ADDED for one in known):
        return TableValue(), ()
    counted = values.counted(known, measure) if measure else known
    ids = {id(one) for one in counted}
    missing = tuple(
        row.subject.label
        for row, one in zip(rows, figures, strict=True)
        if one is None or (id(one) in ids and not one.known and one.state == UNREPORTED)
    )
    if measure is not None and not (measure.adds or measure.kind == Measure.Kind.RATIO):
        missing = ()
    cited = all(value.cited for row in rows for value in row.values if value.figure in known)
    try:
        return TableValue(total_of(counted, measure, partial=partial), cited=cited), missing
    except ValueError:  # of two dimensions, or of two days: nothing that may be added
        return TableValue(), ()


def check_inside(filled: FilledTable) -> None:
    """A 其中 is no more than the row it is of."""
    whole: FilledRow | None = None
    for row in filled.rows:
        if row.subject.kind != INSIDE:
            whole = row
            continue
        for index, leaf in enumerate(filled.leaves):
            part, of = row.values[index].figure, whole.values[index].figure if whole else None
            if (
                not part
                or not of
                or part.exact is None
                or of.exact is None
                or part.family != of.family
                or part.family in ("%", "1", "point")
            ):
                continue
            if part.exact > of.exact and whole:
                what = f"“{leaf.head.head}”{part.text(None, None, True)}{part.unit}，大于“{whole.subject.label}”的{of.text(None, None, True)}{of.unit}。"
                filled.problems.append(
                    Problem(
                        "DOC-112",
                        f"{filled.table.title}“{row.subject.text}”",
                        what,
                        "请核对两行的数；其中数不能大于总数。",
                        ASK,
                    )
                )


def keep_rows(filled: FilledTable) -> None:
    """Rows of which the condition holds, with their 其中. Those of which it cannot be told are named."""
    condition = filled.table.where
    if condition is None:
        return
    kept: list[FilledRow] = []
    untold: list[str] = []
    stays = True
    for row in filled.rows:
        if row.subject.kind == DATA:
            figures = {
                name: figure for name in column_names(condition) if (figure := filled.figure(row, name)) is not None
            }
            units = counted_in(figures, {name: filled.shown_unit(row, name) for name in figures}, "")
            values = dict.fromkeys(column_names(condition)) | values_of(figures, units)
            truth = evaluate(read_formula(condition), values)
            stays = known_truth(truth)
            if truth is None:
                untold.append(row.subject.label)
        if stays or row.subject.kind not in (DATA, INSIDE):
            kept.append(row)
    filled.rows = kept
    if untold:
        filled.notes.append(f"{'、'.join(untold)}缺数，不能判断，没有列入")


def rank_rows(filled: FilledTable, index: int, rank: Rank) -> None:
    """Places by a column: equal values share one; the unknown have none."""
    known = [
        (figure.exact, row)
        for row in filled.rows
        if row.subject.kind == DATA and (figure := filled.figure(row, rank.of)) and figure.exact is not None
    ]
    values = sorted((value for value, _ in known), reverse=rank.order == "high")
    ladder = list(dict.fromkeys(values)) if rank.ties == "dense" else values
    places = {value: ladder.index(value) + 1 for value in dict.fromkeys(values)}
    for value, row in known:
        row.values[index] = TableValue(text=str(places[value]), cited=False)


def order_rows(filled: FilledTable, order: Order) -> None:
    """Data rows by a column, each with its 其中 behind it, the unknown last; a whole and a total stay where they are."""
    blocks: list[list[FilledRow]] = []
    before: list[FilledRow] = []
    after: list[FilledRow] = []
    for row in filled.rows:
        if row.subject.kind == DATA:
            blocks.append([row])
        elif row.subject.kind == INSIDE and blocks:
            blocks[-1].append(row)
        else:
            (after if blocks else before).append(row)

    def exact(block: list[FilledRow]) -> Fraction | None:
        figure = filled.figure(block[0], order.by)
        return figure.exact if figure else None

    known = [(value, block) for block in blocks if (value := exact(block)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=order.order == "high")
    unknown = [block for block in blocks if exact(block) is None]
    if order.top:
        edge = known[order.top - 1][0] if len(known) >= order.top else None
        known = [pair for place, pair in enumerate(known) if place < order.top or pair[0] == edge]
        if unknown:
            filled.notes.append(f"{'、'.join(block[0].subject.label for block in unknown)}未报，不参加排列")
            unknown = []
    filled.rows = [
        *before,
        *(row for _, block in known for row in block),
        *(row for block in unknown for row in block),
        *after,
    ]


def number_rows(filled: FilledTable) -> None:
    for index, leaf in enumerate(filled.leaves):
        if leaf.spec.text == "number":
            for number, row in enumerate((row for row in filled.rows if row.subject.kind == DATA), 1):
                row.values[index] = TableValue(text=str(number), cited=False)
