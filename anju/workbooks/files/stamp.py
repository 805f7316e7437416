"""The stamp of a workbook that is filled in offline: what it is and what stood in it, in a sheet that nobody sees.

Its first cell says as JSON what the file is, the cell below holds the SHA-256 of the whole stamp, and the rows below that hold what stood in
the workbook when it was written: only what differs from it was changed by the user, and a stamp that was touched is not believed.
"""

import hashlib
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anju.problems import Problem, Refused


@dataclass(frozen=True)
class Stamp:
    """says: what the file is, as it was written; rows: what stood in it, all as wide as the first."""

    says: dict[str, Any]
    rows: list[list[str]]


def write_stamp(book: Any, sheet: str, says: Mapping[str, Any], rows: Sequence[Sequence[str]]) -> Any:
    """Stamp a workbook of xlsxwriter, and return the hidden sheet: one column right of the rows left free, it may hold more.

    rows: of each the first cell is its key, and no cell of the first row but that one may be empty.
    """
    page = book.add_worksheet(sheet)
    page.very_hidden()
    page.protect()
    text = json.dumps(says, ensure_ascii=False, sort_keys=True)
    for at, line in enumerate([[text], [_digest(text, rows)], *rows]):
        for column, part in enumerate(line):
            page.write_string(at, column, part)
    return page


def read_stamp(book: Any, sheet: str, *, foreign: Problem, altered: Problem) -> Stamp:
    """The stamp of a workbook that openpyxl has opened. Refused: foreign without a stamp, altered when it is not as it was written."""
    if sheet not in book.sheetnames:
        raise Refused(foreign)
    lines = [[plain_text(value) for value in line] for line in book[sheet].iter_rows(values_only=True)]
    if len(lines) < 2 or not (lines[0] and lines[1]):
        raise Refused(altered)
    (text, *_), (digest, *_), *rows = lines
    rows = _without_neighbours(rows)
    if _digest(text, rows) != digest:
        raise Refused(altered)
    return Stamp(json.loads(text), rows)


# Sheets of stamps, and of what: an import of tables tells where such a file belongs.
RETURN, PROJECTS = "_安居", "_anju"
BELONGS = {
    RETURN: ("报表的离线表", "请打开“报表”里这个单位这一期的报表，在下方“离线填报”选这个文件，点“并入填好的离线表”。"),
    PROJECTS: ("项目库的工作簿", "请到“项目”页点“导入工作簿”上传。"),
}
NAMES = 1 << 20  # bytes of a workbook's list of sheets; no list of ours is as long


def where_it_belongs(content: bytes) -> tuple[str, str]:
    """What a stamped workbook is and where it is uploaded; "" and "" for any other file. Only its list of sheets is looked at."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book, book.open("xl/workbook.xml") as listed:
            text = listed.read(NAMES).decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, EOFError, RuntimeError, ValueError, zlib.error):
        return "", ""
    names = {html.unescape(name) for name in re.findall(r'<(?:\w+:)?sheet\s[^>]*?name="([^"]*)"', text)}
    return next((belonging for name, belonging in BELONGS.items() if name in names), ("", ""))


def _without_neighbours(lines: list[list[str]]) -> list[list[str]]:
    """The rows without what else stands in the sheet, right of the first empty column or below."""
    first = lines[0] if lines else []
    wide = first.index("", 1) if "" in first[1:] else len(first)
    return [[*line, *[""] * wide][:wide] for at, line in enumerate(lines) if at == 0 or (line and line[0])]


def plain_text(value: object) -> str:
    """What a cell says, with the ends of lines as Python has them."""
    return "" if value is None else str(value).replace("_x000D_", "").replace("\r\n", "\n").strip()


def _digest(text: str, rows: Sequence[Sequence[str]]) -> str:
    return hashlib.sha256(json.dumps([text, rows], ensure_ascii=False).encode()).hexdigest()
