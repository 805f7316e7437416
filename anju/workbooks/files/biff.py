"""Reading an .xls (Excel 5/95 and 97–2003): its cells, and what their look says of them.

Follows [MS-XLS] and the older BIFF5; reads only the records it needs, and never trusts a length or a declared size.
"""

import datetime
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from anju.workbooks.files.biff_formulas import counts_itself
from anju.workbooks.files.biff_text import RichText, Texts, runs_flaw
from anju.workbooks.files.looks import FAINT, STRUCK
from anju.workbooks.files.numbers import NumberFormat, read_number_format
from anju.workbooks.files.ole import DamagedFile, ole_streams
from anju.workbooks.files.xlsx import BUILT_IN, SheetProperties

ERROR_NAMES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
FORMULAS = (0x06, 0x206, 0x406)
WHITE = (1, 9)
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class BiffSheet:
    """One worksheet: its cells by row and column, numbers as float, dates as dates."""

    name: str
    visible: bool
    marks: SheetProperties
    merges: list[Merge] = field(default_factory=list)
    cells: dict[int, dict[int, object]] = field(default_factory=dict)
    manual: bool = False  # Excel computes its formulas only when asked
    formulas: bool = False

    def iter_rows(self) -> Iterator[list]:
        """Every row from the first to the last that holds something; '' where there is nothing."""
        width = self.marks.width
        for row in range(self.marks.height):
            line: list[object] = [""] * width
            for column, value in self.cells.get(row, {}).items():
                line[column] = value
            yield line


def read_biff(data: bytes) -> tuple[list[BiffSheet], bool]:
    """(sheets, whether it is encrypted). Damaged when it cannot be followed."""
    streams = {name.lower(): stream for name, stream in ole_streams(data).items()}
    if "encryptedpackage" in streams:
        return [], True
    stream = streams.get("workbook") or streams.get("book")
    if stream is None:
        raise DamagedFile("没有工作簿")
    try:
        return _Globals(stream).read()
    except (struct.error, IndexError, ValueError, OverflowError) as broken:
        raise DamagedFile("记录不完整") from broken


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


