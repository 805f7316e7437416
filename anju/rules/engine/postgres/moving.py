"""Rows from PostgreSQL to DuckDB and outcomes back, by COPY on both sides: no row passes through Python as one.

What travels is a CSV of bare integers beside the key: the contract is tested and every input converted where the rows lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from anju.rules.engine.compile import Compiled, quote
from anju.rules.engine.contract import SIGNED, ColumnType, text_literal
from anju.rules.engine.files import OUTCOME, Watched, judged_sql
from anju.rules.engine.groups import check_size
from anju.rules.engine.population import TableReader
from anju.rules.language.ir import INT64, Num, Truth, Type

WIDEST = 38  # digits of DuckDB's DECIMAL
AS_THEY_ARE = ("UUID", "DATE")  # types of keys that have the same name and text on both engines
Told = Callable[[int], None]


def duckdb_type(key: ColumnType) -> str:
    """A key's type on DuckDB; text where it has none with the same text."""
    if key.base in SIGNED or key.base in AS_THEY_ARE:
        return key.base
    return (
        key.said
        if key.base == "DECIMAL" and key.whole is not None and key.whole + (key.scale or 0) <= WIDEST
        else "VARCHAR"
    )


def postgres_type(key: str) -> str:
    """A key's type on PostgreSQL, from DuckDB's."""
    read = ColumnType.read(key)
    if read.is_integer:
        return read.base if read.base in ("SMALLINT", "INTEGER", "BIGINT") else "NUMERIC(39, 0)"
    return key if read.base in (*AS_THEY_ARE, "DECIMAL") else "TEXT"


@dataclass(frozen=True)
class Carriage:
    """Between the engines: a DuckDB, a file that may be overwritten, and who is told the percentage done."""

    duck: duckdb.DuckDBPyConnection
    part: Path
    told: Told | None = None


def judge_in_duckdb(reader: TableReader, compiled: dict[str, Compiled], on: date, carriage: Carriage) -> int:
    """Carry the rows of a table over and make OUTCOME of them; how many. compiled: the book for each of the two engines."""
    there, here, told = compiled["postgresql"], compiled["duckdb"], carriage.told
    count = reader.check()
    if here.windowed:
        check_size(reader.book, count)
    kind = duckdb_type(reader.types[reader.key])
    columns = {"_i": "VARCHAR" if there.windowed else kind, "_on": "BIGINT"} | dict((*here.inputs, *here.rollups))
    items = [
        quote(name) if of in ("BIGINT", "BOOLEAN") or name == "_i" else f"TRUNC({quote(name)}) AS {quote(name)}"
        for name, of in columns.items()
    ]
    rows = f"SELECT {', '.join(items)} FROM ({reader.source(there, on)}) AS carried"
    copy_out(reader.connection, rows, carriage.part, told and (lambda done: told(99 * done // max(1, count))))
    key = f'CAST("_i" AS {kind}) AS "key"' if there.windowed else '"_i" AS "key"'
    statement = judged_sql(key, here, f"SELECT * FROM {csv_rows(carriage.part, columns)}")
    Watched(carriage.duck, None).do(lambda: carriage.duck.execute(statement))
    return count


def outcome_to_duckdb(
    connection: Any, relation: str, key: ColumnType, compiled: Compiled, carriage: Carriage
) -> None:  # fmt: skip
    """A table with an outcome as DuckDB's OUTCOME, in the order of keys."""
    columns = {"key": duckdb_type(key)} | outcome_columns(compiled, "HUGEINT")
    copy_out(connection, f"SELECT {', '.join(whole_columns(compiled, columns))} FROM {relation}", carriage.part)
    carriage.duck.execute(
        f'CREATE TABLE {OUTCOME} AS SELECT * FROM {csv_rows(carriage.part, columns)} ORDER BY CAST("key" AS VARCHAR)'
    )


def outcome_to_table(carriage: Carriage, compiled: Compiled, connection: Any, into: str) -> None:
    """DuckDB's OUTCOME as a new table of PostgreSQL."""
    duck, part = carriage.duck, carriage.part
    (kind,) = duck.execute(f'SELECT TYPEOF("key") FROM {OUTCOME} LIMIT 1').fetchone() or ("VARCHAR",)
    columns = {"key": postgres_type(kind)} | outcome_columns(compiled, "NUMERIC")
    connection.execute(f"CREATE TABLE {into} ({', '.join(f'{quote(name)} {of}' for name, of in columns.items())})")
    duck.execute(
        f"COPY (SELECT * FROM {OUTCOME} ORDER BY rowid) TO {text_literal(part.as_posix())} (FORMAT csv, HEADER false)"
    )
    with (
        part.open("rb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {into} FROM STDIN (FORMAT csv)") as copy,
    ):
        while piece := file.read(1 << 20):
            copy.write(piece)


def outcome_columns(compiled: Compiled, wide: str) -> dict[str, str]:
    """Of an outcome, beside its key: name → type."""
    named = {name: _column_type(compiled.types[name], wide) for name in compiled.outputs}
    return named | {"failed_mask": "BIGINT", "unknown_mask": "BIGINT"}


def whole_columns(compiled: Compiled, columns: dict[str, str]) -> list[str]:
    """On PostgreSQL: what is beyond BIGINT may carry a point and noughts."""
    wide = {name for name, of in outcome_columns(compiled, "NUMERIC").items() if of == "NUMERIC"}
    return [f"TRUNC({quote(name)}) AS {quote(name)}" if name in wide else quote(name) for name in columns]


def _column_type(type_: Type, wide: str) -> str:
    if isinstance(type_, Num):
        return "BIGINT" if max(abs(type_.low), abs(type_.high)) <= INT64 else wide
    return "BOOLEAN" if isinstance(type_, Truth) else "BIGINT"


def copy_out(connection: Any, select: str, file: Path, told: Told | None = None) -> None:
    """told: how many lines have come, now and then."""
    lines = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy,
        file.open("wb") as out,
    ):
        for place, piece in enumerate(copy):
            out.write(piece)
            if told:
                lines += bytes(piece).count(b"\n")
                if place % 100_000 == 0:
                    told(lines)


def csv_rows(file: Path, columns: dict[str, str]) -> str:
    """Such a CSV as DuckDB reads it: a blank is unknown, a quoted one is text."""
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return (
        f"read_csv({text_literal(file.as_posix())}, columns={{{kinds}}}, header=false, auto_detect=false, delim=',', quote='\"', escape='\"',"
        " nullstr='', allow_quoted_nulls=false)"
    )
