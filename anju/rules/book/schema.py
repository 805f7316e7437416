"""What a rulebook (规则书) is once it has been read: plain frozen records, no behaviour beyond look-ups.

Numbers here are Decimals in the declared unit; scaled integers appear only in `lower`, `compile` and `reference`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from anju.rules.language.formula import KEYWORDS, Expr, Ranked
from anju.rules.language.versions import LANGUAGE

KINDS = ("scoring", "eligibility", "subsidy", "rent", "queue", "share", "warning", "check", "conduct", "counting")
COLOURS = ("红", "橙", "黄", "蓝", "绿")
LEVELS = ("阻断", "提醒")
NUMBER, TRUTH, DATE, TEXT, ENUM = "number", "truth", "date", "text", "enum"

DECIDING = ("eligibility", "subsidy", "rent", "queue", "conduct")  # kinds in which a condition that fails refuses
PAYING = ("subsidy", "rent")  # kinds whose result is money that somebody gets or owes

RESERVED = KEYWORDS | {"run_date", "failed", "unknown", "decision", "colour", "more", "key"}
RESERVED_BY_LANGUAGE = {2: {"failed_mask", "unknown_mask", "payable"}}  # columns of an outcome, beside the steps
RESERVED |= {
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "tableoid",
    "rowid",
}  # columns every table of an engine has already

MAX_CONDITIONS = 60  # the masks are BIGINT: 63 bits, three kept free
RELATIVE_PERIODS = ("year", "cumulative-year")  # the run's whole year; the run's own period, counted since January
MAX_INPUTS, MAX_PARAMETERS, MAX_STEPS = 300, 300, 300
MAX_RESULTS = 20
MAX_MEMBERS = 10_000  # of one row, for the range of a sum over them
ONE = "1"  # the key of the only row of an example
MEMBERS = "members"  # what the list of a row's members is called where it is not known
MAX_NODES = 20_000  # of all formulas together
MAX_KEYS = 4  # of a table, one after the other
MAX_CHAIN = 100  # steps that use one another, one after the other


@dataclass(frozen=True)
class BookSource:
    """A document the book rests on (依据). trust: 核, 次 or 忆."""

    key: str
    title: str
    number: str = ""
    issued: str = ""
    trust: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class BookInput:
    """A named fact that a row brings. At most one of measure (with target), ledger, judged; none: given by the caller."""

    name: str
    label: str
    type: str
    unit: str = ""
    places: int = 0
    show: int | None = None
    range: tuple[Decimal, Decimal] | None = None
    enum: tuple[str, ...] = ()
    measure: str = ""
    target: bool = False
    calibre: str = ""
    period: str = ""
    ledger: str = ""
    judged: bool = False
    note: str = ""
    line: int = 0


Plain = Decimal | str | bool | date


@dataclass(frozen=True)
class Band:
    """One interval of a banded value. An edge is a number, or the name of a parameter whose value stands for it; absent: open to infinity.

    refuses: the condition that fails in this band; "" where none does.
    """

    value: Plain
    lower: Decimal | str | None = None
    lower_closed: bool = False
    upper: Decimal | str | None = None
    upper_closed: bool = False
    refuses: str = ""


Keyed = Mapping[str, "Plain | Keyed"]  # a key of the domain, or "more" → value, or the row of the next key
Value = Plain | Keyed | tuple[Band, ...]


@dataclass(frozen=True)
class DatedValue:
    """A value in force from a day on (施行日期), where it stands and when someone last looked it up."""

    since: date
    value: Value
    source: str
    checked: date
    until: date | None = None
    line: int = 0


@dataclass(frozen=True)
class Parameter:
    """A policy number. by: keyed by those names, one after the other, over closed domains; bands: by intervals of that name."""

    name: str
    label: str
    type: str
    unit: str = ""
    places: int = 0
    show: int | None = None
    by: tuple[str, ...] = ()
    bands: str = ""
    enum: tuple[str, ...] = ()
    values: tuple[DatedValue, ...] = ()
    note: str = ""
    line: int = 0

    @property
    def refusals(self) -> tuple[str, ...]:
        """The conditions that bands of it fail, each once."""
        bands = [band for dated in self.values if isinstance(dated.value, tuple) for band in dated.value]
        return tuple(dict.fromkeys(band.refuses for band in bands if band.refuses))

    @property
    def edges(self) -> tuple[str, ...]:
        """The parameters that edges of its bands are, each once."""
        bands = [band for dated in self.values if isinstance(dated.value, tuple) for band in dated.value]
        edges = [edge for band in bands for edge in (band.lower, band.upper)]
        return tuple(dict.fromkeys(edge for edge in edges if isinstance(edge, str)))

    def in_force(self, on: date) -> DatedValue | None:
        """The value in force on that day; None in a gap."""
        newest = None
        for dated in self.values:
            if dated.since <= on and (dated.until is None or on <= dated.until):
                newest = dated
        return newest


@dataclass(frozen=True)
class BracedFigure:
    """A figure in braces within a sentence: an expression, perhaps with the unit and places to show it in."""

    expr: Expr
    unit: str | None = None
    places: int | None = None


@dataclass(frozen=True)
class SentenceTemplate:
    """A sentence with figures in braces, split into text and figures."""

    text: str
    parts: tuple[str | BracedFigure, ...]


@dataclass(frozen=True)
class BookStep:
    """A named value. points is set for a criterion of a score table, under: the headings above it.

    standard: what the table's 评分标准 column says of it, in our words.
    """

    name: str
    label: str
    formula: str
    expr: Expr
    unit: str | None = None
    places: int | None = None
    show: int | None = None
    range: tuple[Decimal, Decimal] | None = None
    enum: tuple[str, ...] = ()
    points: Decimal | None = None
    under: tuple[str, ...] = ()
    standard: str = ""
    says: SentenceTemplate | None = None
    clause: str = ""
    source: str = ""
    note: str = ""
    line: int = 0


@dataclass(frozen=True)
class Members:
    """The table of members (成员): what a row consists of, the persons of a household. key: the column that names the row.

    count: the input of the row that says how many there are; "" where none does.
    """

    key: str
    inputs: Mapping[str, BookInput]
    label: str = "成员"
    key_label: str = ""
    count: str = ""
    line: int = 0


@dataclass(frozen=True)
class BookCondition:
    """A named truth. colour for warnings, level for checks. gate: whether it decides what is paid; else it is only told."""

    name: str
    label: str
    formula: str
    expr: Expr
    says: SentenceTemplate
    colour: str = ""
    propose: str = ""
    level: str = ""
    clause: str = ""
    source: str = ""
    note: str = ""
    line: int = 0
    gate: bool = True


@dataclass(frozen=True)
class SortKey:
    """One key of a queue's order (排序)."""

    name: str
    descending: bool


