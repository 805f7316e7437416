"""Run a book over a whole table or Parquet file where it lies: nothing passes through Python, rows come out as a table.

The columns hold the inputs in their declared units (integers, decimals, dates, truths, text). Doubles are refused.
`run_table` makes a table; a `BookStatement` makes nothing: it is one SELECT for PostgreSQL that a page asks live.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from anju.problems import Place, Problem, Refused
from anju.rules.book.lower_parameters import day_number
from anju.rules.book.parameters import check_day, parameter_place, stale_values, values_in_force
from anju.rules.book.rollups import member_book, operator_of
from anju.rules.book.schema import MAX_MEMBERS, MEMBERS, Book
from anju.rules.engine.compile import Compiled, compile_book, quote
from anju.rules.engine.contract import HIDDEN_IN_KEYS, TEXTS, WANTED, Misfit, TableContract, text_literal
from anju.rules.engine.engines import ENGINES, one_path
from anju.rules.engine.groups import check_size
from anju.rules.engine.members.binding import count_problem, lost_problem, many_problem, require_members
from anju.rules.engine.members.statement import compile_rollups, empty_value
from anju.rules.language.dialect import Dialect
from anju.rules.language.ir import Num, Type

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?\Z")
EXAMPLES = 20  # row keys named for each kind of misfit
SAID = {
    "RULE-010": ("不是数、日期或是否", "请改正；未知的留空，数不带千分号和单位。"),
    "RULE-011": ("超出允许范围", "请核对数据和单位；确属实情的，请修改规则书的 range。"),
    "RULE-012": ("比声明的小数位更细，不能悄悄舍去", "请核对单位，或在规则书中增加 places。"),
    "RULE-013": ("不在可选值之内", "请从可选值中选；未知的留空。"),
    "RULE-016": ("分组所依据的值未知", "请先补上，否则不知道这一行与谁一起计算。"),
    "RULE-023": ("日期不在 1800 年至 2998 年之间", "请核对日期；未知的留空。"),
}
DRIVER = "psycopg"  # of PostgreSQL, which whoever brings a connection has imported
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TableOutcome:
    """rows: how many were run. The table `into` has the key as it came, every output scaled by `scales`, failed_mask, unknown_mask."""

    rows: int
    into: str
    types: Mapping[str, Type]
    conditions: tuple[str, ...]
    problems: list[Problem]

    @property
    def scales(self) -> dict[str, int]:
        return {name: type_.places for name, type_ in self.types.items() if isinstance(type_, Num)}


def run_table(
    book: Book,
    source: str,
    *,
    on: date,
    key: str,
    into: str,
    connection: Any,
    engine: str = "duckdb",
    parameters: Mapping[str, Any] | None = None,
    absent: Collection[str] = (),
    members: str | None = None,
) -> TableOutcome:
    """source: a table's name, or on DuckDB the path of a Parquet file; into: the table to make; members: the same as source, of the members.

    absent: inputs that the caller says are not there; they are unknown for every row. Refused: columns that lack or do not suit, and misfits with
    the keys of the first rows of each, before anything is made.
    """
    if wrong := check_day(book, on):
        raise Refused(*wrong)
    if not NAME.match(into):
        raise ValueError(into)
    chosen = ENGINES[engine]
    values = values_in_force(book, on, parameters)
    compiled = compile_book(book, values, chosen.dialect)
    own, inner = split_absent(book, members is not None, absent)
    with engine_errors(book):
        reader = TableReader(book, source, key, connection, chosen.dialect, own)
        count = reader.check()
        if members is not None and book.members:
            people = MemberReader(member_book(book), members, book.members.key, connection, chosen.dialect, inner)
            reader.roll_up(book, people, compile_rollups(book, compiled, values, chosen.dialect), on)
        if compiled.windowed:
            check_size(book, count)
        statement = compiled.sql.replace("{source}", f"({reader.source(compiled, on)})")
        outputs = ", ".join(
            [reader.key_back(compiled), *map(quote, compiled.outputs), '"failed_mask"', '"unknown_mask"']
        )
        connection.execute(f"CREATE TABLE {_identifier(into)} AS SELECT {outputs} FROM ({statement}) AS made")
    return TableOutcome(count, into, compiled.types, compiled.conditions, stale_values(book, on))


@contextmanager
def engine_errors(book: Book) -> Iterator[None]:
    """What an engine says in its own words goes into the log; the user gets a sentence. Refused RULE-030."""
    try:
        yield
    except (duckdb.InterruptException, KeyboardInterrupt):
        raise
    except duckdb.OutOfMemoryException as error:
        log.warning("%s: %s", book.file, error)
        raise Refused(
            Problem("RULE-030", f"《{book.title}》", "内存不够，没有算成。", "请调大内存上限，或分开计算。")
        ) from error
    except Exception as error:
        if not isinstance(error, duckdb.Error) and not type(error).__module__.startswith(DRIVER):
            raise
        log.warning("%s: %s", book.file, error)
        what = "引擎没有算成，什么也没有写出。"
        if isinstance(error, duckdb.IOException | duckdb.InvalidInputException | duckdb.CatalogException):
            what = "表或文件打不开，或者不完整。"
        raise Refused(
            Problem("RULE-030", f"《{book.title}》", what, "请核对表名、文件；仍不行的，把运行记录交给管理员。")
        ) from error


class BookStatement:
    """A book on a day as a SELECT that runs over another SELECT inside PostgreSQL, for as many rows as there are.

    inputs: those that the book's outputs take. strict: what is decided while some inputs are unknown stays so whatever they are.
    Refused: a day on which the book cannot run, a gap in a parameter.
    """

    def __init__(self, book: Book, on: date) -> None:
        if wrong := check_day(book, on):
            raise Refused(*wrong)
        self.book, self.on, self.dialect = book, on, ENGINES["postgresql"].dialect
        self.compiled = compile_book(book, values_in_force(book, on), self.dialect)
        self.inputs = tuple(name for name, _ in self.compiled.inputs)
        self.strict = self.compiled.strict

    def over(self, relation: str, columns: Mapping[str, str], key: str = "id") -> str:
        """The key as it is under "_i", every step scaled, failed_mask and unknown_mask, of the rows of a relation.

        relation: a table's name or a SELECT in parentheses; columns: name of an input → its type in PostgreSQL. An input without a column, and a
        value outside what the book takes, is unknown. Refused RULE-010: a column of a type that the book cannot take.
        """
        contract = TableContract(self.book, columns, self.dialect)
        misfits: dict[str, list[str]] = {}
        for misfit in contract.misfits():
            misfits.setdefault(misfit.name, []).append(misfit.sql)
        items = [f'{quote(key)} AS "_i"', f'CAST({day_number(self.on)} AS BIGINT) AS "_on"']
        items += [f"CAST(NULL AS {kind}) AS {quote(name)}" for name, kind in self.compiled.rollups]
        for name, kind in self.compiled.inputs:
            item = self.book.inputs[name]
            if name not in columns:
                items.append(f"CAST(NULL AS {kind}) AS {quote(name)}")
                continue
            if not contract.suits(item):
                what = f"列的类型 {columns[name]} 不能用：“{item.label}”要的是{WANTED[item.type]}。"
                where = parameter_place(self.book, name)
                raise Refused(Problem("RULE-010", where, what, "请改规则书中这个输入的类型。"))
            value = contract.value(item, kind)
            if name in misfits:
                value = f"CASE WHEN {' OR '.join(f'({one})' for one in misfits[name])} THEN NULL ELSE {value} END"
            items.append(f"{value} AS {quote(name)}")
        return self.compiled.sql.replace("{source}", f"(SELECT {', '.join(items)} FROM {relation} AS rows_of)")

    @property
    def every(self) -> int:
        """The mask in which every condition is set."""
        return (1 << len(self.compiled.conditions)) - 1

    def whole_part(self, step: str) -> str:
        """A step's whole number, as SQL over what `over` gives; NULL when the book has no such number."""
        type_ = self.compiled.types.get(step)
        if step not in self.compiled.outputs or not isinstance(type_, Num):
            return "CAST(NULL AS BIGINT)"
        return f"CAST(TRUNC({quote(step)}::numeric / {10**type_.places}) AS BIGINT)"


