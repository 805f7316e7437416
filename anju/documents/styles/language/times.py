"""Which period a name of a style speaks of, from the period of the paper. Pure."""

import re

from anju import periods

# As a style writes it, and what it is called.
RELATIVE = {
    "own": "本期", "year": "本年度", "same-last-year": "上年同期", "last": "上一期（环比）", "last-month": "上一个月", "year-end": "本年12月",
}  # fmt: skip
YEARS_AGO = re.compile(r"year-([1-9])")
WITHIN = re.compile(r"year(-(?P<ago>[1-9]))?/(?P<rest>\d\d|Q[1-4]|H[12])")  # year-1/12: last year's December


def shape_of(period: str) -> str:
    """year, half, quarter, month, day, plan (of several years) or since (the beginning)."""
    if periods.spans_years(period):
        return "since" if period.endswith("-A") else "plan"
    rest = period[5:]
    if not rest:
        return "year"
    return {"H": "half", "Q": "quarter"}.get(rest[0], "month" if len(rest) == 2 else "day")


def is_relative(text: str) -> bool:
    """Whether it is a way to say a period: one of RELATIVE, year-1, year-1/12, or a period itself."""
    if text in RELATIVE or YEARS_AGO.fullmatch(text) or WITHIN.fullmatch(text):
        return True
    return periods.SHAPE.fullmatch(text) is not None


def shift_period(period: str, relative: str) -> str:
    """The period meant. ValueError where there is none: the period before a day, the year of a plan of several."""
    year = int(period[:4])
    if relative in ("", "own"):
        return period
    if periods.spans_years(period) and (relative in RELATIVE or relative.startswith("year")):
        raise ValueError(f"{period}是几年的，没有“{relative}”")
    if relative == "year":
        return str(year)
    if match := YEARS_AGO.fullmatch(relative):
        return str(year - int(match[1]))
    if match := WITHIN.fullmatch(relative):
        return f"{year - int(match['ago'] or 0)}-{match['rest']}"
    if relative == "same-last-year":
        shifted = f"{year - 1}{period[4:]}"
        return f"{shifted[:8]}28" if shifted.endswith("-02-29") else shifted
    if relative == "year-end":
        return f"{year}-12"
    if relative == "last-month":
        end = periods.period_end(period)
        return _before(f"{end:%Y-%m}")
    if relative == "last":
        return _before(period)
    return relative


def _before(period: str) -> str:
    year, shape = int(period[:4]), shape_of(period)
    if shape == "year":
        return str(year - 1)
    if shape == "day":
        raise ValueError(f"{period}是一天，没有上一期")
    mark = period[5:] if shape == "month" else period[6:]
    last = {"half": 2, "quarter": 4, "month": 12}[shape]
    number = int(mark) - 1
    if number < 1:
        year, number = year - 1, last
    return f"{year}-{number:02}" if shape == "month" else f"{year}-{period[5]}{number}"
