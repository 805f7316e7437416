"""Run a book over rows and hold the outcome: values, decisions, reasons, sentences, and a canonical file of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from anju.problems import Problem, Refused
from anju.quantities import scaled_text
from anju.rules import telling, values
from anju.rules.bind import Scalar, Table, bind, day_text
from anju.rules.canonical import csv_bytes
from anju.rules.compile import Compiled, compile_book
from anju.rules.engines import ENGINES
from anju.rules.ir import MAX_ROWS, Choice, Day, Num, Type
from anju.rules.schema import Book, Condition, Value
from anju.rules.show import shown, shown_places

if TYPE_CHECKING:
    from anju.rules.reference import Trace

REFUSED, PENDING, PASSED = "refused", "pending", "passed"
FEW = 150  # rows up to which the reference is faster than opening an engine


@dataclass
class Run:
    """The outcome over all rows, in the order the rows came. problems: warnings only (stale values); misfits were refused."""

    book: Book
    on: date
    table: Table
    outputs: tuple[str, ...]
    types: Mapping[str, Type]
    results: list[tuple[Any, ...]]  # per row: the outputs, then the masks failed and unknown
    values: list[Mapping[str, Value]]  # per row: the parameter values it ran with
    problems: list[Problem] = field(default_factory=list)
    overrides: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[RunRow]:
        return [RunRow(self, index) for index in range(len(self.table))]

    @property
    def scales(self) -> dict[str, int]:
        """Decimal places of every number in `values`."""
        return {name: type_.places for name, type_ in self.types.items() if isinstance(type_, Num)}

    def shown_places(self, name: str) -> int:
        return shown_places(self.book, name, self.types[name])

    def row(self, key: str) -> RunRow:
        return self.rows[self.table.keys.index(str(key))]

    @cached_property
    def trace(self) -> Trace:
        """The same rows by the reference: why each unknown is unknown. Evaluated row by row when asked."""
        from anju.rules.reference import Trace  # the reference builds Runs itself

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

    @cached_property
    def inputs_digest(self) -> str:
        return self.table.digest()


@dataclass
class RunRow:
    """One row's outcome."""

    run: Run
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
        found: dict[str, Any] = {name: column[self.index] for name, column in run.table.columns.items()}
        result = run.results[self.index]
        found |= dict(zip(run.outputs, result[:-2], strict=True))
        failed, unknown = result[-2:]
        for place, name in enumerate(run.book.conditions):
            found[name] = None if unknown >> place & 1 else not failed >> place & 1
        return found

    def plain(self, name: str) -> Any:
        """An enum as its label, a date as text, a number as exact text; truth and unknown as they are."""
        value = self.values[name]
        return value if value is None or isinstance(value, bool) else self.exact(name)

    def exact(self, name: str) -> str:
        """At full places, unknown empty."""
        return exact_text(self.values[name], self.run.types[name])

    def text(self, name: str) -> str:
        """As shown, without unit; empty when unknown."""
        return shown(self.run.book, name, self.values[name], self.run.types[name], unit=False)

    def shown(self, name: str) -> str:
        """As shown, with unit; 未知 when unknown."""
        return shown(self.run.book, name, self.values[name], self.run.types[name]) or "未知"

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
        """refused if any condition fails, else pending (待核) if any is unknown, else passed."""
        return REFUSED if self.failed else PENDING if self.undecided else PASSED

    @property
    def colour(self) -> str:
        """A warning's colour: of the first condition that holds, from the top; empty when none does."""
        return next((self.run.book.conditions[name].colour for name in self.held), "")

    @property
    def warning(self) -> Condition | None:
        return next((self.run.book.conditions[name] for name in self.held), None)

    # -- why

    @cached_property
    def reasons(self) -> list[telling.Reason]:
        """Why anything of this row is unknown, each root cause once; empty when all is known."""
        return telling.reasons(self)

    @property
    def unknown(self) -> list[str]:
        """Names of what is at the root of every unknown: inputs not known; steps divided by 0 or out of range."""
        return list(dict.fromkeys(reason.name for reason in self.reasons))

    def sentences(self) -> list[str]:
        """In Chinese: each lost point, each failed condition (or the warning that holds), then each unknown."""
        return telling.sentences(self)

    def explain(self) -> list[telling.Explained]:
        return telling.explain_row(self)


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


