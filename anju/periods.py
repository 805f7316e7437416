"""Periods as text: 2021, 2021-H1, 2021-Q3, 2021-08, 2021-12-31; 2021-2025 of a plan of several years; 2021-A and 2021-09-A of all since
the beginning (自开始累计). Pure.

What a month means follows from the measure's kind: since January for a cumulative one, its last day for a stock,
the month alone for a flow.
"""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache

from anju.problems import Problem, Refused

SHAPE = re.compile(
    r"(?P<year>(19|20)\d\d)"
    r"(-H(?P<half>[12])|-Q(?P<quarter>[1-4])|-(?P<month>\d\d)(-(?P<day>\d\d))?|-(?P<last>(19|20)\d\d)|(-(?P<through>\d\d))?-A)?"
)
SPANNING = r"-A$|^\d{4}-\d{4}$"  # of several years: a plan, or since the beginning
BEGINNING = date(1900, 1, 1)  # of what is counted since the beginning: before anything that is


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
        if match["last"]:
            if int(match["last"]) <= year:
                raise ValueError(period)
            return date(year, 1, 1), date(int(match["last"]), 12, 31)
        if period.endswith("-A"):
            through = int(match["through"] or 12)
            return BEGINNING, date(year, through, monthrange(year, through)[1])
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
                "请写成 2021、2021-H1、2021-Q3、2021-08 或 2021-12-31 这样的形式；几年的规划写 2021-2025，自开始累计写 2021-A 或 2021-09-A。",
            )
        ) from None


def period_end(period: str) -> date:
    return period_bounds(period)[1]


def last_reported_day(day: date) -> date:
    """The last day of what may have been reported on a day: a month is cut off on its twentieth and reported before it ends."""
    return period_end(f"{day:%Y-%m}")


def spans_years(period: str) -> bool:
    """Whether it is a plan's or since the beginning, and no part of one year."""
    return re.search(SPANNING, period) is not None


def target_period(period: str) -> str:
    """The period whose target a figure of this one is measured by: the year's; a plan's own."""
    return period if spans_years(period) else period[:4]


def period_year(period: str) -> str:
    """The year a period belongs to, itself a period."""
    period_bounds(period)
    return period[:4]
