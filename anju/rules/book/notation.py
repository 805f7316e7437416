"""How values are written in a book, and how they are quoted when something is wrong with them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from anju.rules.book.schema import (  # fmt: skip
    Band,
    Value,
)
from anju.rules.book.tree import YamlNode


def plain_map(tree: YamlNode) -> dict[str, Any]:
    return {key: item.plain_list() if item.is_list() else item.plain() for key, item in tree.items()}


def flat_values(value: Value) -> list[Any]:
    if isinstance(value, tuple):
        return [band.value for band in value]
    return list(value.values()) if isinstance(value, dict) else [value]


def places_of(value: Any) -> int:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def band_text(band: Band) -> str:
    low = "（−∞" if band.lower is None else f"{'[' if band.lower_closed else '（'}{band.lower}"
    high = "+∞）" if band.upper is None else f"{band.upper}{']' if band.upper_closed else '）'}"
    return f"{low}, {high}"


def short_text(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
