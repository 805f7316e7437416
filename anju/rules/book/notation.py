"""How values are written in a book, and how they are quoted when something is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
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
    return [one for row in value.values() for one in flat_values(row)] if isinstance(value, dict) else [value]


def places_of(value: Any) -> int:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def band_text(band: Band) -> str:
    low = "（−∞" if band.lower is None else f"{'[' if band.lower_closed else '（'}{band.lower}"
    high = "+∞）" if band.upper is None else f"{band.upper}{']' if band.upper_closed else '）'}"
    return f"{low}, {high}"


def band_faults(bands: Sequence[Band]) -> Iterator[str]:
    """Where the bands leave values without a place, or give them two."""
    if not bands or bands[0].lower is not None or bands[-1].upper is not None:
        yield "第一段有下端或最后一段有上端，范围之外的值没有着落。"
    for band, following in pairwise(bands):
        apart = band.upper is None or following.lower is None or band.upper != following.lower
        if apart or band.upper_closed == following.lower_closed:
            yield f"分段 {band_text(band)} 与 {band_text(following)} 之间有空当或重叠。"
        if isinstance(band.lower, Decimal) and isinstance(band.upper, Decimal) and band.lower >= band.upper:
            yield f"分段 {band_text(band)} 是空的。"


def short_text(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
