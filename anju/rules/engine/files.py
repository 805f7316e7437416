"""Run a book over a Parquet or CSV file and write the outcome as Parquet or CSV: DuckDB reads, judges and writes; no row passes through Python.

The outcome lies in the order of row keys, with the digest `rows/2` (`rows_digest`). A run that is stopped or killed leaves no outcome; what it
may leave beside it (a part, spilled data) the next run clears away.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from anju.problems import Place, Problem, Refused
from anju.rules.book.parameters import check_day, stale_values, values_in_force
from anju.rules.book.rollups import member_book
from anju.rules.book.schema import DATE, NUMBER, TRUTH, Book
from anju.rules.engine.compile import Compiled, compile_book, quote
from anju.rules.engine.contract import Misfit, text_literal
from anju.rules.engine.digest import BLOCK, combine_blocks, digest_head
from anju.rules.engine.engines import ENGINES, connect, one_path
from anju.rules.engine.groups import check_size
from anju.rules.engine.members.statement import compile_rollups
from anju.rules.engine.population import MemberReader, TableReader, engine_errors, split_absent
from anju.rules.language.dialect import Dialect
from anju.rules.language.ir import Choice, Day, Num, Truth, Type

FORMATS = {".parquet": "parquet", ".csv": "csv"}
MEMORY = "ANJU_MEMORY_MB"  # what a run may take of the machine's memory; by default half of it
ROWS, MEMBERS_IN, OUTCOME = "rows_in", "members_in", "outcome"
MARKED = (NUMBER, DATE, TRUTH)  # what a text may fail to be
NUMBER_PATTERN, DAY_PATTERN = "[+-]?[0-9]{1,25}(\\.[0-9]{1,40})?", "[0-9]{4}-[0-9]{2}-[0-9]{2}"
Result = TypeVar("Result")
MemberFile = tuple[Path, Mapping[str, str]]  # with its columns: each → the name of an input, of the key, or "key"
LOOK = 1  # seconds between two looks at how far it is


@dataclass(frozen=True)
class FileOutcome:
    """pending: rows of which something is unknown. digest: rows/2 of the outcome; inputs_digest: SHA-256 of the file that was read; with
    members, of the two files' in hexadecimal, a line each."""

    rows: int
    pending: int
    digest: str
    inputs_digest: str
    problems: list[Problem]


def run_file(
    book: Book, source: Path, output: Path, *, on: date, names: Mapping[str, str], absent: Collection[str] = (),
    parameters: Mapping[str, Any] | None = None, progress: Callable[[int], None] | None = None,
    members: MemberFile | None = None,
) -> FileOutcome:  # fmt: skip
    """members: the file of the members and its names; the column that names the row of each goes by the key of the book's members.

    names: each column of the file that is used → the input's name, or "key"; without a key the number of the line is it.

    progress: gets the percentage done of the judging, now and then; what it raises stops the run. Refused: as `run_table`; RULE-031 what cannot be written.
    """
    if wrong := check_day(book, on):
        raise Refused(*wrong)
    dialect = ENGINES["duckdb"].dialect
    values = values_in_force(book, on, parameters)
    compiled = compile_book(book, values, dialect)
    own, inner = split_absent(book, members is not None, absent)
    with outcome_file(output) as (part, connection), engine_errors(book):
        watched = Watched(connection, progress)
        reader = open_file(book, source, connection, names, own)
        count = watched.do(reader.check)
        if members and book.members:
            people = member_reader(book, members, connection, inner, MEMBERS_IN)
            statement = compile_rollups(book, compiled, values, dialect)
            watched.do(lambda: reader.roll_up(book, people, statement, on))
        judge_file(reader, compiled, count, on, watched)
        digest, pending = outcome_digest(connection, compiled)
        watched.do(lambda: connection.execute(written_sql(compiled, part, output.suffix)))
    return FileOutcome(count, pending, digest, files_digest(source, members and members[0]), stale_values(book, on))


def judge_file(reader: FileReader, compiled: Compiled, count: int, on: date, watched: Watched) -> None:
    """Make OUTCOME of a file's rows, which fit."""
    if compiled.windowed:
        check_size(reader.book, count)
    statement = judged_sql(reader.key_back(compiled), compiled, reader.source(compiled, on))
    watched.do(lambda: reader.connection.execute(statement))


