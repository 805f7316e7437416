"""The outcome of a run: values, decisions, reasons, and a canonical file of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from anju.problems import Problem
from anju.quantities import scaled_text
from anju.rules.book.display import shown_places, shown_value
from anju.rules.book.schema import Book, BookCondition, Value
from anju.rules.engine.bind import BoundTable, Scalar, day_text
from anju.rules.engine.canonical import csv_bytes
from anju.rules.engine.digest import WHOLE_FILE, rows_digest
from anju.rules.engine.evaluation import Cause, Trace
from anju.rules.language.ir import Choice, Day, Num, Type

WHY = {
    "unknown": "未知",
    "zero": "分母为 0",
    "range": "超出声明的范围",
    "key": "没有与之对应的取值",
    "dates": "日期先后颠倒",
    "absent": "名单没有给出",
    "empty": "没有成员可算",
}


MANY = 12  # rows named in one sentence; the rest are counted


@dataclass(frozen=True)
class Reason:
    """One root cause of an unknown. rows: the other rows of the partition in which it lies; empty: this row's own. member: of which of its members."""

    name: str
    label: str
    why: str
    rows: tuple[str, ...] = ()
    member: str = ""

    @property
    def sentence(self) -> str:
        told = f"{f'成员“{self.member}”的' if self.member else ''}“{self.label}”{self.why}"
        if not self.rows:
            return told
        more = f"等 {len(self.rows)} 行" if len(self.rows) > MANY else ""
        return f"同组{'、'.join(self.rows[:MANY])}{more}的{told}"


def root_reasons(row: OutcomeRow) -> list[Reason]:
    """The root causes of every unknown among the outcomes: criteria, result and conditions, or all steps where a book names none."""
    book = row.run.book
    outcomes = dict.fromkeys((*book.criteria, *book.results, *book.conditions)) or book.steps
    causes: set[Cause] = set()
    for name in outcomes:
        if row.values[name] is None:
            causes |= row.run.trace.value(row.index, name)[1]
    return reasons_from_causes(row, causes)


def reasons_from_causes(row: OutcomeRow, causes: Iterable[Cause]) -> list[Reason]:
    """The causes as reasons: in the book's order, the row's own apart from those of its partition."""
    table, book = row.run.table, row.run.book
    inner = book.members.inputs if book.members else {}
    names = (*book.inputs, *inner, *book.parameters, *book.rollups, *book.steps, *book.conditions)
    order = {name: place for place, name in enumerate(names)}
    rows: dict[tuple[str, str, str], list[int]] = {}
    for cause in causes:
        rows.setdefault((cause.name, cause.why, cause.member), []).append(cause.row)
    reasons = []
    for (name, why, person), members in sorted(
        rows.items(), key=lambda item: (order.get(item[0][0], -1), *item[0][1:])
    ):
        others = sorted((index for index in members if index != row.index), key=table.rank.__getitem__)
        if row.index in members:
            reasons.append(Reason(name, book.label(name), WHY[why], member=person))
        if others:
            keys = tuple(table.keys[index] for index in others)
            reasons.append(Reason(name, book.label(name), WHY[why], keys, person))
    return reasons


REFUSED, PENDING, PASSED = "refused", "pending", "passed"


@dataclass
class RunOutcome:
    """The outcome over all rows, in the order the rows came. problems: warnings only (stale values); misfits were refused."""

    book: Book
    on: date
    table: BoundTable
    outputs: tuple[str, ...]
    types: Mapping[str, Type]
    results: list[tuple[Any, ...]]  # per row: the outputs, then the masks failed and unknown
    values: list[Mapping[str, Value]]  # per row: the parameter values it ran with
    problems: list[Problem] = field(default_factory=list)
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[OutcomeRow]:
        return [OutcomeRow(self, index) for index in range(len(self.table))]

    @property
    def scales(self) -> dict[str, int]:
        """Decimal places of every number in `values`."""
        return {name: type_.places for name, type_ in self.types.items() if isinstance(type_, Num)}

    def shown_places(self, name: str) -> int:
        return shown_places(self.book, name, self.types[name])

    def row(self, key: str) -> OutcomeRow:
        return self.rows[self.table.keys.index(str(key))]

    @cached_property
    def trace(self) -> Trace:
        """The same rows by the reference: why each unknown is unknown. Evaluated row by row when asked."""
        return Trace(self.book, self.table, self.values)

    def csv(self) -> bytes:
        """Canonical: sorted by key, every output at its full places, unknown empty, conditions by name."""
        order = sorted(range(len(self.rows)), key=self.table.rank.__getitem__)
        lines = [["key", *self.outputs, "failed", "unknown"]]
        names = tuple(self.book.conditions)
        for index in order:
            row, result = self.rows[index], self.results[index]
            failed, unknown = (" ".join(_named(names, mask)) for mask in result[-2:])
            lines.append([row.key, *(row.exact(name) for name in self.outputs), failed, unknown])
        return csv_bytes(lines)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.csv()).hexdigest()

    def digest_as(self, version: str) -> str:
        """By the version that a stored run was written under."""
        return self.digest if version == WHOLE_FILE else self.rows_digest

    @cached_property
    def rows_digest(self) -> str:
        """`rows/2`: equal to that of the same outcome in a file or a table."""
        return rows_digest(self.outputs, self.types, zip(self.table.keys, self.results, strict=True))

    @cached_property
    def inputs_digest(self) -> str:
        return self.table.digest()


