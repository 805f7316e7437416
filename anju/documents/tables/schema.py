"""What a declared table may say: its columns, its rows, its totals. Pure; docs/tables.md tells it to those who write one."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from anju.documents.tables.formulas import FormulaError, column_names, read_formula
from anju.documents.text.printing import FigureFormat
from anju.quantities import ALIASES, UNITS

KEY = r"^[a-z][a-z0-9_]*$"
MOST_COLUMNS, MOST_ROWS, DEEPEST = 120, 4_000, 5
PERIOD = re.compile(
    r"own|year|last|same-last-year|latest|year-\d|(19|20)\d\d(-(H[12]|Q[1-4]|\d\d(-\d\d)?))?|\{year[+-]?\d?\}[-HQ\d]*"
)
PERIODS = "own 本期、year 本年、year-1 上年、last 上期、same-last-year 上年同期、latest 最近一期，或 2021-08 这样的期间"


def known_unit(name: str) -> str:
    if name and ALIASES.get(name, name) not in UNITS:
        raise ValueError(f"没有“{name}”这个单位，可以写 {'、'.join(UNITS)}")
    return ALIASES.get(name, name) if name else ""


def known_format(words: str) -> str:
    try:
        FigureFormat.of(words)
    except ValueError:
        raise ValueError(f"“{words}”不是印法，可以写“亿元 2”“% 1”“套 upto 0”") from None
    return words


def known_period(text: str) -> str:
    if not PERIOD.fullmatch(text):
        raise ValueError(f"“{text}”不是期间，可以写 {PERIODS}")
    return text


def known_formula(text: str) -> str:
    try:
        read_formula(text)
    except FormulaError as error:
        raise ValueError(str(error)) from None
    return text


def as_text(value: object) -> object:
    """A year or a code of a region that was written without quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Unit = Annotated[str, BeforeValidator(known_unit)]
Show = Annotated[str, BeforeValidator(known_format)]
Period = Annotated[str, BeforeValidator(as_text), BeforeValidator(known_period)]
Formula = Annotated[str, BeforeValidator(known_formula)]
Text = Annotated[str, BeforeValidator(as_text)]


class TablePart(BaseModel):
    """Unknown keys are slips of the pen: refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ComparedPeriod(TablePart):
    """同比, 环比: against an earlier period of another column. as: how much (amount) or by how many percent (growth)."""

    of: str = Field(pattern=KEY)
    against: Literal["same-last-year", "last"]
    as_: Literal["amount", "growth"] = Field(default="growth", alias="as")


class Rank(TablePart):
    """The place of a row by another column. ties: 1 1 2 (dense) or 1 1 3 (skip)."""

    of: str = Field(pattern=KEY)
    order: Literal["high", "low"] = "high"
    ties: Literal["dense", "skip"] = "dense"


class LedgerCell(TablePart):
    """Of a ledger's record: a field as it stands, or what was recorded of an event since the year began, in the period, or ever."""

    field: str = ""
    event: str = ""
    mode: str = ""
    since: Literal["year", "period", "all"] = "year"

    @model_validator(mode="after")
    def single(self) -> "LedgerCell":
        if bool(self.field) == bool(self.event):
            raise ValueError("field（字段）和 event（事项）写一个，且只写一个")
        return self


class Members(TablePart):
    """The members of a dimension of a measure (住房类型: 棚改、公租房 …)."""

    of: str
    dimension: str
    only: tuple[str, ...] = ()


CONTENTS = ("code", "figure", "side", "text", "given", "formula", "rank", "change", "record")


