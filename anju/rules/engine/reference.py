"""A whole rulebook by the slow reference: windows, steps and conditions in their order; what a formula means is in `evaluation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import (
    Decimal,
    localcontext,
)
from typing import Any

from anju.rules.book.lower import Program
from anju.rules.book.programs import program_of
from anju.rules.book.schema import Book, Value
from anju.rules.engine.bind import bind_rows
from anju.rules.engine.evaluation import EXACT, Known, Trace
from anju.rules.engine.groups import check_partitions, group_rows
from anju.rules.engine.members.binding import bind_members
from anju.rules.engine.outcome import RunOutcome


def run_reference(
    book: Book, rows: Sequence[Mapping[str, Any]], *, on: date, key: str,
    parameters: Mapping[str, Any] | None = None, on_field: str | None = None,
    members: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, **_: Any,
) -> RunOutcome:  # fmt: skip
    """The same as `rules.run`, by the reference."""
    table = bind_rows(book, rows, key=key, on=on, on_field=on_field)
    table.members = bind_members(book, table, members)
    groups, warnings = group_rows(book, table, on, parameters)
    row_values: list[Mapping[str, Value]] = [{}] * len(table)
    program = program_of(book, groups[0].values)
    for group in groups:
        if program.windowed:
            check_partitions(book, table, group)
        for index in group.indexes:
            row_values[index] = group.values
    trace = Trace(book, table, row_values)
    outputs = (*book.rollups, *book.steps, *book.payables)
    results = []
    for row in range(len(table)):
        held = [trace.value(row, name)[0] for name in book.conditions]
        failed = sum(1 << place for place, value in enumerate(held) if value is False)
        unknown = sum(1 << place for place, value in enumerate(held) if value is None)
        results.append((*(_scaled(program, name, trace.value(row, name)[0]) for name in outputs), failed, unknown))
    outcome = RunOutcome(
        book=book,
        on=on,
        table=table,
        outputs=outputs,
        types=dict(program.types),
        results=results,
        values=row_values,
        problems=warnings,
        overrides=parameters or {},
    )
    outcome.trace = trace
    return outcome


def _scaled(program: Program, name: str, value: Known | None) -> Any:
    """As an engine would give it; a value finer than its scale would be a bug and must not pass."""
    if isinstance(value, Decimal):
        with localcontext(EXACT):
            scaled = value.scaleb(program.types[name].places)  # type: ignore[union-attr]
            if scaled != scaled.to_integral_value():
                raise AssertionError(f"{name}: {value} is finer than its scale")
            return int(scaled)
    if isinstance(value, date):
        return value.year * 10000 + value.month * 100 + value.day
    if isinstance(value, str):
        return program.types[name].domain.index(value)  # type: ignore[union-attr]
    return value