class TableReader(TableContract):
    """A table or file that is read where it lies: its columns, its tests, and the SELECT that a compiled book runs over."""

    def __init__(
        self,
        book: Book,
        source: str,
        key: str,
        connection: Any,
        dialect: Dialect,
        absent: Collection[str],
        shown: str = "",
    ) -> None:
        self.connection, self.key = connection, key
        if NAME.match(source):
            self.relation, self.shown = _identifier(source), source
        elif dialect.name == "duckdb" and source.endswith(".parquet"):
            self.relation, self.shown = (
                f"read_parquet({text_literal(one_path(Path(source)))})",
                source.rpartition("/")[2],
            )
        else:
            raise ValueError(source)
        self.shown = shown or self.shown
        self.joins = ""  # what the members of the rows come to, joined to them
        described = self._describe_postgres() if dialect.name == "postgresql" else self._describe()
        super().__init__(book, described, dialect, absent)
        if problems := self.column_problems(key, self.place):
            raise Refused(*problems)

    def _describe(self) -> dict[str, str]:
        rows = self.connection.execute(f"DESCRIBE SELECT * FROM {self.relation}").fetchall()
        return {row[0]: row[1] for row in rows}

    def _describe_postgres(self) -> dict[str, str]:
        rows = self.connection.execute(
            "SELECT attname, upper(format_type(atttypid, atttypmod)) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [self.relation],
        ).fetchall()
        return {name: kind.replace("NUMERIC", "DECIMAL") for name, kind in rows}

    def place(self, name: str) -> Place:
        label = f"“{self.book.label(name)}”（{name}）" if name in self.book.inputs else name
        return Place(f"《{self.book.title}》{self.shown} {label}", field=name)

    @property
    def key_text(self) -> str:
        """The key as text: its order is the order of row keys."""
        text = "TEXT" if self.postgres else "VARCHAR"
        return f"CAST({quote(self.key)} AS {text})" + (' COLLATE "C"' if self.postgres else "")

    def key_back(self, compiled: Compiled) -> str:
        """The key as it came, from what the statement carried."""
        said = self.types[self.key]
        if not compiled.windowed or said.base in TEXTS:
            return '"_i" AS "key"'
        return f'CAST("_i" AS {said.said.replace("DECIMAL", "NUMERIC") if self.postgres else said.said}) AS "key"'

    def row_id(self, compiled: Compiled) -> str:
        """What stands for a row in the statement: the key, as text where the order of rows decides anything."""
        return self.key_text if compiled.windowed else quote(self.key)

    def source(self, compiled: Compiled, on: date) -> str:
        """A select of "_i", "_on" and the inputs used, as scaled integers."""
        items = [f'{self.row_id(compiled)} AS "_i"', f'CAST({day_number(on)} AS BIGINT) AS "_on"']
        for name, kind in compiled.inputs:
            known = self.value(self.book.inputs[name], kind) if name in self.types else f"CAST(NULL AS {kind})"
            items.append(f"{known} AS {quote(name)}")
        items += [f"{self.rollup(name, kind)} AS {quote(name)}" for name, kind in compiled.rollups]
        # Ended as a level: what is converted is converted once, however often a formula names it.
        return f"SELECT {', '.join(items)} FROM {self.relation} AS rows_of{self.joins}{self.dialect.fence}"

    # -- members

    def roll_up(self, book: Book, members: MemberReader, statement: Compiled, on: date) -> None:
        """Have the rows bring what their members come to. Refused: misfits of members, and what `bind_members` refuses of their lists."""
        members.check()
        if problems := members.list_problems(book, self):
            raise Refused(*problems)
        sql = statement.sql.replace("{source}", f"({members.source(statement, on)})")
        items = [f"{quote(name)} AS {quote(f'_of_{name}')}" for name in book.rollups]
        own = members.joined_key(quote("_i"), self)
        rolled = f'SELECT {own} AS "_of", {", ".join(items)} FROM ({sql}) AS rolled'
        self.joins = f' LEFT JOIN ({rolled}) AS m ON m."_of" = {members.joined_key(quote(self.key), self)}'

    def rollup(self, name: str, kind: str) -> str:
        """0 and the like where the row says that it has no members, unknown where nobody gave any."""
        if not self.joins or self.book.members is None:
            return f"CAST(NULL AS {kind})"
        value, count = empty_value(operator_of(self.book.rollups[name])), self.book.members.count
        empty = "NULL" if value is None else str(value).upper()
        none = f"WHEN {quote(count)} = 0 THEN CAST({empty} AS {kind}) " if count in self.types else ""
        return f'CASE WHEN m."_of" IS NOT NULL THEN m.{quote(f"_of_{name}")} {none}END'

    def rows_with(self, key: str, windowed: bool) -> list[dict[str, Any]]:
        """The row of a key, as `run_rows` takes it, its key under "key"; with its partition when the book looks at that. Empty: no such row."""
        names = [name for name in self.book.inputs if name in self.types]
        mine = f"{self.key_text} = {text_literal(key)}"
        where = mine
        if windowed:
            own = f"(SELECT {{0}} FROM {self.relation} AS own WHERE {mine})"
            same = [f"{quote(name)} IS NOT DISTINCT FROM {own.format(quote(name))}" for name in self.book.partition]
            where = " AND ".join([f"EXISTS {own.format('1')}", *same])
        found = self.connection.execute(
            f"SELECT {', '.join([self.key_text, *map(quote, names)])} FROM {self.relation} AS rows_of WHERE {where}"
        ).fetchall()
        return [dict(zip(("key", *names), row, strict=True)) for row in found]

    def key_misfit(self) -> str:
        test = f"{quote(self.key)} IS NULL"
        if self.types[self.key].base in TEXTS:
            hidden = text_literal(HIDDEN_IN_KEYS)
            odd = f"{quote(self.key)} ~ {hidden}" if self.postgres else f"regexp_matches({quote(self.key)}, {hidden})"
            test += f" OR {quote(self.key)} = '' OR {odd}"
        return test

    def check(self) -> int:
        """Count the rows in one scan that looks at every column, and in one that looks at keys; only what does not fit is looked for once more."""
        misfits = [Misfit(self.key, "RULE-014", self.key_misfit()), *self.misfits()]
        counted = ", ".join(f"COUNT(*) FILTER (WHERE {one.sql})" for one in misfits)
        count, *wrong = self.one(f"SELECT COUNT(*), {counted} FROM {self.relation} AS q")
        problems = self.examples([(one, many) for one, many in zip(misfits, wrong, strict=True) if many])
        if not problems:
            problems = self.twice(int(count))
        if problems:
            raise Refused(*problems)
        return int(count)

    def examples(self, found: list[tuple[Misfit, int]]) -> list[Problem]:
        """The misfits with the first keys of each, looked for in one further scan."""
        if not found:
            return []
        problems = []
        for (one, many), keys in zip(found, self.first_keys([one for one, _ in found]), strict=True):
            named = "、".join(_key_shown(key) for key in keys or () if key is not None)
            if one.code == "RULE-014":
                what, fix = f"有 {many} 行没有键，或键里有看不见的字符", "每行须有一个看得见、各不相同的键。"
            else:
                what, fix = f"有 {many} 行{SAID[one.code][0]}", SAID[one.code][1]
            what += f"，例如行键 {named}。" if named else "。"
            problems.append(Problem(one.code, self.place(one.name), what, fix))
        return problems

    def first_keys(self, misfits: list[Misfit]) -> Sequence[Sequence[object] | None]:
        """Of each misfit the first keys, in their own order."""
        first = (
            "(ARRAY_AGG({0} ORDER BY {0}) FILTER (WHERE {1}))[1:{2}]"
            if self.postgres
            else "MIN({0}, {2}) FILTER (WHERE {1})"
        )
        asked = ", ".join(first.format(quote(self.key), one.sql, EXAMPLES) for one in misfits)
        return self.one(f"SELECT {asked} FROM {self.relation} AS q")  # type: ignore[no-any-return]

    def twice(self, count: int) -> list[Problem]:
        """Keys, and the last keys of an order within their partition, that come more than once."""
        problems = []
        count, keys = self.different_keys(count)
        if count != keys:
            what = f"{count} 行里只有 {keys} 个不同的行键。"
            problems.append(Problem("RULE-014", self.place(self.key), what, "每行须有一个不同的键。"))
        for last in (name for name in self.book.unique_keys if name in self.types):
            places = ", ".join(map(quote, (*self.book.partition, last)))
            known, different = self.one(
                f"SELECT COUNT({quote(last)}), COUNT(DISTINCT ({places})) FROM {self.relation} AS q WHERE {quote(last)} IS NOT NULL"
            )
            if known != different:
                what = f"{known} 行里只有 {different} 个不同的值，先后没有定论。"
                problems.append(Problem("RULE-017", self.place(last), what, "排序的最后一个键须每行不同，请核对。"))
        return problems

    def different_keys(self, count: int) -> tuple[int, int]:
        """How many keys there are, and how many different ones."""
        if (self.postgres and self.indexed()) or self.rising():
            return count, count
        (keys,) = self.one(f"SELECT COUNT(DISTINCT {quote(self.key)}) FROM {self.relation} AS q")
        return count, int(keys)

    def rising(self) -> bool:
        """Whether each key is above the one before, as they lie: then no two are the same, and nothing need be sorted."""
        key = quote(self.key)
        apart = f"SELECT {key} AS own, LAG({key}) OVER () AS before FROM {self.relation} AS q"
        wrong, starts = self.one(
            f"SELECT COUNT(*) FILTER (WHERE own <= before), COUNT(*) FILTER (WHERE before IS NULL) FROM ({apart}) AS q"
        )
        return not wrong and starts <= 1

    def indexed(self) -> bool:
        """Whether PostgreSQL itself keeps the keys different."""
        (found,) = self.one(
            "SELECT COUNT(*) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indisunique AND i.indisvalid"
            f" AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indrelid = {text_literal(self.relation)}::regclass AND a.attname = {text_literal(self.key)}"
        )
        return bool(found)

    def one(self, sql: str) -> Any:
        unprepared = {"prepare": False} if self.postgres else {}  # tables of one name come and go
        return self.connection.execute(sql, **unprepared).fetchone()


