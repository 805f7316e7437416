"""Compare two judgements of a Parquet or CSV file: one read of the file, both judgements and the differences inside DuckDB, no row through Python.

The differences come out as Parquet or CSV in the order of the file: key, the columns it is told by, the inputs, both outcomes and what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from anju.problems import Place, Problem, Refused
from anju.rules.book.parameters import stale_values
from anju.rules.book.schema import MEMBERS, TRUTH, Book
from anju.rules.comparison.sides import (
    AFTER,
    BEFORE,
    DECISIONS,
    ComparedValue,
    Side,
    check_sides,
    condition_labels,
    judgement_sql,
)
from anju.rules.comparison.summary import EFFECTS, Comparison, effect_sql, summarise
from anju.rules.engine.compile import Compiled, quote
from anju.rules.engine.contract import text_literal
from anju.rules.engine.files import (
    FORMATS,
    FileReader,
    MemberFile,
    Watched,
    file_columns,
    file_relation,
    files_digest,
    is_text,
    line_number,
    member_reader,
    outcome_file,
    quote_any,
)
from anju.rules.engine.groups import check_size
from anju.rules.engine.members.binding import require_members
from anju.rules.engine.population import engine_errors

ROWS, DIFFERENCES = "rows_in", "differences"
KEY, EFFECT = "行键", "得失"
ROW = "_n"  # the place of a row in the file; in the order of keys where a book shares or ranks
READ, CHECKED, JUDGED = 20, 35, 80  # percent done by then, for the eye


@dataclass(frozen=True)
class Heading:
    """A column of the differences. sql: over the table of differences; text: how a CSV writes it."""

    name: str
    sql: str
    text: str = ""


def compare_file(
    before: Side, after: Side, source: Path, output: Path, *, names: tuple[Mapping[str, str], Mapping[str, str]], group_by: Sequence[str] = (),
    absent: Collection[str] = (), progress: Callable[[int], None] | None = None, members: tuple[MemberFile, MemberFile] | None = None,
) -> Comparison:  # fmt: skip
    """names: for each side, column of the file → input's name, or "key". group_by: columns by which gains and losses are told, whatever they hold.

    members: the file of members as each side takes it. absent: inputs that the file does not have, of either book. Refused: RULE-070 the two sides are the same; RULE-071 their results cannot be
    subtracted; RULE-072 a column that will not do; RULE-073 nothing to compare; what the rows or the file are refused for, once for both sides.
    """
    value = check_sides(before, after)
    columns = _Columns((before, after), source, names, group_by)
    outcome = _outcome_headings(before.book, after.book, value)
    own = {KEY, *(heading.name for heading in outcome)}
    if taken := [heading.name for heading in columns.headings[1:] if heading.name in own]:
        what = f"列名“{'、'.join(taken)}”与结果的列名相同。"
        raise Refused(Problem("RULE-072", Place(file=source.name), what, "请给这一列换一个名称。"))
    with outcome_file(output) as (part, connection), engine_errors(after.book):
        watched = Watched(connection, None)
        reached = 0

        def tell(percent: int) -> None:
            """What is done stays done, though a part is several statements and each begins at nothing."""
            nonlocal reached
            reached = max(reached, percent)
            if progress:
                progress(reached)

        def do(act: Callable[[], Any], start: int, end: int) -> Any:
            if progress:
                tell(start)
                watched.progress = lambda percent: tell(start + (end - start) * percent // 100)
            return watched.do(act)

        do(lambda: connection.execute(columns.table()), 0, READ)
        readers = columns.readers(connection, absent, members is not None)
        do(lambda: _check((before, after), readers), READ, CHECKED)
        for place, (side, reader) in enumerate(zip((before, after), readers, strict=True)):
            if members and side.book.members:
                inner = [name for name in absent if name in side.book.members.inputs]
                people = member_reader(side.book, members[place], connection, inner, f"members{place}")
                roll_up = partial(reader.roll_up, side.book, people, side.rollups(), side.on)
                do(roll_up, CHECKED, CHECKED)
        do(lambda: _lay_differences(connection, (before, after), readers, columns, value), CHECKED, JUDGED)
        connection.execute(f"DROP TABLE {ROWS} CASCADE")
        done: Comparison = do(
            lambda: summarise(connection, DIFFERENCES, (before, after), value, group_by), JUDGED, JUDGED
        )
        order = "" if _in_order(connection) else f" ORDER BY {quote(ROW)}"
        do(
            lambda: connection.execute(
                _written(columns.headings + outcome, order, part, FORMATS[output.suffix.lower()])
            ),
            JUDGED,
            100,
        )
    problems = {str(one): one for side in (before, after) for one in stale_values(side.book, side.on)}
    return done.completed(files_digest(source, members and members[0][0]), tuple(problems.values()), columns.inputs)


class _Columns:
    """What is read of the file, each thing once, however many sides use it."""

    def __init__(
        self,
        sides: tuple[Side, Side],
        source: Path,
        names: tuple[Mapping[str, str], Mapping[str, str]],
        group_by: Sequence[str],
    ) -> None:
        self.books, self.source, self.group_by = (sides[0].book, sides[1].book), source, list(dict.fromkeys(group_by))
        # Where the order of rows decides anything it is that of their keys; else a row is known by where it lies.
        self.windowed = any(side.compiled().windowed for side in sides)
        self.row = quote(ROW) if self.windowed else "rowid"
        self.used = list(dict.fromkeys([*names[0], *names[1], *self.group_by]))
        self.sql: dict[str, str] = {}  # expression over the file → its column in the table
        self.views: list[dict[str, str]] = []  # of each side: input's name → column
        for book, own in zip(self.books, names, strict=True):
            read = {"key": line_number(source)} if "key" not in own.values() else {}
            for column, name in own.items():
                read |= file_columns(source, book, column, name)
            self.views.append({name: self._column(sql) for name, sql in read.items()})
        self.groups = [self._column(_group_sql(source, column)) for column in self.group_by]
        self.inputs: tuple[dict[str, str], dict[str, str]] = ({}, {})  # of each side: heading → input's name
        self.headings = [Heading(KEY, "key")]
        self.headings += [Heading(column, f'"by{place}"') for place, column in enumerate(self.group_by)]
        self.carried: dict[str, str] = {}  # column of the table → its name among the differences
        taken = set(self.group_by)
        for side, (book, own) in enumerate(zip(self.books, names, strict=True)):
            for column, name in own.items():
                if name == "key":
                    continue
                self.inputs[side][column] = name
                if column not in taken:
                    taken.add(column)
                    kept = self.carried.setdefault(self.views[side][name], f"in{len(self.carried)}")
                    text = f"CASE {quote(kept)} WHEN TRUE THEN '是' WHEN FALSE THEN '否' END"
                    self.headings.append(Heading(column, quote(kept), text if book.inputs[name].type == TRUTH else ""))

    def _column(self, sql: str) -> str:
        return self.sql.setdefault(sql, f"c{len(self.sql)}")

    def table(self) -> str:
        """The one read of the file."""
        items = ", ".join(f"{sql} AS {column}" for sql, column in self.sql.items())
        read = f"SELECT {items} FROM {file_relation(self.source, self.used)}"
        if self.windowed:
            key = f"CAST({self.views[0]['key']} AS VARCHAR)"
            read = f"SELECT *, ROW_NUMBER() OVER (ORDER BY {key}) AS {quote(ROW)} FROM ({read}) AS r"
        return f"CREATE TABLE {ROWS} AS {read}"

    def readers(
        self, connection: duckdb.DuckDBPyConnection, absent: Collection[str], with_members: bool
    ) -> tuple[_SideReader, _SideReader]:
        readers = []
        problems: dict[str, Problem] = {}
        for place, (book, view) in enumerate(zip(self.books, self.views, strict=True)):
            items = [f"{self.row} AS {quote(ROW)}", *(f"{column} AS {quote(name)}" for name, column in view.items())]
            connection.execute(f"CREATE VIEW side{place} AS SELECT {', '.join(items)} FROM {ROWS}")
            if book.members or not any(one.members for one in self.books):
                require_members(book, with_members, absent)
            inner = {name for one in self.books if one.members for name in (MEMBERS, *one.members.inputs)}
            own = [
                name
                for name in absent
                if name in book.inputs or (name not in inner and not any(name in one.inputs for one in self.books))
            ]
            try:
                readers.append(_SideReader(book, f"side{place}", connection, own, self.source))
            except Refused as refused:
                problems |= {str(problem): problem for problem in refused.problems}
        if problems:
            raise Refused(*problems.values())
        return readers[0], readers[1]


class _SideReader(FileReader):
    """The rows as one side's book takes them; a row is known by its place."""

    def row_id(self, compiled: Compiled) -> str:
        return quote(ROW)


