"""Run a book over a table of PostgreSQL, to a file or to a table of outcomes; or over a file, to a table. The engine goes to where the rows are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from anju.problems import Place, Problem, Refused
from anju.rules.book.parameters import check_day, stale_values, values_in_force
from anju.rules.book.schema import Book
from anju.rules.engine.compile import Compiled, compile_book
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.files import (
    Watched,
    judge_file,
    memory_megabytes,
    open_file,
    outcome_digest,
    outcome_file,
    written_sql,
)
from anju.rules.engine.population import NAME, TableReader, engine_errors, run_table, split_absent
from anju.rules.engine.postgres.moving import Carriage, judge_in_duckdb, outcome_to_duckdb, outcome_to_table
from anju.rules.engine.postgres.outcomes import table_digest

SCRATCH = "pg_temp.anju_outcome"
WORK_MEMORY = (4, 256)  # megabytes that a sort of one run may take on the server: a sixteenth of what a run may take
Told = Callable[[int], None]


@dataclass(frozen=True)
class Rows:
    """Where rows are: a table with the name of its key, or a file with its columns' names (as for `run_file`)."""

    table: str = ""
    key: str = ""
    file: Path | None = None
    names: Mapping[str, str] | None = None


@dataclass(frozen=True)
class TableRun:
    """As FileOutcome, of rows in a table."""

    rows: int
    pending: int
    digest: str
    problems: list[Problem]


@dataclass(frozen=True)
class BulkRun:
    """A book on a day over many rows. absent, parameters: as for `run_table`; engine: duckdb or postgresql."""

    book: Book
    on: date
    rows: Rows
    engine: str
    connection: Any
    absent: Collection[str] = ()
    parameters: Mapping[str, Any] | None = None
    progress: Told | None = None

    def compiled(self) -> dict[str, Compiled]:
        if wrong := check_day(self.book, self.on):
            raise Refused(*wrong)
        values = values_in_force(self.book, self.on, self.parameters)
        return {engine: compile_book(self.book, values, ENGINES[engine].dialect) for engine in ("duckdb", "postgresql")}

    def to_file(self, output: Path) -> TableRun:
        """The rows of a table judged, written as .csv or .parquet."""
        compiled = self.compiled()
        with outcome_file(output) as (part, duck), engine_errors(self.book):
            if self.engine == "duckdb":
                count = self._judge_in_duckdb(compiled, duck, part)
            else:
                self.connection.execute(f"DROP TABLE IF EXISTS {SCRATCH}")
                count = self._judge_in_postgres(SCRATCH)
                key = self.reader().types[self.rows.key]
                outcome_to_duckdb(self.connection, SCRATCH, key, compiled["postgresql"], Carriage(duck, part))
                self.connection.execute(f"DROP TABLE {SCRATCH}")
            digest, pending = outcome_digest(duck, compiled["duckdb"])
            duck.execute(written_sql(compiled["duckdb"], part, output.suffix))
        return TableRun(count, pending, digest, stale_values(self.book, self.on))

    def to_table(self, into: str) -> TableRun:
        """The rows of a table or file judged, into a new table of PostgreSQL."""
        compiled = self.compiled()
        if self.engine == "postgresql":
            with engine_errors(self.book):
                count = self._judge_in_postgres(into)
                digest, pending = table_digest(self.connection, quoted(into), compiled["postgresql"])
            return TableRun(count, pending, digest, stale_values(self.book, self.on))
        with (
            tempfile.TemporaryDirectory(prefix="anju-outcome-") as folder,
            outcome_file(Path(folder) / "outcome.csv") as (part, duck),
            engine_errors(self.book),
        ):
            count = self._judge_in_duckdb(compiled, duck, part)
            digest, pending = outcome_digest(duck, compiled["duckdb"])
            outcome_to_table(Carriage(duck, part), compiled["duckdb"], self.connection, quoted(into))
        return TableRun(count, pending, digest, stale_values(self.book, self.on))

    def _judge_in_duckdb(self, compiled: dict[str, Compiled], duck: duckdb.DuckDBPyConnection, part: Path) -> int:
        if self.rows.file is not None:
            own, _ = split_absent(self.book, False, self.absent)
            file, watched = (
                open_file(self.book, self.rows.file, duck, self.rows.names or {}, own),
                Watched(duck, self.progress),
            )
            count = watched.do(file.check)
            judge_file(file, compiled["duckdb"], count, self.on, watched)
            return count
        return judge_in_duckdb(self.reader(), compiled, self.on, Carriage(duck, part, self.progress))

    def _judge_in_postgres(self, into: str) -> int:
        least, most = WORK_MEMORY
        memory = min(most, max(least, memory_megabytes() // 16))
        for name, value in (("work_mem", f"{memory}MB"), ("maintenance_work_mem", f"{memory}MB"), ("jit", "off")):
            self.connection.execute(f"SET LOCAL {name} = '{value}'")
        done = run_table(
            self.book, self.rows.table, on=self.on, key=self.rows.key, into=into, connection=self.connection, engine="postgresql",
            parameters=self.parameters, absent=self.absent,
        )  # fmt: skip
        return done.rows

    def reader(self) -> TableReader:
        own, _ = split_absent(self.book, False, self.absent)
        return TableReader(
            self.book, self.rows.table, self.rows.key, self.connection, ENGINES["postgresql"].dialect, own
        )


def table_key(connection: Any, table: str, key: str = "") -> str:
    """The name of a table's key: as it is given, or the one column of its primary key, else "key". Refused RULE-050: no such table."""
    place = Place(f"表“{table}”")
    if not NAME.match(table):
        raise Refused(Problem("RULE-050", place, "不是表的名称。", "请写表名或“模式.表名”，只含字母、数字和下划线。"))
    (found, readable) = connection.execute(
        "SELECT to_regclass(%s)::oid, has_table_privilege(to_regclass(%s), 'SELECT')", [quoted(table)] * 2
    ).fetchone()
    if found is None or not readable:
        what = "没有这张表。" if found is None else "没有读这张表的权限。"
        raise Refused(Problem("RULE-050", place, what, "请核对表名；须是本程序的数据库用户读得到的表或视图。"))
    if key:
        return key
    columns = connection.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) WHERE indisprimary AND indrelid = %s",
        [found],
    ).fetchall()
    return str(columns[0][0]) if len(columns) == 1 else "key"


def quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))