@dataclass(frozen=True)
class Group:
    """Rows that run with the same parameter values."""

    values: dict[str, Value]
    indexes: list[int]


def groups(
    book: Book, table: Table, on: date, overrides: Mapping[str, Any] | None
) -> tuple[list[Group], list[Problem]]:
    """Rows by the interval, between changes of value, that their date falls into; and the warnings of those dates."""
    problems: dict[str, Problem] = {}
    warnings: dict[str, Problem] = {}
    by_day: dict[date, list[int]] = {} if len(table) else {on: []}  # without rows the day itself is still checked
    for index, day in enumerate(table.dates):
        by_day.setdefault(day, []).append(index)
    found: dict[date, list[int]] = {}
    for day, indexes in by_day.items():
        if wrong := values.check_day(book, day):
            problems |= {str(problem): problem for problem in wrong}
            continue
        warnings |= {str(problem): problem for problem in values.stale(book, day)}
        found.setdefault(values.moment(book, day), []).extend(indexes)
    made = []
    for day, indexes in sorted(found.items()):
        try:
            made.append(Group(values.in_force(book, day, overrides), indexes))
        except Refused as refused:
            problems |= {str(problem): problem for problem in refused.problems}
    if problems:
        raise Refused(*problems.values())
    return made, list(warnings.values())


def run(
    book: Book, rows: Sequence[Mapping[str, Any]], *, on: date, key: str, engine: str = "duckdb",
    parameters: Mapping[str, Any] | None = None, connection: Any = None, on_field: str | None = None,
) -> Run:  # fmt: skip
    """Run the book over the rows.

    rows: input name → value in the declared unit (int, Decimal, decimal text, date, label; None is unknown) and the row key under `key`.
    on: the run's date; on_field names the field of a row that carries its own date instead.
    engine: duckdb (own connection if none is given) or postgresql (needs a psycopg connection).
    parameters: what-if values in place of those in force.
    Refused: misfits by row (RULE-010 …), a day outside the book, a suspended book, a gap in a parameter.
    """
    table = bind(book, rows, key=key, on=on, on_field=on_field)
    made, warnings = groups(book, table, on, parameters)
    results: list[tuple[Any, ...]] = [()] * len(table)
    row_values: list[Mapping[str, Value]] = [{}] * len(table)
    chosen = ENGINES[engine]
    compiled: Compiled | None = None
    for group in made:
        compiled = compile_book(book, group.values, chosen.dialect)
        if compiled.windowed:
            whole_partitions(book, table, group)
        if not group.indexes:
            continue
        place = {table.rank[index]: index for index in group.indexes}
        for line in chosen.fetch(compiled, table, group.indexes, connection):
            results[place[line[0]]] = line[1:]
        for index in group.indexes:
            row_values[index] = group.values
    assert compiled is not None
    return Run(book, on, table, compiled.outputs, compiled.types, results, row_values, warnings, parameters or {})


def quickest(book: Book, rows: Sequence[Mapping[str, Any]], *, on: date, key: str) -> Run:
    """The same as `run`, by whichever is faster for so many rows: the reference or an engine."""
    from anju.rules import reference  # the reference builds Runs itself

    return (reference.run if len(rows) <= FEW else run)(book, rows, on=on, key=key)


def whole_partitions(book: Book, table: Table, group: Group) -> None:
    """A partition is calculated at once: its rows cannot fall under different parameter values."""
    check_size(book, max(map(len, table.partitions().values()), default=0))
    inside = set(group.indexes)
    if len(inside) == len(table):
        return
    for partition, indexes in table.partitions().items():
        if 0 < len(inside & set(indexes)) < len(indexes):
            shown_as = (
                "、".join(table.text(name, value) for name, value in zip(book.partition, partition, strict=True))
                or "全部"
            )
            what = f"“{shown_as}”这一组的行业务日期不同，适用的参数值不同，不能一起分摊或排序。"
            raise Refused(Problem("RULE-018", f"《{book.title}》", what, "请使同一组的业务日期一致，或分开计算。"))


def check_size(book: Book, rows: int) -> None:
    """The range of a sum over a partition was reckoned with so many rows and no more."""
    if rows > MAX_ROWS:
        what = f"一组有 {rows} 行，最多 {MAX_ROWS} 行。"
        raise Refused(Problem("RULE-019", f"《{book.title}》", what, "请写明 partition，分组计算。"))
