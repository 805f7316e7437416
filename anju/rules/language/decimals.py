"""Small sums of the slow reference, by Decimal."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def half_up(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def compare(sign: str, first: Any, second: Any) -> bool:
    tests = {"=": first == second, "<>": first != second}
    if sign not in tests:
        tests |= {"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}
    return bool(tests[sign])


def rounded_to(name: str, value: Decimal, size: Decimal) -> Decimal:
    whole = int(value // size)  # Decimal's // truncates
    rest = value - whole * size
    if name == "floor_to":
        whole -= rest < 0
    elif name == "ceil_to":
        whole += rest > 0
    else:
        whole = int(half_up(value / size, 0))
    return whole * size


def months_apart(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