def _group_sql(source: Path, column: str) -> str:
    text = quote_any(column) if is_text(source) else f"CAST({quote_any(column)} AS VARCHAR)"
    return f"NULLIF(TRIM({text}), '')"


def _check(sides: tuple[Side, Side], readers: tuple[_SideReader, _SideReader]) -> None:
    """The rows fit both books; where both are one book they are looked at once. Everything that does not fit is told."""
    problems: dict[str, Problem] = {}
    same = sides[0].book.digest == sides[1].book.digest
    for side, reader in zip(sides[:1] if same else sides, readers, strict=False):
        try:
            count = reader.check()
            if side.compiled().windowed:
                check_size(side.book, count)
        except Refused as refused:
            problems |= {f"{one.code} {one.where.field} {one.what}": one for one in refused.problems}
    if problems:
        raise Refused(*problems.values())


def _lay_differences(
    connection: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], readers: tuple[_SideReader, _SideReader], columns: _Columns,
    value: ComparedValue | None,
) -> None:  # fmt: skip
    """Of each row both judgements, the change (after − before, scaled) and who it is for the row.

    Judgements come out in the order of the rows unless a book looks at many rows at once, and are laid beside them as they come: half of what a
    join costs. The engine does not promise it, so it is tested, and joined where it does not hold.
    """
    judged = [
        judgement_sql(side, reader.source(side.compiled(), side.on), value)
        for side, reader in zip(sides, readers, strict=True)
    ]
    row = f"r.{columns.row}"
    items = [f'{row} AS "{ROW}"', f'r.{columns.views[0]["key"]} AS "key"']
    items += [f'r.{column} AS "by{place}"' for place, column in enumerate(columns.groups)]
    items += [f'r.{column} AS "{name}"' for column, name in columns.carried.items()]
    for letter in "ba":
        items += [f'{letter}."_i" AS "{letter}_row"']
        items += [f'{letter}.{name} AS "{letter}_{name}"' for name in ("value", "decision", "failed", "unknown")]
    beside = f"{ROWS} AS r POSITIONAL JOIN ({judged[0]}) AS b POSITIONAL JOIN ({judged[1]}) AS a"
    joined = f'{ROWS} AS r JOIN ({judged[0]}) AS b ON b."_i" = {row} JOIN ({judged[1]}) AS a ON a."_i" = {row}'
    apart = (
        f'SELECT COUNT(*) FROM {DIFFERENCES} WHERE "b_row" IS DISTINCT FROM "{ROW}" OR "a_row" IS DISTINCT FROM "{ROW}"'
    )
    for rows in (joined,) if columns.windowed else (beside, joined):
        change = f'SELECT *, "a_value" - "b_value" AS "change" FROM (SELECT {", ".join(items)} FROM {rows})'
        connection.execute(
            f"CREATE OR REPLACE TABLE {DIFFERENCES} AS SELECT *, {effect_sql(value)} AS effect FROM ({change})"
        )
        if connection.execute(apart).fetchone() == (0,):
            return
    raise RuntimeError("rows and judgements do not belong together")


