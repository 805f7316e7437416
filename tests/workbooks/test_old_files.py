"""The old .xls: values by calamine, formats and the rest by our own reading of its records."""

import datetime
import io
import struct

import pytest
import xlwt

from anju.workbooks.files.biff import read_biff
from anju.workbooks.files.ole import DamagedFile, ole_streams
from anju.workbooks.reading.context import read_context
from anju.workbooks.reading.reader import read_workbook
from anju.workbooks.writing.marking import mark_workbook
from tests.workbooks.forms import BODY, HEAD, found, table, values

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_form(change=None) -> bytes:
    """The example form as an .xls."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("附表")
    money = xlwt.easyxf(num_format_str="0.00")
    spans = {
        (0, 0): (0, 4),
        (1, 0): (1, 4),
        (2, 0): (4, 0),
        (2, 1): (2, 3),
        (3, 1): (4, 1),
        (3, 2): (3, 3),
        (2, 4): (4, 4),
    }
    for row, line in enumerate(HEAD):
        for column, value in enumerate(line):
            if value is not None:
                last = spans.get((row, column), (row, column))
                sheet.write_merge(row, last[0], column, last[1], value)
    for row, line in enumerate(BODY, len(HEAD)):
        for column, value in enumerate(line):
            sheet.write(row, column, value, money if column == 4 else xlwt.Style.default_style)
    if change:
        change(book, sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def container(parts: dict[str, bytes]) -> bytes:
    """A minimal OLE2 container with these streams, for what no library here writes."""
    sectors, fat, entries = [], [], []

    def chain(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        for number, piece in enumerate(pieces):
            sectors.append(piece)
            fat.append(first + number + 1 if number + 1 < len(pieces) else END)
        return first

    def entry(name: str, kind: int, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB", len(text), kind, 1)
            + b"\xff" * 12
            + b"\0" * 36
            + struct.pack("<II", first, size)
            + b"\0" * 4
        )

    entries.append(entry("Root Entry", 5, END, 0))
    for name, data in parts.items():
        entries.append(entry(name, 2, chain(data), len(data)))
    directory = chain(b"".join(entries))
    table_at = len(sectors)
    fat.append(FAT)
    sectors.append(struct.pack("<128I", *(fat + [FREE] * (128 - len(fat)))))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0") + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head = (
        head.ljust(44, b"\0")
        + struct.pack("<III", 1, directory, 0)
        + struct.pack("<IIIII", 4096, END, 0, END, 0)
        + struct.pack("<I", table_at)
    )
    return head.ljust(512, b"\xff") + b"".join(sectors)


def test_an_old_file_reads_as_the_new_one():
    reading = read_workbook(old_form(), table(), name="旧表.xls")
    assert reading.problems == []
    assert values(reading)["西区", "invest"] == "0.50"
    assert values(reading)["全市", "start"] == "33"


def test_errors_hidden_rows_dates_and_sheets_in_an_old_file():
    def change(book, sheet):
        sheet.row(6).hidden = True
        sheet.write(7, 3, datetime.date(2021, 1, 2), xlwt.easyxf(num_format_str="yyyy-m-d"))
        sheet.write(7, 2, None)
        sheet.write(8, 0, "南区")
        hidden = book.add_sheet("旧")
        hidden.visibility = 1
        hidden.write(0, 0, "x")

    def overwrite(book, sheet):
        sheet._cell_overwrite_ok = True
        change(book, sheet)

    reading = read_workbook(old_form(overwrite), table(), name="旧表.xls")
    codes = found(reading)
    assert ("WB-011", "") in codes
    assert ("WB-013", "A7") in codes
    assert ("WB-063", "D8") in codes


def test_an_error_cell_in_an_old_file():
    def change(book, sheet):
        sheet._cell_overwrite_ok = True
        sheet.row(7).set_cell_error(2, "#REF!")

    assert ("WB-061", "C8") in found(read_workbook(old_form(change), table()))


def test_an_old_file_comes_back_marked_as_a_new_one():
    import openpyxl

    def change(book, sheet):
        sheet._cell_overwrite_ok = True
        sheet.write(7, 2, "二十一")

    data = old_form(change)
    reading = read_workbook(data, table(), name="旧表.xls")
    assert ("WB-060", "C8") in found(reading)
    book = openpyxl.load_workbook(io.BytesIO(mark_workbook(data, reading.problems, name="旧表.xls")))
    assert book["附表"]["C8"].comment.author == "安居校验"
    assert book["附表"]["E8"].number_format == "0.00"


def test_a_cell_of_an_old_file_is_shown_in_its_row():
    context = read_context(old_form(), "附表", "E8")
    assert [cell.text for cell in context.row] == ["西区", "20", "21", "2", "0.50"]


def test_a_password_is_noticed():
    assert read_biff(container({"EncryptedPackage": b"x" * 5000})) == ([], True)
    stream = struct.pack("<HH", 0x809, 4) + b"\0\6\5\0" + struct.pack("<HH", 0x2F, 2) + b"\0\0"
    assert read_biff(container({"Workbook": stream.ljust(5000, b"\0")})) == ([], True)


@pytest.mark.parametrize("size", [8, 100, 511, 512, 600, 2000])
def test_a_cut_container_is_damaged_and_nothing_else(size):
    with pytest.raises(DamagedFile):
        read_biff(old_form()[:size])


def test_a_chain_that_bites_its_tail_ends():
    data = bytearray(container({"Workbook": b"x" * 5000}))
    table_at = struct.unpack_from("<I", data, 76)[0]
    at = 512 + table_at * 512
    data[at : at + 4] = (0).to_bytes(4, "little")  # sector 0 follows itself
    with pytest.raises(DamagedFile):
        ole_streams(bytes(data))


def test_every_flipped_byte_of_an_old_file_is_survived():
    data = bytearray(old_form())
    for at in range(0, len(data), 97):
        spoiled = bytes(data[:at]) + bytes([data[at] ^ 0xFF]) + bytes(data[at + 1 :])
        assert all(one.code.startswith("WB-") for one in read_workbook(spoiled, table(), name="坏.xls").problems)


def test_the_size_that_an_old_sheet_declares_is_not_believed():
    data = bytearray(old_form())
    at = bytes(data).find(struct.pack("<HH", 0x200, 14))
    data[at + 8 : at + 12] = (1 << 31).to_bytes(4, "little")
    assert values(read_workbook(bytes(data), table())) == values(read_workbook(old_form(), table()))