@contextmanager
def outcome_file(output: Path) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """The part to write, which becomes the output when all went well, and a DuckDB of our own with so much memory as it may take.

    Refused RULE-031: what cannot be written is told before anything is read.
    """
    part, spill = (output.with_name(f".{output.name}.anju-{what}") for what in ("part", "spill"))
    try:
        shutil.rmtree(spill, ignore_errors=True)
        part.write_bytes(b"")
        with connect() as connection:
            connection.execute(f"SET temp_directory = {text_literal(str(spill))}")
            connection.execute(f"SET memory_limit = '{memory_megabytes()}MB'")
            yield part, connection
        part.replace(output)
    except OSError as error:
        what = f"写不进去：{error.strerror or error}。"
        raise Refused(
            Problem("RULE-031", Place(file=output.name), what, "请核对文件夹是否存在、有没有写的权限和空间。")
        ) from error
    finally:
        with suppress(OSError):  # a folder of that name is not ours
            part.unlink(missing_ok=True)
        shutil.rmtree(spill, ignore_errors=True)


def files_digest(source: Path, members: Path | None) -> str:
    """Of the rows' file; with members, of both files' digests, a line each."""
    if members is None:
        return file_digest(source)
    return hashlib.sha256(f"{file_digest(source)}\n{file_digest(members)}\n".encode()).hexdigest()


def file_digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def memory_megabytes() -> int:
    """What a run may take of the machine's memory."""
    said = os.environ.get(MEMORY, "")
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (2 * 1024 * 1024)
    return max(200, int(said)) if said.isdecimal() and len(said) < 9 else pages


def is_text(source: Path) -> bool:
    return source.suffix.lower() == ".csv"


def file_relation(source: Path, columns: Iterable[str]) -> str:
    """A Parquet or CSV file as a relation, CSV as text. columns: those that are used; a line that is blank in all of them is no row."""
    path = text_literal(one_path(source))
    if not is_text(source):
        return f"read_parquet({path}, file_row_number=true)"
    relation = f"read_csv({path}, header=true, all_varchar=true, delim=',', quote='\"', strict_mode=true)"
    return f"{relation} WHERE COALESCE({', '.join([*map(quote_any, columns), 'NULL'])}) IS NOT NULL"


def line_number(source: Path) -> str:
    """The key of a row where no column is it."""
    return f"CAST({'ROW_NUMBER() OVER ()' if is_text(source) else 'file_row_number + 1'} AS BIGINT)"


def file_columns(source: Path, book: Book, column: str, name: str) -> dict[str, str]:
    """A column of a file under the name of the book's input, or "key": name → SQL over `file_relation`. Of a text its type too, and a mark of what
    did not read as it should."""
    item = book.inputs.get(name)
    if not is_text(source):
        return {name: quote_any(column)}
    raw = f"NULLIF(TRIM({quote_any(column)}), '')"
    if item is None or item.type not in MARKED:
        return {name: raw}
    typed, pattern = f"TRY_CAST({raw} AS DATE)", DAY_PATTERN
    if item.type == TRUTH:
        typed, pattern = f"CASE {raw} WHEN '是' THEN TRUE WHEN '否' THEN FALSE END", ".*"
    elif item.type == NUMBER and item.range:
        reach = max(map(abs, item.range)) * 10**item.places
        typed, pattern = (
            f"TRY_CAST({raw} AS DECIMAL({17 if reach < 10**16 else 38}, {item.places}))",
            NUMBER_PATTERN,
        )
    typed = f"CASE WHEN regexp_full_match({raw}, '{pattern}') THEN {typed} END"
    marks = [
        f"CASE WHEN NOT regexp_full_match({raw}, '{pattern}') THEN 1 WHEN {raw} IS NOT NULL AND {typed} IS NULL THEN 2"
    ]
    if item.type == NUMBER:
        marks.append(f"WHEN regexp_matches({raw}, '\\.[0-9]{{{item.places}}}[0-9]*[1-9]') THEN 3")
    return {name: typed, f"mark of {name}": f"CAST({' '.join(marks)} ELSE 0 END AS TINYINT)"}


