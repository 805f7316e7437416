"""Roll-ups as SQL: what is asked of each member, grouped by the row that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anju.rules.book.rollups import EMPTY, member_book, operator_of
from anju.rules.book.schema import Book, Value
from anju.rules.engine.bind import BoundTable, Scalar
from anju.rules.engine.compile import Compiled, compile_book, quote
from anju.rules.engine.engines import Engine
from anju.rules.engine.groups import RowGroup
from anju.rules.language.dialect import Dialect

HOLDS, FAILS, KNOWN = "COUNT(CASE WHEN {0} THEN 1 END)", "COUNT(CASE WHEN NOT {0} THEN 1 END)", "COUNT({0}) = COUNT(*)"


def compile_rollups(book: Book, compiled: Compiled, values: Mapping[str, Value], dialect: Dialect) -> Compiled:
    """One row for each "_i" of the members, which is the row they belong to; a row without members has none. compiled: the book's own."""
    inner = compile_book(member_book(book), values, dialect)
    kinds = dict(compiled.rollups)
    items = [
        f"{_rolled(operator_of(step), quote(name), kinds[name], dialect)} AS {quote(name)}"
        for name, step in book.rollups.items()
    ]
    sql = f'SELECT "_i", {", ".join(items)} FROM ({inner.sql}) AS members GROUP BY "_i"'
    return replace(inner, sql=sql)


def _rolled(operator: str, column: str, kind: str, dialect: Dialect) -> str:
    """Strict: one member of whom it is unknown leaves the row's unknown, unless another decides it."""
    holds, fails, known = (part.format(column) for part in (HOLDS, FAILS, KNOWN))
    if operator == "any_of":
        return f"CASE WHEN {holds} > 0 THEN TRUE WHEN {known} THEN FALSE END"
    if operator == "all_of":
        return f"CASE WHEN {fails} > 0 THEN FALSE WHEN {known} THEN TRUE END"
    if operator == "count_of":
        return f"CASE WHEN {known} THEN {holds} END"
    if operator == "sum_of":
        wide = f"CAST({column} AS {dialect.wide})" if kind == dialect.wide else column
        return f"CASE WHEN {known} THEN CAST(SUM({wide}) AS {kind}) END"
    return f"CASE WHEN {known} THEN {'MIN' if operator == 'min_of' else 'MAX'}({column}) END"


def empty_value(operator: str) -> Scalar:
    """What a row comes to that is known to have no members; None: unknown."""
    return EMPTY.get(operator)


def roll_up(
    book: Book, compiled: Compiled, group: RowGroup, engine: Engine, table: BoundTable, connection: Any
) -> None:
    """Fill in the table's roll-ups of the rows of a group, on an engine. A row whose list is not known stays unknown."""
    for name in book.rollups:
        table.rollups.setdefault(name, [None] * len(table))
    members = table.members
    if members is None:
        return
    mine = [member for index in group.indexes for member in members.listed.get(index, ())]
    place = {table.rank[index]: index for index in group.indexes}
    for name, step in book.rollups.items():
        for index in group.indexes:
            if index in members.listed:
                table.rollups[name][index] = empty_value(operator_of(step))
    statement = compile_rollups(book, compiled, group.values, engine.dialect)
    for line in engine.fetch(statement, members.table, mine, connection) if mine else ():
        for name, value in zip(book.rollups, line[1:], strict=True):
            table.rollups[name][place[line[0]]] = value
