"""Bind rows of facts to a book's inputs: exact scaled integers, every misfit named by row before anything runs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.quantities import scaled_text
from anju.rules.book.lower_parameters import day_number
from anju.rules.book.schema import DATE, ENUM, NUMBER, TEXT, TRUTH, Book, BookInput
from anju.rules.engine.canonical import csv_bytes
from anju.rules.language.exact import to_scaled
from anju.rules.language.ir import LIMIT

Scalar = int | str | bool | None
SHOWN = 200  # problems told one by one; the rest are counted
PLAIN_TEXT = re.compile(r"([+-]?[0-9]{1,18})(?:\.([0-9]{1,18}))?")
NUMBER_TEXT = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
DAY_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2998, 12, 31)
LONGEST = 40  # letters of a value that a message shows


@dataclass
class BoundTable:
    """Rows ready to run, column by column. rank: the place of each row in the order of keys, the last word in every tie.

    rollups: what their members come to, filled in by an engine before the rows run.
    """

    book: Book
    keys: list[str]
    rank: list[int]
    dates: list[date]
    columns: dict[str, list[Scalar]]
    members: MemberTable | None = None
    rollups: dict[str, list[Scalar]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def partition(self, index: int) -> tuple[Scalar, ...]:
        return tuple(self.columns[name][index] for name in self.book.partition)

    def partitions(self) -> dict[tuple[Scalar, ...], list[int]]:
        members: dict[tuple[Scalar, ...], list[int]] = {}
        for index in range(len(self)):
            members.setdefault(self.partition(index), []).append(index)
        return members

    def text(self, name: str, value: Scalar) -> str:
        return input_text(self.book.inputs[name], value)

    def csv(self) -> bytes:
        """The inputs, canonical: sorted by key, exact, unknown empty."""
        order = sorted(range(len(self)), key=self.rank.__getitem__)
        names = list(self.columns)
        lines = [
            [self.keys[i], self.dates[i].isoformat(), *(self.text(name, self.columns[name][i]) for name in names)]
            for i in order
        ]
        return csv_bytes([["key", "on", *names], *lines])

    def digest(self) -> str:
        """Of the inputs, those of the members among them."""
        members = self.members.csv() if self.members else b""
        return hashlib.sha256(self.csv() + members).hexdigest()


@dataclass
class MemberTable:
    """The members of rows, as rows of their own. of: the index of the row that each belongs to.

    listed: the rows whose list is known, with the members of each; one that is known to have none is there with none.
    """

    table: BoundTable
    of: list[int]
    names: list[str]
    listed: dict[int, list[int]]
    keys: list[str]

    def csv(self) -> bytes:
        """Canonical, whatever the order they came in: how many each row has, then each with what was given of it."""
        counts = sorted([self.keys[row], str(len(members))] for row, members in self.listed.items())
        columns = list(self.table.columns.items())
        lines = sorted(
            [self.keys[row], *(self.table.text(name, column[member]) for name, column in columns)]
            for member, row in enumerate(self.of)
        )
        return csv_bytes([["key", "members"], *counts, ["key", *self.table.columns], *lines])


def input_text(item: BookInput, value: Scalar) -> str:
    """A bound value as exact text."""
    if value is None:
        return ""
    if item.type == NUMBER:
        return scaled_text(int(value), item.places)
    if item.type == ENUM:
        return item.enum[int(value)]
    if item.type == DATE:
        return day_text(int(value))
    return ("是" if value else "否") if item.type == TRUTH else str(value)


def day_text(value: int) -> str:
    return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"


class _Misfit(ValueError):
    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.code, self.what, self.fix = code, what, fix


def bind_rows(
    book: Book, rows: Sequence[Mapping[str, Any]], *, key: str, on: date, on_field: str | None = None
) -> BoundTable:
    """rows: input name → value in the declared unit (int, Decimal, decimal text; None is unknown), and `key`.

    on_field: the field with the row's own date; without it every row runs on `on`. Refused names every misfit by row.
    """
    problems: list[Problem] = []
    more = 0

    def wrong(index: int, name: str, code: str, what: str, fix: str) -> None:
        nonlocal more
        if len(problems) >= SHOWN:
            more += 1
            return
        label = f" “{book.inputs[name].label}”（{name}）" if name in book.inputs else f" {name}" if name else ""
        shown = None if rows[index].get(key) is None else _shown(rows[index].get(key))
        text = f"《{book.title}》第 {index + 1} 行（{'无键' if shown is None else shown}）{label}"
        problems.append(Problem(code, Place(text, line=index + 1, field=name), what, fix))

    keys, dates = [], []
    seen: set[str] = set()
    strange: set[str] = set()
    known = {*book.inputs, key, *([on_field] if on_field else [])}
    for index, row in enumerate(rows):
        value = row.get(key)
        text = "" if value is None or (isinstance(value, int) and abs(value) > LIMIT) else str(value)
        if not text or text in seen or not text.isprintable():
            wrong(index, key, "RULE-014", f"行键“{_shown(text)}”为空、重复或含控制字符。", "每行须有一个不同的键。")
        seen.add(text)
        keys.append(text)
        try:
            dates.append(_day(row.get(on_field)) if on_field else on)
        except (ValueError, TypeError):
            dates.append(on)
            wrong(
                index,
                on_field or "",
                "RULE-010",
                f"业务日期“{_shown(row.get(on_field or ''))}”不是日期。",
                "请填 2020-01-31 的样子。",
            )
        strange |= row.keys() - known
    for name in sorted(strange):
        problems.append(
            Problem(
                "RULE-015",
                f"《{book.title}》",
                f"行里有规则书没有的输入“{name}”。",
                "请改正名称，或在规则书的 inputs 中定义。",
            )
        )
    columns: dict[str, list[Scalar]] = {}
    for name, item in book.inputs.items():
        convert = _converter(item)
        column: list[Scalar] = []
        for index, row in enumerate(rows):
            value = row.get(name)
            try:
                column.append(None if value is None else convert(value))
            except _Misfit as misfit:
                column.append(None)
                wrong(index, name, misfit.code, misfit.what, misfit.fix)
        columns[name] = column
    for name in book.partition:
        for index in (i for i, value in enumerate(columns[name]) if value is None):
            wrong(index, name, "RULE-016", "分组所依据的值未知。", "请先补上，否则不知道这一行与谁一起计算。")
    for last in book.unique_keys if not problems else ():
        _unique(book, last, columns, wrong)
    if more:
        problems.append(
            Problem("RULE-010", f"《{book.title}》", f"另有 {more} 处同类问题没有逐一列出。", "请先改正上面列出的。")
        )
    if problems:
        raise Refused(*problems)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rank = [0] * len(keys)
    for place, index in enumerate(order):
        rank[index] = place
    return BoundTable(book, keys, rank, dates, columns)


def _day(value: Any) -> date:
    if type(value) is not date and not DAY_TEXT.fullmatch(value):
        raise ValueError(value)
    day = value if type(value) is date else date.fromisoformat(value)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(value)
    return day


def _unique(book: Book, last: str, columns: Mapping[str, list[Scalar]], wrong: Callable[..., None]) -> None:
    seen: dict[tuple[Scalar, ...], int] = {}
    for index, value in enumerate(columns[last]):
        if value is None:
            continue
        place = (*(columns[name][index] for name in book.partition), value)
        if place in seen:
            wrong(
                index,
                last,
                "RULE-017",
                f"与第 {seen[place] + 1} 行相同，先后没有定论。",
                "排序的最后一个键须每行不同，请核对。",
            )
        seen.setdefault(place, index)


def _converter(item: BookInput) -> Callable[[Any], Scalar]:
    if item.type == NUMBER:
        assert item.range
        low, high = (to_scaled(end, item.places) for end in item.range)
        return _number_converter(item, low, high)
    if item.type == ENUM:
        index = {spelling: place for place, value in enumerate(item.enum) for spelling in enum_spellings(value)}
        return lambda value: _choice(item, value, index)
    others: dict[str, Callable[[Any], Scalar]] = {TRUTH: _truth, DATE: _date, TEXT: _text}
    return others[item.type]


def _number_converter(item: BookInput, low: int, high: int) -> Callable[[Any], int]:
    """Plain decimals, nearly all that comes, without a Decimal: a fifth of the time. Everything else, and what is wrong, the long way."""
    plain, places = PLAIN_TEXT.fullmatch, item.places
    times: list[int] = [10**missing for missing in range(places, -1, -1)]  # by the decimals that there are

    def convert(value: Any) -> int:
        if type(value) is str and (parts := plain(value)):
            whole, fraction = parts.groups()
            if fraction is None:
                scaled = int(whole) * times[0]
            elif len(fraction) <= places:
                scaled = int(whole + fraction) * times[len(fraction)]
            else:
                return _scaled(item, value, low, high)
            if low <= scaled <= high:
                return scaled
        return _scaled(item, value, low, high)

    return convert


def enum_spellings(value: str) -> tuple[str, ...]:
    """The ways in which other systems write the same characters: composed (NFC) and taken apart (NFD)."""
    return tuple(dict.fromkeys((value, *(unicodedata.normalize(form, value) for form in ("NFC", "NFD")))))


def _shown(value: Any) -> str:
    """A value of somebody's in a message: hidden characters told by number, what is long cut. An integer may be too long to print at all."""
    if isinstance(value, int) and not -LIMIT <= value <= LIMIT:
        return "超过 38 位的整数"
    text = value if isinstance(value, str) else repr(value)
    text = "".join(one if one.isprintable() else f"<U+{ord(one):04X}>" for one in text[: LONGEST + 1])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _scaled(item: BookInput, value: Any, low: int, high: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        result: int = value * 10**item.places
    else:
        if not isinstance(value, str | Decimal):
            raise _Misfit(
                "RULE-010",
                f"值 {_shown(value)} 不是精确的数（{type(value).__name__}）。",
                "请给整数、Decimal 或小数文本，不能是浮点数。",
            )
        number, exponent = _digits(value)
        shift = exponent + item.places
        result, rest = (number * 10**shift, 0) if shift >= 0 else divmod(number, 10**-shift)
        if rest:
            raise _Misfit(
                "RULE-012",
                f"{_shown(str(value))} 比声明的 {item.places} 位小数更细，不能悄悄舍去。",
                "请核对单位，或在规则书中增加 places。",
            )
    if not low <= result <= high:
        least, most = item.range or (0, 0)
        raise _Misfit(
            "RULE-011",
            f"{_shown(value if isinstance(value, int) else str(value))} {item.unit}不在允许范围 {least:f} 至 {most:f} 之内。",
            "请核对数据和单位；确属实情的，请修改规则书的 range。",
        )
    return result


def _digits(value: str | Decimal) -> tuple[int, int]:
    """number × 10^exponent, exactly."""
    if isinstance(value, str) and not NUMBER_TEXT.fullmatch(value.strip(" ")):
        raise _Misfit("RULE-010", f"“{_shown(value)}”不是数。", "请填数字，不带千分号、下划线和单位；未知的留空。")
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int) or len(digits) + abs(exponent) > 60:
        raise _Misfit("RULE-010", f"“{_shown(value)}”不是数。", "请填数字；未知的留空。")
    number = int("".join(map(str, digits)))
    return (-number if sign else number), exponent


def _choice(item: BookInput, value: Any, index: Mapping[Any, int]) -> int:
    if not isinstance(value, str) or value not in index:
        raise _Misfit("RULE-013", f"“{_shown(value)}”不在可选值之内。", f"可填：{'、'.join(item.enum)}；未知的留空。")
    return index[value]


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("是", "否"):
        return bool(value == "是")
    raise _Misfit("RULE-010", f"“{_shown(value)}”不是“是”或“否”。", "请填是或否；未知的留空。")


def _date(value: Any) -> int:
    try:
        return day_number(_day(value))
    except (ValueError, TypeError):
        raise _Misfit("RULE-010", f"“{_shown(value)}”不是日期。", "请填 2020-01-31 的样子；未知的留空。") from None


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise _Misfit("RULE-010", f"“{_shown(value)}”不是文字。", "请填文字；未知的留空。")
    return value
