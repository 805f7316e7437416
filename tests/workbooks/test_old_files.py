"""The old .xls: values by calamine, formats and the rest by our own reading of its records."""

import datetime
import io
import struct

import pytest
import xlwt

from anju.workbooks.files.biff import read_biff
from anju.workbooks.files.biff_formulas import counts_itself
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


# Excel 5/95, and what no library here writes


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def cell(kind: int, row: int, column: int, body: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<HHH", row, column, style) + body)


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return cell(0x203, row, column, struct.pack("<d", value), style)


def old_text(row: int, column: int, text: str, encoding: str, runs: bytes = b"") -> bytes:
    letters = text.encode(encoding)
    return cell(0xD6 if runs else 0x204, row, column, struct.pack("<H", len(letters)) + letters + runs)


def font(options: int = 0, escapement: int = 0) -> bytes:
    return record(0x31, struct.pack("<HHHHHBBBB", 200, options, 32767, 400, escapement, 0, 0, 0, 0) + b"\5Arial")


def look(font_number: int, code: int) -> bytes:
    return record(0xE0, struct.pack("<HH", font_number, code) + b"\0" * 12)


def excel_95(
    *cells: bytes, code_page: int = 936, encoding: str = "gbk", stream: str = "Book", merges: bytes = b""
) -> bytes:
    """A workbook of Excel 5/95 with one sheet of these cells. Font 5 is raised, style 1 struck out, 2 with two decimals, 3 in 万."""
    name = "附表".encode(encoding)
    head = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x42, struct.pack("<H", code_page))
    head += font() + font() + font() + font(options=8) + font(escapement=1)
    head += record(0x41E, struct.pack("<HB", 164, 7) + b'0.0"\xcd\xf2"') if encoding == "gbk" else b""
    head += look(0, 0) + look(3, 0) + look(0, 2) + look(0, 164)
    bound = 4 + 7 + len(name)
    at = len(head) + bound + 4
    head += record(0x85, struct.pack("<IBBB", at, 0, 0, len(name)) + name) + record(0x0A)
    sheet = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0)) + b"".join(cells) + merges + record(0x0A)
    return container({stream: (head + sheet).ljust(5000, b"\0")})


FLAT = {
    "rows": {"label": ["县区"]},
    "columns": [{"path": "任务", "measure": "a.task", "unit": "套"}, {"path": "开工", "measure": "a.start", "unit": "套"}],
    "period": "2021",
    "checks": [],
}  # fmt: skip


def texts(encoding: str) -> list[bytes]:
    words = [(0, 0, "县区"), (0, 1, "任务"), (0, 2, "开工"), (1, 0, "东区"), (2, 0, "西区")]
    return [old_text(row, column, word, encoding) for row, column, word in words]


@pytest.mark.parametrize(
    ("code_page", "encoding"),
    [(936, "gbk"), (54936, "gb18030"), (10008, "gbk"), (1200, "utf-16-le"), (65001, "utf-8")],
)
@pytest.mark.parametrize("stream", ["Book", "BOOK", "Workbook", "book"])
def test_a_workbook_of_excel_95_is_read(code_page, encoding, stream):
    data = excel_95(
        *texts(encoding),
        number(1, 1, 10),
        number(1, 2, 5),
        number(2, 1, 7.5, 2),
        code_page=code_page,
        encoding=encoding,
        stream=stream,
    )
    reading = read_workbook(data, table(**{**FLAT, "columns": [{**one, "unit": "万元"} for one in FLAT["columns"]]}))
    assert reading.problems == []
    assert reading.sheet == "附表"
    assert values(reading) == {("东区", "a.task"): "10", ("东区", "a.start"): "5", ("西区", "a.task"): "7.50"}


def test_looks_of_excel_95_are_seen():
    raised = bytes([1, 1, 5])  # from the second letter on, the raised font
    cells = [number(1, 1, 10, 1), old_text(1, 2, "51", "gbk", raised), old_text(2, 1, "7", "gbk")]
    reading = read_workbook(excel_95(*texts("gbk"), *cells), table(**FLAT))
    assert found(reading) == [("WB-069", "B2"), ("WB-069", "C2")]
    assert values(reading) == {("西区", "a.task"): "7"}


def test_a_format_of_excel_95_that_names_a_unit_counts():
    cell = read_workbook(excel_95(*texts("gbk"), number(1, 1, 2.5, 3)), table(**FLAT)).cells[0]
    assert (cell.text, cell.unit, cell.base) == ("2.5", "万套", 25000)


def formula(row: int, column: int, result: bytes, tokens: bytes = b"\x44\0\0\0\0", kind: int = 0x06) -> bytes:
    return cell(kind, row, column, result + b"\0" * 6 + struct.pack("<H", len(tokens)) + tokens)


