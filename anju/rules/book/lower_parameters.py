"""Lower a parameter's value to a typed node: a constant, a table by one key or more, or bands of a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from anju.rules.book.schema import Band, Keyed, Parameter, Plain, Value
from anju.rules.book.tree import INTEGER
from anju.rules.language import ir
from anju.rules.language.exact import floor_scaled
from anju.rules.language.formula import FormulaError
from anju.rules.language.ir import Choice, Day, Factors, Num, Term, Truth


def lower_parameter(
    parameter: Parameter, value: Value, name: Callable[[str], Term], factors: Callable[[str], Factors]
) -> Term:
    """name: the node of an input or step; factors: what a unit says of money. FormulaError for keys and bands that do not suit what they are of."""
    return _LoweredParameter(parameter, name, factors).value(value, parameter.by)


def lower_allowed(
    parameter: Parameter, value: Value, condition: str, name: Callable[[str], Term], factors: Callable[[str], Factors]
) -> Term:
    """The truth of a condition that bands of the parameter refuse by: false in those bands, unknown where their number is."""
    assert isinstance(value, tuple)
    return _LoweredParameter(parameter, name, factors).bands(value, lambda band: band.refuses != condition)


class _LoweredParameter:
    def __init__(self, parameter: Parameter, name: Callable[[str], Term], factors: Callable[[str], Factors]) -> None:
        self.parameter, self.name, self.factors = parameter, name, factors

    def value(self, value: Value, by: tuple[str, ...]) -> Term:
        if isinstance(value, tuple):
            return self.bands(value)
        if isinstance(value, Mapping):
            return self.keyed(value, by)
        return self.plain(value)

    def plain(self, value: Plain) -> Term:
        parameter = self.parameter
        if isinstance(value, bool):
            return Term("const", Truth(), value=value)
        if isinstance(value, Decimal):
            return ir.from_decimal(value, parameter.places, parameter.unit or None, self.factors(parameter.unit))
        if isinstance(value, date):
            return Term("const", Day(), value=day_number(value))
        return Term("const", Choice(parameter.enum), value=parameter.enum.index(value))

    def pick(self, subject: Term, tests: list[tuple[str, Any, Term]]) -> Term:
        """A case without else: what no test meets is unknown."""
        nodes, type_ = ir.same_type([node for _, _, node in tests])
        return Term("pick", type_, (subject, *nodes), tuple((kind, edge) for kind, edge, _ in tests))

    def keyed(self, value: Keyed, by: tuple[str, ...]) -> Term:
        """One row of the table for each key; what stands in it is a value, or the row of the next key."""
        subject = self.name(by[0])
        keys = [key for key in value if key != "more"]
        tests: list[tuple[str, Any, Term]] = []
        if isinstance(subject.type, Choice):
            domain = subject.type.domain
            if wrong := [key for key in value if key not in domain]:
                raise FormulaError(f"取值“{'、'.join(wrong)}”不在“{by[0]}”的可选值之内。")
            tests = [("equal", domain.index(key), self.value(value[key], by[1:])) for key in keys]
        elif isinstance(subject.type, Num) and subject.type.places == 0 and all(INTEGER.match(key) for key in keys):
            tests = [("equal", int(key), self.value(value[key], by[1:])) for key in keys]
            if "more" in value:
                tests.append(("above", max(map(int, keys)), self.value(value["more"], by[1:])))
        else:
            raise FormulaError(f"by 的“{by[0]}”须是可选值或整数（places 为 0），取值须与之相配。")
        return self.pick(subject, tests)

    def bands(self, value: tuple[Band, ...], given: Callable[[Band], Plain] = lambda band: band.value) -> Term:
        """given: what a band gives; its value."""
        bands_of = self.parameter.bands
        subject = self.name(bands_of)
        if not isinstance(subject.type, Num):
            raise FormulaError(f"bands 的“{bands_of}”须是数。")
        tests: list[tuple[str, Any, Term]] = []
        for band in value[:-1]:
            # An edge finer than the subject falls between two of its integers: both comparisons move to the lower one.
            assert isinstance(band.upper, Decimal), "edges are numbers by now"
            floor, exact = floor_scaled(band.upper, subject.type.places)
            closed = band.upper_closed or not exact
            tests.append(("upto" if closed else "below", floor, self.plain(given(band))))
        tests.append(("rest", None, self.plain(given(value[-1]))))
        return self.pick(subject, tests)


def day_number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day
