"""What a formula means by the slow reference: each node by Python Decimal, one row at a time, written apart from `lower` and `compile`.

It is what the engines are tested against, what worked examples run on, and what tells why a value is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    localcontext,
)
from typing import Any, cast

from anju.quantities import COUNTED, UNITS
from anju.rules.book.rollups import member_book, operator_of
from anju.rules.book.schema import ENUM, MEMBERS, NUMBER, Band, Book, BookStep, Parameter, Value
from anju.rules.engine.bind import BoundTable, Scalar
from anju.rules.engine.members.reference import rolled_value
from anju.rules.language.decimals import compare, half_up, months_apart, rounded_to
from anju.rules.language.formula import (
    Allowed,
    And,
    Between,
    Call,
    CaseExpression,
    Compare,
    Expr,
    FormulaError,
    In,
    Literal,
    Name,
    Not,
    Number,
    Or,
    Product,
    Quotient,
    Ranked,
    Sum,
    children,
)

# 250 digits: far beyond any product the loader lets through, so that nothing is ever rounded but where it is said.
EXACT = Context(prec=250, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
RATIO = 12

UNKNOWN, ZERO, RANGE, KEY, DATES = "unknown", "zero", "range", "key", "dates"
ABSENT, EMPTY = "absent", "empty"  # a list of members that is not known, one of which nothing is the least


@dataclass(frozen=True)
class Cause:
    """Why something is unknown. name: the input that is not known, or the step (or parameter) that could not be had. member: of which of the row's."""

    why: str
    name: str
    row: int
    member: str = ""


Known = Decimal | bool | str | date
Causes = frozenset[Cause]
Result = tuple[Known | None, Causes]
NONE: Causes = frozenset()


class Trace:
    """Every row of a table, evaluated when asked and kept."""

    def __init__(self, book: Book, table: BoundTable, values: Sequence[Mapping[str, Value]]) -> None:
        self.book, self.table, self.params = book, table, values
        self.partitions = table.partitions()
        people = table.members
        self.members = Trace(member_book(book), people.table, [values[row] for row in people.of]) if people else None
        self.known: dict[tuple[int, str], Result] = {}
        self.windows: dict[tuple[str, int, tuple[Scalar, ...]], tuple[list[tuple[int, Decimal]] | None, Causes]] = {}

    def value(self, row: int, name: str) -> Result:
        """A named input, parameter, step, condition or rank of one row, with the causes when it is unknown."""
        key = (row, name)
        if key not in self.known:
            if getcontext().prec == EXACT.prec:  # already inside
                self.known[key] = self.find(row, name)
            else:
                with localcontext(EXACT):
                    self.known[key] = self.find(row, name)
        return self.known[key]

    def figure(self, row: int, expr: Expr) -> Result:
        """A figure of a sentence."""
        with localcontext(EXACT):
            return _Eval(self, row, "", RATIO).ev(expr)

    def money_unit(self, expr: Expr) -> str:
        """The unit of money that an expression is in, by what its names were declared; "" when it is no money."""
        match expr:
            case Name(name) if not self.book.unit(name) and (
                step := self.book.rollups.get(name) or self.book.steps.get(name)
            ):
                return self.money_unit(step.expr)
            case Name(name):
                unit = self.book.unit(name).split("/")[0]
                return unit if unit in UNITS and UNITS[unit].family == "money" else ""
            case Quotient(left, _):
                return self.money_unit(left)
            case Call("to_unit", (_, Literal(unit))):
                return unit
            case Call(operator, _) if operator in ("share", "full_if", "veto") or operator.startswith(
                ("lose_per", "gain_per")
            ):
                return self.money_unit(expr.args[1]) if operator in ("full_if", "veto") else ""
            case CaseExpression(branches, otherwise):
                units = [self.money_unit(value) for value in (*(value for _, value in branches), otherwise)]
            case Call(operator, args) if operator == "parts":
                units = [self.money_unit(arg) for arg in args[1::2]]
            case _:
                units = [self.money_unit(part) for part in children(expr)]
        return next(filter(None, units), "")

    def find(self, row: int, name: str) -> Result:
        book = self.book
        if name in book.inputs:
            value = self.input(name, self.table.columns[name][row])
            return value, (NONE if value is not None else frozenset((Cause(UNKNOWN, name, row),)))
        if name == "run_date":
            return self.table.dates[row], NONE
        if name in book.parameters:
            return self.parameter(row, book.parameters[name])
        if name in book.rollups:
            return self.rollup(row, book.rollups[name])
        if name in book.steps:
            return self.step(row, book.steps[name])
        if name in book.conditions:
            return _Eval(self, row, name, RATIO).ev(book.conditions[name].expr)
        if name in book.payables:
            return self.payable(row, book.payables[name])
        raise KeyError(name)

    def input(self, name: str, value: Scalar) -> Known | None:
        item = self.book.inputs[name]
        if value is None or isinstance(value, bool | str):
            return value
        if item.type == NUMBER:
            return Decimal(value).scaleb(-item.places)
        if item.type == ENUM:
            return item.enum[value]
        return date(value // 10000, value // 100 % 100, value % 100)

    def parameter(self, row: int, parameter: Parameter) -> Result:
        value = self.params[row][parameter.name]
        if not isinstance(value, tuple | Mapping):
            return value, NONE
        subjects = [self.value(row, name) for name in parameter.by or (parameter.bands,)]
        if causes := frozenset(cause for known, why in subjects if known is None for cause in why):
            return None, causes
        amount: Any = value
        for subject, _ in subjects:
            amount = _looked_up(amount, subject)
        return amount, (NONE if amount is not None else frozenset((Cause(KEY, parameter.name, row),)))

    def step(self, row: int, step: BookStep) -> Result:
        places = step.places if step.places is not None else (0 if step.unit in (*COUNTED, "fen") else None)
        evaluator = _Eval(self, row, step.name, max(RATIO, places or 0))
        if isinstance(step.expr, Call) and step.expr.name == "largest_remainder":
            value, causes = evaluator.largest_remainder(step.expr.args[0], places or 0)
        else:
            value, causes = evaluator.ev(step.expr, RATIO if places is None else places)
        if not isinstance(value, Decimal):
            return value, causes
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)
        if -exponent > (RATIO if places is None else places):
            value = half_up(value, RATIO if places is None else places)
        limits = step.range or ((Decimal(0), step.points) if step.points is not None else None)
        if limits and not limits[0] <= value <= limits[1]:
            return None, frozenset((Cause(RANGE, step.name, row),))
        return value, causes

    def rollup(self, row: int, step: BookStep) -> Result:
        """What the row's members come to; unknown, without a list of them."""
        people = self.table.members
        if people is None or self.members is None or row not in people.listed:
            return None, frozenset((Cause(ABSENT, MEMBERS, row),))
        results = [(member, *self.members.value(member, step.name)) for member in people.listed[row]]
        value = rolled_value(operator_of(step), [known for _, known, _ in results])
        if value is None and not results:
            return None, frozenset((Cause(EMPTY, step.name, row),))
        causes = [Cause(one.why, one.name, row, people.names[member]) for member, _, why in results for one in why]
        return value, (frozenset(causes) if value is None else NONE)

    def payable(self, row: int, result: str) -> Result:
        """What is paid or owed: nothing when refused; unknown, for all its causes, while pending."""
        held = [self.value(row, name) for name, condition in self.book.conditions.items() if condition.gate]
        if any(truth is False for truth, _ in held):
            return Decimal(0), NONE
        causes: Causes = NONE
        for truth, why in held:
            causes |= why if truth is None else NONE
        return (None, causes) if any(truth is None for truth, _ in held) else self.value(row, result)


