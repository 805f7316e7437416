"""A declared table with its figures: what a paper prints as an annex, a page shows and Excel takes."""

from collections.abc import Mapping, Sequence
from typing import Any

from anju.core.database.cache import pin_cache
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.layout.annex import Annex, AnnexCell, AnnexRow
from anju.documents.tables.columns import Leaf, bind_columns
from anju.documents.tables.computing import FilledRow, FilledTable, compute_table
from anju.documents.tables.lying import page_of
from anju.documents.tables.rows import DATA, SUBTOTAL, TOTAL, WHOLE, RowPlace, RowSubject, gather_rows
from anju.documents.tables.schema import DeclaredTable
from anju.documents.tables.values import TableValue, TableValues
from anju.documents.text.printing import FigureFormat, figure_text
from anju.documents.text.wording import fill_placeholders
from anju.quantities import ALIASES, UNITS, unit_of_measure


def fill_table(
    user: Actor, table: DeclaredTable, region: Region, period: str, options: Mapping[str, Any] | None = None
) -> Annex | None:
    """The table as the ledger stands, within what the user sees. None when an option that it needs is not given."""
    with pin_cache():
        return fill_at(RowPlace(user, region, period, options or {}), table)


def fill_at(place: RowPlace, table: DeclaredTable) -> Annex | None:
    """The same, where a style of papers lends its names and sets."""
    period, options = place.period, place.options
    if not all(options.get(need) for need in table.needs):
        return None
    texts = {
        name: fill_placeholders(said, period, dict(options))
        for name in ("title", "unit", "note", "corner")
        if (said := getattr(table, name))
    }
    stem = texts.get("unit", "").partition("（")[0]
    unit = ALIASES.get(stem, stem) if stem and ALIASES.get(stem, stem) in UNITS else ""
    columns, leaves = bind_columns(table, period, options, unit)
    rows = gather_rows(place, table)
    values = TableValues(place, rows, leaves)
    filled = FilledTable(table, leaves, [FilledRow(row, [values.value(row, leaf) for leaf in leaves]) for row in rows])
    leave_silent_units(filled)
    compute_table(filled, values)
    annex = Annex(texts["title"], columns, annex_rows(filled), texts.get("unit", ""), corner=texts.get("corner", ""))
    annex.numbered = table.numbered
    annex.grouped, annex.problems = any(row.inside for row in annex.rows), filled.problems
    note = texts.get("note", "")
    annex.note = "；".join([note.removesuffix("。"), *filled.notes]).lstrip("；") + "。" if filled.notes else note
    annex.prune(optional_only=True)
    annex.page = page_of(annex, table.page)
    return annex


def leave_silent_units(filled: FilledTable) -> None:
    """A part that is no place of its own (市本级, 开发区) and has nothing to say has no row."""
    filled.rows = [
        row
        for row in filled.rows
        if row.subject.region.kind != "pseudo"
        or row.subject.kind == WHOLE
        or row.subject.item
        or row.subject.listed is not None
        or any(_says(value) for value in row.values)
    ]


def _says(value: TableValue) -> bool:
    return bool(value.figure and value.figure.known)


def annex_rows(filled: FilledTable) -> list[AnnexRow]:
    """Rows as they are printed, with the text of each group merged over its rows."""
    rows: list[AnnexRow] = []
    for index, row in enumerate(filled.rows):
        subject = row.subject
        group = subject.group
        first = bool(group) and (index == 0 or filled.rows[index - 1].subject.group != group)
        span = 0
        if first:
            span = next(
                (at for at, other in enumerate(filled.rows[index:]) if other.subject.group != group),
                len(filled.rows) - index,
            )
        cells = tuple(annex_cell(value, leaf, subject) for value, leaf in zip(row.values, filled.leaves, strict=True))
        rows.append(
            AnnexRow(
                subject.text, cells, total=subject.kind in (WHOLE, SUBTOTAL, TOTAL), inside=bool(group), group=group if first else "", span=span,
                part=subject.text != subject.label,
                number=str(1 + sum(bool(one.number) for one in rows)) if subject.kind == DATA else "",
            )
        )  # fmt: skip
    return rows


def annex_cell(value: TableValue, leaf: Leaf, subject: RowSubject) -> AnnexCell:
    figure = value.figure
    if figure is None:
        return AnnexCell(None, text=value.text, number=value.text.isdecimal())
    apart = leaf.figure and subject.unit and unit_of_measure(subject.unit).family != figure.family
    show = leaf.show("" if apart else subject.unit)  # the row's unit is not that of every name
    if value.cited:
        return AnnexCell(figure, show)
    return AnnexCell(None, text=figure_text(figure, FigureFormat.of(show)), number=True)


def fill_tables(
    user: Actor, tables: Sequence[DeclaredTable], region: Region, period: str, options: Mapping[str, Any]
) -> list[Annex]:
    """Those of the tables in which somebody says anything."""
    filled = (fill_table(user, one, region, period, options) for one in tables)
    return [one for one in filled if one is not None and one.known]