@dataclass(frozen=True)
class WorkedExample:
    """A worked case (算例). rows: several rows by their key, for shares and queues; else the one row of `given`."""

    name: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Any]] | None = None
    members: Mapping[str, Sequence[Mapping[str, Any]]] | None = None  # by the key of their row
    date: date | None = None
    assumed: tuple[str, ...] = ()
    because: str = ""
    source: str = ""
    line: int = 0


def payable_names(results: Sequence[str]) -> list[str]:
    """Of the principal result `payable`, of a further one `payable_` and its name."""
    return [f"payable_{name}" if place else "payable" for place, name in enumerate(results)]


@dataclass(frozen=True)
class Suspension:
    since: date
    why: str
    by: str
    until: date | None = None


@dataclass(frozen=True)
class Book:
    """A rulebook. `steps` holds criteria and the implied total too, in the order written; `criteria` is a view of it.

    regions: codes of those it applies to, with all below them; none: anywhere. stated: whether the document says from when it applies (施行日期);
    else `applies_from` is the day from which it is used.
    """

    file: str
    digest: str
    kind: str
    subject: str
    title: str
    applies_from: date
    applies_until: date | None
    row: str
    regions: tuple[str, ...] = ()
    stated: bool = True
    sources: Mapping[str, BookSource] = field(default_factory=dict)
    inputs: Mapping[str, BookInput] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    steps: Mapping[str, BookStep] = field(default_factory=dict)
    conditions: Mapping[str, BookCondition] = field(default_factory=dict)
    members: Members | None = None
    rollups: Mapping[str, BookStep] = field(default_factory=dict)  # a level before the first step
    results: tuple[str, ...] = ()  # the first is the principal
    total: Decimal | None = None
    order: tuple[SortKey, ...] = ()
    partition: tuple[str, ...] = ()
    examples: tuple[WorkedExample, ...] = ()
    suspended: Suspension | None = None
    note: str = ""
    language: int = LANGUAGE  # what it is read and run under, for ever

    @property
    def criteria(self) -> Mapping[str, BookStep]:
        return MappingProxyType({name: step for name, step in self.steps.items() if step.points is not None})

    @property
    def result(self) -> str:
        """The principal result; "" where a book has none."""
        return self.results[0] if self.results else ""

    @cached_property
    def payables(self) -> Mapping[str, str]:
        """What is paid or owed in the end → the result that it is of: 0 when refused, unknown while pending. Empty where a book pays nothing."""
        pays = self.kind in PAYING and self.language > 1
        return dict(zip(payable_names(self.results), self.results, strict=True)) if pays else {}

    @property
    def gates(self) -> tuple[str, ...]:
        """The conditions that decide."""
        return tuple(name for name, condition in self.conditions.items() if condition.gate)

    @property
    def ranks(self) -> Mapping[str, Ranked]:
        """The steps that are places in an order."""
        return {name: step.expr for name, step in self.steps.items() if isinstance(step.expr, Ranked)}

    @property
    def unique_keys(self) -> tuple[str, ...]:
        """Inputs that must differ from row to row within a partition: what an order without shared places ends with."""
        return tuple(dict.fromkeys(one.keys[-1][0].name for one in self.ranks.values() if not one.shared))

    def in_force(self, on: date) -> bool:
        return self.applies_from <= on and (self.applies_until is None or on <= self.applies_until)

    def suspended_on(self, on: date) -> bool:
        pause = self.suspended
        return pause is not None and pause.since <= on and (pause.until is None or on <= pause.until)

    def label(self, name: str) -> str:
        """The Chinese name of anything in the book."""
        inner = self.members.inputs if self.members else {}
        for part in (self.inputs, self.parameters, self.rollups, self.steps, self.conditions, inner):
            if name in part:
                return str(part[name].label)
        if self.members and name == MEMBERS:
            return self.members.label
        if name in self.payables:
            payable = "应发额" if self.kind == "subsidy" else "应缴额"
            return payable if name == "payable" else f"{payable}（{self.label(self.payables[name])}）"
        return "业务日期" if name == "run_date" else name

    def unit(self, name: str) -> str:
        name = self.payables.get(name, name)
        inner = self.members.inputs if self.members else {}
        for part in (self.inputs, self.parameters, self.rollups, self.steps, inner):
            if name in part:
                return part[name].unit or ""
        return ""
