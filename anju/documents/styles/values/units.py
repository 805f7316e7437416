"""In which unit a formula's names are counted, and what its own result is counted in."""

from collections.abc import Callable

from anju.quantities import COUNTED, unit_of_measure
from anju.rules.language.formula import (
    And,
    Between,
    Call,
    CaseExpression,
    Compare,
    Expr,
    In,
    Name,
    Not,
    Number,
    Or,
    Product,
    Quotient,
    Sum,
    children,
)

PLAIN, ANY = "1", "any"  # a number without unit; what cannot be told yet


class UnitError(ValueError):
    """What does not go together, in Chinese."""


def unit_of(expr: Expr, named: Callable[[str], str | None]) -> str | None:
    """The unit of what a formula comes to; None where it takes any (a number) or it cannot be told. named: of a name.

    UnitError for what is added or compared in two units.
    """
    match expr:
        case Number():
            return None
        case Name(name):
            return named(name)
        case Sum(terms):
            return _alike([unit_of(term, named) for _, term in terms])
        case Product(left, right):
            sides = [unit for unit in (unit_of(left, named), unit_of(right, named)) if unit not in (None, PLAIN)]
            return ANY if ANY in sides else sides[0] if len(sides) == 1 else PLAIN if sides else None
        case Quotient(left, right):
            top, bottom = unit_of(left, named), unit_of(right, named)
            if ANY in (top, bottom):
                return ANY
            if bottom in (None, PLAIN):
                return top
            if top and _same_family(top, bottom):
                _alike([top, bottom])
            return PLAIN
        case Compare(_, left, right):
            _alike([unit_of(left, named), unit_of(right, named)])
            return None
        case Between(value, low, high):
            _alike([unit_of(one, named) for one in (value, low, high)])
            return None
        case CaseExpression(branches, otherwise):
            for test, _ in branches:
                unit_of(test, named)
            return _alike([unit_of(one, named) for one in (*(value for _, value in branches), otherwise)])
        case Call(name, args) if name in ("greatest", "least", "if_unknown", "abs", "mean"):
            return _alike([unit_of(one, named) for one in args])
        case And() | Or() | Not() | In() | Call():
            for one in children(expr):
                unit_of(one, named)
            return None
    return None


def _same_family(one: str, two: str) -> bool:
    return unit_of_measure(one).family == unit_of_measure(two).family or {one, two} <= set(COUNTED)


def _alike(units: list[str | None]) -> str | None:
    if ANY in units:
        return ANY
    said = list(dict.fromkeys(unit for unit in units if unit is not None))
    for one in said[1:]:
        if unit_of_measure(one) != unit_of_measure(said[0]) and not {one, said[0]} <= set(COUNTED):
            raise UnitError(f"“{said[0]}”和“{one}”不能相加减、比较")
    return said[0] if said else None
