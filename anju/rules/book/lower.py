"""Lower a book's formulas to typed nodes for one set of parameter values: names, units, scales and ranges are settled here.

Rounding, stated once: a division whose quotient is the step's own value (as it stands, or through case, greatest, least,
abs, if_unknown, which commute with rounding) is rounded half-up at the step's places; a quotient that is calculated with further
keeps at least 12 places; at its end the step is rounded half-up to its places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from anju.quantities import COUNTED
from anju.rules.book.lower_parameters import lower_allowed, lower_parameter
from anju.rules.book.rollups import member_book, rolled_type
from anju.rules.book.schema import DATE, ENUM, NUMBER, TEXT, TRUTH, Book, BookInput, BookStep, Parameter, Value
from anju.rules.language import ir
from anju.rules.language.exact import floor_scaled, to_scaled
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
)
from anju.rules.language.ir import FREE, MAX_ROWS, RATIO_PLACES, Choice, Day, Factors, Num, Term, Truth, Type, Words
from anju.rules.language.operators import MODES, ROLLUPS

COUNTS = frozenset(COUNTED) | {"fen"}


@dataclass
class Program:
    """A book ready to compile: every step and condition as a node, in an order in which each uses only earlier ones."""

    book: Book
    types: dict[str, Type] = field(default_factory=dict)
    steps: dict[str, Term] = field(default_factory=dict)
    conditions: dict[str, Term] = field(default_factory=dict)
    members: Program | None = None  # what the roll-ups ask of each member
    errors: list[tuple[str, str]] = field(default_factory=list)  # name, message
    values: Mapping[str, Value] = field(default_factory=dict)

    @cached_property
    def windowed(self) -> bool:
        return any(_windowed(node) for node in (*self.steps.values(), *self.conditions.values()))

    def of(self, parameter: Parameter) -> Program:
        """The one that knows what the parameter is keyed or banded by: that of the members where it is an input of theirs."""
        names = {*parameter.by, parameter.bands} - {""}
        return self if self.members is None or names <= self.types.keys() else self.members

    def lowered(self, expr: Expr) -> Term:
        """A further expression over the program's names: a figure of a sentence. FormulaError as for a step."""
        return _Scope(self, self.values).lower(expr)


def lower_book(book: Book, values: Mapping[str, Value], order: list[str]) -> Program:
    """order: steps and conditions sorted by dependency. Errors are collected by name; what depends on them is skipped."""
    program = Program(book, values=values)
    scope = _Scope(program, values)
    for item in book.inputs.values():
        type_ = input_type(item)
        program.types[item.name] = replace(type_, factors=scope.factors(item.unit)) if isinstance(type_, Num) else type_
    program.types["run_date"] = Day()
    if book.rollups:
        _lower_rollups(program)
    for name in order:
        try:
            if name in book.steps:
                node = scope.step(book.steps[name])
                program.steps[name] = node
            elif name in book.conditions:
                node = ir.truth(scope.lower(book.conditions[name].expr), "条件")
                program.conditions[name] = node
            else:
                continue
            program.types[name] = node.type
        except FormulaError as error:
            program.errors.append((name, str(error)))
        except _Skip:
            continue
    for name in book.parameters:  # those that no formula uses, too
        try:
            scope.name(name)
        except FormulaError as error:
            program.errors.append((name, str(error)))
        except _Skip:
            continue
    for payable, of in book.payables.items() if not program.errors else ():
        result = program.types.get(of)
        if isinstance(result, Num):
            program.types[payable] = replace(result, low=min(0, result.low), high=max(0, result.high))
        else:
            program.errors.append((of, f"{book.kind} 类规则书的 result 须是一个数。"))
    return program


def _lower_rollups(program: Program) -> None:
    own = member_book(program.book)
    program.members = lower_book(own, program.values, list(own.steps))
    program.errors += program.members.errors
    for name, step in program.book.rollups.items():
        try:
            if name in program.members.types:
                program.types[name] = rolled_type(step, program.members.types[name])
        except FormulaError as error:
            program.errors.append((name, str(error)))


