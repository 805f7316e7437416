"""One of the two judgements that are compared: a book on a day with some parameters changed, and what of its outcome is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anju.problems import Problem, Refused
from anju.rules.book.parameters import check_day, parameter_place, values_in_force
from anju.rules.book.schema import PAYING, Book
from anju.rules.engine.compile import Compiled, compile_book, quote
from anju.rules.engine.engines import ENGINES
from anju.rules.engine.members.statement import compile_rollups
from anju.rules.language.ir import INT64, Num

BEFORE, AFTER = "原来", "改后"
JUDGING = ("eligibility", "queue", "conduct", "share", *PAYING)  # kinds whose conditions decide on a row
NOT_COMPARED = ("warning", "check", "counting")  # what they say is for people to look at; nobody gains or loses by it
LESS_IS_BETTER = ("rent", "queue")  # what is owed, and a place in a queue
REFUSED, PENDING, PASSED = 0, 1, 2
DECISIONS = ("不符合", "待核", "符合")


@dataclass(frozen=True)
class Side:
    """A book on a day. parameters: what is put in the place of the values in force, as of `values_in_force`."""

    book: Book
    on: date
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def compiled(self) -> Compiled:
        """Refused: a day on which the book cannot run, a gap in a parameter, a changed value that will not do; RULE-073."""
        problems = check_day(self.book, self.on)
        if self.book.kind in NOT_COMPARED:
            problems.append(_nothing_to_compare(self.book))
        if problems:
            raise Refused(*problems)
        values = values_in_force(self.book, self.on, self.parameters)
        compiled = compile_book(self.book, values, ENGINES["duckdb"].dialect)
        if not compared_output(self.book, compiled) and not self.judges:
            raise Refused(_nothing_to_compare(self.book))
        return compiled

    def rollups(self) -> Compiled:
        """What the members of a row come to, grouped by the row."""
        values = values_in_force(self.book, self.on, self.parameters)
        return compile_rollups(self.book, self.compiled(), values, ENGINES["duckdb"].dialect)

    @property
    def judges(self) -> bool:
        return self.book.kind in JUDGING and bool(self.book.gates)


def _nothing_to_compare(book: Book) -> Problem:
    what = "这本规则书的结果不是数，也没有符合不符合，没有可比的。"
    return Problem("RULE-073", parameter_place(book), what, "请选补贴、租金、资格、轮候、分摊、评分一类的规则书。")


def compared_output(book: Book, compiled: Compiled) -> str:
    """The number that is compared: what is paid in the end, else the result; "" where the outcome is a decision only."""
    name = next(iter(book.payables), book.result)
    return name if isinstance(compiled.types.get(name), Num) else ""


@dataclass(frozen=True)
class ComparedValue:
    """The number of both sides on one scale. wide: a difference may not fit into 64 bits; less_is_better: who owes less gains."""

    label: str
    unit: str
    places: int
    wide: bool
    less_is_better: bool

    @property
    def headings(self) -> tuple[str, str, str]:
        """Of the columns before, after and change, with the unit that their numbers are in."""
        unit = {"fen": "（分）", "point": "（分）", "1": "", "": ""}.get(self.unit, f"（{self.unit}）")
        return f"{BEFORE}{unit}", f"{AFTER}{unit}", f"变化{unit}"

    @property
    def sql_type(self) -> str:
        return "HUGEINT" if self.wide else "BIGINT"


def compared_value(before: Side, after: Side) -> ComparedValue | None:
    """None where decisions alone are compared. Refused RULE-071: two books whose results cannot be subtracted."""
    names, types = [], []
    for side in (before, after):
        compiled = side.compiled()
        name = compared_output(side.book, compiled)
        names.append(name)
        types.append(compiled.types[name] if name else None)
    units = [side.book.unit(name) if name else None for side, name in zip((before, after), names, strict=True)]
    kinds = [side.book.kind in LESS_IS_BETTER for side in (before, after)]
    if units[0] != units[1] or kinds[0] != kinds[1]:
        said = [
            f"《{side.book.title}》的结果是{f'“{side.book.label(name)}”（{unit}）' if name else '符合不符合'}"
            for side, name, unit in zip((before, after), names, units, strict=True)
        ]
        fix = "请选两本结果和单位相同的规则书。"
        raise Refused(Problem("RULE-071", "原来与改后的规则书", f"{'，'.join(said)}，不能相减。", fix))
    numbers = [type_ for type_ in types if isinstance(type_, Num)]
    if not numbers:
        return None
    places = max(type_.places for type_ in numbers)
    most = sum(max(abs(type_.low), abs(type_.high)) * 10 ** (places - type_.places) for type_ in numbers)
    return ComparedValue(before.book.label(names[0]), units[0] or "", places, most > INT64, kinds[0])


def check_sides(before: Side, after: Side) -> ComparedValue | None:
    """What is compared, as of `compared_value`. Refused RULE-070 where both sides are the same."""
    if (before.book.digest, before.on, dict(before.parameters)) == (
        after.book.digest,
        after.on,
        dict(after.parameters),
    ):
        what = "原来与改后的规则书、业务日期、参数都相同，没有可比的。"
        raise Refused(Problem("RULE-070", f"《{before.book.title}》", what, "请另选日期、规则书，或改一个参数。"))
    return compared_value(before, after)


def judgement_sql(side: Side, source: str, value: ComparedValue | None) -> str:
    """ "_i", the value on the common scale, the decision (0 refused, 1 pending, 2 passed) and the masks, over a SELECT of rows.

    A row of which the number is unknown is pending whatever its conditions say, unless one refuses it.
    """
    compiled = side.compiled()
    name = compared_output(side.book, compiled)
    number = "CAST(NULL AS BIGINT)"
    if name and value:
        type_ = compiled.types[name]
        assert isinstance(type_, Num)
        number = f"CAST({quote(name)} AS {value.sql_type})"
        if value.places > type_.places:
            number += f" * CAST({10 ** (value.places - type_.places)} AS {value.sql_type})"
    gates = sum(1 << place for place, one in enumerate(side.book.conditions.values()) if one.gate)
    gates = gates if side.judges else 0
    unknown = f'"unknown_mask" & {gates} <> 0' + (f" OR {quote(name)} IS NULL" if name else "")
    decision = f'CASE WHEN "failed_mask" & {gates} <> 0 THEN {REFUSED} WHEN {unknown} THEN {PENDING} ELSE {PASSED} END'
    return (
        f'SELECT "_i", {number} AS value, CAST({decision} AS TINYINT) AS decision, "failed_mask" AS failed, "unknown_mask" AS unknown'
        f" FROM ({compiled.sql.replace('{source}', f'({source})')}) AS judged"
    )


def condition_labels(book: Book) -> list[str]:
    """What each condition is called beside the others, in the order of the masks: two of one label are told apart by name."""
    labels = [condition.label for condition in book.conditions.values()]
    return [
        (label if labels.count(label) == 1 else f"{label}（{name}）").replace("；", "，")
        for name, label in zip(book.conditions, labels, strict=True)
    ]
