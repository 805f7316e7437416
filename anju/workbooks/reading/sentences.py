"""Figures that a form says in a sentence, in its title or in a note, where its map tells how: 新筹集建设{数}套. And one table of several on a sheet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anju import quantities
from anju.problems import BLOCK, Place, Problem
from anju.workbooks.files.numbers import BAD, NUMBER, ParsedNumber, fold_number, parse_number, unit_named
from anju.workbooks.files.opening import Worksheet
from anju.workbooks.reading import heads
from anju.workbooks.reading.cells import ReadCell, WorkbookReading, cell_reference
from anju.workbooks.reading.heads import TableHead
from anju.workbooks.reading.maps import MapSentence, TableMap

SLOT = "{数}"
_NUMBER = r"(?P<number>(?:约|近|超过|超|逾)?[-−+]?[0-9](?:[0-9,. ]*[0-9])?[余多]?(?:[百千]?[万亿](?:[0-9][0-9,.]*(?:[百千]万?|万))*(?:[0-9][0-9,.]*)?)?[余多]?)"
_UNIT_NAMES = sorted((*quantities.UNITS, *quantities.ALIASES), key=len, reverse=True)
_NEXT_TABLE = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[、.]|\([一二三四五六七八九十0-9]{1,3}\)|(?:附?表|附件)[0-9一二三四五六七八九十]{1,3}"
)
Line = tuple[int, int, str, str]  # row, column, text, 标题 or 注


@dataclass(frozen=True)
class SaidNumber:
    """A number that a line says. text: as it stands there."""

    row: int
    column: int
    line: str
    text: str
    parsed: ParsedNumber
    unit: str | None


def read_sentences(
    sheet: Worksheet, table: TableMap, reading: WorkbookReading, *, head: TableHead, area: str, period: str
) -> Iterator[ReadCell]:
    """The figures of the map's sentences. WB-076 where one is not there, WB-077 where it says two numbers, WB-060 and WB-026 as in cells."""
    lines = list(_lines(sheet, head)) if table.sentences else []
    for sentence in table.sentences:
        said = [
            one
            for line in lines
            if not sentence.where or sentence.where == _WHERE[line[3]]
            for one in _matches(sentence, line)
        ]
        problem = _problem(sentence, said, reading, sheet)
        if problem:
            reading.problems.append(problem)
        if problem or not said:
            continue
        one = said[0]
        yield ReadCell(
            measure=sentence.measure, calibre=sentence.calibre, region_name=heads.clean_label(sentence.region or table.area or area) if sentence.region or table.area or area else "",
            period=sentence.period.replace("{year}", period[:4]) or period, state=NUMBER, digits=one.parsed.digits, places=one.parsed.places, unit=one.unit or "",
            approx=one.parsed.approx, assumed=False, basis="", sheet=sheet.name, cell=cell_reference(one.row, one.column), raw=one.text,
            row_label=one.line, column_label=sentence.text[0], kind="total", document=sentence.document, key=sentence.measure,
        )  # fmt: skip


_WHERE = {"标题": "title", "注": "notes"}


def _lines(sheet: Worksheet, head: TableHead) -> Iterator[Line]:
    """The texts over the head, and below it the rows of one text."""
    for number, values in enumerate(sheet.rows()):
        texts = [(at, value) for at, value in enumerate(values) if isinstance(value, str) and value.strip()]
        if number < head.top:
            yield from ((number, at, value, "标题") for at, value in texts)
        elif (
            number > head.bottom and len(texts) == 1 and all(value == "" or isinstance(value, str) for value in values)
        ):
            yield number, *texts[0], "注"


def _matches(sentence: MapSentence, line: Line) -> Iterator[SaidNumber]:
    row, column, text, where = line
    plain = re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", fold_number(text))
    for wanted in sentence.text:
        before, after = (re.sub(r"\s+", "", fold_number(part)) for part in wanted.split(SLOT))
        unit = next((name for name in _UNIT_NAMES if name and after.startswith(name)), "")
        for match in re.finditer(re.escape(before) + _NUMBER + re.escape(after), plain):
            if not before and match.start() and plain[match.start() - 1] in "0123456789.,":
                continue  # the end of a longer number
            parsed = parse_number(match["number"] + unit)
            own = unit_named(parsed.unit, sentence.unit) if parsed.unit or sentence.unit else ""
            yield SaidNumber(row, column, where, match[0], parsed, own)


def _problem(
    sentence: MapSentence, said: list[SaidNumber], reading: WorkbookReading, sheet: Worksheet
) -> Problem | None:
    """What is wrong with what a sentence says."""
    first = said[0] if said else None
    place = Place(
        file=reading.file_name,
        sheet=sheet.name,
        cell=cell_reference(first.row, first.column) if first else "",
        field=sentence.text[0],
    )
    if first is None:
        if not sentence.required:
            return None
        what, fix = (
            f"标题和注里没有写着“{sentence.text[0]}”的话。",
            "请核对；有时不写的，请在对照表这一句写 required: false。",
        )
        return Problem("WB-076", place, what, fix, BLOCK)
    if bad := next((one for one in said if one.parsed.state == BAD or one.parsed.state != NUMBER), None):
        return Problem("WB-060", place, f"“{bad.text}”读不出数：{bad.parsed.flaw}。", "请只写一个数。", BLOCK)
    if len({(one.parsed.digits, one.parsed.places, one.unit) for one in said}) > 1:
        cells = "、".join(f"{cell_reference(one.row, one.column)}“{one.text}”" for one in said)
        return Problem(
            "WB-077",
            place,
            f"这句话出现了几次，数不一样：{cells}。",
            "请核对后改成一样，或把对照表里的这句话写长一点。",
            BLOCK,
        )
    if not first.unit:
        what = f"“{first.text}”的单位看不出来，或与对照表的“{sentence.unit}”对不上。"
        return Problem("WB-026", place, what, "请在对照表这一句的“{数}”后面写出单位，或写 unit。", BLOCK)
    return None


def sheet_of_table(sheet: Worksheet, table: TableMap) -> Worksheet | None:
    """Of a sheet with several tables the part that the map is about: from the line that it names to the next table. None: no such line."""
    if not table.below:
        return sheet
    rows = sheet.first_rows(heads.MORE_HEADS)
    start = next((number for number, values in enumerate(rows) if _is_line(values, table.below)), None)
    if start is None:
        return None
    begun, end = False, sheet.marks.height
    for number in range(start + 1, len(rows)):
        texts = [value for value in rows[number] if value != ""]
        begun = begun or len(texts) > 1
        if _is_line(rows[number], table.above) or (
            begun and len(texts) == 1 and _NEXT_TABLE.match(fold_number(str(texts[0])))
        ):
            end = number
            break
    return sheet.between(start, end)


def _is_line(values: list, words: tuple[str, ...]) -> bool:
    texts = [str(value) for value in values if value != ""]
    plain = heads.parse_heading("".join(texts))[0] if 0 < len(texts) <= 2 else ""
    return bool(plain) and any(heads.parse_heading(word)[0] in plain for word in words)