def evaluate_formula(expr: Expr, value: Callable[[str], Known | None], places: int) -> Known | None:
    """A formula that stands alone, over names that somebody else knows: None is unknown. places: of a quotient."""
    with localcontext(EXACT):
        return _Eval(cast(Trace, _NamedValues(value)), 0, "", places).ev(expr)[0]


class _NamedValues:
    """Names without a book behind them: no rows, no partitions."""

    def __init__(self, value: Callable[[str], Known | None]) -> None:
        self.named = value

    def money_unit(self, expr: Expr) -> str:
        raise FormulaError("to_unit 只能用在规则书里：这里不知道一个数是哪一种钱。")

    def value(self, row: int, name: str) -> Result:
        known = self.named(name)
        return known, (NONE if known is not None else frozenset((Cause(UNKNOWN, name, row),)))


def _looked_up(table: Any, subject: Any) -> Any:
    """What a table or bands give for a known value: a value, the row of the next key, or None."""
    if isinstance(table, tuple):
        return band_of(table, subject).value
    if table is None or not isinstance(subject, Decimal):
        return table and table.get(str(subject))
    if str(int(subject)) not in table and "more" in table and subject > max(int(key) for key in table if key != "more"):
        return table["more"]
    return table.get(str(int(subject)))


def band_of(bands: tuple[Band, ...], value: Any) -> Band:
    """The one band that a known value stands in."""
    return next(band for band in bands if _inside(band, value))


def _inside(band: Band, value: Decimal) -> bool:
    lower, upper = cast(Decimal | None, band.lower), cast(Decimal | None, band.upper)  # edges are numbers by now
    above = lower is None or value > lower or (band.lower_closed and value == lower)
    return above and (upper is None or value < upper or (band.upper_closed and value == upper))