class Column(TablePart):
    """A column with what stands in it, or a head over columns.

    code: a measure, in a row that brings none of its own. side: of a row's task or measure: value, target, actual, rate. text: name, unit,
    period, until, number, region of the row. figure: a name of the style of papers that the table belongs to (of a
    row's member; list.member.name). given: a value that the row gives. record: of a ledger's record.
    formula, rank, change: computed of the row's other columns, which are called by their key.
    each: repeated for each value of an option, each member of a list of the style. members: repeated for each member; with code, the member of that measure.
    """

    head: Text
    key: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    code: str = ""
    figure: str = ""
    calibre: str = ""
    period: Period = "own"
    region: Text = "own"
    side: Literal["", "value", "target", "actual", "rate"] = ""
    text: Literal["", "name", "unit", "period", "until", "number", "region", "none"] = ""
    given: str = ""
    formula: Formula | None = None
    rank: Rank | None = None
    change: ComparedPeriod | None = None
    record: LedgerCell | None = None
    unit: Unit = ""
    places: int | None = Field(default=None, ge=0, le=6)
    show: Show = ""
    optional: bool = False
    each: str = ""
    members: Members | None = None
    columns: tuple["Column", ...] = ()

    @model_validator(mode="after")
    def one_content(self) -> "Column":
        contents = [name for name in CONTENTS if getattr(self, name)]
        if self.columns and contents:
            raise ValueError(f"写了下级栏（columns）的表头不能再写 {'、'.join(contents)}")
        if not self.columns and len(set(contents) - {"given"}) > 1:
            raise ValueError(f"一栏只能有一种内容，这里写了 {'、'.join(contents)}")
        if (self.each or self.members) and not self.columns and "{item" not in self.head:
            raise ValueError("重复的栏，表头要各不相同：在 head 里写 {item_name}，印出每一项的名称")
        if self.members and not contents and not self.columns:
            raise ValueError(f"按分项重复的一栏，要写取哪个指标的分项：code: {self.members.of}")
        if not self.columns and not contents:
            raise ValueError(f"没有写这一栏是什么：{'、'.join(CONTENTS)} 写一个")
        return self


class GivenLine(TablePart):
    """A row that the table names itself. inside: a 其中 of the row above, which no sum adds; whole: the others are in it. region none: a row
    that stays blank. given: values with their source, by name.
    """

    label: Text
    code: str = ""
    calibre: str = ""
    region: Text = "own"
    period: Period = "own"
    unit: Unit = ""
    until: Text = ""
    inside: bool = False
    whole: bool = False
    target: str = ""
    actual: str = ""
    rate: str = ""
    given: dict[str, "Given"] = {}


class Given(TablePart):
    """A value that no ledger holds: a score, a rank by the superior, a rate without its counts. source: who says so."""

    value: Text = Field(pattern=r"^-?\d{1,15}(\.\d{1,6})?$")
    unit: Unit = ""
    source: str = Field(min_length=1)


class MeasureRow(TablePart):
    code: str
    name: str = ""
    calibre: str = ""
    unit: Unit = ""
    inside: bool = False


class Record(TablePart):
    """Records of a ledger. where: facts of the record and the values that are let through."""

    name: str
    kinds: tuple[str, ...] = ()
    where: dict[str, tuple[Text, ...]] = {}


class Group(TablePart):
    """Rows summed in a row of their own before them."""

    label: str
    total: str
    regions: tuple[Text, ...]


KINDS = ("regions", "set", "list", "tasks", "measures", "periods", "members", "ledger", "lines")
SETS = ("below", "own", "siblings", "deep", "province", "city", "county")


