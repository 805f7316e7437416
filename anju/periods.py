"""Periods as text: 2021, 2021-H1, 2021-Q3, 2021-08, 2021-12-31. Pure.

What a month means follows from the measure's kind: since January for a cumulative one, its last day for a stock,
the month alone for a flow.
"""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache

from anju.problems import Problem, Refused

SHAPE = re.compile(r"(?P<year>(19|20)\d\d)(-H(?P<half>[12])|-Q(?P<quarter>[1-4])|-(?P<month>\d\d)(-(?P<day>\d\d))?)?")


@lru_cache(maxsize=4096)  # a return asks of each of its cells
def period_bounds(period: str) -> tuple[date, date]:
    """First and last day. Refused FIG-004 when it is no period."""
    match = SHAPE.fullmatch(period)
    try:
        if not match:
            raise ValueError(period)
        year, half, quarter, month, day = (
            match[name] and int(match[name]) for name in ("year", "half", "quarter", "month", "day")
        )
        if day:
            return date(year, month, day), date(year, month, day)
        length, number = (
            (6, half) if half else (3, quarter) if quarter else (1, month) if month is not None else (12, 1)
        )
        first, last = length * (number - 1) + 1, length * number
        return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    except ValueError:
        raise Refused(
            Problem(
                "FIG-004",
                f"期间“{period}”",
                "不是期间。",
                "请写成 2021、2021-H1、2021-Q3、2021-08 或 2021-12-31 这样的形式。",
            )
        ) from None


def period_end(period: str) -> date:
    return period_bounds(period)[1]


def last_reported_day(day: date) -> date:
    """The last day of what may have been reported on a day: a month is cut off on its twentieth and reported before it ends."""
    return period_end(f"{day:%Y-%m}")


def period_year(period: str) -> str:
    """The year a period belongs to, itself a period."""
    period_bounds(period)
    return period[:4]
