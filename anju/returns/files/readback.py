"""What a receiver's own system exports, read and compared with the return cell by cell. Pure; knows no database."""

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from anju import file_sizes, quantities
from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.problems import Place, Problem, Refused
from anju.returns.files.export_sheets import ExportSheet, read_export
from anju.returns.forms.spec import FormColumn
from anju.returns.queries.values import NOTHING, read_number
from anju.workbooks.files.numbers import (
    BAD,
    BLANK,
    DASH,
    GENERAL,
    NUMBER,
    NumberFormat,
    fold_number,
    number_from_cell,
    parse_number,
    unit_named,
)
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import cell_reference
from anju.workbooks.reading.heads import HeadGrid, TableHead
from anju.workbooks.reading.maps import MapColumn

SUMS = ("合计", "总计", "小计")  # another system adds up by itself
SILENT = ("", "未报", "无任务", "不适用")  # what another system may only be able to leave blank


@dataclass(frozen=True)
class ReceiverField:
    """A field of the receiver's form. column: of our form; None: it says which row it is (its name, its code)."""

    code: str
    head: str
    paths: tuple[str, ...]
    column: FormColumn | None = None


@dataclass(frozen=True)
class ReceiverDifference:
    """One thing that is not the same there: a cell, or a whole row that only one side has."""

    line: str
    label: str
    head: str
    ours: str
    theirs: str
    where: str

    @property
    def says(self) -> str:
        if not self.head:
            return f"“{self.label}”这一行{self.ours or self.theirs}。"
        return f"“{self.label}”“{self.head}”：本系统 {self.ours or '空'}，对方 {self.theirs or '空'}（{self.where}）。"

    def as_dict(self) -> dict[str, str]:
        return {**asdict(self), "says": self.says}


def compare_export(
    user: Actor,
    content: bytes,
    name: str,
    wanted: Sequence[ReceiverField],
    rows: Mapping[str, Mapping[str, str]],
    sums: Collection[str] = (),
) -> tuple[list[ReceiverDifference], int]:
    """Differences, and how many cells were compared. rows: key → texts by code, as the return has them; sums: names of rows that add up others.

    Refused: the file cannot be read (WB-…), or it is not that export: no head is known (RET-721), columns are missing (RET-722).
    """
    if problems := file_sizes.too_large(
        len(content),
        file_sizes.EXPORTED,
        code="RET-720",
        where=Place(file=name),
        what=f"文件有 {file_sizes.megabytes(len(content))} 兆，导出表不会这么大。",
        fix="请确认选对了文件。",
    ):
        raise Refused(*problems)
    names = [one for one in wanted if one.column is None]
    best: tuple[int, ExportSheet, TableHead, dict[int, int], list[Problem]] | None = None
    columns = tuple(MapColumn(path=one.paths, measure=one.code) for one in wanted)
    for page in read_file_of(user, read_export, content, name, file=name):
        grid = HeadGrid(page.rows[: heads.HEAD_ROWS], page.merges)
        head = heads.find_head(grid, [path for one in names for path in one.paths])
        if head is None:
            continue
        match = heads.match_columns(columns, head, name, page.name)
        spanned = [index for index, one in enumerate(wanted) if one.column is None and _is_head_of(one, head)]
        found = {**match.found, **dict.fromkeys(spanned, head.span[1])}
        missing = [
            Problem("RET-722", Place(file=name, sheet=page.name), f"导出表的表头里没有“{one.head}”这一列。", "请导出全部列；表头换了名称的，请改报表的 receivers.heads。")
            for index, one in enumerate(wanted) if index not in found and one.column is not None
        ]  # fmt: skip
        if best is None or len(found) > best[0]:
            best = (len(found), page, head, found, missing)
    if best is None:
        told = "”或“".join(one.head for one in names)
        raise Refused(
            Problem(
                "RET-721", Place(file=name), f"没有找到表头（名为“{told}”的列）。", "请确认选的是这个系统导出的这张表。"
            )
        )
    _, page, head, found, missing = best
    if missing:
        raise Refused(*missing)
    return _compare(
        page, head, name, [(one, found[index]) for index, one in enumerate(wanted) if index in found], rows, sums
    )


def _is_head_of(one: ReceiverField, head: TableHead) -> bool:
    said = {heads.parse_heading(cell.text)[0] for cell in head.paths.get(head.span[1], ())}
    return any(heads.parse_heading(path)[0] in said for path in one.paths)


