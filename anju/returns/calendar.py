"""When a return is cut off and due, and which period comes before which. Pure."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.conf import settings
from ruamel.yaml import YAML

from anju.core import periods
from anju.problems import Problem, Refused
from anju.returns.spec import Deadline, Spec

LONG_AFTER = timedelta(days=92)  # a form for once is no longer asked for after as long as two monthly periods and the running one
SHAPES = {"month": (7, "2021-08"), "quarter": (7, "2021-Q3"), "year": (4, "2021")}


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


@cache
def _days() -> tuple[frozenset[date], frozenset[date]]:
    """Days off on weekdays, and weekends worked (调休), as registered in workdays.yaml."""
    said = YAML(typ="safe", pure=True).load(files("anju.returns").joinpath("workdays.yaml").read_text(encoding="utf-8")) or {}
    off, worked = (frozenset(date.fromisoformat(str(day)) for day in said.get(key) or ()) for key in ("off", "worked"))
    return off, worked


def is_workday(day: date) -> bool:
    off, worked = _days()
    return day in worked or (day.weekday() < 5 and day not in off)


def check(spec: Spec, period: str) -> None:
    """Refused RET-010 when the period is of another kind than the form's, RET-011 when the form is not in force for it."""
    end = periods.end(period)
    where = f"《{spec.name}》{period}"
    if spec.period == "once" and period != spec.once:
        raise Refused(Problem("RET-010", where, "这张表只报一次。", f"期间是 {spec.once}。"))
    if spec.period != "once":
        length, shape = SHAPES[spec.period]
        if len(period) != length or ("Q" in period) != (spec.period == "quarter"):
            raise Refused(Problem("RET-010", where, "期间的写法与这张表不符。", f"请写成 {shape} 的样子。"))
    if end < spec.since or (spec.until and end > spec.until):
        until = f"至 {spec.until}" if spec.until else "起"
        raise Refused(Problem("RET-011", where, f"这张表自 {spec.since} {until}施行，这一期不用填报。", "请核对期间或表号。"))


def cut_off(spec: Spec, period: str) -> date:
    end = periods.end(period)
    return end if spec.cut_off.day == "last" else end.replace(day=min(spec.cut_off.day, end.day))


@lru_cache(maxsize=4096)  # a province asks of each of its counties
def moment(deadline: Deadline, period: str) -> datetime:
    """The deadline of that period, in the time of the place."""
    end = periods.end(period)
    if deadline.on:
        day = deadline.on
    elif deadline.days is not None:
        day = end + timedelta(days=deadline.days)
    elif deadline.workdays is not None:
        day, left = end, deadline.workdays
        while left:
            day += timedelta(days=1)
            left -= is_workday(day)
    else:
        months = end.year * 12 + end.month - 1 + deadline.months
        last = monthrange(months // 12, months % 12 + 1)[1]
        day = date(months // 12, months % 12 + 1, last if deadline.day == "last" else min(deadline.day or 1, last))
    return datetime.combine(day, time.fromisoformat(deadline.time), zone())


def deadlines(spec: Spec, period: str) -> dict[str, str]:
    return {level: moment(deadline, period).isoformat() for level, deadline in spec.due.items()}


def opens(spec: Spec, period: str) -> date:
    """From which day the return is asked for: the form's day, otherwise the cut-off."""
    return moment(spec.opens, period).date() if spec.opens else cut_off(spec, period)


def shifted(period: str, by: int) -> str:
    """That many periods later, of the same kind. "" for a single day: what is asked once has no other."""
    if len(period) == 4:
        return str(int(period) + by)
    if "Q" in period:
        count = int(period[:4]) * 4 + int(period[6]) - 1 + by
        return f"{count // 4:04d}-Q{count % 4 + 1}"
    if len(period) == 7:
        count = int(period[:4]) * 12 + int(period[5:]) - 1 + by
        return f"{count // 12:04d}-{count % 12 + 1:02d}"
    return ""


def last(spec: Spec, period: str) -> str:
    return "" if spec.period == "once" else shifted(period, -1)


def year_ago(spec: Spec, period: str) -> str:
    return "" if spec.period == "once" else shifted(period, {"month": -12, "quarter": -4, "year": -1}[spec.period])


def around(spec: Spec, day: date) -> list[str]:
    """The periods that may be asked for on a day: the running one and the two before it, the newest first; of a form for once its one."""
    if not spec.asked:
        return []
    if spec.period == "once":
        return [spec.once] if opens(spec, spec.once) <= day <= moment(spec.due["unit"], spec.once).date() + LONG_AFTER else []
    now = {"month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "year": str(day.year)}[spec.period]
    found = []
    for back in (0, -1, -2):
        period = shifted(now, back)
        end = periods.end(period)
        if end >= spec.since and not (spec.until and end > spec.until) and opens(spec, period) <= day:
            found.append(period)
    return found
