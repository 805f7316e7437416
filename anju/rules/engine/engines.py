"""Where a compiled book runs. One small interface, so that each engine stands beside the others without touching them."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import duckdb

from anju.rules.book.lower_parameters import day_number
from anju.rules.book.schema import TEXT
from anju.rules.engine.bind import BoundTable, Scalar
from anju.rules.engine.compile import Compiled, quote
from anju.rules.language.dialect import Dialect

GLOB = re.compile(r"([*?[])")
EngineRow = tuple[Any, ...]
ORDERED = ' ORDER BY "_i"'


class Engine(Protocol):
    """dialect: how its SQL is written; fetch: run over some of the rows of a table, in the order of row keys."""

    dialect: Dialect

    def fetch(self, compiled: Compiled, table: BoundTable, indexes: list[int], connection: Any) -> list[EngineRow]: ...


class DuckDB:
    dialect = Dialect("duckdb", wide="HUGEINT", divide=("({} // {})", "({} // {})"))

    def fetch(self, compiled: Compiled, table: BoundTable, indexes: list[int], connection: Any) -> list[EngineRow]:
        """Rows go in as one CSV file of bare integers: bound list parameters took minutes where this takes a fraction of a second."""
        columns = [("_i", "BIGINT"), ("_on", "BIGINT"), *compiled.rollups, *compiled.inputs]
        handle, name = tempfile.mkstemp(suffix=".csv", prefix="anju-rows-")
        connection = connection or _own()
        try:
            with os.fdopen(handle, "w", encoding="ascii", newline="") as file:
                texts = (
                    ["" if value is None else str(value) for value in column]
                    for column in _columns(compiled, table, indexes)
                )
                file.writelines(",".join(line) + "\n" for line in zip(*texts, strict=True))
            kinds = ", ".join(f"'{column}': '{kind}'" for column, kind in columns)
            source = f"read_csv('{Path(name).as_posix()}', columns={{{kinds}}}, header=false, auto_detect=false, delim=',', nullstr='')"
            return connection.execute(compiled.sql.replace("{source}", source) + ORDERED).fetchall()  # type: ignore[no-any-return]
        finally:
            os.unlink(name)


class PostgreSQL:
    """On a psycopg connection that is given: its role, its transaction and its row-level security."""

    dialect = Dialect("postgresql", wide="NUMERIC", divide=("({} / {})", "DIV({}, {})"), fence=" OFFSET 0")

    def fetch(self, compiled: Compiled, table: BoundTable, indexes: list[int], connection: Any) -> list[EngineRow]:
        if connection is None:
            raise ValueError("the PostgreSQL engine needs a connection")
        columns = [("_i", "BIGINT"), ("_on", "BIGINT"), *compiled.rollups, *compiled.inputs]
        arrays = ", ".join(f"%s::{kind}[]" for _, kind in columns)
        source = f"UNNEST({arrays}) AS q0({', '.join(quote(name) for name, _ in columns)})"
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql.replace("{source} AS q0", source) + ORDERED, _columns(compiled, table, indexes))
            return [
                tuple(value if value is None or isinstance(value, bool) else int(value) for value in row)
                for row in cursor.fetchall()
            ]


class Spark:
    """On a SparkSession that is given (anju/rules/engine/spark/session.py). Its DIV of decimals wraps within BIGINT without a word: wide
    integers are divided as decimals, of what divides without a rest."""

    dialect = Dialect(
        "spark", wide="DECIMAL(38, 0)", divide=("({} DIV {})", "CAST(({0} - {0} % {1}) / {1} AS DECIMAL(38, 0))"),
        total="SUM(CAST({} AS DECIMAL(38, 0)))", quotient_digits=32,
    )  # fmt: skip

    def fetch(self, compiled: Compiled, table: BoundTable, indexes: list[int], connection: Any) -> list[EngineRow]:
        if connection is None:
            raise ValueError("the Spark engine needs a session")
        columns = [("_i", "BIGINT"), ("_on", "BIGINT"), *compiled.inputs]
        schema = ", ".join(f"`{name}` {kind}" for name, kind in columns)
        exact = [Decimal if kind == self.dialect.wide else None for _, kind in columns]
        lines = [
            tuple(as_(value) if as_ and value is not None else value for as_, value in zip(exact, line, strict=True))
            for line in zip(*_columns(compiled, table, indexes), strict=True)
        ]
        connection.createDataFrame(lines, schema).createOrReplaceTempView("rows_given")
        found = connection.sql(compiled.sql.replace("{source}", "rows_given") + ORDERED).collect()
        return [tuple(int(value) if isinstance(value, Decimal) else value for value in row) for row in found]


def _columns(compiled: Compiled, table: BoundTable, indexes: list[int]) -> list[list[Scalar]]:
    """The columns of those rows. Text only ever decides an order, so its place among its equals' sorted values stands for it:
    no engine's collation can then differ."""
    columns: list[list[Scalar]] = [[table.rank[i] for i in indexes], [day_number(table.dates[i]) for i in indexes]]
    columns += [[table.rollups[name][i] for i in indexes] for name, _ in compiled.rollups]
    for name, _ in compiled.inputs:
        column = [table.columns[name][i] for i in indexes]
        if table.book.inputs[name].type == TEXT:
            place = {
                value: index
                for index, value in enumerate(sorted({str(value) for value in column if value is not None}))
            }
            column = [None if value is None else place[str(value)] for value in column]
        columns.append(column)
    return columns


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB of our own in memory that reaches for nothing on the network."""
    return duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )


_kept = threading.local()


def _own() -> duckdb.DuckDBPyConnection:
    """This thread's: to open one takes longer than most runs, and a run leaves nothing in it."""
    if getattr(_kept, "process", None) != os.getpid():
        _kept.connection, _kept.process = connect(), os.getpid()
    return _kept.connection  # type: ignore[no-any-return]


def one_path(path: Path) -> str:
    """A path as DuckDB reads it: of that file alone, where a name has what stands for other names ([1], *, ?)."""
    return GLOB.sub(r"[\1]", path.as_posix())


ENGINES: dict[str, Engine] = {"duckdb": DuckDB(), "postgresql": PostgreSQL(), "spark": Spark()}