class _Globals:
    """What holds for the whole workbook: texts, fonts, formats, and where each sheet begins."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        wide = stream[:2] == b"\x09\x08" and struct.unpack_from("<H", stream, 4)[0] == 0x600
        self.texts = Texts(wide)
        self.codes, self.fonts, self.looks = dict(BUILT_IN), [], []
        self.formats: list[NumberFormat] = []
        self.first_day = datetime.datetime(1899, 12, 30)

    def read(self) -> tuple[list[BiffSheet], bool]:
        begun, sheets, shared = False, [], []
        for kind, body in _records(self.stream):
            if kind == 0x2F:  # FILEPASS
                return [], True
            if kind == 0x85 and body[5] == 0:  # BOUNDSHEET of a worksheet
                sheets.append((self.texts.short(body[6:]), body[4] & 3 == 0, struct.unpack_from("<I", body)[0]))
            elif kind == 0x42:  # CODEPAGE; of no meaning where text is Unicode
                self.texts.set_code_page(struct.unpack_from("<H", body)[0])
            elif kind == 0x22 and body[:1] == b"\1":  # DATEMODE
                self.first_day = datetime.datetime(1904, 1, 1)
            elif kind == 0x31:  # FONT
                self.fonts.append(struct.unpack_from("<HHHHH", body))
            elif kind == 0x41E:  # FORMAT
                text = self.texts.long(body[2:]) if self.texts.wide else self.texts.short(body[2:])
                self.codes[struct.unpack_from("<H", body)[0]] = text
            elif kind == 0xE0:  # XF
                self.looks.append(struct.unpack_from("<HH", body) + self._fill(body))
            elif kind == 0xFC or (kind == 0x3C and begun):  # SST and its CONTINUE
                shared.append(body)
            elif kind == 0x0A:
                break
            begun = kind == 0xFC or (kind == 0x3C and begun)
        self.texts.read_shared(shared)
        self.formats = [self._format(font, code, filled) for font, code, filled in self.looks]
        return [self._sheet(*sheet) for sheet in sheets], False

    def _fill(self, body: bytes) -> tuple[bool]:
        """Whether the cell has a background of its own."""
        return (bool(body[17] >> 2 if self.texts.wide else body[10] & 0x3F),)

    def font(self, index: int) -> tuple[bool, bool, int]:
        """(struck out, super- or subscript, colour). There is no font of number 4."""
        at = index - (index > 4)
        if not 0 <= at < len(self.fonts):
            return False, False, 0
        _, options, colour, _, escapement = self.fonts[at]
        return bool(options & 8), escapement in (1, 2), colour

    def _format(self, font: int, code: int, filled: bool) -> NumberFormat:
        struck, _, colour = self.font(font)
        flaw = STRUCK if struck else FAINT if colour in WHITE and not filled else ""
        return read_number_format(self.codes.get(code, ""))._replace(flaw=flaw)

    def _sheet(self, name: str, visible: bool, at: int) -> BiffSheet:
        sheet = BiffSheet(name, visible, SheetProperties(self.formats))
        reader, depth = _SheetReader(self, sheet), 0
        for kind, body in _records(self.stream, at):
            if kind == 0x809:
                depth += 1
            elif kind == 0x0A:
                depth -= 1
                if depth <= 0:
                    break
            elif depth == 1:  # more: a chart inside the sheet
                reader.take(kind, body)
        return sheet


class _SheetReader:
    """The records of one sheet, one after the other."""

    def __init__(self, book: _Globals, sheet: BiffSheet) -> None:
        self.book, self.sheet, self.marks = book, sheet, sheet.marks
        self.waiting: tuple[int, int] | None = None  # a formula whose text comes in a record of its own
        self.drawing, self.letters = 0, 0  # the object being read, and how long its text is
        self.drawn: dict[int, str] = {}

    def take(self, kind: int, body: bytes) -> None:
        if kind in FORMULAS:
            self._formula(body)
        elif kind == 0x0D and len(body) >= 2:  # CALCMODE
            self.sheet.manual = struct.unpack_from("<H", body)[0] == 0
        elif kind == 0x207 and self.waiting:  # STRING
            self._put(*self.waiting, self.book.texts.long(body))
            self.waiting = None
        elif kind == 0xFD:  # LABELSST
            self._text(body, self.book.texts.shared[struct.unpack_from("<I", body, 6)[0]])
        elif kind in (0x204, 0xD6):  # LABEL, RSTRING
            self._text(body, self.book.texts.rich(body[6:]))
        elif kind == 0x203:  # NUMBER
            self._number(body, struct.unpack_from("<d", body, 6)[0])
        elif kind == 0x27E:  # RK
            self._number(body, _rk(struct.unpack_from("<I", body, 6)[0]))
        elif kind == 0xBD:  # MULRK
            row, first = struct.unpack_from("<HH", body)
            for number in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + 6 * number)
                self._number(struct.pack("<HHH", row, first + number, style), _rk(packed))
        elif kind == 0x205:  # BOOLERR
            row, column = self._note(body)
            if body[7]:
                self.marks.errors[row, column] = ERROR_NAMES.get(body[6], "#N/A")
            else:
                self._put(row, column, bool(body[6]))
        elif kind == 0x208 and (
            struct.unpack_from("<H", body, 12)[0] & 0x20 or not struct.unpack_from("<H", body, 6)[0] & 0x7FFF
        ):
            self.marks.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == 0x7D and (struct.unpack_from("<H", body, 8)[0] & 1 or not struct.unpack_from("<H", body, 4)[0]):
            first, last = struct.unpack_from("<HH", body)
            self.marks.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind in (0x5D, 0x1B6, 0x3C, 0x1C):
            self._comment(kind, body)
        elif kind == 0xE5:  # MERGEDCELLS
            for at in range(2, len(body) - 7, 8):
                top, bottom, left, right = struct.unpack_from("<4H", body, at)
                self.sheet.merges.append(((top, left), (bottom, right)))

    def _comment(self, kind: int, body: bytes) -> None:
        """OBJ, TXO and its CONTINUE hold the text, NOTE the cell; before Excel 97 NOTE holds both."""
        if kind == 0x5D and len(body) >= 8:
            self.drawing, self.letters = struct.unpack_from("<H", body, 6)[0], 0
        elif kind == 0x1B6 and len(body) >= 12:
            self.letters = struct.unpack_from("<H", body, 10)[0]
        elif kind == 0x3C and self.letters and body:
            self.drawn[self.drawing] = self.book.texts.letters(body, self.letters)
            self.letters = 0
        elif kind == 0x1C and len(body) >= 8:
            row, column, size, drawing = struct.unpack_from("<HHHH", body)
            if not self.book.texts.wide:
                self.marks.comments[row, column] = self.book.texts.letters(body[6:], size)
            elif text := self.drawn.get(drawing):
                self.marks.comments[row, column] = text

    def _note(self, body: bytes) -> tuple[int, int]:
        """Where the cell is; its look is kept."""
        row, column, style = struct.unpack_from("<HHH", body)
        if column > 255:
            raise DamagedFile("列号不对")
        self.marks.style(row, column, style)
        self.marks.height, self.marks.width = max(self.marks.height, row + 1), max(self.marks.width, column + 1)
        return row, column

    def _put(self, row: int, column: int, value: object) -> None:
        self.sheet.cells.setdefault(row, {})[column] = value

    def _text(self, body: bytes, text: RichText) -> None:
        row, column = self._note(body)
        shown, flaw = runs_flaw(text, self.book.font)
        if flaw:
            self.marks.rich[row, column] = shown, flaw
        self._put(row, column, shown)

    def _number(self, body: bytes, value: float) -> None:
        row, column = self._note(body)
        style = struct.unpack_from("<H", body, 4)[0]
        date = style < len(self.book.formats) and self.book.formats[style].kind == "date"
        self._put(row, column, self._date(value) if date else value)

    def _date(self, value: float) -> object:
        try:
            day = self.book.first_day + datetime.timedelta(days=value)
        except (OverflowError, ValueError):
            return value
        day = (day + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
        if 0 <= value < 1:
            return day.time()
        return day.date() if not (day.hour or day.minute or day.second) else day

    def _formula(self, body: bytes) -> None:
        row, column = self._note(body)
        self.waiting, self.sheet.formulas = None, True
        if body[12:14] != b"\xff\xff":
            value = struct.unpack_from("<d", body, 6)[0]
            self._number(body, value)
            tokens = body[22 : 22 + struct.unpack_from("<H", body, 20)[0]]
            if value == 0 and counts_itself(tokens, row, column, self.book.texts.wide):
                self.marks.circular.add((row, column))
        elif body[6] == 0:
            self.waiting = row, column
        elif body[6] == 1:
            self._put(row, column, bool(body[8]))
        elif body[6] == 2:
            self.marks.errors[row, column] = ERROR_NAMES.get(body[8], "#N/A")
        elif b"\x17\0" not in body[16:]:  # an empty text, from a formula that holds no "": nobody has computed it
            self.marks.uncached.add((row, column))


def _rk(packed: int) -> float:
    """The short form of a number: a whole one or the upper half of a float, perhaps a hundredth of it. As a cell's value, not yet a quantity."""
    whole = (packed if packed < 1 << 31 else packed - (1 << 32)) >> 2
    value: float = whole / 1 if packed & 2 else struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value
