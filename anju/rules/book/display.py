"""How values are shown to people: places, units, 分 as 元. Computing places are apart from shown ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from anju.quantities import UNITS, divide_half_up, scaled_text, trim_zeros
from anju.rules.book.schema import Band, Book, Parameter
from anju.rules.language.exact import needed_places, to_scaled
from anju.rules.language.ir import Choice, Day, Num, Type

SHOWN_RATIO, COMPUTING = 2, 12  # decimals
POSTFIX = {"point": " 分", "%": "%", "1": "", "fen": " 元"}


def declared_show(book: Book, name: str) -> int | None:
    name = book.payables.get(name, name)
    for part in (book.steps, book.inputs, book.parameters):
        if name in part:
            return part[name].show
    return None


def shown_places(book: Book, name: str, type_: Type) -> int:
    """Declared `show`; else all places of what is a fact or says its own, or when they are few, and two when they are computing places."""
    if not isinstance(type_, Num):
        return 0
    show = declared_show(book, name)
    if show is not None:
        return show
    name = book.payables.get(name, name)
    declared = name in book.inputs or (name in book.steps and book.steps[name].places is not None)
    return type_.places if type_.places <= 4 or (declared and type_.places < COMPUTING) else SHOWN_RATIO


def shown_value(book: Book, name: str, value: Any, type_: Type, unit: bool = True) -> str:
    """A named value as text, empty when unknown. Without a declared `show` trailing zeros are dropped."""
    if value is None:
        return ""
    if isinstance(type_, Num):
        fixed = declared_show(book, name) is not None
        return number_text(value, type_.places, shown_places(book, name, type_), book.unit(name) if unit else "", fixed)
    if isinstance(type_, Choice):
        return str(type_.domain[value])
    if isinstance(type_, Day):
        return f"{value // 10000}年{value // 100 % 100}月{value % 100}日"
    return ("是" if value else "否") if isinstance(value, bool) else str(value)


def number_text(value: int, places: int, show: int, unit: str, fixed: bool = False) -> str:
    """A scaled integer rounded half-up to `show`, with its unit; fen as 元 with two decimals."""
    if unit == "fen":
        places, show, fixed = places + 2, max(2, show), True
    if show < places:
        value, places = divide_half_up(value, 10 ** (places - show)), show
    elif fixed:
        value, places = value * 10 ** (show - places), show
    text = scaled_text(value, places)
    return (text if fixed else trim_zeros(text)) + (POSTFIX.get(unit, f" {unit}" if unit else ""))


def figure_text(value: Decimal, unit: str, places: int | None) -> str:
    """A figure of a sentence with no name of its own: two decimals unless it says otherwise."""
    finer = needed_places(value)
    return number_text(
        to_scaled(value, finer), finer, SHOWN_RATIO if places is None else places, unit, fixed=places is not None
    )


def applies_text(book: Book) -> str:
    """From when to when a book applies, and whether its document says so."""
    since, until = _day_text(book.applies_from), f"至{_day_text(book.applies_until)}止" if book.applies_until else ""
    if not book.stated:
        return f"施行日期未载，按{since}起{until or '施行'}"
    return f"{since}起，{until}" if until else f"{since}起施行"


def regions_text(book: Book) -> str:
    return "、".join(book.regions) or "不限地区"


def _day_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def value_text(book: Book, parameter: Parameter, value: Any) -> str:
    """A plain, keyed or banded value of a parameter as one line."""
    if isinstance(value, tuple):
        gives = (value_text(book, parameter, band.value) if not band.refuses else "不予办理" for band in value)
        return "；".join(f"{band_text(book, band)}：{given}" for band, given in zip(value, gives, strict=True))
    if isinstance(value, Mapping):
        words = {key: "更多" if key == "more" else key for key in value}
        return "；".join(
            f"{words[key]}（{value_text(book, parameter, one)}）"
            if isinstance(one, Mapping)
            else f"{words[key]}：{value_text(book, parameter, one)}"
            for key, one in value.items()
        )
    if isinstance(value, Decimal):
        finer = needed_places(value)
        return number_text(to_scaled(value, finer), finer, finer + 2 * (parameter.unit == "fen"), parameter.unit)
    if isinstance(value, bool):
        return "是" if value else "否"
    return _day_text(value) if isinstance(value, date) else str(value)


def band_text(book: Book, band: Band) -> str:
    """A band's ends in words; an edge that is a parameter by its label."""
    low, high = (f"“{book.label(edge)}”" if isinstance(edge, str) else f" {edge}" for edge in (band.lower, band.upper))
    ends = [f"{'满' if band.lower_closed else '超过'}{low}"] if band.lower is not None else []
    ends += [f"{'不超过' if band.upper_closed else '不满'}{high}"] if band.upper is not None else []
    return "，".join(ends) or "任何值"


def convert_value(value: Decimal, unit: str, wanted: str) -> Decimal:
    """The value in another unit of the same family; unchanged when it has none."""
    if unit in UNITS and wanted in UNITS and UNITS[unit].family == UNITS[wanted].family:
        base = (
            to_scaled(value, needed_places(value)) * UNITS[unit].factor
        )  # factors are powers of ten, so the way back is exact too
        return Decimal(
            (int(base < 0), tuple(map(int, str(abs(base)))), -needed_places(value) - len(str(UNITS[wanted].factor)) + 1)
        )
    return value
