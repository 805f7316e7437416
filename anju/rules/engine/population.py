"""Run a book over a whole table or Parquet file where it lies: nothing passes through Python, rows come out as a table.

The columns hold the inputs in their declared units (integers, decimals, dates, truths, text). Doubles are refused.
`run_table` makes a table; a `BookStatement` makes nothing: it is one SELECT for PostgreSQL that a page asks live.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.rules.book.lower import day_number, input_type
from anju.rules.book.parameters import check_day, parameter_place, stale_values, values_in_force
from anju.rules.book.schema import DATE, ENUM, NUMBER, TEXT, TRUTH, Book, BookInput
from anju.rules.engine.bind import enum_spellings
from anju.rules.engine.compile import Compiled, Dialect, compile_book, quote
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.groups import check_size
from anju.rules.language.ir import Num, Type

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?\Z")
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
EXAMPLES = 20  # row keys named for each kind of misfit


@dataclass(frozen=True)
class TableOutcome:
    """rows: how many were run. The table `into` has the key as text, every output scaled by `scales`, failed_mask, unknown_mask."""

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
) -> TableOutcome:
    """source: a table's name, or on DuckDB the path of a Parquet file; into: the table to make.

    A column that is missing is unknown for every row. Refused: misfits with the keys of the first rows of each, before anything is made.
    """
    if wrong := check_day(book, on):
        raise Refused(*wrong)
    chosen = ENGINES[engine]
    compiled = compile_book(book, values_in_force(book, on, parameters), chosen.dialect)
    reader = _Reader(book, source, key, connection, chosen.dialect)
    count = reader.check(reader.source(compiled, on, checked=False), compiled)
    if compiled.windowed:
        check_size(book, count)
    statement = compiled.sql.replace("{source}", f"({reader.source(compiled, on, checked=True)})")
    if not NAME.match(into):
        raise ValueError(into)
    connection.execute(
        f'CREATE TABLE {_identifier(into)} AS SELECT "_i" AS "key", {reader.outputs(compiled)} FROM ({statement}) AS made'
    )
    return TableOutcome(count, into, compiled.types, compiled.conditions, stale_values(book, on))


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
        reader = _Columns(self.book, columns, self.dialect)
        items = [f'{quote(key)} AS "_i"', f'CAST({day_number(self.on)} AS BIGINT) AS "_on"']
        for name, kind in self.compiled.inputs:
            try:
                value = reader.within(self.book.inputs[name], kind) if name in columns else f"CAST(NULL AS {kind})"
            except TypeError as error:
                where, what = parameter_place(self.book, name), f"列的类型 {columns[name]} 不能用：{error}。"
                raise Refused(Problem("RULE-010", where, what, "请改规则书中这个输入的类型。")) from None
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


class _Columns:
    """Columns of a relation, by the name of the input that each holds, as an engine takes them."""

    def __init__(self, book: Book, columns: Mapping[str, str], dialect: Dialect) -> None:
        self.book, self.columns, self.dialect = book, columns, dialect
        self.postgres = dialect.name == "postgresql"

    def within(self, item: BookInput, kind: str) -> str:
        """The column as the compiler counts on it; what does not fit is unknown."""
        value = self.convert(item, self.columns[item.name])
        type_ = input_type(item)
        if isinstance(type_, Num):
            fits = f"{value} BETWEEN {type_.low} AND {type_.high} AND NOT {self.finer(item)}"
        elif item.type == ENUM:
            fits = f"{value} >= 0"
        else:
            return value
        return f"CASE WHEN {fits} THEN CAST({value} AS {kind}) END"

    def convert(self, item: BookInput, kind: str) -> str:
        """The column as an engine takes it; what does not fit becomes −1 (enum) or stays outside its range, and is then refused."""
        column = quote(item.name)
        base = kind.split("(")[0]
        if item.type == NUMBER:
            return self.number(item, kind, base, column)
        if item.type == TRUTH and base == "BOOLEAN":
            return column
        if item.type == DATE and base == "DATE":
            parts = (f"EXTRACT({part} FROM {column})" for part in ("YEAR", "MONTH", "DAY"))
            return "CAST({} * 10000 + {} * 100 + {} AS BIGINT)".format(*parts)
        if item.type in (ENUM, TEXT) and base in ("VARCHAR", "TEXT", "CHARACTER VARYING"):
            if item.type == TEXT:
                collate = ' COLLATE "C"' if self.postgres else ""
                rank = f"CAST(DENSE_RANK() OVER (ORDER BY {column}{collate}) AS BIGINT)"
                return f"CASE WHEN {column} IS NOT NULL THEN {rank} END"
            whens = " ".join(
                f"WHEN {column} IN ({', '.join(map(_literal, enum_spellings(label)))}) THEN CAST({index} AS BIGINT)"
                for index, label in enumerate(item.enum)
            )
            return f"CASE {whens} WHEN {column} IS NOT NULL THEN CAST(-1 AS BIGINT) END"
        raise TypeError(
            f"“{item.label}”要的是{ {TRUTH: '真假', DATE: '日期', ENUM: '可选值', TEXT: '文字', NUMBER: '数'}[item.type] }"
        )

    def number(self, item: BookInput, kind: str, base: str, column: str) -> str:
        """Scaled exactly: digits finer than declared are caught by `finer`, never rounded."""
        if base in INTEGERS:
            wide = base == "BIGINT" and item.places > 0
            return f"(CAST({column} AS {self.dialect.wide if wide else 'BIGINT'}) * {10**item.places})"
        precision, scale = self.decimal(kind)
        if self.postgres:
            return f"TRUNC({column} * {10**item.places})"
        if precision + scale + 1 > 38:
            raise TypeError("位数太多，请用 DECIMAL(18, …)")
        wide = precision + max(0, item.places - scale) > 18
        whole = f"CAST({column} * CAST({10**scale} AS DECIMAL({scale + 1}, 0)) AS {self.dialect.wide if wide else 'BIGINT'})"
        if scale <= item.places:
            return f"({whole} * {10 ** (item.places - scale)})"
        return f"({whole} // {10 ** (scale - item.places)})"

    def decimal(self, kind: str) -> tuple[int, int]:
        match = re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", kind)
        if match:
            return int(match.group(1)), int(match.group(2))
        if kind == "DECIMAL" and self.postgres:
            return 38, 38
        raise TypeError("不是精确的数")

    def finer(self, item: BookInput) -> str:
        """A condition that is true where a decimal column has more digits than declared."""
        kind = self.columns.get(item.name, "")
        if item.type != NUMBER or not kind.startswith("DECIMAL") or self.decimal(kind)[1] <= item.places:
            return "FALSE"
        column = quote(item.name)
        return f"{column} <> ROUND({column}, {item.places})"


class _Reader(_Columns):
    def __init__(self, book: Book, source: str, key: str, connection: Any, dialect: Dialect) -> None:
        super().__init__(book, {}, dialect)
        self.connection = connection
        if NAME.match(source):
            self.relation = _identifier(source)
        elif not self.postgres and source.endswith(".parquet"):
            self.relation = "read_parquet('" + source.replace("'", "''") + "')"
        else:
            raise ValueError(source)
        self.columns = self.describe()
        self.key = key

    def describe(self) -> dict[str, str]:
        if not self.postgres:
            return {
                row[0]: row[1] for row in self.connection.execute(f"DESCRIBE SELECT * FROM {self.relation}").fetchall()
            }
        rows = self.connection.execute(
            "SELECT attname, upper(format_type(atttypid, atttypmod)) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [self.relation],
        ).fetchall()
        return {name: kind.replace("NUMERIC", "DECIMAL") for name, kind in rows}

    def source(self, compiled: Compiled, on: date, *, checked: bool) -> str:
        """A select of "_i" (the key as text: its order is the order of row keys), "_on" and the inputs used, as scaled integers.

        Before they are checked numbers are as wide as they come; afterwards they have the type that the compiler counts on.
        """
        problems = (
            []
            if self.key in self.columns
            else [self.problem(self.key, "RULE-014", "没有这一列。", "请指明作行键的列。")]
        )
        collate = ' COLLATE "C"' if self.postgres else ""
        text = "TEXT" if self.postgres else "VARCHAR"
        items = [f'CAST({quote(self.key)} AS {text}){collate} AS "_i"', f'CAST({day_number(on)} AS BIGINT) AS "_on"']
        for name, kind in compiled.inputs:
            if name not in self.columns:
                items.append(f"CAST(NULL AS {kind}) AS {quote(name)}")
                continue
            try:
                value = self.convert(self.book.inputs[name], self.columns[name])
                items.append(f"{f'CAST({value} AS {kind})' if checked else value} AS {quote(name)}")
            except TypeError as error:
                problems.append(
                    self.problem(
                        name,
                        "RULE-010",
                        f"列的类型 {self.columns[name]} 不能用：{error}",
                        "请改用整数、定点小数、日期、真假或文字列。",
                    )
                )
        if problems:
            raise Refused(*problems)
        return f"SELECT {', '.join(items)} FROM {self.relation} AS rows_of"

    def check(self, inner: str, compiled: Compiled) -> int:
        """Count the rows; refuse duplicate keys, values out of range, finer than declared or not among the choices."""
        count, keys = self.one(f"SELECT COUNT(*), COUNT(DISTINCT {quote(self.key)}) FROM {self.relation} AS q")
        problems = []
        if count != keys:
            problems.append(
                self.problem(self.key, "RULE-014", f"{count} 行里只有 {keys} 个不同的行键。", "每行须有一个不同的键。")
            )
        if self.book.order:
            last = self.book.order[-1].name
            places = ", ".join(map(quote, (*self.book.partition, last)))
            known, different = self.one(
                f"SELECT COUNT({quote(last)}), COUNT(DISTINCT ({places})) FROM ({inner}) AS q WHERE {quote(last)} IS NOT NULL"
            )
            if known != different:
                problems.append(
                    self.problem(
                        last, "RULE-017", f"{known} 行里只有 {different} 个不同的值，先后没有定论。", "请核对。"
                    )
                )
        used = {name for name, _ in compiled.inputs} & self.columns.keys()
        tests = []
        for name in sorted(used):
            item = self.book.inputs[name]
            type_ = input_type(item)
            if isinstance(type_, Num):
                tests.append((name, "RULE-011", f"{quote(name)} NOT BETWEEN {type_.low} AND {type_.high}", inner))
                tests.append((name, "RULE-012", self.finer(item), self.relation))
            elif item.type == ENUM:
                tests.append((name, "RULE-013", f"{quote(name)} < 0", inner))
        tests += [(name, "RULE-016", f"{quote(name)} IS NULL", inner) for name in self.book.partition if name in used]
        for name, code, test, where in tests:
            if test == "FALSE":
                continue
            key, relation = ('"_i"', f"({where})") if where == inner else (quote(self.key), where)
            misfits = self.connection.execute(
                f"SELECT {key} FROM {relation} AS q WHERE {test} LIMIT {EXAMPLES}"
            ).fetchall()
            if misfits:
                (total,) = self.one(f"SELECT COUNT(*) FROM {relation} AS q WHERE {test}")
                what = {
                    "RULE-011": "超出允许范围",
                    "RULE-012": "比声明的小数位更细",
                    "RULE-013": "不在可选值之内",
                    "RULE-016": "分组所依据的值未知",
                }[code]
                shown = "、".join(str(row[0]) for row in misfits)
                problems.append(
                    self.problem(name, code, f"有 {total} 行{what}，例如行键 {shown}。", "请核对数据和单位后再运行。")
                )
        if problems:
            raise Refused(*problems)
        return int(count)

    def one(self, sql: str) -> Any:
        return self.connection.execute(sql).fetchone()

    def outputs(self, compiled: Compiled) -> str:
        return ", ".join([*map(quote, compiled.outputs), '"failed_mask"', '"unknown_mask"'])

    def problem(self, name: str, code: str, what: str, fix: str) -> Problem:
        text = f"《{self.book.title}》{self.relation} “{self.book.label(name)}”（{name}）"
        return Problem(code, Place(text, field=name), what, fix)


def _identifier(name: str) -> str:
    return ".".join(map(quote, name.split(".")))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