def _compare(
    page: ExportSheet,
    head: TableHead,
    name: str,
    fields: Sequence[tuple[ReceiverField, int]],
    rows: Mapping[str, Mapping[str, str]],
    sums: Collection[str],
) -> tuple[list[ReceiverDifference], int]:
    known: dict[str, dict[str, str]] = {
        one.code: {heads.clean_label(texts[one.code]): key for key, texts in rows.items() if texts.get(one.code)}
        for one, _ in fields
        if one.column is None
    }
    ignored = {heads.clean_label(name) for name in (*sums, *SUMS)}

    def at(cell: str = "") -> str:
        return str(Place(file=name, sheet=page.name, cell=cell))

    told: list[ReceiverDifference] = []
    seen: dict[str, int] = {}
    count = 0
    for number, values in enumerate(page.rows[head.bottom + 1 :], head.bottom + 1):
        texts = {one.code: _text(values, at) for one, at in fields}
        said = {code: heads.clean_label(texts[code]) for code in known if texts[code]}
        if not said or (not any(texts[one.code] for one, _ in fields if one.column)):
            continue  # a blank line, a note under the table
        if ignored.intersection(said.values()):
            continue
        key = next((known[code][text] for code, text in said.items() if text in known[code]), None)
        label = next(texts[code] for code in known if texts[code])
        if key is None or key in seen:
            what = (
                "只在对方的表里有，本系统没有"
                if key is None
                else f"在对方的表里重复（第 {seen[key] + 1}、{number + 1} 行）"
            )
            told.append(ReceiverDifference(key or "", label, "", "", what, at(f"{number + 1}")))
            continue
        seen[key] = number
        for one, column in fields:
            if one.column is None:
                continue
            count += 1
            ours, theirs = rows[key].get(one.code, ""), _exact_text(page, values, number, column)
            if not _same_value(ours, theirs, one.column, head.units_of(column)):
                told.append(ReceiverDifference(key, label, one.head, ours, theirs, at(cell_reference(number, column))))
    for key, texts in rows.items():
        if key not in seen:
            label = next((texts[code] for code in known if texts.get(code)), key)
            told.append(ReceiverDifference(key, label, "", "只在本系统有，对方的表里没有", "", at()))
    return told, count


def _same_value(ours: str, theirs: str, column: FormColumn, units: Sequence[str]) -> bool:
    if column.type != "number":
        return _words(ours) == _words(theirs)
    number = parse_number(theirs)
    if number.state in (BLANK, DASH):
        return ours in SILENT
    if number.state != NUMBER or number.approx:
        return ours == theirs or (number.state in (*NOTHING, "unreported") and parse_number(ours).state == number.state)
    try:
        mine, _ = read_number(ours, column.model_copy(update={"places": 6, "signed": True}))
        family = quantities.unit_of_measure(column.unit).family
        named = next((one for one in units if quantities.unit_of_measure(one).family == family), column.unit)
        unit = unit_named(number.unit, named)
        return unit is not None and quantities.to_base(number.digits, number.places, unit) == mine
    except ValueError:
        return False


def _words(text: str) -> str:
    """A text as it is compared: without spaces, but for those between digits."""
    return "" if parse_number(text).state == DASH else re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", fold_number(text))


def _text(values: Sequence[Any], at: int) -> str:
    value = values[at] if at < len(values) else ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()[:10]
    number = number_from_cell(value, GENERAL)
    return str(value) if number.state == BAD else quantities.scaled_text(number.digits, number.places)


def _exact_text(page: ExportSheet, values: Sequence[Any], row: int, at: int) -> str:
    """As exact as the cell holds it; a share that Excel shows in percent is read as percent, a unit in its format is part of it."""
    value, look = values[at] if at < len(values) else "", page.format(row, at)
    if isinstance(value, str | bool | datetime.date) or look.kind not in ("percent", "other"):
        return _text(values, at)
    if look.kind == "other":
        number = number_from_cell(value, look)
        exact = number.hidden or quantities.scaled_text(number.digits, number.places)
        return str(value) if number.state == BAD else exact + number.unit
    number = number_from_cell(value, NumberFormat("percent", 0, 15))
    return quantities.scaled_text(number.digits, number.places) + "%"
