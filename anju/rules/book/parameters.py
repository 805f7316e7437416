"""Which parameter values are in force on a day, what a what-if puts in their place, and which of them are stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from anju.problems import ASK, Place, Problem, Refused
from anju.rules.book.notation import band_faults
from anju.rules.book.schema import ENUM, NUMBER, TRUTH, Band, Book, Keyed, Parameter, Plain, Value
from anju.rules.book.tree import DECIMAL
from anju.rules.language.exact import needed_places

STALE_MONTHS = 12
TRUTHS = {"是": True, "true": True, "否": False, "false": False}  # as a person types one


def parameter_place(book: Book, name: str = "") -> Place:
    """The book, or what it calls by that name."""
    label = f"“{book.label(name)}”（{name}）" if name else ""
    return Place(f"规则书《{book.title}》（{book.file}）{label}", file=book.file, field=name)


def check_day(book: Book, on: date) -> list[Problem]:
    """Problems of running the book on that day at all: outside its dates, or suspended."""
    problems = []
    if not book.in_force(on):
        until = f"至 {book.applies_until} " if book.applies_until else ""
        problems.append(
            Problem(
                "RULE-001",
                parameter_place(book),
                f"{on} 不在施行期内：{'' if book.stated else '施行日期未载，按'}自 {book.applies_from} 起{until}施行。",
                "请核对业务日期，或补充适用于这一天的规则书。",
            )
        )
    if book.suspended_on(on) and book.suspended:
        pause = book.suspended
        problems.append(
            Problem(
                "RULE-002",
                parameter_place(book),
                f"自 {pause.since} 起暂停执行：{pause.why}（{pause.by}）。",
                "恢复执行后再办；确需办理的，请先由规则管理人员解除暂停。",
            )
        )
    return problems


def values_in_force(book: Book, on: date, overrides: Mapping[str, Any] | None = None) -> dict[str, Value]:
    """Every parameter's value on that day, overrides in place, edges of bands as numbers. Refused names every gap, every bad override
    (RULE-004) and every band that its edges leave empty (RULE-040)."""
    problems: list[Problem] = []
    values: dict[str, Value] = {}
    overrides = overrides or {}
    for name in overrides:
        if name not in book.parameters:
            problems.append(
                Problem(
                    "RULE-004",
                    parameter_place(book),
                    f"试算要改的参数“{name}”不存在。",
                    f"可改的有：{'、'.join(book.parameters) or '无'}。",
                )
            )
    for name, parameter in book.parameters.items():
        dated = parameter.in_force(on)
        if dated is None and name not in overrides:
            problems.append(_gap_problem(book, parameter, on))
            continue
        try:
            if name in overrides:
                values[name] = _override(parameter, dated.value if dated else {}, overrides[name])
            elif dated is not None:
                values[name] = dated.value
        except (ValueError, InvalidOperation) as error:
            problems.append(
                Problem(
                    "RULE-004",
                    parameter_place(book, name),
                    f"试算的值不能用：{error}",
                    "请按规则书中该参数的写法给出。",
                )
            )
    problems = problems or list(_set_edges(book, on, values, overrides))
    if problems:
        raise Refused(*problems)
    return values


def _set_edges(book: Book, on: date, values: dict[str, Value], overrides: Mapping[str, Any]) -> Iterator[Problem]:
    """Put numbers in the place of the parameters that are edges of bands; the bands must stay in order."""
    for name in book.parameters:
        bands = values[name]
        if not isinstance(bands, tuple):
            continue
        edges = {edge for band in bands for edge in (band.lower, band.upper) if isinstance(edge, str)}
        if not edges:
            continue
        numbers: dict[Any, Any] = {edge: values[edge] for edge in edges}
        values[name] = bands = tuple(
            replace(band, lower=numbers.get(band.lower, band.lower), upper=numbers.get(band.upper, band.upper))
            for band in bands
        )
        used = "，".join(f"“{book.label(edge)}”（{edge}）是 {numbers[edge]}" for edge in sorted(edges))
        fix = (
            "请换一个试算的值。"
            if overrides.keys() & {name, *edges}
            else "请核对这些参数在这一天的值，使各段由小到大。"
        )
        for fault in band_faults(bands):
            yield Problem("RULE-040", parameter_place(book, name), f"自 {on} 起，{used}：{fault}", fix)


def _gap_problem(book: Book, parameter: Parameter, on: date) -> Problem:
    first = min(dated.since for dated in parameter.values)
    what = f"{on} 还没有生效的值，最早一条从 {first} 起施行。" if on < first else f"{on} 没有生效的值，前一条已经截止。"
    return Problem(
        "RULE-003",
        parameter_place(book, parameter.name),
        what,
        "请核对业务日期，或在规则书中补上这段时间的值及其依据。",
    )


def stale_values(book: Book, on: date) -> list[Problem]:
    """Warnings: values in force that nobody has looked up for twelve months."""
    warnings = []
    for parameter in book.parameters.values():
        dated = parameter.in_force(on)
        if dated and on > _months_later(dated.checked, STALE_MONTHS):
            what = f"所用的值（自 {dated.since} 起，依据 {dated.source}）上次核对是 {dated.checked}，到 {on} 已超过 {STALE_MONTHS} 个月。"
            warnings.append(
                Problem(
                    "RULE-005",
                    parameter_place(book, parameter.name),
                    what,
                    "请查对文件是否仍然有效，并更新规则书中的 checked。",
                    ASK,
                )
            )
    return warnings


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(day.day - 1), following - timedelta(1))


def change_days(book: Book) -> list[date]:
    """The days, within the book's dates, from which some parameter has another value; the first is the book's own start."""
    days = {book.applies_from}
    for parameter in book.parameters.values():
        for dated in parameter.values:
            days |= {dated.since} | ({dated.until + timedelta(1)} if dated.until else set())
    return sorted(day for day in days if book.in_force(day))


def interval_start(book: Book, on: date) -> date:
    """The start of the interval without change that holds that day: days with one moment share one compiled program."""
    return max((day for day in change_days(book) if day <= on), default=on)


def _override(parameter: Parameter, value: Value, new: Any) -> Value:
    """The what-if value; a keyed one may name only some keys, the others stay."""
    if parameter.bands:
        if not isinstance(new, tuple) or not all(isinstance(band, Band) for band in new):
            raise ValueError("分段的值须整组给出。")
        if faults := list(band_faults(new)):
            raise ValueError(faults[0])
        if strange := {edge for band in new for edge in (band.lower, band.upper) if isinstance(edge, str)} - {
            *parameter.edges
        }:
            raise ValueError(f"分段的端点“{'、'.join(sorted(strange))}”不是规则书里原来的端点。")
        return new
    if parameter.by:
        if not isinstance(new, Mapping):
            raise ValueError("按取值列举的，须逐个取值给出。")
        return _changed_rows(parameter, dict(value) if isinstance(value, Mapping) else {}, new, len(parameter.by))
    return _plain(parameter, new)


def _changed_rows(parameter: Parameter, old: Keyed, new: Mapping[Any, Any], depth: int) -> Keyed:
    """The table with some of its values changed; rows and keys that are not named stay."""
    changed = dict(old)
    for key, item in new.items():
        if depth > 1:
            if not isinstance(item, Mapping):
                raise ValueError("按几个取值列举的，须逐级写出取值。")
            row = old.get(str(key), {})
            changed[str(key)] = _changed_rows(parameter, row if isinstance(row, Mapping) else {}, item, depth - 1)
        else:
            changed[str(key)] = _plain(parameter, item)
    return changed


def _plain(parameter: Parameter, new: Any) -> Plain:
    if parameter.type == NUMBER:
        if isinstance(new, bool | float) or not DECIMAL.match(str(new)):
            raise ValueError(f"“{new}”不是小数。")
        number = Decimal(str(new))
        if needed_places(number) > parameter.places:
            raise ValueError(f"“{new}”比规则书中的小数位（{parameter.places} 位）更细。")
        return number
    if parameter.type == ENUM:
        if new not in parameter.enum:
            raise ValueError(f"“{new}”不在可选值之内。")
        return str(new)
    if parameter.type == TRUTH:
        if not isinstance(new, bool) and new not in TRUTHS:
            raise ValueError(f"“{new}”不是“是”或“否”。")
        return new if isinstance(new, bool) else TRUTHS[new]
    return new if type(new) is date else date.fromisoformat(str(new))


def fingerprint(values: Mapping[str, Value]) -> str:
    """A text that is equal exactly when the values are."""
    return repr(
        [(name, dict(value) if isinstance(value, Mapping) else value) for name, value in sorted(values.items())]
    )


def each_program(book: Book, problems: list[Problem]) -> Iterable[tuple[date, dict[str, Value]]]:
    """Every distinct set of values the book can run with, for checking it when it is loaded; problems: gets what is wrong with the others."""
    seen = set()
    for day in change_days(book):
        if all(parameter.in_force(day) for parameter in book.parameters.values()):
            try:
                values = values_in_force(book, day)
            except Refused as refused:
                problems += refused.problems
                continue
            if (mark := fingerprint(values)) not in seen:
                seen.add(mark)
                yield day, values