@dataclass
class OutcomeRow:
    """One row's outcome."""

    run: RunOutcome
    index: int

    @property
    def key(self) -> str:
        return self.run.table.keys[self.index]

    @property
    def on(self) -> date:
        return self.run.table.dates[self.index]

    @cached_property
    def values(self) -> dict[str, Any]:
        """Inputs, outputs and conditions: a scaled int for a number, an index for an enum, yyyymmdd for a date, None for unknown."""
        run = self.run
        by_name: dict[str, Any] = {name: column[self.index] for name, column in run.table.columns.items()}
        result = run.results[self.index]
        by_name |= dict(zip(run.outputs, result[:-2], strict=True))
        failed, unknown = result[-2:]
        for place, name in enumerate(run.book.conditions):
            by_name[name] = None if unknown >> place & 1 else not failed >> place & 1
        return by_name

    def plain(self, name: str) -> Any:
        """An enum as its label, a date as text, a number as exact text; truth and unknown as they are."""
        value = self.values[name]
        return value if value is None or isinstance(value, bool) else self.exact(name)

    def exact(self, name: str) -> str:
        """At full places, unknown empty."""
        return exact_text(self.values[name], self.run.types[name])

    def text(self, name: str) -> str:
        """As shown, without unit; empty when unknown."""
        return shown_value(self.run.book, name, self.values[name], self.run.types[name], unit=False)

    def shown(self, name: str) -> str:
        """As shown, with unit; 未知 when unknown."""
        return shown_value(self.run.book, name, self.values[name], self.run.types[name]) or "未知"

    # -- conditions and decisions

    @property
    def failed(self) -> list[str]:
        """Conditions that do not hold."""
        return _named(tuple(self.run.book.conditions), self.run.results[self.index][-2])

    @property
    def undecided(self) -> list[str]:
        """Conditions that cannot be told."""
        return _named(tuple(self.run.book.conditions), self.run.results[self.index][-1])

    @property
    def held(self) -> list[str]:
        lost = {*self.failed, *self.undecided}
        return [name for name in self.run.book.conditions if name not in lost]

    @property
    def decision(self) -> str:
        """refused if any condition that decides fails, else pending (待核) if any is unknown, else passed."""
        gates = {*self.run.book.gates}
        return REFUSED if gates & {*self.failed} else PENDING if gates & {*self.undecided} else PASSED

    @property
    def colour(self) -> str:
        """A warning's colour: of the first condition that holds, from the top; empty when none does."""
        return next((self.run.book.conditions[name].colour for name in self.held), "")

    @property
    def warning(self) -> BookCondition | None:
        return next((self.run.book.conditions[name] for name in self.held), None)

    # -- why

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why anything of this row is unknown, each root cause once; empty when all is known."""
        return root_reasons(self)

    @property
    def unknown(self) -> list[str]:
        """Names of what is at the root of every unknown: inputs not known; steps divided by 0 or out of range."""
        return list(dict.fromkeys(reason.name for reason in self.reasons))


def exact_text(value: Scalar, type_: Type) -> str:
    if value is None:
        return ""
    if isinstance(type_, Num):
        return scaled_text(int(value), type_.places)
    if isinstance(type_, Choice):
        return type_.domain[int(value)]
    if isinstance(type_, Day):
        return day_text(int(value))
    return ("是" if value else "否") if isinstance(value, bool) else str(value)


def _named(names: tuple[str, ...], mask: int) -> list[str]:
    return [name for place, name in enumerate(names) if mask >> place & 1]
