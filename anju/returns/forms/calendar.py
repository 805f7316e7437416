"""When a return is cut off and due, and which period comes before which. Pure."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from ruamel.yaml.error import YAMLError

from anju import periods
from anju.core.database.folder import data_folder
from anju.problems import ConfigurationFault, Place, Problem, Refused
from anju.returns.forms.spec import Deadline, FormSpec
from anju.yaml_files import load_yaml

LONG_AFTER = timedelta(
    days=92
)  # a form for once is no longer asked for after as long as two monthly periods and the running one
SHAPES = {"month": "2021-08", "quarter": "2021-Q3", "half": "2021-H1", "year": "2021"}
A_YEAR = {"month": 12, "quarter": 4, "half": 2, "year": 1}  # periods
LISTED = "workdays.yaml"
YEAR = timedelta(days=366)


class Workdays(NamedTuple):
    """The list (放假和调休): days off on weekdays, weekends worked, and the years that it is complete for."""

    off: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]


def local_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


@cache
def _days() -> Workdays:
    """What is shipped, and of the years that the office registered in its data folder what the office says. Refused RET-015 when either cannot
    be read: a deadline would be wrong."""
    listed = _read_days(files("anju.returns.forms").joinpath(LISTED).read_text(encoding="utf-8"), LISTED)
    own = data_folder() / LISTED
    if own.is_file():
        try:
            text = own.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ConfigurationFault(_unreadable(error, str(own))) from None
        listed |= _read_days(text, str(own))
    off, worked = (frozenset(day for one in listed.values() for day in one[kind]) for kind in ("off", "worked"))
    return Workdays(off, worked, frozenset(listed))


def _read_days(text: str, name: str) -> dict[int, dict[str, list[date]]]:
    """Year → off and worked. What else stands under a year, such as its source, is for people."""
    try:
        listed = {
            int(year): {kind: [date.fromisoformat(str(day)) for day in lists[kind] or ()] for kind in ("off", "worked")}
            for year, lists in (load_yaml(text, plain=True) or {}).items()
        }
        if any(day.year != year for year, one in listed.items() for days in one.values() for day in days):
            raise ValueError("of another year")
    except (ValueError, TypeError, KeyError, AttributeError, YAMLError) as error:
        raise ConfigurationFault(_unreadable(error, name)) from None
    return listed


def _unreadable(error: Exception, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = (
        f"第 {mark.line + 1} 行不合 YAML 的写法。"
        if mark
        else "读不懂：每年下面写 off、worked 两列，日期写成 2026-10-01 的样子，且在那一年。"
    )
    fix = "请按《怎样写一张报表》的“放假和调休”一节改正，再重启服务。"
    return Problem("RET-015", f"放假安排 {name}", what, fix)


def is_workday(day: date) -> bool:
    listed = _days()
    return day in listed.worked or (day.weekday() < 5 and day not in listed.off)


def day_after_workdays(day: date, count: int) -> date:
    """The last of so many workdays, counted from the day after."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def unlisted_years(first: date, last: date) -> list[int]:
    """Years between two days whose holidays nobody registered: workdays are guessed there."""
    return sorted(set(range(first.year, last.year + 1)) - _days().years)


def read_due_day(
    on: date, workdays: int | None, due_on: date | None, *, code: str, where: Place, most: int
) -> tuple[date | None, list[Problem]]:
    """The day by which an answer is due: the one given, else so many workdays after that day; or why it cannot be told, under that code."""
    if due_on is not None:
        if due_on < on:
            return None, [Problem(code, where, f"{due_on} 已经过了。", "请写今天以后的日期。")]
        if due_on - on > YEAR:
            return None, [Problem(code, where, f"{due_on} 在一年以后。", "请写一年以内的日期；更久的事分几步写。")]
        return due_on, []
    if workdays is None or not 0 < workdays <= most:
        what = "没有写期限。" if workdays is None else f"期限 {workdays} 个工作日不合适。"
        return None, [Problem(code, where, what, f"请写几个工作日（1—{most}），或者写到哪一天。")]
    due = day_after_workdays(on, workdays)
    if years := unlisted_years(on, due):
        what = f"{'、'.join(map(str, years))}年放假调休没有登记，算不出{workdays}个工作日后是哪一天。"
        fix = f"请在数据目录的 {LISTED} 里补上那一年（写法见《怎样写一张报表》），或者直接写到哪一天。"
        return None, [Problem(code, where, what, fix)]
    return due, []


def proposed_workdays(on: date, usual: int) -> tuple[str, str]:
    """What a page proposes for so many workdays from that day, and says beside it: nothing where they run into a year whose holidays nobody registered."""
    if years := unlisted_years(on, day_after_workdays(on, usual)):
        return "", f"{'、'.join(map(str, years))}年放假调休没有登记，请写到哪一天"
    return str(usual), ""