def _less(book: Book, name: str, left: Any, right: Any) -> bool:
    item = book.inputs.get(name) or book.steps.get(name)
    enum = item.enum if item else ()
    return bool(enum.index(left) < enum.index(right) if enum else left < right)


class _Eval:
    """One formula on one row. inner: places of a quotient that is calculated with further."""

    def __init__(self, trace: Trace, row: int, owner: str, inner: int) -> None:
        self.trace, self.row, self.owner, self.inner = trace, row, owner, inner

    def cause(self, why: str) -> Causes:
        return frozenset((Cause(why, self.owner, self.row),))

    def all(self, exprs: Sequence[Expr], tail: int | None = None) -> tuple[list[Any] | None, Causes]:
        """The values when all are known, else the causes of all that are not."""
        values, causes = [], NONE
        missing = False
        for expr in exprs:
            value, why = self.ev(expr, tail)
            missing = missing or value is None
            causes |= why if value is None else NONE
            values.append(value)
        return (None, causes) if missing else (values, NONE)

    def ev(self, expr: Expr, tail: int | None = None) -> Result:
        match expr:
            case Number(number):
                return number, NONE
            case Literal(text):
                return text, NONE
            case Name(name):
                return self.trace.value(self.row, name)
            case Sum(terms):
                values, causes = self.all([term for _, term in terms])
                if values is None:
                    return None, causes
                return sum((sign * value for (sign, _), value in zip(terms, values, strict=True)), Decimal(0)), NONE
            case Product(left, right):
                values, causes = self.all([left, right])
                return (None, causes) if values is None else (values[0] * values[1], NONE)
            case Quotient(left, right):
                values, causes = self.all([left, right])
                return (
                    (None, causes)
                    if values is None
                    else self.divide(values[0], values[1], self.inner if tail is None else tail)
                )
            case Compare(sign, left, right):
                values, causes = self.all([left, right])
                return (None, causes) if values is None else (compare(sign, values[0], values[1]), NONE)
            case And(parts):
                return self.junction(parts, False)
            case Or(parts):
                return self.junction(parts, True)
            case Not(part):
                value, causes = self.ev(part)
                return (None, causes) if value is None else (not value, NONE)
            case Between(value_, low, high):
                return self.junction((Compare(">=", value_, low), Compare("<=", value_, high)), False)
            case In(value_, choices):
                return self.junction(tuple(Compare("=", value_, choice) for choice in choices), True)
            case CaseExpression(branches, otherwise):
                for test, value_ in branches:
                    holds, causes = self.ev(test)
                    if holds is None:
                        return None, causes
                    if holds:
                        return self.ev(value_, tail)
                return self.ev(otherwise, tail)
            case Call(name, args):
                return self.call(name, args, tail)
            case Allowed(parameter, subject, condition):
                value, causes = self.trace.value(self.row, subject)
                bands = cast(tuple[Band, ...], self.trace.params[self.row][parameter])
                return (None, causes) if value is None else (band_of(bands, value).refuses != condition, NONE)
            case Ranked():
                return self.place(expr)
        raise AssertionError(expr)

    def junction(self, parts: Sequence[Expr], decisive: bool) -> Result:
        """and (decisive False), or (decisive True): decided by one part whatever the others are."""
        causes, missing = NONE, False
        for part in parts:
            value, why = self.ev(part)
            if value is decisive:
                return decisive, NONE
            missing = missing or value is None
            causes |= why if value is None else NONE
        return (None, causes) if missing else (not decisive, NONE)

    def divide(self, top: Decimal, bottom: Decimal, places: int) -> Result:
        return (None, self.cause(ZERO)) if bottom == 0 else (half_up(top / bottom, places), NONE)

    # -- operators

    def call(self, name: str, args: tuple[Expr, ...], tail: int | None) -> Result:
        if name in ("total", "share"):
            return self.window(name, args[0], tail)
        if name == "to_unit":
            value, causes = self.ev(args[0])
            if not isinstance(value, Decimal):
                return None, causes
            units = [UNITS[unit] for unit in (self.trace.money_unit(args[0]), cast(Literal, args[1]).value)]
            return value * units[0].factor / units[1].factor, NONE
        if name == "if_unknown":
            value, causes = self.ev(args[0], tail)
            return self.ev(args[1], tail) if value is None else (value, causes)
        if name in ("full_if", "veto"):
            holds, why = self.ev(args[0])
            value, causes = self.ev(args[1], tail)
            if holds is None or value is None:
                return None, (why if holds is None else NONE) | (causes if value is None else NONE)
            return (value if holds == (name == "full_if") else Decimal(0)), NONE
        if name == "parts":
            return self.parts(args)
        if name in ("lose_per_step", "gain_per_step"):
            return self.per_step(args, tail)
        if name == "reaches_or_rises":
            risen = Compare(">=", Sum(((1, args[0]), (-1, args[2]))), args[3])
            return self.junction((Compare(">=", args[0], args[1]), risen), True)
        values, causes = self.all(args, tail if name in ("greatest", "least", "abs") else None)
        if values is None:
            return None, causes
        match name, values:
            case "greatest", _:
                return max(values), NONE
            case "least", _:
                return min(values), NONE
            case "abs", [value]:
                return abs(value), NONE
            case "mean", _:
                return half_up(sum(values) / len(values), self.inner if tail is None else tail), NONE
            case (("lose_per_item" | "lose_per_day" | "gain_per_item"), [count, each, most]):
                return min(most, max(Decimal(0), count) * each), NONE
            case (("floor_to" | "ceil_to" | "round_to"), [value, size]):
                return rounded_to(name, value, size), NONE
            case "age_on", [born, day]:
                if day < born:
                    return None, self.cause(DATES)
                return Decimal(day.year - born.year - ((day.month, day.day) < (born.month, born.day))), NONE
            case "months_between", [first, last]:
                return Decimal(months_apart(first, last) if last >= first else -months_apart(last, first)), NONE
            case "days_between", [first, last]:
                return Decimal((last - first).days), NONE
        raise AssertionError(name)

    def parts(self, args: tuple[Expr, ...]) -> Result:
        added, causes, missing = Decimal(0), NONE, False
        for test, points in zip(args[::2], args[1::2], strict=True):
            value, why = self.call("full_if", (test, points), None)
            missing = missing or value is None
            causes |= why if value is None else NONE
            added += value if isinstance(value, Decimal) else 0
        return (None, causes) if missing else (added, NONE)

    def per_step(self, args: tuple[Expr, ...], tail: int | None) -> Result:
        values, causes = self.all(args)
        if values is None:
            return None, causes
        gap, size, each, most, mode = values
        gap = max(Decimal(0), gap)
        whole, rest = divmod(gap, size)
        if mode == "prorata":
            return min(most, half_up(gap * each / size, self.inner if tail is None else tail)), NONE
        return min(most, (whole + (1 if rest and mode == "ceil" else 0)) * each), NONE

    # -- over the partition

    def members(self, arg: Expr) -> tuple[list[tuple[int, Decimal]] | None, Causes]:
        """The argument for every row of this row's partition; one unknown makes all of it unknown, and is named."""
        trace = self.trace
        place = (self.owner, id(arg), trace.table.partition(self.row))
        if place not in trace.windows:
            known, causes, missing = [], NONE, False
            for member in trace.partitions[trace.table.partition(self.row)]:
                value, why = _Eval(trace, member, self.owner, self.inner).ev(arg)
                missing = missing or value is None
                causes |= why if value is None else NONE
                if isinstance(value, Decimal):
                    known.append((member, value))
            trace.windows[place] = (None, causes) if missing else (known, NONE)
        return trace.windows[place]

    def window(self, name: str, arg: Expr, tail: int | None) -> Result:
        members, causes = self.members(arg)
        if members is None:
            return None, causes
        whole = sum((value for _, value in members), Decimal(0))
        if name == "total":
            return whole, NONE
        mine = next(value for member, value in members if member == self.row)
        return self.divide(mine, whole, self.inner if tail is None else tail)

    def place(self, ranked: Ranked) -> Result:
        """One more than the rows ahead. Who is ahead is not known of two rows that are equal up to a key which one of them lacks."""
        value, members = self.trace.value, self.trace.partitions[self.trace.table.partition(self.row)]
        needed = members if ranked.entire else [self.row]
        causes = frozenset(cause for member in needed for key, _ in ranked.keys for cause in value(member, key.name)[1])
        ahead = 0
        for member in members:
            for key, descending in ranked.keys:
                (theirs, why), (mine, own) = value(member, key.name), value(self.row, key.name)
                if theirs is None or mine is None:
                    causes |= why | own
                elif theirs != mine:
                    ahead += _less(self.trace.book, key.name, theirs, mine) != descending
                if theirs is None or theirs != mine:
                    break
        return (None, causes) if causes else (Decimal(ahead + 1), NONE)

    def largest_remainder(self, arg: Expr, places: int) -> Result:
        members, causes = self.members(arg)
        if members is None:
            return None, causes
        scaled = [(member, value.scaleb(places)) for member, value in members]
        down = {member: value.to_integral_value(ROUND_FLOOR) for member, value in scaled}
        missing = half_up(sum((value for _, value in scaled), Decimal(0)), 0) - sum(down.values())
        turns = sorted(scaled, key=lambda pair: (-(pair[1] - down[pair[0]]), self.trace.table.rank[pair[0]]))
        turn = next(place for place, (member, _) in enumerate(turns, 1) if member == self.row)
        return (down[self.row] + (1 if turn <= missing else 0)).scaleb(-places), NONE
