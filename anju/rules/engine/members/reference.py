"""Roll-ups by the slow reference: over what is known of each member, written apart from the SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

Known = Decimal | bool | str | date


def rolled_value(operator: str, values: Sequence[Known | None]) -> Known | None:
    """What the members come to; None is unknown, of a member and of all. The least of no members is unknown too."""
    known = [value for value in values if value is not None]
    if operator in ("any_of", "all_of"):
        decisive = operator == "any_of"
        if any(value is decisive for value in known):
            return decisive
        return None if len(known) < len(values) else not decisive
    if len(known) < len(values):
        return None
    if operator == "count_of":
        return Decimal(sum(1 for value in known if value is True))
    if operator == "sum_of":
        return sum((value for value in known if isinstance(value, Decimal)), Decimal(0))
    extreme: Any = min if operator == "min_of" else max
    return cast(Known, extreme(known)) if known else None