def _outcome_headings(before: Book, after: Book, value: ComparedValue | None) -> list[Heading]:
    headings = [Heading(EFFECT, _named("effect", EFFECTS))]
    if value:
        for heading, column in zip(value.headings, ("b_value", "a_value", "change"), strict=True):
            headings.append(Heading(heading, _decimals(column, value)))
    for name, letter, book in (BEFORE, "b", before), (AFTER, "a", after):
        headings.append(Heading(f"{name}判定", _named(f"{letter}_decision", DECISIONS)))
        for mask, told in (("failed", "不符合"), ("unknown", "待核")):
            headings.append(Heading(f"{name}{told}", _mask_text(f"{letter}_{mask}", condition_labels(book))))
    return headings


def _named(column: str, names: Sequence[str]) -> str:
    whens = " ".join(f"WHEN {place} THEN {text_literal(name)}" for place, name in enumerate(names))
    return f'CASE "{column}" {whens} END'


def _mask_text(column: str, labels: Sequence[str]) -> str:
    named = ", ".join(
        f'CASE WHEN "{column}" & {1 << place} <> 0 THEN {text_literal(label)} END' for place, label in enumerate(labels)
    )
    return f"CASE WHEN \"{column}\" <> 0 THEN CONCAT_WS('；', {named}) END" if named else "CAST(NULL AS VARCHAR)"


def _decimals(column: str, value: ComparedValue) -> str:
    """Exact: the point moves."""
    if not value.places:
        return f'"{column}"'
    width = 38 - value.places if value.wide else 18
    step = f"CAST('{'0.'.ljust(value.places + 1, '0')}1' AS DECIMAL({value.places + 1}, {value.places}))"
    return f'CAST("{column}" AS DECIMAL({width}, 0)) * {step}'


def _in_order(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the differences lie as the rows of the file did, which the engine does not promise: then nothing need be sorted."""
    row = quote(ROW)
    apart = f"SELECT {row} AS own, LAG({row}) OVER () AS before FROM {DIFFERENCES}"
    return connection.execute(f"SELECT COUNT(*) FROM ({apart}) WHERE own <= before").fetchone() == (0,)


def _written(headings: Sequence[Heading], order: str, part: Path, form: str) -> str:
    items = ", ".join(
        f"{one.text if form == 'csv' and one.text else one.sql} AS {quote_any(one.name)}" for one in headings
    )
    options = "FORMAT csv, HEADER true" if form == "csv" else "FORMAT parquet"
    return f"COPY (SELECT {items} FROM {DIFFERENCES}{order}) TO {text_literal(str(part))} ({options})"
