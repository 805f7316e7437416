"""The typed tree between a formula and SQL. Every number is an integer scaled by 10^places whose range is known.

A node of type Num holds the integer value × 10^places; a date is the integer yyyymmdd; an enum value is its index.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anju.quantities import divide_half_up
from anju.rules.language.exact import needed_places, to_scaled
from anju.rules.language.formula import FormulaError

LIMIT = 10**38 - 1  # decimal(38,0): the widest integer that DuckDB, PostgreSQL and Spark all hold
INT64 = 2**63 - 1
RATIO_PLACES = 12
MAX_ROWS = 10**7  # rows in one partition, for the range of a sum


@dataclass(frozen=True)
class Num:
    places: int
    low: int
    high: int
    unit: str | None = None  # None: free, takes the unit it is put beside


@dataclass(frozen=True)
class Truth:
    pass


@dataclass(frozen=True)
class Day:
    pass


@dataclass(frozen=True)
class Words:
    pass


@dataclass(frozen=True)
class Choice:
    domain: tuple[str, ...]


Type = Num | Truth | Day | Words | Choice


@dataclass(frozen=True, eq=False)
class Term:
    op: str
    type: Type
    args: tuple[Term, ...] = ()
    value: Any = None

    @property
    def num(self) -> Num:
        assert isinstance(self.type, Num)
        return self.type


def check_fits(bound: int, what: str) -> None:
    if bound > LIMIT:
        raise FormulaError(
            f"{what}可能达到 {len(str(bound))} 位，超过 38 位整数。请缩小输入的 range、减少 places，或给中间步骤写 range。"
        )


def number(op: str, type_: Num, args: tuple[Term, ...] = (), value: Any = None) -> Term:
    check_fits(max(abs(type_.low), abs(type_.high)), "结果")
    return Term(op, type_, args, value)


def constant(value: int, places: int = 0, unit: str | None = None) -> Term:
    return number("const", Num(places, value, value, unit), value=value)


def from_decimal(value: Decimal, places: int | None = None, unit: str | None = None) -> Term:
    scale = needed_places(value) if places is None else places
    return constant(to_scaled(value, scale), scale, unit)


def join_units(nodes: tuple[Term, ...] | list[Term]) -> str | None:
    """The one unit of what is added, subtracted or compared; free ones take it; a contradiction is refused."""
    units = sorted({node.num.unit for node in nodes if node.num.unit is not None})
    if len(units) > 1:
        raise FormulaError(f"单位不一致：“{units[0]}”与“{units[1]}”不能相加减或比较。请先换算成同一单位。")
    return units[0] if units else None


def to_places(node: Term, places: int) -> Term:
    """The same value at other places: exact when finer, half-up when coarser."""
    num = node.num
    if num.places == places:
        return node
    if num.places < places:
        factor = 10 ** (places - num.places)
        if node.op == "const":
            return constant(node.value * factor, places, num.unit)
        return number("mul", Num(places, num.low * factor, num.high * factor, num.unit), (node, constant(factor)))
    return divide(node, constant(1), places, unit=num.unit)


def align(nodes: list[Term]) -> list[Term]:
    places = max(node.num.places for node in nodes)
    return [to_places(node, places) for node in nodes]


def add(terms: list[tuple[int, Term]]) -> Term:
    unit = join_units([node for _, node in terms])
    nodes = align([node for _, node in terms])
    signs = tuple(sign for sign, _ in terms)
    low = sum(node.num.low if sign > 0 else -node.num.high for sign, node in zip(signs, nodes, strict=True))
    high = sum(node.num.high if sign > 0 else -node.num.low for sign, node in zip(signs, nodes, strict=True))
    check_fits(sum(max(abs(node.num.low), abs(node.num.high)) for node in nodes), "相加的中间值")
    if all(node.op == "const" for node in nodes):
        return constant(low, nodes[0].num.places, unit)
    return number("sum", Num(nodes[0].num.places, low, high, unit), tuple(nodes), signs)


def multiply(left: Term, right: Term) -> Term:
    corners = [a * b for a in (left.num.low, left.num.high) for b in (right.num.low, right.num.high)]
    places = left.num.places + right.num.places
    check_fits(max(map(abs, corners)), "乘积")
    if left.op == right.op == "const":
        return constant(corners[0], places)
    return number("mul", Num(places, min(corners), max(corners)), (left, right))


def divide(left: Term, right: Term, places: int, unit: str | None = None) -> Term:
    """left ÷ right, exact half-up at places; NULL when right is 0. value: factors for numerator and denominator."""
    a, b = left.num, right.num
    shift = places + b.places - a.places
    up, down = 10 ** max(0, shift), 10 ** max(0, -shift)
    divisors = {edge for edge in (b.low, b.high, 1, -1) if edge and b.low <= edge <= b.high}
    if not divisors:
        raise FormulaError("除数总是 0。")
    check_fits(2 * max(abs(a.low), abs(a.high)) * up + max(abs(b.low), abs(b.high)) * down, "除法的中间值")
    check_fits(2 * max(abs(b.low), abs(b.high)) * down, "除法的中间值")
    corners = [divide_half_up(edge * up, divisor * down) for edge in (a.low, a.high) for divisor in divisors]
    if left.op == right.op == "const":
        return constant(divide_half_up(a.low * up, b.low * down), places, unit)
    return number("div", Num(places, min(corners), max(corners), unit), (left, right), (up, down))


def floor_divide(left: Term, right: Term) -> Term:
    """Whole steps, toward −∞; right is positive; both at the same places; a count comes out."""
    left, right = align([left, right])
    a, b = left.num, right.num
    corners = [edge // divisor for edge in (a.low, a.high) for divisor in (b.low, b.high)]
    check_fits(max(abs(a.low), abs(a.high)) + b.high, "取整的中间值")
    return number("floordiv", Num(0, min(corners), max(corners)), (left, right))


def extreme(op: str, nodes: list[Term]) -> Term:
    """greatest or least, strict."""
    unit = join_units(nodes)
    nodes = align(nodes)
    pick = max if op == "greatest" else min
    low, high = pick(node.num.low for node in nodes), pick(node.num.high for node in nodes)
    if low == high and all(node.op == "const" for node in nodes):
        return constant(low, nodes[0].num.places, unit)
    return number(op, Num(nodes[0].num.places, low, high, unit), tuple(nodes))


def negate(node: Term) -> Term:
    return add([(-1, node)])


def same_type(nodes: list[Term]) -> tuple[list[Term], Type]:
    """The branches of a case brought to one type."""
    first = nodes[0].type
    if all(isinstance(node.type, Num) for node in nodes):
        unit = join_units(nodes)
        nodes = align(nodes)
        low, high = min(node.num.low for node in nodes), max(node.num.high for node in nodes)
        return nodes, Num(nodes[0].num.places, low, high, unit)
    if any(node.type != first for node in nodes) or isinstance(first, Words):
        raise FormulaError("case 各分支（或 if_unknown 两个值）的类型不一致：数、真假、日期和可选值不能混用。")
    return nodes, first


def choose(branches: list[tuple[Term, Term]], otherwise: Term) -> Term:
    """case: an unknown condition makes the whole unknown."""
    for test, _ in branches:
        truth(test, "case 的条件")
    values, type_ = same_type([value for _, value in branches] + [otherwise])
    args = [part for (test, _), value in zip(branches, values[:-1], strict=True) for part in (test, value)]
    return Term("case", type_, (*args, values[-1]))


def truth(node: Term, what: str) -> Term:
    if not isinstance(node.type, Truth):
        raise FormulaError(f"{what}须是真假判断，例如 a > 0。")
    return node
