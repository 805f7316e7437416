"""What python-calamine does not say about an .xlsx: number formats, looks, errors, uncached formulas, what is hidden.

It also measures a sheet before calamine opens it: calamine keeps a sheet as one dense block, and two cells in opposite
corners of an otherwise empty sheet would ask for hundreds of gigabytes.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from anju.workbooks.files.looks import FAINT, STRUCK, TextRun, read_runs
from anju.workbooks.files.numbers import NumberFormat, read_number_format
from anju.workbooks.files.package import Package
from anju.workbooks.reading.cells import cell_position, column_letters

CHUNK = 1 << 22
BUILT_IN = {
    **dict.fromkeys((1, 3, 37, 38, 41, 42, 5, 6), "0"), **dict.fromkeys((2, 4, 39, 40, 43, 44, 7, 8), "0.00"),
    9: "0%", 10: "0.00%", 49: "@", **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), "yyyy-mm"),
}  # fmt: skip
OURS = ("安居", "安居校验")  # who signs the comments that are written here
NO = ("0", "false", "off")


@dataclass
class SheetProperties:
    """A sheet's properties by cell. Formats are kept as runs down each column, so a long file costs little."""

    styles: list[NumberFormat] = field(default_factory=list)
    runs: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)  # column → first rows, styles
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    rich: dict[tuple[int, int], tuple[str, str]] = field(
        default_factory=dict
    )  # what is left of the text, what is wrong with it
    uncached: set[tuple[int, int]] = field(default_factory=set)
    circular: set[tuple[int, int]] = field(default_factory=set)  # formulas that count themselves: Excel shows 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    page_head: str = ""  # printed over each page
    comments: dict[tuple[int, int], str] = field(default_factory=dict)  # 批注 of people
    height: int = 0
    width: int = 0

    def format(self, row: int, column: int) -> NumberFormat:
        run = self.runs.get(column)
        if not run:
            return read_number_format("")
        at = bisect_right(run[0], row) - 1
        return self.styles[run[1][at]] if at >= 0 and run[1][at] < len(self.styles) else read_number_format("")

    def flaw(self, row: int, column: int) -> str:
        """What the look of a cell says against counting it: struck out, a raised mark; ''."""
        rich, look = self.rich.get((row, column)), self.format(row, column).flaw
        return rich[1] if rich else look if look != FAINT else ""

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


def cell_formats(package: Package) -> list[NumberFormat]:
    """The format of each cell style, by its index."""
    if not package.styles:
        return []
    codes, styles, fonts, fills = dict(BUILT_IN), [], [], []
    for element in package.tree(package.styles).iter():
        name = _local(element)
        if name == "numFmt":
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
        elif name == "fonts":
            fonts = [_font_flaw(font) for font in element]
        elif name == "fills":
            fills = [
                any(part.get("patternType", "none") != "none" for part in fill) or not len(fill) for fill in element
            ]
        elif name == "cellXfs":
            styles = [xf.attrib for xf in element]
    return [_look(style, codes, fonts, fills) for style in styles]


def _look(style: dict[str, str], codes: dict[int, str], fonts: list[str], fills: list[bool]) -> NumberFormat:
    font, fill = int(style.get("fontId", "0")), int(style.get("fillId", "0"))
    flaw = fonts[font] if font < len(fonts) else ""
    if flaw == FAINT and fill < len(fills) and fills[fill]:
        flaw = ""
    return read_number_format(codes.get(int(style.get("numFmtId", "0")), ""))._replace(flaw=flaw)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _font_flaw(font: ElementTree.Element) -> str:
    parts = {_local(part): part for part in font}
    if "strike" in parts and parts["strike"].get("val", "1") not in NO:
        return STRUCK
    colour = parts["color"].attrib if "color" in parts else {}
    white = colour.get("rgb", "").upper() in ("FFFFFFFF", "00FFFFFF") or colour.get("indexed") in ("1", "9")
    return FAINT if white or (colour.get("theme") == "0" and "tint" not in colour) else ""


