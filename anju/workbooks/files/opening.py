"""Opening what people send: .xlsx and .xls, and saying plainly what anything else is."""

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from python_calamine import CalamineWorkbook

from anju import file_sizes
from anju.problems import ASK, Place, Problem, Refused
from anju.workbooks.files import biff, ole, xlsx
from anju.workbooks.files.package import ERRORS, Package, SheetPart
from anju.workbooks.files.xlsx import SheetProperties
from anju.workbooks.reading.cells import column_letters

LARGEST_UNPACKED = 1 << 30
MOST_CELLS = 30_000_000  # calamine keeps a sheet as one block of 24 bytes a cell
SAVE_AS = "请在 WPS 或 Excel 中打开，“另存为”选“Excel 工作簿（*.xlsx）”后重新上传。"


@dataclass
class Worksheet:
    """One visible worksheet. Rows are counted from 0 as the file counts them, blank ones included."""

    name: str
    marks: SheetProperties
    merges: list[tuple[tuple[int, int], tuple[int, int]]]
    first_column: int
    _sheet: object
    _first: list[list] | None = None

    def first_rows(self, count: int) -> list[list]:
        """The first rows of all, kept: several maps look for their heads in them."""
        if self._first is None or (len(self._first) < count and len(self._first) < self.marks.height):
            self._first = list(islice(self.rows(), count))
        return self._first[:count]

    def between(self, first: int, end: int) -> "Worksheet":
        """The same sheet with nothing outside these rows, but for the line at its top; cells keep their names."""
        kept = {0, *range(first, end)}
        marks, old = replace(self.marks), self.marks
        marks.height, marks.hidden_rows = min(end, old.height), old.hidden_rows & kept
        marks.errors = {at: error for at, error in old.errors.items() if at[0] in kept}
        marks.rich = {at: rich for at, rich in old.rich.items() if at[0] in kept}
        marks.comments = {at: text for at, text in old.comments.items() if at[0] in kept}
        marks.uncached = {at for at in old.uncached if at[0] in kept}
        marks.circular = {at for at in old.circular if at[0] in kept}
        merges = [merge for merge in self.merges if merge[0][0] in kept]
        return Worksheet(self.name, marks, merges, self.first_column, _Rows(self._sheet, kept, end))

    def rows(self) -> Iterator[list]:
        """Rows from the first, each a list from column A; a cell is str, float, bool, a date, or '' when empty."""
        pad, rich = [""] * self.first_column, self.marks.rich
        rich_rows = {row for row, _ in rich}
        for number, row in enumerate(self._sheet.iter_rows()):  # type: ignore[attr-defined]
            line = pad + row
            if number in rich_rows:
                line = [rich.get((number, column), (value,))[0] for column, value in enumerate(line)]
            yield line


@dataclass(frozen=True)
class _Rows:
    """The rows of a sheet without those that are not kept. The line at the top stays where it is one alone: a title."""

    sheet: object
    kept: set[int]
    end: int

    def iter_rows(self) -> Iterator[list]:
        for number, row in enumerate(islice(self.sheet.iter_rows(), self.end)):  # type: ignore[attr-defined]
            alone = number or sum(value != "" for value in row) == 1
            yield row if number in self.kept and alone else []