def guessed_deadline(spec: FormSpec, period: str) -> str:
    """What must be said of the unit's deadline when it counts workdays in a year whose holidays are not registered; "" when nothing must."""
    deadline = spec.due["unit"]
    if deadline.workdays is None:
        return ""
    return guessed_days(periods.period_end(period) + timedelta(days=1), deadline_moment(deadline, period).date())


def guessed_days(first: date, last: date) -> str:
    """What must be said of workdays counted from a day to another, when the holidays of a year are not registered; "" when nothing must."""
    missing = sorted({first.year, last.year} - _days().years)
    return f"{'、'.join(map(str, missing))}年放假调休没有登记，暂按周一至周五推算" if missing else ""


def check_period(spec: FormSpec, period: str) -> None:
    """Refused RET-010 when the period is of another kind than the form's, RET-011 when the form is not in force for it."""
    end = periods.period_end(period)
    where = f"《{spec.name}》{period}"
    if spec.period == "once" and period != spec.once:
        raise Refused(Problem("RET-010", where, "这张表只报一次。", f"期间是 {spec.once}。"))
    if spec.period != "once":
        shape = SHAPES[spec.period]
        if re.sub(r"\d", "0", period) != re.sub(r"\d", "0", shape):
            raise Refused(Problem("RET-010", where, "期间的写法与这张表不符。", f"请写成 {shape} 的样子。"))
    if end < spec.since or (spec.until and end > spec.until):
        until = f"至 {spec.until}" if spec.until else "起"
        raise Refused(
            Problem("RET-011", where, f"这张表自 {spec.since} {until}施行，这一期不用填报。", "请核对期间或表号。")
        )


def cut_off_day(spec: FormSpec, period: str) -> date:
    end = periods.period_end(period)
    return end if spec.cut_off.day == "last" else end.replace(day=min(spec.cut_off.day, end.day))


@lru_cache(maxsize=4096)  # a province asks of each of its counties
def deadline_moment(deadline: Deadline, period: str) -> datetime:
    """The deadline of that period, in the time of the place."""
    end = periods.period_end(period)
    if deadline.on:
        day = deadline.on
    elif deadline.days is not None:
        day = end + timedelta(days=deadline.days)
    elif deadline.workdays is not None:
        day = day_after_workdays(end, deadline.workdays)
    else:
        months = end.year * 12 + end.month - 1 + deadline.months
        last = monthrange(months // 12, months % 12 + 1)[1]
        day = date(months // 12, months % 12 + 1, last if deadline.day == "last" else min(deadline.day or 1, last))
    return datetime.combine(day, time.fromisoformat(deadline.time), local_zone())


def form_deadlines(spec: FormSpec, period: str) -> dict[str, str]:
    return {level: deadline_moment(deadline, period).isoformat() for level, deadline in spec.due.items()}


def opening_day(spec: FormSpec, period: str) -> date:
    """From which day the return is asked for: the form's day, otherwise the cut-off."""
    return deadline_moment(spec.opens, period).date() if spec.opens else cut_off_day(spec, period)


def shift_period(period: str, by: int) -> str:
    """That many periods later, of the same kind. "" for a single day: what is asked once has no other."""
    if len(period) == 4:
        return str(int(period) + by)
    if (letter := period[5]) in "HQ":
        parts = {"H": 2, "Q": 4}[letter]
        count = int(period[:4]) * parts + int(period[6]) - 1 + by
        return f"{count // parts:04d}-{letter}{count % parts + 1}"
    if len(period) == 7:
        count = int(period[:4]) * 12 + int(period[5:]) - 1 + by
        return f"{count // 12:04d}-{count % 12 + 1:02d}"
    return ""


def last_period(spec: FormSpec, period: str) -> str:
    return "" if spec.period == "once" else shift_period(period, -1)


def period_year_ago(spec: FormSpec, period: str) -> str:
    return "" if spec.period == "once" else shift_period(period, -A_YEAR[spec.period])


def periods_around(spec: FormSpec, day: date) -> list[str]:
    """The periods that may be asked for on a day: the running one and the two before it, the newest first; of a form for once its one."""
    if not spec.asked:
        return []
    if spec.period == "once":
        return (
            [spec.once]
            if opening_day(spec, spec.once) <= day <= deadline_moment(spec.due["unit"], spec.once).date() + LONG_AFTER
            else []
        )
    now = {
        "month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "half": f"{day.year}-H{(day.month + 5) // 6}", "year": str(day.year),
    }[spec.period]  # fmt: skip
    found = []
    for back in (0, -1, -2):
        period = shift_period(now, back)
        end = periods.period_end(period)
        if end >= spec.since and not (spec.until and end > spec.until) and opening_day(spec, period) <= day:
            found.append(period)
    return found
