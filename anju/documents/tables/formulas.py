"""Formulas over the columns of a row: the rule language on exact fractions, unknown strictly unknown. Pure.

A figure counts in the unit of the first column of its kind that the formula names, so that 亿元 and 万元 go together; a percentage counts as
its ratio. Knowing is three-valued: what rests on an unknown is unknown, save where `and` and `or` are decided without it.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from anju.rules.language.formula import (
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
    Sum,
    children,
    formula_names,
    operator_calls,
    parse_formula,
)

__all__ = ["FormulaError", "column_names", "evaluate", "known_truth", "read_formula"]
ALLOWED = ("greatest", "least", "abs", "if_unknown")
Value = Fraction | bool | None


@lru_cache(maxsize=512)
def read_formula(text: str) -> Expr:
    """FormulaError says what is not allowed."""
    expr = parse_formula(text)
    for call in operator_calls(expr):
        if call.name not in ALLOWED:
            raise FormulaError(f"表格的公式里不用“{call.name}”，可用的算子有：{'、'.join(ALLOWED)}。")
    if _has_literal(expr):
        raise FormulaError("表格的公式只算数，里面不能有字符串。")
    return expr


def _has_literal(expr: Expr) -> bool:
    return isinstance(expr, Literal) or any(_has_literal(child) for child in children(expr))


def column_names(text: str) -> list[str]:
    """The columns that the formula names, once each, in order."""
    return list(dict.fromkeys(formula_names(read_formula(text))))


def known_truth(value: Value) -> bool:
    """Whether a condition holds for sure."""
    return value is not None and bool(value)


def evaluate(expr: Expr, values: Mapping[str, Value]) -> Value:
    """None: unknown, a division by zero among it."""
    match expr:
        case Number(value):
            return Fraction(value)
        case Name(name):
            return values[name]
        case Sum(terms):
            parts = [(sign, _number(evaluate(term, values))) for sign, term in terms]
            return (
                None
                if any(part is None for _, part in parts)
                else sum((sign * part for sign, part in parts if part is not None), Fraction(0))
            )
        case Product(left, right) | Quotient(left, right):
            return _combined(expr, _number(evaluate(left, values)), _number(evaluate(right, values)))
        case Compare(sign, left, right):
            return _compared(sign, evaluate(left, values), evaluate(right, values))
        case And(parts) | Or(parts):
            return _joined([evaluate(part, values) for part in parts], decides=isinstance(expr, Or))
        case Not(part):
            holds = evaluate(part, values)
            return None if holds is None else not holds
        case Between(value, low, high):
            return evaluate(And((Compare("<=", low, value), Compare("<=", value, high))), values)
        case In(value, choices):
            return evaluate(Or(tuple(Compare("=", value, choice) for choice in choices)), values)
        case CaseExpression(branches, otherwise):
            for test, result in branches:
                truth = evaluate(test, values)
                if truth is None:
                    return None
                if truth:
                    return evaluate(result, values)
            return evaluate(otherwise, values)
        case Call(name, args):
            return _called(name, [evaluate(arg, values) for arg in args])
    raise FormulaError("公式里有不能算的写法。")


def _number(value: Value) -> Fraction | None:
    return Fraction(int(value)) if isinstance(value, bool) else value


def _combined(expr: Expr, left: Fraction | None, right: Fraction | None) -> Value:
    if left is None or right is None:
        return None
    if isinstance(expr, Product):
        return left * right
    return left / right if right else None


def _compared(sign: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    return {
        "=": left == right, "<>": left != right, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
    }[sign]  # fmt: skip


def _joined(values: list[Value], decides: bool) -> Value:
    """decides: the truth that settles it whatever the others are."""
    if any(value is not None and bool(value) is decides for value in values):
        return decides
    return None if any(value is None for value in values) else not decides


def _called(name: str, args: list[Value]) -> Value:
    numbers = [_number(arg) for arg in args]
    if name == "if_unknown":
        return numbers[0] if numbers[0] is not None else numbers[1]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    return {"greatest": max, "least": min}[name](known) if name != "abs" else abs(known[0])