def input_type(item: BookInput) -> Type:
    if item.type == NUMBER and item.range:
        low, high = (to_scaled(end, item.places) for end in item.range)
        return Num(item.places, low, high, item.unit or None)
    others: dict[str, Type] = {TRUTH: Truth(), DATE: Day(), TEXT: Words(), ENUM: Choice(item.enum)}
    return others.get(item.type, Num(item.places, 0, 0, item.unit))


class _Skip(Exception):
    """Depends on something already reported."""


def _windowed(node: Term) -> bool:
    return node.op in ir.WINDOWS or any(_windowed(arg) for arg in node.args)


class _Scope:
    def __init__(self, program: Program, values: Mapping[str, Value]) -> None:
        self.program, self.values = program, values
        self.places = RATIO_PLACES
        self.cache: dict[str, Term] = {}

    # -- steps

    def step(self, step: BookStep) -> Term:
        places = default_places(step)
        self.places = max(RATIO_PLACES, places or 0)
        if isinstance(step.expr, Call) and step.expr.name == "largest_remainder":
            node = self.largest_remainder(self.lower(step.expr.args[0]), places or 0)
        else:
            node = self.lower(step.expr, step.enum, RATIO_PLACES if places is None else places)
        self.places = RATIO_PLACES
        if not isinstance(node.type, Num):
            self.not_a_number(step, node.type)
            return node
        if step.enum:
            raise FormulaError("写了 enum，公式却算出一个数。")
        ir.join_units([node, ir.constant(0, 0, step.unit)])
        ir.check_money(node, step.unit)
        node = ir.to_places(node, min(node.num.places, RATIO_PLACES) if places is None else places)
        limits = step.range or ((Decimal(0), step.points) if step.points is not None else None)
        low, high = node.num.low, node.num.high
        if limits:
            node = self.within(node, *limits)
            low, high = node.num.low, node.num.high
        declared = self.factors(step.unit)
        factors = declared if declared.money else Factors(node.num.factors.money, declared.percents)
        if not step.unit:
            factors = node.num.factors
        unit = step.unit or node.num.unit
        return Term(node.op, Num(node.num.places, low, high, unit, factors), node.args, node.value)

    def factors(self, unit: str | None) -> Factors:
        """What a declared unit says of money; nothing under the first language, which did not ask."""
        return ir.factors_of(unit) if self.program.book.language > 1 else FREE

    def not_a_number(self, step: BookStep, type_: Type) -> None:
        if step.unit or step.places is not None or step.range or step.points is not None:
            raise FormulaError("公式算出的不是数，不能有 unit、places、range 或 points。")
        if isinstance(type_, Choice) and step.enum and type_.domain != step.enum:
            raise FormulaError("公式的可选值与 enum 不一致。")
        if isinstance(type_, Choice) and not step.enum:
            raise FormulaError("公式给出可选值，须写 enum。")

    def within(self, node: Term, low: Decimal, high: Decimal) -> Term:
        """Narrow to a declared range; a value outside is unknown, with its reason."""
        num = node.num
        bottom, top = -floor_scaled(-low, num.places)[0], floor_scaled(high, num.places)[0]
        if bottom <= num.low and num.high <= top:
            return node
        if max(bottom, num.low) > min(top, num.high):
            raise FormulaError("公式的值总在声明的范围之外。")
        return Term(
            "within",
            Num(num.places, max(bottom, num.low), min(top, num.high), num.unit, num.factors),
            (node,),
            (bottom, top),
        )

    # -- names

    def name(self, name: str) -> Term:
        book = self.program.book
        if name in book.parameters:
            if name not in self.cache:
                self.cache[name] = lower_parameter(book.parameters[name], self.values[name], self.name, self.factors)
            return self.cache[name]
        if name not in self.program.types:
            raise _Skip
        return Term("col", self.program.types[name], value=name)

    # -- expressions

    def lower(self, expr: Expr, want: tuple[str, ...] = (), tail: int | None = None) -> Term:
        """want: the enum a string literal belongs to; tail: the places when this is the step's own value."""
        match expr:
            case Number(value):
                return ir.from_decimal(value)
            case Literal(value):
                if value not in want:
                    raise FormulaError(
                        f"字符串“{value}”不是这里的可选值{'：' + '、'.join(want) if want else ''}。字符串只能是声明过的可选值。"
                    )
                return Term("const", Choice(want), value=want.index(value))
            case Name(name):
                return self.name(name)
            case Sum(terms):
                return ir.add([(sign, self.number(term)) for sign, term in terms])
            case Product(left, right):
                return ir.multiply(self.number(left), self.number(right))
            case Quotient(left, right):
                return ir.divide(self.number(left), self.number(right), self.places if tail is None else tail)
            case Compare(sign, left, right):
                return self.compare(sign, left, right)
            case And(parts):
                return Term("and", Truth(), tuple(ir.truth(self.lower(part), "and 两边") for part in parts))
            case Or(parts):
                return Term("or", Truth(), tuple(ir.truth(self.lower(part), "or 两边") for part in parts))
            case Not(part):
                return Term("not", Truth(), (ir.truth(self.lower(part), "not 后面"),))
            case Between(value, low, high):
                return self.between([self.lower(part) for part in (value, low, high)])
            case In(value, choices):
                return self.within_list(self.lower(value), choices)
            case CaseExpression(branches, otherwise):
                lowered = [(self.lower(test), self.lower(value, want, tail)) for test, value in branches]
                return ir.choose(lowered, self.lower(otherwise, want, tail))
            case Call(name, args):
                return self.call(name, args, want, tail)
            case Allowed(parameter, _, condition):
                made = self.program.book.parameters[parameter]
                return lower_allowed(made, self.values[parameter], condition, self.name, self.factors)
            case Ranked(keys, _, entire):
                directions = tuple(descending for _, descending in keys)
                return ir.number(
                    "rank", Num(0, 1, MAX_ROWS), tuple(self.lower(key) for key, _ in keys), (directions, entire)
                )
        raise FormulaError("公式里不允许这种写法。")

    def number(self, expr: Expr, tail: int | None = None) -> Term:
        node = self.lower(expr, tail=tail)
        if not isinstance(node.type, Num):
            raise FormulaError("四则运算和计分只能用数，不能用真假、日期、文字或可选值。")
        return node

    def day(self, expr: Expr) -> Term:
        node = self.lower(expr)
        if not isinstance(node.type, Day):
            raise FormulaError("这个算子要日期（type: date 的输入或参数，或 run_date）。")
        return node

    def positive(self, expr: Expr, what: str) -> Term:
        node = self.number(expr)
        if node.num.low <= 0:
            raise FormulaError(f"{what}必须大于 0。")
        return node

    def not_negative(self, expr: Expr, what: str) -> Term:
        node = self.number(expr)
        if node.num.low < 0:
            raise FormulaError(f"{what}不能小于 0。")
        return node

    def compare(self, sign: str, left: Expr, right: Expr) -> Term:
        if isinstance(left, Literal) and not isinstance(right, Literal):
            second = self.lower(right)
            first = self.lower(left, second.type.domain if isinstance(second.type, Choice) else ())
        else:
            first = self.lower(left)
            second = self.lower(right, first.type.domain if isinstance(first.type, Choice) else ())
        if isinstance(first.type, Num) and isinstance(second.type, Num):
            ir.join_units([first, second])
            first, second = ir.align([first, second])
        elif isinstance(first.type, Choice) and first.type == second.type:
            if sign not in ("=", "<>"):
                raise FormulaError("可选值之间只能用 = 或 <>。")
        elif not (isinstance(first.type, Day) and isinstance(second.type, Day)):
            raise FormulaError(f"“{sign}”两边须同是数、同是日期，或同一组可选值；真假直接写名称。")
        return Term("cmp", Truth(), (first, second), sign)

    def between(self, nodes: list[Term]) -> Term:
        if all(isinstance(node.type, Num) for node in nodes):
            ir.join_units(nodes)
            nodes = ir.align(nodes)
        elif not all(isinstance(node.type, Day) for node in nodes):
            raise FormulaError("between 三处须同是数或同是日期。")
        return Term("between", Truth(), tuple(nodes))

    def within_list(self, value: Term, choices: tuple[Expr, ...]) -> Term:
        nodes = [self.lower(choice, value.type.domain if isinstance(value.type, Choice) else ()) for choice in choices]
        if any(node.op != "const" for node in nodes):
            raise FormulaError("in 后面只能列出数或可选值。")
        if isinstance(value.type, Num) and all(isinstance(node.type, Num) for node in nodes):
            ir.join_units([value, *nodes])
            value, *nodes = ir.align([value, *nodes])
        elif not isinstance(value.type, Choice) or any(node.type != value.type for node in nodes):
            raise FormulaError("in 前后须同是数，或同一组可选值。")
        return Term("in", Truth(), (value, *nodes))

    # -- operators

    def call(self, name: str, args: tuple[Expr, ...], want: tuple[str, ...], tail: int | None) -> Term:
        zero = ir.constant(0)
        match name:
            case "greatest" | "least":
                return ir.extreme(name, [self.number(arg, tail) for arg in args])
            case "abs":
                return self.absolute(self.number(args[0], tail))
            case "full_if":
                value = self.number(args[1], tail)
                return ir.choose([(self.lower(args[0]), value)], _nought(value))
            case "veto":
                value = self.number(args[1], tail)
                return ir.choose([(self.lower(args[0]), _nought(value))], value)
            case "parts":
                return ir.add(
                    [(1, self.call("full_if", pair, (), None)) for pair in zip(args[::2], args[1::2], strict=True)]
                )
            case "lose_per_item" | "lose_per_day" | "gain_per_item":
                count = ir.extreme("greatest", [zero, self.number(args[0])])
                return self.capped(ir.multiply(_free(count), self.not_negative(args[1], "每项（天）的分")), args[2])
            case "lose_per_step" | "gain_per_step":
                return self.per_step(args, tail)
            case "reaches_or_rises":
                now, goal, base, rise = args
                risen = Compare(">=", Sum(((1, now), (-1, base))), rise)
                return self.lower(Or((Compare(">=", now, goal), risen)))
            case "mean":
                added = ir.add([(1, self.number(arg)) for arg in args])
                places = self.places if tail is None else tail
                return ir.divide(added, ir.constant(len(args)), places, unit=added.num.unit)
            case "floor_to" | "ceil_to" | "round_to":
                return self.rounded(name, self.number(args[0]), self.positive(args[1], "取整单位"))
            case "share":
                return self.share(self.number(args[0]), tail)
            case "total":
                return self.total(self.number(args[0]))
            case "largest_remainder":
                raise FormulaError("largest_remainder 须是一个步骤的整个公式：按该步骤的 places 取整。")
            case "to_unit":
                if not isinstance(args[1], Literal):
                    raise FormulaError("to_unit 的第二项须是加引号的单位，例如 to_unit(金额, 'fen')。")
                return ir.to_unit(self.number(args[0]), args[1].value)
            case "if_unknown":
                pair, type_ = ir.same_type([self.lower(arg, want, tail) for arg in args])
                return Term("if_unknown", type_, tuple(pair))
            case "age_on":
                return ir.number("age", Num(0, 0, 1200, "岁"), (self.day(args[0]), self.day(args[1])))
            case "months_between":
                return ir.number("months", Num(0, -14400, 14400, "月"), (self.day(args[0]), self.day(args[1])))
            case "days_between":
                return ir.number("days", Num(0, -440000, 440000, "天"), (self.day(args[0]), self.day(args[1])))
        if name in ROLLUPS:
            raise FormulaError(f"{name} 汇总成员，只能写在 rollups 里，再在这里用它的名称。")
        raise FormulaError(f"没有“{name}”这个算子。")

    def absolute(self, node: Term) -> Term:
        num = node.num
        low = 0 if num.low <= 0 <= num.high else min(abs(num.low), abs(num.high))
        high = max(abs(num.low), abs(num.high))
        return ir.number("abs", Num(num.places, low, high, num.unit, num.factors), (node,))

    def capped(self, points: Term, cap: Expr) -> Term:
        most = self.not_negative(cap, "最多扣（加）分")
        return ir.extreme("least", [most, points])

    def per_step(self, args: tuple[Expr, ...], tail: int | None) -> Term:
        mode = self.mode(args[4])
        gap, size = self.number(args[0]), self.positive(args[1], "每档")
        ir.join_units([gap, size])
        gap, size = ir.align([_free(ir.extreme("greatest", [ir.constant(0), gap])), _free(size)])
        each = self.not_negative(args[2], "每档扣（加）分")
        if mode == "prorata":
            points = ir.divide(ir.multiply(gap, each), size, self.places if tail is None else tail)
        else:
            if mode == "ceil":  # whole steps, a part of one counts as one: (gap + size − 1 smallest unit) ÷ size
                gap = ir.add([(1, gap), (1, size), (-1, ir.constant(1, gap.num.places))])
            points = ir.multiply(ir.floor_divide(gap, size), each)
        return self.capped(points, args[3])

    def mode(self, expr: Expr) -> str:
        value: Any = None
        if isinstance(expr, Literal):
            value = expr.value
        elif isinstance(expr, Name) and expr.name in self.program.book.parameters:
            value = self.values[expr.name]
        if not isinstance(value, str) or value not in MODES:
            raise FormulaError(
                f"取整方式须是 {'、'.join(MODES)}（{'、'.join(MODES.values())}）之一，或一个以它们为可选值的参数。"
            )
        return value

    def rounded(self, name: str, value: Term, size: Term) -> Term:
        unit = ir.join_units([value, size])
        value, size = ir.align([value, size])
        if name == "floor_to":
            count = ir.floor_divide(value, size)
        elif name == "ceil_to":
            count = ir.negate(ir.floor_divide(ir.negate(value), size))
        else:
            count = ir.divide(value, size, 0)
        node = ir.multiply(count, size)
        num = node.num
        return Term(node.op, Num(num.places, num.low, num.high, unit, value.num.factors), node.args, node.value)

    def total(self, node: Term) -> Term:
        num = node.num
        low = num.low * MAX_ROWS if num.low < 0 else num.low
        high = num.high * MAX_ROWS if num.high > 0 else num.high
        return ir.number("total", Num(num.places, low, high, num.unit, num.factors), (node,))

    def share(self, node: Term, tail: int | None) -> Term:
        if node.num.low < 0:
            raise FormulaError("share 的值可能小于 0，占比没有意义。请收紧 range。")
        places = self.places if tail is None else tail
        ratio = ir.divide(node, self.total(node), places)
        # A part of a total of parts that are not negative is at most the whole.
        return Term(ratio.op, Num(places, 0, 10**places), ratio.args, ratio.value)

    def largest_remainder(self, node: Term, places: int) -> Term:
        """Round down, then give the units missing to the largest remainders, then by row key; the sum is the rounded sum."""
        if not isinstance(node.type, Num):
            raise FormulaError("largest_remainder 只能用于数。")
        node = ir.to_places(node, max(places, node.num.places))
        unit = ir.constant(10 ** (node.num.places - places), node.num.places)
        down = ir.floor_divide(node, unit)
        rest = ir.add([(1, node), (-1, ir.multiply(down, unit))])
        missing = ir.add([(1, ir.divide(self.total(_free(node)), unit, 0)), (-1, self.total(down))])
        turn = ir.number("row_number", Num(0, 1, MAX_ROWS), (rest,))
        gets = Term("cmp", Truth(), (turn, missing), "<=")
        whole = ir.choose([(gets, ir.add([(1, down), (1, ir.constant(1))]))], down)
        type_ = Num(places, whole.num.low, whole.num.high, node.num.unit, node.num.factors)
        return Term(whole.op, type_, whole.args, whole.value)


def _nought(node: Term) -> Term:
    """0 where the node is known: an operator is strict in every argument, also in the one it does not choose."""
    return ir.constant(0) if node.op == "const" else ir.multiply(node, ir.constant(0))


def _free(node: Term) -> Term:
    """Without its unit: for counts that multiply points."""
    return Term(node.op, Num(node.num.places, node.num.low, node.num.high), node.args, node.value)


def default_places(step: BookStep) -> int | None:
    """Declared places; else 0 for counts and fen; else None: as fine as the formula, 12 at most."""
    if step.places is not None:
        return step.places
    return 0 if step.unit in COUNTS else None
