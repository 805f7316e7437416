"""What a table of rows must be for a book to run over it (行的约定), and how its columns become what the compiler counts on.

One contract for every table and engine: every declared input is there by exact name, or named as absent by whoever asks; numbers are exact and
within their range, no finer than declared; dates lie within 1800 to 2998; choices are among the declared ones; keys are there, printable and different.
Tests look at the columns as they are; only what passed them is converted, so that no conversion can overflow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from anju.problems import Place, Problem
from anju.rules.book.schema import DATE, ENUM, NUMBER, TEXT, TRUTH, Book, BookInput
from anju.rules.engine.bind import FIRST_DAY, LAST_DAY, enum_spellings
from anju.rules.engine.compile import quote
from anju.rules.language.dialect import Dialect
from anju.rules.language.ir import INT64

SIGNED = {"TINYINT": 7, "SMALLINT": 15, "INTEGER": 31, "BIGINT": 63, "HUGEINT": 127}
UNSIGNED = {"UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32, "UBIGINT": 64, "UHUGEINT": 128}
TEXTS = ("VARCHAR", "TEXT", "CHARACTER VARYING", "ENUM")
WANTED = {TRUTH: "真假", DATE: "日期", ENUM: "可选值", TEXT: "文字", NUMBER: "精确的数（整数或定点小数）"}
HIDDEN_IN_KEYS = "[\x01-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"


@dataclass(frozen=True)
class Misfit:
    """A way in which rows may not fit: the column, the code of the problem, and the SQL that is true of such a row."""

    name: str
    code: str
    sql: str


@dataclass(frozen=True)
class ColumnType:
    """A column's type as an engine says it. whole, scale: digits before and after the point that a number can hold; None: any number of them."""

    said: str
    base: str
    whole: int | None = None
    scale: int | None = None

    @classmethod
    def read(cls, said: str) -> ColumnType:
        base = said.partition("(")[0].strip()
        if match := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", said):
            return cls(said, base, int(match[1]) - int(match[2]), int(match[2]))
        if base in SIGNED or base in UNSIGNED:
            return cls(said, base, len(str(2 ** (SIGNED | UNSIGNED)[base])), 0)
        return cls(said, base)

    @property
    def is_integer(self) -> bool:
        return self.base in SIGNED or self.base in UNSIGNED


