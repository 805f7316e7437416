"""Decimals to scaled integers without Python's default context, which rounds at 28 digits without a word."""

from __future__ import annotations

from decimal import Decimal


def floor_scaled(value: Decimal, places: int) -> tuple[int, bool]:
    """⌊value × 10^places⌋, and whether that is exact."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "a finite number"
    number = int("".join(map(str, digits))) * (-1 if sign else 1)
    shift = exponent + places
    if shift >= 0:
        return number * 10**shift, True
    whole, rest = divmod(number, 10**-shift)
    return whole, rest == 0


def to_scaled(value: Decimal, places: int) -> int:
    """value × 10^places; ValueError when it is finer than that."""
    whole, exact = floor_scaled(value, places)
    if not exact:
        raise ValueError(f"{value} is finer than {places} places")
    return whole


def needed_places(value: Decimal) -> int:
    """The decimal places the value needs."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "a finite number"
    return next((places for places in range(max(0, -exponent)) if floor_scaled(value, places)[1]), max(0, -exponent))
