"""What python-calamine does not say about an .xlsx: number formats, errors, uncached formulas, what is hidden.

It also measures a sheet before calamine opens it: calamine keeps a sheet as one dense block, and two cells in opposite
corners of an otherwise empty sheet would ask for hundreds of gigabytes.
"""

import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from anju.workbooks.files.numbers import NumberFormat, read_number_format
from anju.workbooks.reading.cells import cell_position, column_letters

CHUNK = 1 << 22
BUILT_IN = {
    **dict.fromkeys((1, 3, 37, 38, 41, 42, 5, 6), "0"), **dict.fromkeys((2, 4, 39, 40, 43, 44, 7, 8), "0.00"),
    9: "0%", 10: "0.00%", 49: "@", **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-mm-dd"),
}  # fmt: skip
ERRORS = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!")


@dataclass
class SheetProperties:
    """A sheet's properties by cell. Formats are kept as runs down each column, so a long file costs little."""

    styles: list[NumberFormat] = field(default_factory=list)
    runs: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)  # column → first rows, styles
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    height: int = 0
    width: int = 0

    def format(self, row: int, column: int) -> NumberFormat:
        run = self.runs.get(column)
        if not run:
            return read_number_format("")
        at = bisect_right(run[0], row) - 1
        return self.styles[run[1][at]] if at >= 0 and run[1][at] < len(self.styles) else read_number_format("")

    def run(self, row: int, column: int) -> tuple[NumberFormat, int]:
        """The format at a row, and the first row at which it may be another one."""
        firsts = self.runs.get(column, ([], []))[0]
        at = bisect_right(firsts, row)
        return self.format(row, column), firsts[at] if at < len(firsts) else 1 << 30

    def style(self, row: int, column: int, style: int) -> None:
        """Note one cell's style; rows come in rising order within a column."""
        firsts, styles = self.runs.setdefault(column, ([], []))
        if not styles or styles[-1] != style:
            firsts.append(row)
            styles.append(style)


@dataclass(frozen=True)
class SheetPart:
    name: str
    path: str
    visible: bool


def _tree(package: zipfile.ZipFile, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(package.read(path))


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def sheet_parts(package: zipfile.ZipFile) -> list[SheetPart]:
    """The sheets in order, with the file inside the package that holds each. KeyError, ParseError when damaged."""
    targets = {}
    for relation in _tree(package, "xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    sheets = []
    for element in _tree(package, "xl/workbook.xml").iter():
        if _local(element) == "sheet":
            identity = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            path = targets.get(identity, "")
            if "worksheets/" in path:
                sheets.append(SheetPart(element.get("name", ""), path, element.get("state", "visible") == "visible"))
    return sheets


def cell_formats(package: zipfile.ZipFile) -> list[NumberFormat]:
    """The format of each cell style, by its index."""
    if "xl/styles.xml" not in package.namelist():
        return []
    codes, styles = dict(BUILT_IN), []
    for element in _tree(package, "xl/styles.xml").iter():
        if _local(element) == "numFmt":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
        elif _local(element) == "cellXfs":
            styles = [int(xf.get("numFmtId", "0")) for xf in element]
    return [read_number_format(codes.get(style, "")) for style in styles]


_FAST = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d+)")?(?: t="\w+")?(/|></c)?>')
_ANY = re.compile(rb"<(?:\w+:)?c((?:\s[^>]*?)?)(/|></(?:\w+:)?c)?>")
_ROW = re.compile(rb"<(?:\w+:)?row((?:\s[^>]*?)?)/?>")
_ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*["']([^"']*)["']""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]+\d+)["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>(#[^<]*)<""", re.DOTALL
)
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]+\d+)["'][^>]*>\s*"""
    rb"""<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*?)/?>")


def _attributes(text: bytes) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in _ATTRIBUTE.findall(text)}


def _chunks(package: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """The sheet's XML in pieces that end with a whole row."""
    rest = b""
    with package.open(path) as stream:
        while piece := stream.read(CHUNK):
            rest += piece
            cut = max(rest.rfind(b"</row>"), rest.rfind(b":row>"))
            if cut >= 0:
                cut = rest.index(b">", cut) + 1
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > 8 * CHUNK:
                yield rest  # no row in 32 MB: not a sheet that anyone made
                rest = b""
    yield rest


def scan_xlsx(package: zipfile.ZipFile, path: str, styles: list[NumberFormat]) -> SheetProperties:
    """Read one sheet's XML once. BadZipFile when the package lies about its sizes or is damaged."""
    marks = SheetProperties(styles)
    last: dict[bytes, bytes] = {}
    columns: dict[bytes, int] = {}
    row_number, before_data, last_row = 0, True, b""
    for chunk in _chunks(package, path):
        if before_data:
            for found in _COLUMN.findall(chunk[: chunk.find(b"sheetData")]):
                column = _attributes(found)
                if column.get("hidden") in ("1", "true"):
                    marks.hidden_columns.update(range(int(column["min"]) - 1, min(int(column["max"]), 16384)))
            before_data = False
        cells = _FAST.findall(chunk)
        if len(cells) != sum(map(chunk.count, (b"<c ", b"<c>", b":c ", b":c>"))):
            row_number, cells = _slowly(chunk, row_number)
        if cells:
            row_number = int(cells[-1][1])
        for letter, row, style, closed in cells:
            if closed:
                continue  # formatted and empty: calamine leaves it out too
            if last.get(letter) != style:
                last[letter] = style
                if letter not in columns:
                    columns[letter] = cell_position(letter.decode() + "1")[1]
                marks.style(int(row) - 1, columns[letter], int(style or 0))
            if row != last_row:
                last_row, marks.height = (
                    row,
                    max(marks.height, int(row)),
                )  # rows may come in any order from a careless writer
        _exceptions(chunk, marks)
    marks.width = max(columns.values(), default=-1) + 1
    return marks


def _slowly(chunk: bytes, row_number: int) -> tuple[int, list[tuple[bytes, bytes, bytes, bytes]]]:
    """The same for writers that order attributes otherwise, use a prefix, or leave out references."""
    cells, column = [], -1
    for found in re.finditer(_ROW.pattern + rb"|" + _ANY.pattern, chunk):
        attributes = _attributes(found[1] or found[2] or b"")
        if b"row" in found[0].split()[0]:
            row_number, column = int(attributes.get("r", row_number + 1)), -1
            continue
        if "r" in attributes:
            row, column = cell_position(attributes["r"])
            row_number = row + 1
        else:
            column += 1
        cells.append(
            (
                column_letters(column).encode(),
                str(row_number).encode(),
                attributes.get("s", "").encode(),
                found[3] or b"",
            )
        )
    return row_number, cells


def _exceptions(chunk: bytes, marks: SheetProperties) -> None:
    """Errors, formulas without a value, hidden rows: rare, so each is looked for only when its sign is there."""
    if b'"e"' in chunk or b"'e'" in chunk:
        for ref, text in _ERROR.findall(chunk):
            marks.errors[cell_position(ref.decode())] = text.decode("utf-8", "replace")
    if b"<f" in chunk or b":f>" in chunk or b":f " in chunk:
        marks.uncached.update(cell_position(ref.decode()) for ref in _FORMULA.findall(chunk))
    if b"hidden=" in chunk:
        for found in _ROW.findall(chunk):
            row = _attributes(found)
            if row.get("hidden") in ("1", "true") and "r" in row:
                marks.hidden_rows.add(int(row["r"]) - 1)