class TableContract:
    """columns: name → type as the engine says it. absent: inputs that whoever asks says are not there; they are unknown for every row."""

    def __init__(self, book: Book, columns: Mapping[str, str], dialect: Dialect, absent: Collection[str] = ()) -> None:
        self.book, self.dialect, self.absent = book, dialect, frozenset(absent)
        self.types = {name: ColumnType.read(said) for name, said in columns.items()}
        self.postgres = dialect.name == "postgresql"

    # -- the columns

    def column_problems(self, key: str, place: Callable[[str], Place]) -> list[Problem]:
        """What is wrong with the table's columns, whatever stands in them."""
        problems = []
        if key not in self.types:
            problems.append(Problem("RULE-014", place(key), "没有这一列。", "请指明作行键的列。"))
        for name in sorted(self.absent - self.book.inputs.keys()):
            problems.append(Problem("RULE-015", place(name), "规则书没有这个输入，不能说它缺。", "请改正名称。"))
        for name, item in self.book.inputs.items():
            if name in self.types:
                if name in self.absent:
                    problems.append(Problem("RULE-015", place(name), "说是缺，却有这一列。", "请去掉其一。"))
                elif not self.suits(item):
                    what = f"列的类型 {self.types[name].said} 不能用：“{item.label}”要的是{WANTED[item.type]}。"
                    problems.append(
                        Problem("RULE-010", place(name), what, "请改用整数、定点小数、日期、真假或文字列。")
                    )
            elif name in self.book.partition:
                problems.append(Problem("RULE-016", place(name), "没有这一列，不知道各行与谁一起计算。", "请补上。"))
            elif name not in self.absent:
                fix = "请补上这一列；确实没有的，写明它缺（命令用 --absent），各行按未知计算。"
                problems.append(Problem("RULE-022", place(name), f"没有输入“{item.label}”这一列。", fix))
        return problems

    def suits(self, item: BookInput) -> bool:
        kind = self.types[item.name]
        if item.type == NUMBER:
            return kind.is_integer or kind.base == "DECIMAL"
        return kind.base in {TRUTH: ("BOOLEAN",), DATE: ("DATE",)}.get(item.type, TEXTS)

    # -- what stands in them

    def misfits(self) -> list[Misfit]:
        """The tests of every input that is there, and of the partition."""
        found = []
        for name, item in self.book.inputs.items():
            if name not in self.types:
                continue
            column = quote(name)
            if item.type == NUMBER:
                found += self.number_misfits(item)
            elif item.type == ENUM:
                spelled = ", ".join(self.literal(one) for value in item.enum for one in enum_spellings(value))
                text = f"CAST({column} AS VARCHAR)" if self.types[name].base == "ENUM" else column
                found.append(Misfit(name, "RULE-013", f"{text} NOT IN ({spelled})"))
            elif item.type == DATE:
                outside = f"{column} NOT BETWEEN DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}'"
                found.append(Misfit(name, "RULE-023", outside))
            if name in self.book.partition:
                found.append(Misfit(name, "RULE-016", f"{column} IS NULL"))
        return found

    def number_misfits(self, item: BookInput) -> list[Misfit]:
        assert item.range
        column, kind = quote(item.name), self.types[item.name]
        low, high = (self._end(kind, end, up) for end, up in zip(item.range, (True, False), strict=True))
        outside = " OR ".join([f"{column} < {low}"] * bool(low) + [f"{column} > {high}"] * bool(high))
        found = [Misfit(item.name, "RULE-011", outside)] if outside else []
        if not kind.is_integer and (kind.scale is None or kind.scale > item.places):
            # Only of what is in range: beyond it the comparison itself might not fit.
            inside = f"{column} IS NOT NULL AND NOT ({outside}) AND " if outside else f"{column} IS NOT NULL AND "
            found.append(Misfit(item.name, "RULE-012", inside + self.finer(item, kind)))
        return found

    def finer(self, item: BookInput, kind: ColumnType) -> str:
        """Whether a decimal has more places than are declared."""
        column, rounded = quote(item.name), f"ROUND({quote(item.name)}, {item.places})"
        if not self.postgres and kind.whole is not None:
            width = min(38, kind.whole + item.places + 1)
            rounded = f"TRY_CAST({column} AS DECIMAL({width}, {item.places}))"
        return f"{column} <> {rounded}" if self.postgres else f"{column} IS DISTINCT FROM {rounded}"

    def literal(self, text: str) -> str:
        return text_literal(text)

    def _end(self, kind: ColumnType, end: Decimal, low: bool) -> str:
        """An end of the range as a value of the column's own type; "" where the type cannot go beyond it."""
        whole = int(end.to_integral_value(ROUND_CEILING if low else ROUND_FLOOR))
        if kind.is_integer:
            bits = (SIGNED | UNSIGNED)[kind.base]
            least, most = (-(2**bits) if kind.base in SIGNED else 0), 2**bits - 1
            return "" if (whole <= least if low else whole >= most) else str(whole)
        if kind.whole is None or kind.scale is None:
            return f"CAST('{end:f}' AS NUMERIC)"
        if abs(end) >= Decimal(10) ** kind.whole:
            return "" if (end < 0) == low else f"CAST('{whole}' AS DECIMAL(38, 0))"
        step = Decimal(1).scaleb(-kind.scale)
        own = end.quantize(step, ROUND_CEILING if low else ROUND_FLOOR)
        return f"CAST('{own:f}' AS DECIMAL({kind.whole + kind.scale}, {kind.scale}))"

    def value(self, item: BookInput, kind: str) -> str:
        """The column, which fits, as the scaled integer, index or number of the day that the compiler counts on. kind: its SQL type there."""
        column, own = quote(item.name), self.types[item.name]
        if item.type == NUMBER:
            return self.scaled(item, own, kind)
        if item.type == DATE:
            # Each part becomes an integer by itself: PostgreSQL extracts NUMERIC, whose arithmetic is slow.
            year, month, day = (f"CAST(EXTRACT({part} FROM {column}) AS BIGINT)" for part in ("YEAR", "MONTH", "DAY"))
            return f"({year} * 10000 + {month} * 100 + {day})"
        if item.type == ENUM:
            text = f"CAST({column} AS VARCHAR)" if own.base == "ENUM" else column
            whens = " ".join(
                f"WHEN {text} IN ({', '.join(map(self.literal, enum_spellings(label)))}) THEN CAST({place} AS BIGINT)"
                for place, label in enumerate(item.enum)
            )
            return f"CASE {whens} END"
        if item.type == TEXT:
            collate = ' COLLATE "C"' if self.postgres else ""
            rank = f"CAST(DENSE_RANK() OVER (ORDER BY {column}{collate}) AS BIGINT)"
            return f"CASE WHEN {column} IS NOT NULL THEN {rank} END"
        return column

    def scaled(self, item: BookInput, own: ColumnType, kind: str) -> str:
        """Exact: widened before it is multiplied wherever the product of a value in range might not fit."""
        assert item.range
        column, reach = quote(item.name), max(map(abs, item.range))
        if own.is_integer or self.postgres:
            factor = 10**item.places
            type_ = "BIGINT" if own.is_integer and reach * factor <= INT64 else self.dialect.wide
            product = f"CAST({column} AS {type_}) * CAST({factor} AS {type_})" if factor > 1 else column
            return f"CAST({product} AS {kind})"
        places = min(own.scale or 0, item.places)
        width = 18 if fits_short(item, own) else 38
        exact = f"CAST({column} AS DECIMAL({width}, {places}))"
        whole = f"CAST({exact} * CAST({10**places} AS DECIMAL({places + 1}, 0)) AS {kind})"
        return whole if places == item.places else f"({whole} * CAST({10 ** (item.places - places)} AS {kind}))"


def fits_short(item: BookInput, own: ColumnType) -> bool:
    """Whether a decimal in range, as a scaled integer of its own places, is short of 18 digits even on the way there."""
    assert item.range
    return bool(max(map(abs, item.range)) * 10 ** (2 * min(own.scale or 0, item.places)) < 10**18)


def text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