_FAST = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d+)")?(?: t="\w+")?(/|></c)?>')
_ANY = re.compile(rb"<(?:\w+:)?c((?:\s[^>]*?)?)(/|></(?:\w+:)?c)?>")
_ROW = re.compile(rb"<(?:\w+:)?row((?:\s[^>]*?)?)/?>")
_ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*["']([^"']*)["']""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*\bt=["']e["'][^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<""", re.DOTALL
)
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*?\br=["']([A-Z]+\d+)["'][^>]*)>\s*"""
    rb"""<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_NOUGHT = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*<(?:\w+:)?v>\s*0\s*</(?:\w+:)?v>"""
)
_OWN = re.compile(
    rb"""<(?:\w+:)?c(\s[^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?>([^<]*)</(?:\w+:)?f>\s*<(?:\w+:)?v>\s*0\s*</(?:\w+:)?v>"""
)
_AREA = re.compile(r"(?<![A-Z0-9!_.'])\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?(?![A-Z0-9(_.])")
_SHARED = re.compile(rb"""<(?:\w+:)?c(\s[^>]*\bt=["']s["'][^>]*)>\s*<(?:\w+:)?v>\s*(\d+)\s*<""")
_INLINE = re.compile(rb"""<(?:\w+:)?c(\s[^>]*)>\s*<(?:\w+:)?is>(.*?)</(?:\w+:)?is>""", re.DOTALL)
_ITEM = re.compile(rb"<(?:\w+:)?si(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_SOUND = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)  # how a text is pronounced; no part of it
_RUN = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
_LETTERS = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<")
_STRIKE = re.compile(rb"""<(?:\w+:)?strike\s*(?:val=["'](\w+)["']\s*)?/?>""")
_RAISED = re.compile(rb"""<(?:\w+:)?vertAlign\s[^>]*["'](?:superscript|subscript)["']""")
Rich = tuple[str, str]
_PAGE_HEAD = re.compile(rb"<(?:\w+:)?(?:odd|first|even)Header>([^<]*)<")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*?)/?>")


def _attributes(text: bytes) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in _ATTRIBUTE.findall(text)}


def rich_strings(package: Package) -> dict[int, Rich]:
    """The shared texts that have struck-out or raised letters: what is left of each, and what is the matter."""
    content = package.read(package.strings) if package.strings else b""
    if b"strike" not in content and b"vertAlign" not in content:
        return {}
    strings = ((number, _rich(item[1] or b"")) for number, item in enumerate(_ITEM.finditer(content)))
    return {number: rich for number, rich in strings if rich[1]}


def _rich(item: bytes) -> Rich:
    if b"strike" not in item and b"vertAlign" not in item:
        return "", ""
    runs = []
    for run in _RUN.findall(_SOUND.sub(b"", item)):
        strike = _STRIKE.search(run)
        text = html.unescape(b"".join(_LETTERS.findall(run)).decode("utf-8", "replace"))
        runs.append(TextRun(text, bool(strike) and (strike[1] or b"1").decode() not in NO, bool(_RAISED.search(run))))  # type: ignore[index]
    return read_runs(runs)


def _chunks(package: Package, path: str) -> Iterator[bytes]:
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


def scan_xlsx(package: Package, path: str, styles: list[NumberFormat], strings: dict[int, Rich]) -> SheetProperties:
    """Read one sheet's XML once. BadZipFile when the package lies about its sizes or is damaged."""
    marks = SheetProperties(styles)
    last: dict[bytes, bytes] = {}
    columns: dict[bytes, int] = {}
    row_number, before_data, last_row = 0, True, b""
    for chunk in _chunks(package, path):
        if before_data:
            for tag in _COLUMN.findall(chunk[: chunk.find(b"sheetData")]):
                column = _attributes(tag)
                if column.get("hidden") in ("1", "true") or _is_zero(column.get("width")):
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
        _exceptions(chunk, marks, package.uncomputed)
        _rich_cells(chunk, marks, strings)
        if tag := _PAGE_HEAD.findall(chunk):
            text = " ".join(html.unescape(one.decode("utf-8", "replace")) for one in tag)
            marks.page_head = re.sub(r'&(?:"[^"]*"|K[0-9A-F]{6}|[0-9]+|[A-Za-z])', " ", text)
    marks.width = max(columns.values(), default=-1) + 1
    marks.comments = read_comments(package, path)
    return marks


