"""Run a book over rows and hold the outcome: values, decisions, reasons, sentences, and a canonical file of it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from anju.rules.book.schema import Book, Value
from anju.rules.engine import reference
from anju.rules.engine.bind import bind_rows
from anju.rules.engine.compile import Compiled, compile_book
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.groups import check_partitions, group_rows
from anju.rules.engine.members.binding import bind_members
from anju.rules.engine.members.statement import roll_up
from anju.rules.engine.outcome import RunOutcome

if TYPE_CHECKING:
    pass

FEW = 150  # rows up to which the reference is faster than opening an engine


def run_rows(
    book: Book, rows: Sequence[Mapping[str, Any]], *, on: date, key: str, engine: str = "duckdb",
    parameters: Mapping[str, Any] | None = None, connection: Any = None, on_field: str | None = None,
    members: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
) -> RunOutcome:  # fmt: skip
    """Run the book over the rows.

    rows: input name → value in the declared unit (int, Decimal, decimal text, date, label; None is unknown) and the row key under `key`.
    on: the run's date; on_field names the field of a row that carries its own date instead.
    engine: duckdb (own connection if none is given) or postgresql (needs a psycopg connection).
    parameters: what-if values in place of those in force.
    members: key of a row → its members (`bind_members`); without it what they come to is unknown.
    Refused: misfits by row (RULE-010 …), a day outside the book, a suspended book, a gap in a parameter.
    """
    table = bind_rows(book, rows, key=key, on=on, on_field=on_field)
    table.members = bind_members(book, table, members)
    groups, warnings = group_rows(book, table, on, parameters)
    results: list[tuple[Any, ...]] = [()] * len(table)
    row_values: list[Mapping[str, Value]] = [{}] * len(table)
    chosen = ENGINES[engine]
    compiled: Compiled | None = None
    for group in groups:
        compiled = compile_book(book, group.values, chosen.dialect)
        if compiled.windowed:
            check_partitions(book, table, group)
        if not group.indexes:
            continue
        if book.rollups:
            roll_up(book, compiled, group, chosen, table, connection)
        place = {table.rank[index]: index for index in group.indexes}
        for line in chosen.fetch(compiled, table, group.indexes, connection):
            results[place[line[0]]] = line[1:]
        for index in group.indexes:
            row_values[index] = group.values
    assert compiled is not None
    return RunOutcome(
        book=book,
        on=on,
        table=table,
        outputs=compiled.outputs,
        types=compiled.types,
        results=results,
        values=row_values,
        problems=warnings,
        overrides=parameters or {},
    )


def run_quickest(book: Book, rows: Sequence[Mapping[str, Any]], *, on: date, key: str) -> RunOutcome:
    """The same as `run_rows`, by whichever is faster for so many rows: the reference or an engine."""
    return (reference.run_reference if len(rows) <= FEW else run_rows)(book, rows, on=on, key=key)