class Rows(TablePart):
    """A block of rows of one kind; a table is one or several blocks.

    regions: below (the region and its parts), own, siblings, deep (every level, indented), a level, or codes. whole: where the region
    itself stands. set: regions that a style names. list: its list, a row for each
    member. tasks: their codes, or all. periods: months, quarters, years of the year, or periods. group: the text that stands merged
    beside the block's rows.
    """

    regions: Literal[SETS] | tuple[Text, ...] | None = None  # type: ignore[valid-type]
    set: str | None = None
    list: str | None = None
    tasks: Literal["all"] | tuple[str, ...] | None = None
    measures: tuple[MeasureRow | str, ...] | None = None
    periods: Literal["months", "quarters", "this-and-last"] | tuple[Period, ...] | None = None
    members: Members | None = None
    ledger: Record | None = None
    lines: tuple[GivenLine, ...] | None = None
    whole: Literal["first", "last", "none"] = "first"
    rest: str = ""
    group: str = ""
    groups: str | tuple[Group, ...] = ()

    @model_validator(mode="after")
    def one_kind(self) -> "Rows":
        kinds = [name for name in KINDS if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(
                f"一段行写一种，且只写一种：{'、'.join(KINDS)}" + (f"（这里写了 {'、'.join(kinds)}）" if kinds else "")
            )
        return self


class Total(TablePart):
    """A row of sums over the rows. partial: what is known is summed, and the note names what is not; otherwise the sum stays blank."""

    label: str = "合计"
    at: Literal["first", "last"] = "last"
    partial: bool = False


class Order(TablePart):
    """Rows by a column, the unknown last. top: so many of them, and those that tie with the last."""

    by: str = Field(pattern=KEY)
    order: Literal["high", "low"] = "high"
    top: int = Field(default=0, ge=0, le=1000)


class DeclaredTable(TablePart):
    """A table, whole. needs: options without which it is left out. page: how it lies; auto is upright where its content fits.

    numbered: the head of a column of numbers before the names; none without it.
    """

    title: Text
    corner: str = "单位"
    numbered: str = ""
    unit: str = ""
    places: int = Field(default=0, ge=0, le=6)
    note: str = ""
    needs: tuple[str, ...] = ()
    page: Literal["auto", "upright", "landscape", "wide"] = "auto"
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[Rows, ...] | Rows = Rows(regions="below")
    total: Total | None = None
    where: Formula | None = None
    order: Order | None = None

    @property
    def blocks(self) -> tuple[Rows, ...]:
        return self.rows if isinstance(self.rows, tuple) else (self.rows,)

    @model_validator(mode="after")
    def hangs_together(self) -> "DeclaredTable":
        every = list(walk(self.columns))
        keys = [column.key for column in every if column.key]
        wrong = [f"列名 key“{key}”写了两次" for key in dict.fromkeys(keys) if keys.count(key) > 1]
        for column in every:
            asked = [*(column_names(column.formula) if column.formula else ())]
            asked += [one.of for one in (column.rank, column.change) if one]
            wrong += [
                f"栏“{column.head}”所用的列“{name}”没有定义（在那一栏写 key: {name}）"
                for name in asked
                if name not in keys
            ]
            wrong += [f"栏“{column.head}”用到它自己" for name in asked if name == column.key]
        table = [*(column_names(self.where) if self.where else ()), *([self.order.by] if self.order else ())]
        wrong += [f"where、order 所用的列“{name}”没有定义" for name in table if name not in keys]
        changed = {column.change.of for column in every if column.change}
        wrong += [
            f"同比、环比所指的列“{one.key}”不是指标"
            for one in every
            if one.key in changed and not (one.code or one.side)
        ]
        if not wrong and (ring := circle({one.key: one for one in every if one.key})):
            wrong.append(f"列 {'、'.join(ring)} 互相用到，算不出来")
        if len(every) > MOST_COLUMNS:
            wrong.append(f"有 {len(every)} 栏，最多 {MOST_COLUMNS} 栏")
        if wrong:
            raise ValueError("；".join(wrong))
        return self


def walk(columns: tuple[Column, ...]) -> Iterator[Column]:
    """Every column that has no columns below it."""
    for column in columns:
        if column.columns:
            yield from walk(column.columns)
        else:
            yield column


def each_names(columns: tuple[Column, ...]) -> Iterator[str]:
    """The options and lists that columns are repeated for."""
    for column in columns:
        if column.each:
            yield column.each
        yield from each_names(column.columns)


def uses(column: Column) -> list[str]:
    """The keys of the columns that this one is computed of."""
    if column.formula:
        return column_names(column.formula)
    return [one.of for one in (column.rank, column.change) if one]


def circle(by_key: dict[str, Column]) -> list[str]:
    """Keys of columns that are computed of each other; [] where there are none."""
    settled: set[str] = set()
    while True:
        ready = [key for key, column in by_key.items() if key not in settled and settled.issuperset(uses(column))]
        if not ready:
            return [key for key in by_key if key not in settled]
        settled.update(ready)