def read_comments(package: Package, path: str) -> dict[tuple[int, int], str]:
    """What people wrote beside the cells of a sheet; not what we wrote there."""
    found = {}
    for ref, author, text in package.comments(path):
        if author not in OURS:
            try:
                found[cell_position(ref)] = text
            except ValueError:
                continue  # beside no cell
    return found


def _slowly(chunk: bytes, row_number: int) -> tuple[int, list[tuple[bytes, bytes, bytes, bytes]]]:
    """The same for writers that order attributes otherwise, use a prefix, or leave out references."""
    cells, column = [], -1
    for match in re.finditer(_ROW.pattern + rb"|" + _ANY.pattern, chunk):
        attributes = _attributes(match[1] or match[2] or b"")
        if b"row" in match[0].split()[0]:
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
                match[3] or b"",
            )
        )
    return row_number, cells


def _exceptions(chunk: bytes, marks: SheetProperties, uncomputed: bool) -> None:
    """Errors, formulas without a value, hidden rows: rare, so each is looked for only when its sign is there."""
    if b'"e"' in chunk or b"'e'" in chunk:
        for attributes, text in _ERROR.findall(chunk):
            if ref := _attributes(attributes).get("r"):
                marks.errors[cell_position(ref)] = text.decode("utf-8", "replace")
    if b"<f" in chunk or b":f>" in chunk or b":f " in chunk:
        found_formulas = ((_attributes(attributes), ref) for attributes, ref in _FORMULA.findall(chunk))
        # A text of no letters is a result: =IF(A1="","",…) says that there is nothing.
        marks.uncached.update(cell_position(ref.decode()) for cell, ref in found_formulas if cell.get("t") != "str")
        for attributes, formula in _OWN.findall(chunk):
            if (ref := _attributes(attributes).get("r")) and _counts_itself(formula.decode("utf-8", "replace"), ref):
                marks.circular.add(cell_position(ref))
        if uncomputed:
            noughts = (_attributes(attributes).get("r") for attributes in _NOUGHT.findall(chunk))
            marks.uncached.update(cell_position(ref) for ref in noughts if ref)
    if b"hidden=" in chunk or b'ht="0' in chunk or b"ht='0" in chunk:
        for tag in _ROW.findall(chunk):
            row = _attributes(tag)
            if (row.get("hidden") in ("1", "true") or _is_zero(row.get("ht"))) and "r" in row:
                marks.hidden_rows.add(int(row["r"]) - 1)


def _counts_itself(formula: str, ref: str) -> bool:
    """Whether a formula names its own cell: =SUM(B6:B8) in B6."""
    row, column = cell_position(ref)
    plain = re.sub(r'"[^"]*"|\b(?:ROWS?|COLUMNS?|CELL|OFFSET|ADDRESS)\([^()]*\)', "", formula.upper())
    for first, top, last, bottom in _AREA.findall(plain):
        a, b = cell_position(first + top), cell_position((last or first) + (bottom or top))
        if min(a[0], b[0]) <= row <= max(a[0], b[0]) and min(a[1], b[1]) <= column <= max(a[1], b[1]):
            return True
    return False


def _is_zero(size: str | None) -> bool:
    return size is not None and re.fullmatch(r"0+(?:\.0*)?", size) is not None


def _rich_cells(chunk: bytes, marks: SheetProperties, strings: dict[int, Rich]) -> None:
    """Cells with struck-out or raised letters."""
    if strings:
        for attributes, index in _SHARED.findall(chunk):
            if (rich := strings.get(int(index))) and (ref := _attributes(attributes).get("r")):
                marks.rich[cell_position(ref)] = rich
    if b"<is>" in chunk or b":is>" in chunk:
        for attributes, item in _INLINE.findall(chunk):
            if (rich := _rich(item))[1] and (ref := _attributes(attributes).get("r")):
                marks.rich[cell_position(ref)] = rich
