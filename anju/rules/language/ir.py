"""The typed tree between a formula and SQL. Every number is an integer scaled by 10^places whose range is known.

A node of type Num holds the integer value × 10^places; a date is the integer yyyymmdd; an enum value is its index.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anju.quantities import divide_half_up, unit_of_measure
from anju.rules.language.exact import needed_places, to_scaled
from anju.rules.language.formula import FormulaError

LIMIT = 10**38 - 1  # decimal(38,0): the widest integer that DuckDB, PostgreSQL and Spark all hold
INT64 = 2**63 - 1
RATIO_PLACES = 12
WINDOWS = ("total", "row_number", "rank")  # nodes over a whole partition
MAX_ROWS = 10**7  # rows in one partition, for the range of a sum


@dataclass(frozen=True)
class Factors:
    """What of a number's units decides about money. money: each unit of money with its exponent, 元/㎡ has 元 once; percents: how many
    percentages were multiplied in and not yet divided by 100."""

    money: tuple[tuple[str, int], ...] = ()
    percents: int = 0

    @property
    def amount_unit(self) -> str:
        """The unit of money of an amount or a rate (元, 元/㎡): exactly one, once; "" of anything else."""
        return self.money[0][0] if len(self.money) == 1 and self.money[0][1] == 1 else ""

    def times(self, other: Factors, sign: int = 1) -> Factors:
        exponents = dict(self.money)
        for unit, exponent in other.money:
            exponents[unit] = exponents.get(unit, 0) + sign * exponent
        money = tuple(sorted((unit, exponent) for unit, exponent in exponents.items() if exponent))
        return Factors(money, self.percents + sign * other.percents)


FREE = Factors()


def factors_of(unit: str | None) -> Factors:
    """Those of a unit that was declared."""
    if not unit:
        return FREE
    found = FREE
    for place, part in enumerate(unit.split("/")):
        family = unit_of_measure(part).family
        own = Factors(((part, 1),)) if family == "money" else Factors((), 1) if family == "%" else FREE
        found = found.times(own, -1 if place else 1)
    return found


@dataclass(frozen=True)
class Num:
    """factors: kept from language 2 on; under language 1 every number is free of them and nothing is said of money."""

    places: int
    low: int
    high: int
    unit: str | None = None  # None: free, takes the unit it is put beside
    factors: Factors = FREE


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


def constant(value: int, places: int = 0, unit: str | None = None, factors: Factors = FREE) -> Term:
    return number("const", Num(places, value, value, unit, factors), value=value)


def from_decimal(value: Decimal, places: int | None = None, unit: str | None = None, factors: Factors = FREE) -> Term:
    scale = needed_places(value) if places is None else places
    return constant(to_scaled(value, scale), scale, unit, factors)


def join_units(nodes: tuple[Term, ...] | list[Term]) -> str | None:
    """The one unit of what is added, subtracted or compared; free ones take it; a contradiction is refused."""
    units = sorted({node.num.unit for node in nodes if node.num.unit is not None})
    if len(units) > 1:
        convert = _conversion(*units[:2])
        raise FormulaError(
            f"单位不一致：“{units[0]}”与“{units[1]}”不能相加减或比较。{convert or '请先换算成同一单位。'}"
        )
    join_factors(nodes)
    return units[0] if units else None


def join_factors(nodes: tuple[Term, ...] | list[Term]) -> Factors:
    """The one kind of money of what is added, subtracted or compared; what has none takes it; a contradiction is refused."""
    joined = list(dict.fromkeys(node.num.factors for node in nodes if node.num.factors.money))
    if len({one.money for one in joined}) > 1:
        first, second = (_money_text(one) for one in joined[:2])
        convert = _conversion(joined[0].amount_unit, joined[1].amount_unit) or "请核对两边各是什么钱。"
        raise FormulaError(f"钱的单位不一致：“{first}”与“{second}”不能相加减或比较。{convert}")
    if len(joined) > 1:
        raise FormulaError("乘过百分数的金额与没有乘过的不能相加减或比较。百分数先除以 100，例如 金额 * 比例 / 100。")
    return joined[0] if joined else FREE


def _money_text(factors: Factors) -> str:
    return "×".join(unit if exponent == 1 else f"{unit}^{exponent}" for unit, exponent in factors.money)


def _conversion(first: str, second: str) -> str:
    """How to bring one unit of money to another; "" when they are not both money."""
    money = [factors_of(unit).amount_unit for unit in (first, second)]
    return (
        f"钱的单位只用 to_unit 换算，例如 to_unit(金额, '{money[1]}')。" if all(money) and money[0] != money[1] else ""
    )


def check_money(node: Term, unit: str | None) -> None:
    """Whether what a formula computed may be called by the money unit that was declared for it. FormulaError says what to write."""
    declared, computed = factors_of(unit).amount_unit, node.num.factors
    if not computed.money or not declared:
        return
    if not computed.amount_unit:
        raise FormulaError(f"公式算出的是“{_money_text(computed)}”，不是“{declared}”。请核对乘除的是什么。")
    if computed.amount_unit != declared:
        raise FormulaError(
            f"公式算出的是“{computed.amount_unit}”，声明的单位是“{declared}”，不会自动换算，乘一个数也不算换算。"
            f"请写 to_unit(…, '{declared}')。"
        )
    if computed.percents > factors_of(unit).percents:
        raise FormulaError("金额乘了百分数（%）却没有除以 100。请写成 金额 * 比例 / 100。")


def to_unit(node: Term, target: str) -> Term:
    """The same money in another unit, exactly: the integer stays, its decimal point moves. FormulaError for what is not money."""
    source = node.num.factors.amount_unit
    if not factors_of(target).amount_unit or "/" in target:
        raise FormulaError(f"to_unit 的第二项须是钱的单位（fen、元、万元、亿元等），不能是“{target}”。")
    if not source:
        raise FormulaError("to_unit 换算的须是钱：写明了钱的单位的输入、参数或步骤，或只乘过一次钱的算式。")
    up, down = unit_of_measure(source).factor, unit_of_measure(target).factor
    shift = len(str(up)) - len(str(down))  # every unit of money is a power of ten of 分
    if shift > node.num.places:
        node = to_places(node, shift)
    num = node.num
    unit = num.unit and "/".join([target, *num.unit.split("/")[1:]])
    factors = Factors(((target, 1),), num.factors.percents)
    return Term(node.op, Num(num.places - shift, num.low, num.high, unit or target, factors), node.args, node.value)


def to_places(node: Term, places: int) -> Term:
    """The same value at other places: exact when finer, half-up when coarser."""
    num = node.num
    if num.places == places:
        return node
    if num.places < places:
        factor = 10 ** (places - num.places)
        if node.op == "const":
            return constant(node.value * factor, places, num.unit, num.factors)
        high = Num(places, num.low * factor, num.high * factor, num.unit, num.factors)
        return number("mul", high, (node, constant(factor)))
    return divide(node, constant(1), places, unit=num.unit)


def align(nodes: list[Term]) -> list[Term]:
    places = max(node.num.places for node in nodes)
    return [to_places(node, places) for node in nodes]


def add(terms: list[tuple[int, Term]]) -> Term:
    unit = join_units([node for _, node in terms])
    factors = join_factors([node for _, node in terms])
    nodes = align([node for _, node in terms])
    signs = tuple(sign for sign, _ in terms)
    low = sum(node.num.low if sign > 0 else -node.num.high for sign, node in zip(signs, nodes, strict=True))
    high = sum(node.num.high if sign > 0 else -node.num.low for sign, node in zip(signs, nodes, strict=True))
    check_fits(sum(max(abs(node.num.low), abs(node.num.high)) for node in nodes), "相加的中间值")
    if all(node.op == "const" for node in nodes):
        return constant(low, nodes[0].num.places, unit, factors)
    return number("sum", Num(nodes[0].num.places, low, high, unit, factors), tuple(nodes), signs)


def multiply(left: Term, right: Term) -> Term:
    corners = [a * b for a in (left.num.low, left.num.high) for b in (right.num.low, right.num.high)]
    places = left.num.places + right.num.places
    factors = left.num.factors.times(right.num.factors)
    check_fits(max(map(abs, corners)), "乘积")
    if left.op == right.op == "const":
        return constant(corners[0], places, None, factors)
    return number("mul", Num(places, min(corners), max(corners), None, factors), (left, right))


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
    factors = a.factors.times(b.factors, -1)
    if factors.percents > 0 and right.op == "const" and right.value == 100 * 10**b.places:
        factors = Factors(factors.money, factors.percents - 1)
    if a.factors.amount_unit and b.factors.amount_unit and factors.money:
        first, second = a.factors.amount_unit, b.factors.amount_unit
        raise FormulaError(f"“{first}”除以“{second}”：钱的单位不一致。{_conversion(second, first)}")
    if left.op == right.op == "const":
        return constant(divide_half_up(a.low * up, b.low * down), places, unit, factors)
    return number("div", Num(places, min(corners), max(corners), unit, factors), (left, right), (up, down))


def floor_divide(left: Term, right: Term) -> Term:
    """Whole steps, toward −∞; right is positive; both at the same places; a count comes out."""
    left, right = align([left, right])
    a, b = left.num, right.num
    corners = [edge // divisor for edge in (a.low, a.high) for divisor in (b.low, b.high)]
    check_fits(max(abs(a.low), abs(a.high)) + b.high, "取整的中间值")
    return number("floordiv", Num(0, min(corners), max(corners)), (left, right))


def extreme(op: str, nodes: list[Term]) -> Term:
    """greatest or least, strict."""
    unit, factors = join_units(nodes), join_factors(nodes)
    nodes = align(nodes)
    pick = max if op == "greatest" else min
    low, high = pick(node.num.low for node in nodes), pick(node.num.high for node in nodes)
    if low == high and all(node.op == "const" for node in nodes):
        return constant(low, nodes[0].num.places, unit, factors)
    return number(op, Num(nodes[0].num.places, low, high, unit, factors), tuple(nodes))


def negate(node: Term) -> Term:
    return add([(-1, node)])


def same_type(nodes: list[Term]) -> tuple[list[Term], Type]:
    """The branches of a case brought to one type."""
    first = nodes[0].type
    if all(isinstance(node.type, Num) for node in nodes):
        unit, factors = join_units(nodes), join_factors(nodes)
        nodes = align(nodes)
        low, high = min(node.num.low for node in nodes), max(node.num.high for node in nodes)
        return nodes, Num(nodes[0].num.places, low, high, unit, factors)
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