def open_file(
    book: Book, source: Path, connection: duckdb.DuckDBPyConnection, names: Mapping[str, str], absent: Collection[str]
) -> FileReader:
    columns: dict[str, str] = {}
    for column, name in names.items():
        columns |= file_columns(source, book, column, name)
    if "key" not in names.values():
        columns["key"] = line_number(source)
    _open_file(ROWS, source, names, columns, connection)
    return FileReader(book, ROWS, connection, absent, source)


def member_reader(
    book: Book, members: MemberFile, connection: duckdb.DuckDBPyConnection, absent: Collection[str], table: str
) -> MemberFileReader:
    """The file of members of a book's rows, opened as a table of that name."""
    assert book.members
    own = member_book(book)
    columns: dict[str, str] = {}
    for column, name in members[1].items():
        columns |= file_columns(members[0], own, column, name)
    _open_file(table, members[0], members[1], columns, connection)
    return MemberFileReader(own, table, connection, absent, members[0], key=book.members.key)


def _open_file(
    table: str,
    source: Path,
    names: Mapping[str, str],
    columns: Mapping[str, str],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Text is read once: its columns are typed, and what did not read as it should is marked beside them."""
    kind = "TABLE" if is_text(source) else "VIEW"
    items = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
    connection.execute(f"CREATE {kind} {table} AS SELECT {items} FROM {file_relation(source, names)}")


class FileReader(TableReader):
    """A file as a table of typed columns under the inputs' names. What a CSV holds is text: that it reads as what it should be is tested too."""

    def __init__(
        self, book: Book, table: str, connection: Any, absent: Collection[str], source: Path, *, key: str = "key"
    ) -> None:
        self.is_text = is_text(source)
        super().__init__(book, table, key, connection, ENGINES["duckdb"].dialect, absent, shown=source.name)

    def misfits(self) -> list[Misfit]:
        found = super().misfits()
        for name, item in self.book.inputs.items():
            if self.is_text and name in self.types and item.type in MARKED:
                mark = f'"mark of {name}"'
                found.append(Misfit(name, "RULE-010", f"{mark} = 1" if item.type == NUMBER else f"{mark} IN (1, 2)"))
                if item.type == NUMBER:
                    found += [Misfit(name, "RULE-011", f"{mark} = 2"), Misfit(name, "RULE-012", f"{mark} = 3")]
        return found


class MemberFileReader(FileReader, MemberReader):
    pass


def quote_any(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def judged_sql(key: str, compiled: Compiled, source: str) -> str:
    """Make the table OUTCOME, in the order of keys. key: the key as it came; source: a SELECT of what the compiled book runs over."""
    statement = compiled.sql.replace("{source}", f"({source})")
    outputs = ", ".join([key, *map(quote, compiled.outputs), '"failed_mask"', '"unknown_mask"'])
    return f'CREATE TABLE {OUTCOME} AS SELECT {outputs} FROM ({statement}) AS made ORDER BY CAST("_i" AS VARCHAR)'


def outcome_digest(connection: duckdb.DuckDBPyConnection, compiled: Compiled) -> tuple[str, int]:
    """rows/2, and how many rows have something unknown; block by block, so that no text grows with the rows."""
    fields = [
        f"COALESCE(CAST({quote(name)} AS VARCHAR), '')"
        for name in ("key", *compiled.outputs, "failed_mask", "unknown_mask")
    ]
    line = " || CHR(31) || ".join(fields) + " || CHR(10)"
    unknown = " OR ".join([f"{quote(name)} IS NULL" for name in compiled.outputs] + ['"unknown_mask" <> 0'])
    blocks = connection.execute(
        f"SELECT SHA256(STRING_AGG({line}, '' ORDER BY rowid)), COUNT(*) FILTER (WHERE {unknown}) FROM {OUTCOME}"
        f" GROUP BY rowid // {BLOCK} ORDER BY rowid // {BLOCK}"
    ).fetchall()
    head = digest_head(compiled.outputs, compiled.types)
    return combine_blocks(head, (block for block, _ in blocks)), sum(pending for _, pending in blocks)


def written_sql(compiled: Compiled, part: Path, suffix: str) -> str:
    """Numbers with their decimals, choices by name, days as dates, and the conditions that failed or are unknown by name."""
    form = FORMATS[suffix.lower()]
    columns = shown_columns(compiled, ENGINES["duckdb"].dialect, as_text=form == "csv")
    options = "FORMAT csv, HEADER true" if form == "csv" else "FORMAT parquet"
    return f'COPY (SELECT "key", {", ".join(columns)} FROM {OUTCOME} ORDER BY rowid) TO {text_literal(str(part))} ({options})'


def shown_columns(compiled: Compiled, dialect: Dialect, *, as_text: bool = False) -> list[str]:
    """An outcome's outputs and masks as `written_sql` says. as_text: truths too are words."""
    columns = [f"{_shown(name, compiled.types[name], dialect, as_text)} AS {quote(name)}" for name in compiled.outputs]
    for mask in ("failed", "unknown"):
        named = ", ".join(
            f"CASE WHEN \"{mask}_mask\" & {1 << place} <> 0 THEN '{name}' END"
            for place, name in enumerate(compiled.conditions)
        )
        listed = (
            f"CASE WHEN \"{mask}_mask\" <> 0 THEN CONCAT_WS(' ', {named}) END" if named else "CAST(NULL AS VARCHAR)"
        )
        columns.append(f'{listed} AS "{mask}"')
    return columns


def _shown(name: str, type_: Type, dialect: Dialect, as_text: bool) -> str:
    column = quote(name)
    if isinstance(type_, Num) and type_.places:
        reach = max(abs(type_.low), abs(type_.high))
        if reach * 10**type_.places >= 10**38:  # a product would not fit: the point is set in the text
            unit = f"CAST({10**type_.places} AS {dialect.wide})"
            size = f"CAST(ABS({column}) AS {dialect.wide})"
            before, after = dialect.quotient(size, unit, True), f"{size} % {unit}"
            sign = f"CASE WHEN {column} < 0 THEN '-' ELSE '' END"
            text = f"{sign} || CAST({before} AS VARCHAR) || '.' || LPAD(CAST({after} AS VARCHAR), {type_.places}, '0')"
            return f"CAST({text} AS DECIMAL(38, {type_.places}))"
        width = 18 if reach < 10**18 else 38 - type_.places
        step = f"CAST('{'0.'.ljust(type_.places + 1, '0')}1' AS DECIMAL({type_.places + 1}, {type_.places}))"
        return f"CAST({column} AS DECIMAL({width}, 0)) * {step}"  # exact: the point moves
    if isinstance(type_, Choice):
        names = " ".join(f"WHEN {place} THEN {text_literal(name)}" for place, name in enumerate(type_.domain))
        return f"CASE {column} {names} END"
    if isinstance(type_, Day):
        whole = dialect.divide[0].format
        parts = (whole(column, 10000), f"{whole(column, 100)} % 100", f"{column} % 100")
        return f"MAKE_DATE({', '.join(f'CAST({part} AS INTEGER)' for part in parts)})"
    if isinstance(type_, Truth) and as_text:
        return f"CASE {column} WHEN TRUE THEN '是' WHEN FALSE THEN '否' END"
    return column


class Watched:
    """Statements done in a thread of their own, so that somebody can be told how far they are, and stop them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, progress: Callable[[int], None] | None) -> None:
        self.connection, self.progress = connection, progress

    def do(self, act: Callable[[], Result]) -> Result:
        done: Future[Result] = Future()
        worker = threading.Thread(target=_settle, args=(done, act), daemon=True)
        worker.start()
        try:
            while not wait([done], LOOK).done:
                if self.progress is not None:
                    self.progress(max(0, int(self.connection.query_progress())))
        except BaseException:
            self.connection.interrupt()
            worker.join()
            raise
        return done.result()


def _settle(done: Future[Result], act: Callable[[], Result]) -> None:
    try:
        done.set_result(act())
    except BaseException as error:
        done.set_exception(error)