@pytest.mark.parametrize("kind", [0x06, 0x206, 0x406])
def test_results_of_formulas_in_an_old_file(kind):
    none, text, error = b"\3\0\0\0\0\0\xff\xff", b"\0\0\0\0\0\0\xff\xff", b"\2\0\x2a\0\0\0\xff\xff"
    empty_literal = b"\x17\0\x19\x08"
    cells = [
        formula(1, 1, struct.pack("<d", 10), kind=kind),
        formula(1, 2, none, kind=kind),
        formula(2, 1, none, empty_literal, kind=kind),
        formula(2, 2, text, kind=kind),
        record(0x207, struct.pack("<H", 1) + b"8"),
        old_text(3, 0, "甲县", "gbk"),
        formula(3, 1, error, kind=kind),
        formula(3, 2, b"\1\0\1\0\0\0\xff\xff", kind=kind),
    ]
    reading = read_workbook(excel_95(*texts("gbk"), *cells), table(**FLAT))
    assert found(reading) == [("WB-062", "C2"), ("WB-061", "B4"), ("WB-060", "C4")]
    assert values(reading) == {("东区", "a.task"): "10", ("西区", "a.start"): "8"}


def test_an_unwritten_result_of_an_old_formula_is_told():
    def change(book, sheet):
        sheet._cell_overwrite_ok = True
        sheet.write(6, 1, xlwt.Formula("C7/2"))
        sheet.write(7, 1, xlwt.Formula('IF(C8>0,"",1)'))

    reading = read_workbook(old_form(change), table())
    assert found(reading) == [("WB-062", "B7")]


def test_texts_that_run_over_several_records_are_whole():
    long_names = [f"{'长' * 900}{number}" for number in range(40)]

    def change(book, sheet):
        other = book.add_sheet("别的")
        for row, text in enumerate(long_names):
            other.write(row, 0, text)
            other.write(row, 1, f"a{text}" if row % 2 else "x" * 5000)

    from anju.workbooks.files.opening import open_workbook

    sheets = open_workbook(old_form(change)).sheets
    assert [row[0] for row in sheets[1].rows()] == long_names
    assert values(read_workbook(old_form(change), table())) == values(read_workbook(old_form(), table()))


@pytest.mark.parametrize("change", [(0, 5, 2, 5), (5, 0, 5, 0), (0, 0, 0, 0)])
def test_the_declared_size_may_be_anything(change):
    data = bytearray(old_form())
    at = bytes(data).find(struct.pack("<HH", 0x200, 14)) + 4
    data[at : at + 12] = struct.pack("<IIHH", change[0], change[1], change[2], change[3])
    assert values(read_workbook(bytes(data), table())) == values(read_workbook(old_form(), table()))


def test_every_cut_of_an_old_stream_is_survived():
    data = excel_95(*texts("gbk"), number(1, 1, 10))
    for at in range(512, 1200, 3):
        spoiled = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        assert all(one.code.startswith("WB-") for one in read_workbook(spoiled, table(**FLAT), name="坏.xls").problems)


def computed(formulas: dict[tuple[int, int], str], value: float = 0, *, manual: bool = False) -> bytes:
    """The example form with formulas whose stored result is `value`."""

    def change(book, sheet):
        sheet._cell_overwrite_ok = True
        sheet.calc_mode = 0 if manual else 1
        for (row, column), formula in formulas.items():
            sheet.write(row, column, xlwt.Formula(formula))

    return old_form(change).replace(struct.pack("<Q", 0xFFFF000000000003), struct.pack("<d", value))


@pytest.mark.parametrize(
    ("manual", "formula", "told"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_an_old_workbook_that_is_computed_by_hand_says_so(manual, formula, told):
    data = computed({(7, 2): "B8+1"} if formula else {}, 21, manual=manual)
    assert (("WB-016", "") in found(read_workbook(data, table()))) == told


@pytest.mark.parametrize(
    ("formula", "circular"),
    [
        ("SUM(B6:B8)", True),
        ("B7", True),
        ("1+B7*2", True),
        ("$B$7-1", True),
        ("IF(A1>0,B7,5)", True),
        ('B7&"套"', True),
        ("SUM(B8:B9)", False),
        ("ROW(B7)-7", False),
        ("C7-C7", False),
        ('IF(A7="东",1,0)', False),
        ("ROW(B7)+B7", True),
        ("OFFSET(B7,1,0)", False),
        ("SUM(A1:A9,C1:C9)", False),
        ("SUM(A7:C7)", True),
    ],
)
def test_a_formula_of_an_old_file_that_counts_itself_shows_no_result(formula, circular):
    assert (("WB-061", "B7") in found(read_workbook(computed({(6, 1): formula}), table()))) == circular


def test_a_formula_that_counts_itself_and_has_a_result_is_taken():
    assert ("WB-061", "B7") not in found(read_workbook(computed({(6, 1): "SUM(B6:B8)"}, 10), table()))


def test_formulas_that_cannot_be_followed_count_nothing():
    for length in range(30):
        for first in range(256):
            assert counts_itself(bytes([first]) * length, 1, 1, wide=length % 2 == 0) in (True, False)


@pytest.mark.parametrize(
    ("tokens", "circular"),
    [
        (b"\x44" + struct.pack("<HB", 0xC006, 1), True),
        (b"\x44" + struct.pack("<HB", 0xC007, 1), False),
        (b"\x25" + struct.pack("<HHBB", 5, 8, 0, 2) + b"\x22\x01\x04\x00", True),
        (b"\x17\x02ab" + b"\x44" + struct.pack("<HB", 6, 1) + b"\x08", True),
    ],
)
def test_references_of_excel_5_are_shorter(tokens, circular):
    assert counts_itself(tokens, 6, 1, wide=False) == circular
