"""Whether conditions can hold together for any row at all, proved by ranges: what is said to be impossible is; what is not said may still be.

Every number is an integer scaled by 10^places within the range that lowering found for it. A comparison of sums is a linear constraint over names
and over whatever is no sum (a quotient, an operator), which stands for itself wherever it is written alike; constraints narrow ranges until
nothing changes. `or` and `not` make several cases of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import lcm

from anju.rules.book.lower import Program
from anju.rules.book.schema import Band
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
    Sum,
)
from anju.rules.language.ir import Choice, Day, Num, Term

CASES = 64  # of or and not together; beyond them anything is held to be possible
ROUNDS = 30
FIRST_DAY, LAST_DAY = 18000101, 29981231
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}


@dataclass(frozen=True)
class Linear:
    """A sum: every part with its factor, and a constant; in real numbers, not scaled."""

    parts: Mapping[Expr, Fraction]
    constant: Fraction = Fraction(0)

    def plus(self, other: Linear, factor: Fraction) -> Linear:
        parts = dict(self.parts)
        for part, own in other.parts.items():
            parts[part] = parts.get(part, Fraction(0)) + factor * own
        return Linear({part: own for part, own in parts.items() if own}, self.constant + factor * other.constant)


@dataclass
class Case:
    """ranges: of a number, scaled, ends included; choices: of an enum or a truth what is left. most: sums that are not above 0."""

    ranges: dict[Expr, tuple[int, int]] = field(default_factory=dict)
    choices: dict[Expr, frozenset[int]] = field(default_factory=dict)
    most: list[Linear] = field(default_factory=list)

    def copy(self) -> Case:
        return Case(dict(self.ranges), dict(self.choices), list(self.most))


class TooMany(Exception):
    """More cases than are looked at."""


class Feasibility:
    """Of one book with one set of parameter values in force."""

    def __init__(self, program: Program) -> None:
        self.program, self.book = program, program.book
        self.terms: dict[Expr, Term | None] = {}

    def can(self, *wanted: tuple[Expr, bool]) -> bool:
        """Whether some row can have all these conditions so. False is a proof."""
        try:
            cases = [Case()]
            for expr, holds in wanted:
                cases = [after for case in cases for after in self.assume(case, expr, holds)]
        except (TooMany, RecursionError):
            return True
        return any(self.narrow(case) for case in cases)

    def term(self, expr: Expr) -> Term | None:
        """The expression lowered; None where it cannot stand alone."""
        if expr not in self.terms:
            try:
                self.terms[expr] = self.program.lowered(expr)
            except FormulaError:
                self.terms[expr] = None
        return self.terms[expr]

    # -- cases

    def assume(self, case: Case, expr: Expr, holds: bool) -> list[Case]:
        """The cases in which that is so; what is known to be impossible already is left out."""
        match expr:
            case Not(part):
                return self.assume(case, part, not holds)
            case And(parts) | Or(parts):
                if isinstance(expr, And) == holds:
                    return self.every(case, parts, holds)
                return self.limited([one for part in parts for one in self.assume(case.copy(), part, holds)])
            case Between(value, low, high):
                return self.assume(case, And((Compare(">=", value, low), Compare("<=", value, high))), holds)
            case In(value, choices):
                return self.assume(case, Or(tuple(Compare("=", value, choice) for choice in choices)), holds)
            case Call("reaches_or_rises", (value, goal, base, rise)):
                risen = Compare(">=", Sum(((1, value), (-1, base))), rise)
                return self.assume(case, Or((Compare(">=", value, goal), risen)), holds)
            case CaseExpression(branches, otherwise):
                ways: list[Expr] = []
                before: list[Expr] = []
                for test, value in branches:
                    ways.append(And((*before, test, value if holds else Not(value))))
                    before.append(Not(test))
                ways.append(And((*before, otherwise if holds else Not(otherwise))))
                return self.assume(case, Or(tuple(ways)), True)
            case Allowed(parameter, subject, condition):
                bands = self.program.values[parameter]
                assert isinstance(bands, tuple)
                fits = [band for band in bands if (band.refuses != condition) == holds]
                return self.limited(
                    [one for band in fits for one in self.assume(case.copy(), _within(band, subject), True)]
                )
            case Compare(sign, left, right):
                return self.compare(case, sign if holds else OPPOSITE[sign], left, right)
            case Name(name) if name in self.book.conditions:
                return self.assume(case, self.book.conditions[name].expr, holds)
            case Name(name) if name in self.book.steps:
                return self.assume(case, self.book.steps[name].expr, holds)
        return self.choose(case, expr, frozenset((int(holds),)))

    def every(self, case: Case, parts: tuple[Expr, ...], holds: bool) -> list[Case]:
        cases = [case]
        for part in parts:
            cases = self.limited([after for one in cases for after in self.assume(one, part, holds)])
        return cases

    def limited(self, cases: list[Case]) -> list[Case]:
        if len(cases) > CASES:
            raise TooMany
        return cases

    def choose(self, case: Case, expr: Expr, allowed: frozenset[int]) -> list[Case]:
        """What is left of an enum or a truth; of a constant, whether it is among them."""
        term = self.term(expr)
        if term is not None and term.op == "const":
            return [case] if int(term.value) in allowed else []
        left = case.choices.get(expr, allowed) & allowed
        case.choices[expr] = left
        return [case] if left else []

    def compare(self, case: Case, sign: str, left: Expr, right: Expr) -> list[Case]:
        if isinstance(left, Literal):
            left, right = right, left
        term = self.term(left)
        if term is not None and isinstance(term.type, Choice):
            domain = term.type.domain
            other = self.term(right) if not isinstance(right, Literal) else None
            if isinstance(right, Literal):
                chosen = frozenset((domain.index(right.value),))
            elif other is not None and other.op == "const":
                chosen = frozenset((other.value,))
            else:
                return [case]
            return self.choose(case, left, chosen if sign == "=" else frozenset(range(len(domain))) - chosen)
        one, two = self.linear(left), self.linear(right)
        if one is None or two is None:
            return [case]
        gap = one.plus(two, Fraction(-1))
        # Whatever the rows hold, the gap is a multiple of this: below 0 is at most one of it below.
        grid = [(factor / 10 ** self.places(part)).denominator for part, factor in gap.parts.items()]
        step = Fraction(1, lcm(gap.constant.denominator, *grid))
        if sign == "<>":
            if not gap.parts and not gap.constant:
                return []
            below, above = case, case.copy()
            below.most.append(Linear(gap.parts, gap.constant + step))
            above.most.append(_turned(gap, step))
            return [below, above]
        if sign in ("<", "<=", "="):
            case.most.append(Linear(gap.parts, gap.constant + (step if sign == "<" else 0)))
        if sign in (">", ">=", "="):
            case.most.append(_turned(gap, step if sign == ">" else Fraction(0)))
        return [case]

    # -- numbers

    def linear(self, expr: Expr) -> Linear | None:
        """The expression as a sum; None when it is no number and no date."""
        term = self.term(expr)
        if term is None or not isinstance(term.type, Num | Day):
            return None
        if term.op == "const":
            return Linear({}, Fraction(term.value, 10 ** (term.type.places if isinstance(term.type, Num) else 0)))
        match expr:
            case Number(value):
                return Linear({}, Fraction(value))
            case Sum(terms):
                added = Linear({})
                for sign, part in terms:
                    if (one := self.linear(part)) is None:
                        return None
                    added = added.plus(one, Fraction(sign))
                return added
            case Product(left, right):
                one, two = self.linear(left), self.linear(right)
                for constant, other in ((one, two), (two, one)):
                    if constant is not None and other is not None and not constant.parts:
                        return Linear({}).plus(other, constant.constant)
        return Linear({expr: Fraction(1)})

    def places(self, expr: Expr) -> int:
        term = self.term(expr)
        return term.type.places if term is not None and isinstance(term.type, Num) else 0

    def range(self, case: Case, expr: Expr) -> tuple[int, int]:
        if expr not in case.ranges:
            term = self.term(expr)
            assert term is not None
            case.ranges[expr] = (term.type.low, term.type.high) if isinstance(term.type, Num) else (FIRST_DAY, LAST_DAY)
        return case.ranges[expr]

    def narrow(self, case: Case) -> bool:
        """Whether anything is left of the ranges once every sum has narrowed them. Two sums that add up to a number above 0 leave nothing."""
        for one, two in combinations(case.most, 2):
            added = one.plus(two, Fraction(1))
            if not added.parts and added.constant > 0:
                return False
        for _ in range(ROUNDS):
            before = dict(case.ranges)
            for linear in case.most:
                if not self.narrow_by(case, linear):
                    return False
            if case.ranges == before:
                return True
        return True

    def narrow_by(self, case: Case, linear: Linear) -> bool:
        """constant + Σ factor × part ≤ 0: each part can be no more than what the others leave it."""
        least = {part: self.least(case, part, factor) for part, factor in linear.parts.items()}
        all_least = linear.constant + sum(least.values(), Fraction(0))
        if all_least > 0:
            return False
        for part, factor in linear.parts.items():
            room = (
                (least[part] - all_least) / factor * 10 ** self.places(part)
            )  # what the part may be at most, or at least
            low, high = self.range(case, part)
            if factor > 0:
                high = min(high, room.numerator // room.denominator)
            else:
                low = max(low, -(-room.numerator // room.denominator))
            if low > high:
                return False
            case.ranges[part] = (low, high)
        return True

    def least(self, case: Case, part: Expr, factor: Fraction) -> Fraction:
        low, high = self.range(case, part)
        return factor * Fraction(low if factor > 0 else high, 10 ** self.places(part))


def _turned(gap: Linear, step: Fraction) -> Linear:
    """gap ≥ step as a sum that is not above 0."""
    return Linear({part: -factor for part, factor in gap.parts.items()}, step - gap.constant)


def _within(band: Band, subject: str) -> Expr:
    tests: list[Expr] = []
    if isinstance(band.lower, Decimal):
        tests.append(Compare(">=" if band.lower_closed else ">", Name(subject), _number(band.lower)))
    if isinstance(band.upper, Decimal):
        tests.append(Compare("<=" if band.upper_closed else "<", Name(subject), _number(band.upper)))
    return And(tuple(tests))


def _number(value: Decimal) -> Expr:
    return Number(value) if value >= 0 else Sum(((-1, Number(-value)),))
