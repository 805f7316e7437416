"""Files that are not what they seem. Each is refused in words, with a code; none raises anything else."""

import io
import zipfile

import openpyxl
import pytest

from anju.problems import BLOCK
from anju.workbooks.files.opening import open_workbook
from anju.workbooks.files.package import Package
from anju.workbooks.reading.reader import read_workbook
from anju.workbooks.writing.marking import mark_workbook
from tests.workbooks.forms import form, found, saved, table


def rezip(data: bytes, change: dict, drop=()) -> bytes:
    """The package with parts changed, added or dropped."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in drop and info.filename not in change:
                new.writestr(info.filename, old.read(info))
        for name, content in change.items():
            new.writestr(name, content(old.read(name)) if callable(content) else content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"


def empty_book() -> bytes:
    return saved(openpyxl.Workbook())


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "WB-009", "0 字节"),
        (b"\xe5\x8c\xba,1\n2,3\n", "WB-003", "CSV"),
        ("区划,数\n甲,1\n".encode("gbk"), "WB-003", "CSV"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "WB-003", "网页"),
        (b'<?xml version="1.0"?><Workbook/>', "WB-003", "XML"),
        (b"%PDF-1.7 ....", "WB-003", "PDF"),
        (b"PK\x03\x04" + b"\0" * 60, "WB-005", "损坏"),
        (OLE + b"\0" * 600, "WB-005", "损坏"),
        (OLE, "WB-005", "损坏"),
        (bytes(range(256)) * 20, "WB-003", "不认识"),
    ],
    ids=["empty", "csv", "csv-gbk", "html", "xml", "pdf", "zip-head", "ole-head", "ole-short", "noise"],
)
def test_what_is_no_workbook_is_named(data, code, says):
    reading = read_workbook(data, table(), name="上报.xlsx")
    assert [one.code for one in reading.problems] == [code]
    assert says in reading.problems[0].what
    assert "上报.xlsx" in str(reading.problems[0].where)
    assert reading.blocked


def test_every_cut_of_a_file_is_refused_and_none_falls():
    data = form()
    for size in range(1, len(data), max(1, len(data) // 60)):
        reading = read_workbook(data[:size], table(), name="半截.xlsx")
        assert reading.problems, size
        assert all(one.code.startswith("WB-") for one in reading.problems)


def test_every_flipped_byte_is_survived():
    data = bytearray(form())
    for at in range(0, len(data), 41):
        spoiled = bytes(data[:at]) + bytes([data[at] ^ 0xFF]) + bytes(data[at + 1 :])
        reading = read_workbook(spoiled, table(), name="坏.xlsx")
        assert all(one.code.startswith("WB-") for one in reading.problems)


def test_a_missing_file_is_said(tmp_path):
    assert found(read_workbook(tmp_path / "没有.xlsx", table())) == [("WB-001", "")]


def test_a_file_too_large_is_said(monkeypatch):
    monkeypatch.setattr("anju.file_sizes.WORKBOOK", 1000)
    assert found(read_workbook(form(), table())) == [("WB-002", "")]


def test_a_word_document_in_disguise():
    reading = read_workbook(rezip(form(), {"word/document.xml": "<a/>"}, drop=("xl/workbook.xml",)), table())
    assert found(reading) == [("WB-003", "")]
    assert "Word" in reading.problems[0].what


def test_an_empty_sheet():
    assert found(read_workbook(empty_book(), table())) == [("WB-009", "")]


def test_an_encrypted_workbook():
    from tests.workbooks.test_old_files import container

    assert found(
        read_workbook(container({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y" * 5000}), table())
    ) == [("WB-004", "")]


def test_a_bomb_that_declares_its_size_is_refused_before_unpacking(monkeypatch):
    monkeypatch.setattr("anju.workbooks.files.opening.LARGEST_UNPACKED", 1 << 20)
    assert found(read_workbook(rezip(form(), {"xl/theme/more.xml": b" " * (2 << 20)}), table())) == [("WB-006", "")]


def test_a_bomb_that_lies_about_its_size_is_refused():
    data = bytearray(rezip(form(), {"xl/sharedStrings.xml": b"<sst>" + b" " * (1 << 20) + b"</sst>"}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        info = package.getinfo("xl/sharedStrings.xml")
    central = bytes(data).rfind(b"xl/sharedStrings.xml") - 46
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")  # the directory says ten bytes
    assert info.file_size > 1 << 20
    assert found(read_workbook(bytes(data), table())) == [("WB-005", "")]


def test_two_cells_in_far_corners_do_not_ask_for_the_whole_sheet():
    def far(sheet):
        sheet["XFD1048576"] = 1

    assert found(read_workbook(form(spoil=far), table())) == [("WB-007", "XFD1048576")]


def test_a_far_cell_out_of_order_is_seen_too():
    far = b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert found(read_workbook(rezip(form(), {SHEET: lambda xml: xml.replace(b"<sheetData>", far)}), table())) == [
        ("WB-007", "XFD1048576")
    ]


def test_far_cells_that_are_only_coloured_do_no_harm():
    def far(sheet):
        sheet["XFD1048576"].fill = openpyxl.styles.PatternFill("solid", fgColor="FFFFFF")

    assert read_workbook(form(spoil=far), table()).problems == []


def test_a_sheet_part_that_is_cut_short():
    reading = read_workbook(rezip(form(), {SHEET: lambda xml: xml[: len(xml) // 2]}), table(), name="x.xlsx")
    assert reading.blocked


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", SHEET])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"\xff\xfe\0",
        b"<a>&b;</a>",
        b"<?xml version='1.0' encoding='n'?><a/>",
        b"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>",
    ],
)
def test_any_part_may_be_rubbish(name, content):
    reading = read_workbook(rezip(form(), {name: content}), table(), name="坏.xlsx")
    assert all(one.code.startswith("WB-") for one in reading.problems)
    assert reading.blocked or name == "xl/styles.xml"


def test_external_links_are_reminded():
    reading = read_workbook(rezip(form(), {"xl/externalLinks/externalLink1.xml": "<externalLink/>"}), table())
    assert found(reading) == [("WB-012", "")]
    assert not reading.blocked


def test_hidden_sheets_are_told_and_not_read():
    book = openpyxl.load_workbook(io.BytesIO(form()))
    hidden = book.copy_worksheet(book.active)
    hidden.title, hidden.sheet_state = "旧数", "hidden"
    reading = read_workbook(saved(book), table())
    assert found(reading) == [("WB-011", "")]
    assert "旧数" in reading.problems[0].what
    assert reading.sheet == "附表"


def test_attributes_in_another_order_and_prefixed_names_read_the_same():
    import re

    def reorder(xml: bytes) -> bytes:
        return re.sub(rb'<c r="(\w+)" s="(\d+)"', rb"<c s='\2' r='\1'", xml)

    plain, other = read_workbook(form(), table()), read_workbook(rezip(form(), {SHEET: reorder}), table())
    assert [(cell.cell, cell.text) for cell in other.cells] == [(cell.cell, cell.text) for cell in plain.cells]


def test_sheet_parts_are_found_by_their_relations():
    package = Package(form())
    package.find_parts()
    assert [(part.name, part.path) for part in package.sheets] == [("附表", SHEET)]
    assert package.orderly_bytes(frozenset()) is package.data  # nothing to put in order


def test_opening_says_what_the_bytes_are():
    import hashlib

    data = form()
    assert open_workbook(data, "a.xlsx").sha256 == hashlib.sha256(data).hexdigest()
    assert all(problem.level == BLOCK for problem in read_workbook(b"", table()).problems)


def test_a_merge_that_reaches_past_the_sheet_is_read_and_marked():
    data = rezip(form(), {SHEET: lambda xml: xml.replace(b'ref="A3:A5"', b'ref="A3:XFD1048576"')})
    reading = read_workbook(data, table())
    assert reading.problems
    assert mark_workbook(data, reading.problems)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_any_way_of_packing_is_read_and_its_damage_survived(method):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form())) as old, zipfile.ZipFile(out, "w", method) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    data = out.getvalue()
    for at in range(0, len(data), 97):
        spoiled = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        assert all(one.code.startswith("WB-") for one in read_workbook(spoiled, table()).problems)