@dataclass
class Workbook:
    file_name: str
    sha256: str
    sheets: list[Worksheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kind: str = "xlsx"
    orderly: bytes = b""  # of an .xlsx: the file with its parts under the usual names, for other libraries


def _refuse(code: str, name: str, what: str, fix: str) -> Refused:
    return Refused(Problem(code, Place(file=name) or "上传的文件", what, fix))


def read_content(source: str | Path | bytes, name: str = "") -> tuple[bytes, str]:
    """The file's bytes and the name to show. Refused WB-001 (missing) and WB-002 (too large)."""
    if isinstance(source, bytes):
        data, name = source, name or "上传的文件"
        size = len(data)
    else:
        path = Path(source)
        name = name or path.name
        try:
            size = path.stat().st_size
            data = path.read_bytes() if size <= file_sizes.WORKBOOK else b""
        except OSError as unreadable:
            raise _refuse(
                "WB-001", name, "文件不存在或不能读取。", "请核对文件的位置，并确认没有被其他程序独占。"
            ) from unreadable
    if problems := file_sizes.too_large(
        size,
        file_sizes.WORKBOOK,
        code="WB-002",
        where=Place(file=name),
        fix="请删去无关的工作表和图片，或按地区分成几个文件。",
    ):
        raise Refused(*problems)
    return data, name


def open_workbook(source: str | Path | bytes, name: str = "") -> Workbook:
    """Open a workbook; every way a file can be bad is a Refused in words, never a traceback."""
    data, name = read_content(source, name)
    book = Workbook(name, hashlib.sha256(data).hexdigest())
    book.kind = _kind(data, name)
    try:
        if book.kind == "xls":
            _open_xls(data, book)
        else:
            _open_xlsx(data, book)
    except (
        ole.DamagedFile,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        ParseError,
        LookupError,  # a part missing, an encoding that nobody knows
        ValueError,
        ArithmeticError,
        EOFError,
        OSError,
        RuntimeError,
    ) as damaged:
        raise _damaged(name) from damaged
    return book


Scanned = list[tuple[str, bool, SheetProperties]]


def _visible(scanned: Scanned, book: Workbook) -> None:
    """Refuse what is too large or empty; tell what is hidden."""
    _limit(scanned, book.file_name)
    hidden = [title for title, visible, marks in scanned if not visible and marks.height]
    if hidden:
        book.problems.append(
            Problem(
                "WB-011",
                Place(file=book.file_name),
                f"有隐藏的工作表：{'、'.join(hidden)}，没有读取。",
                "确认不需要就不必处理；要读取的，请取消隐藏后重新上传。",
                ASK,
            )
        )
    if not any(visible and marks.height for _, visible, marks in scanned):
        raise _refuse(
            "WB-009", book.file_name, "没有任何内容（工作表是空的）。", "请确认选对了文件；从系统导出的，请重新导出。"
        )


def _open_xls(data: bytes, book: Workbook) -> None:
    sheets, encrypted = biff.read_biff(data)
    if encrypted:
        raise _refuse(
            "WB-004", book.file_name, "文件有打开密码。", "请先用密码打开，取消密码（文件 → 文档加密）后另存，再上传。"
        )
    _visible([(sheet.name, sheet.visible, sheet.marks) for sheet in sheets], book)
    if any(sheet.visible and sheet.manual and sheet.formulas for sheet in sheets):
        book.problems.append(_computed_by_hand(book))
    book.sheets = [Worksheet(sheet.name, sheet.marks, sheet.merges, 0, sheet) for sheet in sheets if sheet.visible]


def _open_xlsx(data: bytes, book: Workbook) -> None:
    package = Package(data)
    scanned = _scan_xlsx(package, book)
    _visible([(part.name, part.visible, marks) for part, marks in scanned], book)
    known = {error.decode() for error in ERRORS}
    strange = frozenset(part.path for part, marks in scanned if not known.issuperset(marks.errors.values()))
    book.orderly = package.orderly_bytes(strange)
    try:
        calamine = CalamineWorkbook.from_filelike(io.BytesIO(book.orderly))
        for part, marks in scanned:
            if part.visible:
                sheet = calamine.get_sheet_by_name(part.name)
                start = (sheet.start or (0, 0))[1]
                book.sheets.append(Worksheet(part.name, marks, list(sheet.merged_cell_ranges or ()), start, sheet))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as damaged:  # a panic in calamine's Rust is no Exception
        raise _damaged(book.file_name) from damaged


def _damaged(name: str) -> Refused:
    return _refuse(
        "WB-005",
        name,
        "文件已损坏，打不开或读不完整。",
        "请在 WPS 或 Excel 中打开看是否正常，再“另存为”一份；也可能是传输没有完成，请重新上传。",
    )


def _limit(scanned: list[tuple[str, bool, SheetProperties]], name: str) -> None:
    large = [(title, marks) for title, visible, marks in scanned if visible and marks.height * marks.width > MOST_CELLS]
    if large:
        raise Refused(
            *(
                Problem(
                    "WB-007",
                    Place(file=name, sheet=title, cell=f"{column_letters(marks.width - 1)}{marks.height}"),
                    f"内容一直到第 {marks.height} 行、第 {marks.width} 列，超过 {MOST_CELLS // 10_000} 万格的上限。",
                    "多半是很远的地方误填了一格：请删去表格以外的内容，或按地区分成几个文件。",
                )
                for title, marks in large
            )
        )


def _kind(data: bytes, name: str) -> str:
    """xlsx or xls, by content and never by name."""
    if not data:
        raise _refuse("WB-009", name, "文件是空的（0 字节）。", "请确认选对了文件，再重新上传。")
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        return "xlsx"
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls"
    lower = head[:512].lower()
    if data[:4] == b"%PDF":
        kind = "一份 PDF"
    elif lower.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<table" in lower:
        kind = "一份网页（有些系统导出的“Excel”其实是网页）"
    elif lower.startswith(b"<?xml"):
        kind = "2003 版的 XML 表格"
    elif b"\0" not in head[:4096]:
        kind = "一份文本（如 CSV）"
    else:
        kind = "一种不认识的格式"
    raise _refuse("WB-003", name, f"不是 Excel 工作簿，内容是{kind}，只改扩展名是不够的。", SAVE_AS)


def _computed_by_hand(book: Workbook) -> Problem:
    return Problem(
        "WB-016",
        Place(file=book.file_name),
        "工作簿设成了手动计算，公式的结果可能是旧的。",
        "请在 WPS 或 Excel 中按 F9 重算、保存后重新上传；稳妥的办法是选中后“选择性粘贴 → 数值”。",
        ASK,
    )


def _scan_xlsx(package: Package, book: Workbook) -> list[tuple[SheetPart, SheetProperties]]:
    infos = package.zip.infolist()
    unpacked = sum(info.file_size for info in infos)
    if unpacked > LARGEST_UNPACKED:
        raise _refuse(
            "WB-006",
            book.file_name,
            f"展开后有 {unpacked >> 20} 兆，上限是 {LARGEST_UNPACKED >> 20} 兆。",
            "请按地区分成几个文件后上传。",
        )
    if any(info.flag_bits & 1 for info in infos):
        raise _refuse("WB-004", book.file_name, "文件有打开密码。", "请先用密码打开，取消密码后另存，再上传。")
    others = {
        "content.xml": "WPS/OpenOffice 的 ods 表格",
        "word/document.xml": "一份 Word 文档",
        "xl/workbook.bin": "xlsb 二进制工作簿",
    }
    content = next((text for part, text in others.items() if package.has(part)), "一个压缩包")
    if not package.workbook or not package.find_parts():
        raise _refuse("WB-003", book.file_name, f"不是 xlsx 工作簿，内容是{content}。", SAVE_AS)
    if any(name.startswith("xl/externallinks/") and name.endswith(".xml") for name in package.parts):
        book.problems.append(
            Problem(
                "WB-012",
                Place(file=book.file_name),
                "有公式引用了别的文件，读到的是上次保存时的结果。",
                "请确认数字是最新的；稳妥的办法是选中后“选择性粘贴 → 数值”再上传。",
                ASK,
            )
        )
    if b'calcMode="manual"' in package.read(package.workbook) and any(
        part.visible and b"<f" in package.read(part.path) for part in package.sheets
    ):
        book.problems.append(_computed_by_hand(book))
    styles, strings = xlsx.cell_formats(package), xlsx.rich_strings(package)
    return [(part, xlsx.scan_xlsx(package, part.path, styles, strings)) for part in package.sheets]