class MemberReader(TableReader):
    """A table of members. Its key names the row of each; a column "key", where there is one, the member within its row."""

    def different_keys(self, count: int) -> tuple[int, int]:
        if "key" not in self.types:
            return count, count
        named = f'COUNT("key"), COUNT(DISTINCT ({quote(self.key)}, "key")) FILTER (WHERE "key" IS NOT NULL)'
        given, keys = self.one(f"SELECT {named} FROM {self.relation} AS q")
        return int(given), int(keys)

    def joined_key(self, column: str, rows: TableReader) -> str:
        """A key, of a row or a member, as what the two are compared by: integers as they are, all else as text."""
        if self.types[self.key].is_integer and rows.types[rows.key].is_integer:
            return column
        return f'CAST({column} AS TEXT) COLLATE "C"' if self.postgres else f"CAST({column} AS VARCHAR)"

    def list_problems(self, book: Book, rows: TableReader) -> list[Problem]:
        """Members of no row, and rows with more or fewer members than they say."""
        assert book.members
        own, key = self.joined_key(quote(self.key), rows), self.joined_key(quote(rows.key), rows)
        counted = f"SELECT {own} AS own, COUNT(*) AS many FROM {self.relation} AS q GROUP BY 1"
        said = quote(book.members.count) if book.members.count in rows.types else "CAST(NULL AS BIGINT)"
        known = f"SELECT {key} AS row_key, {said} AS said FROM {rows.relation} AS r"
        joined = f"FROM ({counted}) AS c LEFT JOIN ({known}) AS k ON k.row_key = c.own"
        tests = ("k.row_key IS NULL", "k.said <> c.many", f"c.many > {MAX_MEMBERS}")
        if not any(self.one(f"SELECT {', '.join(f'COUNT(*) FILTER (WHERE {test})' for test in tests)} {joined}")):
            return []
        first = f"ORDER BY c.own LIMIT {EXAMPLES}"
        ask = self.connection.execute
        lost = ask(f"SELECT c.own, COUNT(*) OVER () {joined} WHERE {tests[0]} {first}").fetchall()
        odd = ask(f"SELECT c.own, k.said, c.many, COUNT(*) OVER () {joined} WHERE {tests[1]} {first}").fetchall()
        many = ask(f"SELECT c.own {joined} WHERE {tests[2]} {first}").fetchall()
        problems = [lost_problem(book, [_key_shown(key) for key, _ in lost], lost[0][1])] if lost else []
        told = {_key_shown(key): (int(said), count) for key, said, count, _ in odd}
        problems += [count_problem(book, told, odd[0][3])] if odd else []
        return problems + ([many_problem(book, [_key_shown(key) for (key,) in many])] if many else [])


def split_absent(book: Book, given: bool, absent: Collection[str]) -> tuple[list[str], list[str]]:
    """What is absent of the rows, and of the members. Refused as `require_members`."""
    require_members(book, given, absent)
    inner = book.members.inputs if book.members else {}
    own = [name for name in absent if name not in inner and (name != MEMBERS or book.members is None)]
    return own, [name for name in absent if name in inner]


def _key_shown(key: object) -> str:
    return "".join(one if one.isprintable() else f"<U+{ord(one):04X}>" for one in str(key)[:60])


def _identifier(name: str) -> str:
    return ".".join(map(quote, name.split(".")))
