"""What calamine does not say about an .xls (BIFF8): number formats, errors, what is hidden, how large a sheet is.

Follows [MS-XLS] and [MS-CFB]; reads only the records it needs, and never trusts a length.
"""

import struct
from collections.abc import Iterator

from anju.workbooks.files.numbers import NumberFormat, read_number_format
from anju.workbooks.files.xlsx import BUILT_IN, SheetProperties

ERROR_NAMES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


class DamagedFile(Exception):
    """The container or a record does not hold together."""


def ole_streams(data: bytes) -> dict[str, bytes]:
    """The named streams of an OLE2 container."""
    if len(data) < 512:
        raise DamagedFile("文件头不全")
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise DamagedFile("扇区大小不对")
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    fat_count, first_directory = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 48)[0]
    cutoff, first_small, _, first_difat, _ = struct.unpack_from("<5I", data, 56)

    def sector(number: int) -> bytes:
        start = (number + 1) * size
        if start + size > len(data) + size:
            raise DamagedFile("扇区超出文件")
        return data[start : start + size]

    per = size // 4
    table = list(struct.unpack_from("<109I", data, 76))
    while first_difat not in (END, FREE) and len(table) < fat_count + 109:
        words = struct.unpack(f"<{per}I", sector(first_difat).ljust(size, b"\xff"))
        table += words[:-1]
        first_difat = words[-1]
    fat: list[int] = []
    for number in [n for n in table if n < 0xFFFFFFFA][:fat_count]:
        fat += struct.unpack(f"<{per}I", sector(number).ljust(size, b"\xff"))

    def chain(first: int, following: list[int]) -> Iterator[int]:
        seen = 0
        while first < 0xFFFFFFFA:
            if first >= len(following) or seen > len(following):
                raise DamagedFile("扇区链断开")
            yield first
            first, seen = following[first], seen + 1

    directory = b"".join(sector(number) for number in chain(first_directory, fat))
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    small_fat = [w for n in chain(first_small, fat) for w in struct.unpack(f"<{per}I", sector(n).ljust(size, b"\xff"))]
    found: dict[str, bytes] = {}
    inner = b""
    for entry in entries:
        length, kind = struct.unpack_from("<H", entry, 64)[0], entry[66]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        first, bytes_ = struct.unpack_from("<II", entry, 116)
        if kind == 5:
            inner = b"".join(sector(number) for number in chain(first, fat))
        elif kind == 2 and bytes_ < cutoff:
            found[name] = b"".join(inner[n * small : (n + 1) * small] for n in chain(first, small_fat))[:bytes_]
        elif kind == 2:
            found[name] = b"".join(sector(number) for number in chain(first, fat))[:bytes_]
    return found


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _text(data: bytes, wide_length: bool) -> str:
    length, at = (struct.unpack_from("<H", data)[0], 2) if wide_length else (data[0], 1)
    wide = data[at] & 1
    body = data[at + 1 : at + 1 + length * (2 if wide else 1)]
    return body.decode("utf-16-le" if wide else "latin-1", "replace")


def scan_biff(data: bytes) -> tuple[list[tuple[str, bool, SheetProperties]], bool]:
    """(sheets as (name, visible, marks), whether it is encrypted). Damaged when it cannot be followed."""
    found = ole_streams(data)
    if "EncryptedPackage" in found:
        return [], True
    stream = found.get("Workbook") or found.get("Book")
    if stream is None:
        raise DamagedFile("没有工作簿")
    try:
        return _workbook(stream)
    except (struct.error, IndexError) as broken:
        raise DamagedFile("记录不完整") from broken


def _workbook(stream: bytes) -> tuple[list[tuple[str, bool, SheetProperties]], bool]:
    codes, styles, sheets = dict(BUILT_IN), [], []
    for kind, body in _records(stream):
        if kind == 0x2F:  # FILEPASS
            return [], True
        if kind == 0x85 and body[5] == 0:  # BOUNDSHEET of a worksheet
            sheets.append((_text(body[6:], False), body[4] & 3 == 0, struct.unpack_from("<I", body)[0]))
        elif kind == 0x41E:  # FORMAT
            codes[struct.unpack_from("<H", body)[0]] = _text(body[2:], True)
        elif kind == 0xE0:  # XF
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == 0x0A:
            break
    formats = [read_number_format(codes.get(style, "")) for style in styles]
    return [(name, visible, _sheet(stream, at, formats)) for name, visible, at in sheets], False


def _sheet(stream: bytes, at: int, formats: list[NumberFormat]) -> SheetProperties:
    marks, depth = SheetProperties(formats), 0
    for kind, body in _records(stream, at):
        if kind == 0x809:
            depth += 1
        elif kind == 0x0A:
            depth -= 1
            if depth <= 0:
                break
        elif depth > 1:
            continue  # a chart inside the sheet
        elif kind == 0x200:  # DIMENSIONS: calamine asks for that much memory at once, whatever the sheet holds
            first_row, last_row, first_column, last_column = struct.unpack_from("<IIHH", body)
            if not (first_row <= last_row <= 65536 and first_column <= last_column <= 256):
                raise DamagedFile("工作表的大小不对")
        elif kind == 0x208 and struct.unpack_from("<H", body, 12)[0] & 0x20:
            marks.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == 0x7D and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            marks.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind in (0x203, 0x27E, 0xFD, 0x204, 0x205, 0x06):  # NUMBER RK LABELSST LABEL BOOLERR FORMULA
            row, column, style = struct.unpack_from("<HHH", body)
            _note(marks, row, column, style)
            if kind == 0x205 and body[7]:
                marks.errors[row, column] = ERROR_NAMES.get(body[6], "#N/A")
            elif kind == 0x06 and body[12:14] == b"\xff\xff" and body[6] == 2:
                marks.errors[row, column] = ERROR_NAMES.get(body[8], "#N/A")
        elif kind == 0xBD:  # MULRK
            row, first = struct.unpack_from("<HH", body)
            for number in range((len(body) - 6) // 6):
                _note(marks, row, first + number, struct.unpack_from("<H", body, 4 + 6 * number)[0])
    return marks


def _note(marks: SheetProperties, row: int, column: int, style: int) -> None:
    marks.style(row, column, style)
    marks.height, marks.width = max(marks.height, row + 1), max(marks.width, column + 1)
