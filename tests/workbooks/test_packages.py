"""The same workbook, however the program that wrote it names its parts, and whatever its cells hold that is newer than ours."""

import io
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter

from anju.problems import BLOCK
from anju.workbooks.files.opening import open_workbook
from anju.workbooks.reading.reader import read_workbook
from anju.workbooks.writing.marking import mark_workbook
from tests.workbooks.forms import BODY, HEAD, form, found, table, values
from tests.workbooks.test_broken_files import SHEET, rezip

RELATIONS, WORKBOOK, TYPES, ROOT = "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "[Content_Types].xml", "_rels/.rels"


def renamed(data: bytes, names: dict[str, str], texts: dict[bytes, bytes] | None = None) -> bytes:
    """The package with parts under other names, and these texts changed in all its lists of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith(".rels") or info.filename == TYPES:
                for before, after in (texts or {}).items():
                    content = content.replace(before, after)
            new.writestr(names.get(info.filename, info.filename), content)
    return out.getvalue()


def every(change) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(form())) as package:
        return {name: change(name) for name in package.namelist()}


ODD = {
    "backslashes": (every(lambda name: name.replace("/", "\\")), {}),
    "capitals": (every(str.upper), {}),
    "a capital sheet": ({SHEET: "xl/worksheets/Sheet1.xml"}, {}),
    "small letters in the list": ({}, {b"worksheets/sheet1.xml": b"worksheets/SHEET1.xml"}),
    "workbook3": (
        {WORKBOOK: "xl/workbook3.xml", RELATIONS: "xl/_rels/workbook3.xml.rels"},
        {b"xl/workbook.xml": b"xl/workbook3.xml"},
    ),
    "another folder": (
        {WORKBOOK: "book/main.xml", RELATIONS: "book/_rels/main.xml.rels"},
        {b'"/xl/workbook.xml"': b'"/book/main.xml"', b'"xl/workbook.xml"': b'"book/main.xml"', b'Target="worksheets': b'Target="/xl/worksheets'},
    ),
    "absolute targets": ({}, {b'Target="worksheets/': b'Target="/xl/worksheets/'}),
    "climbing targets": ({}, {b'Target="/xl/worksheets/': b'Target="../xl/worksheets/', b'Target="worksheets/': b'Target="../xl/worksheets/'}),
    "dotted targets": ({}, {b'Target="/xl/worksheets/': b'Target="./worksheets/', b'Target="worksheets/': b'Target="./worksheets/'}),
    "backslash targets": ({}, {b'Target="/xl/worksheets/': b'Target="worksheets\\', b'Target="worksheets/': b'Target="worksheets\\'}),
    "sheets in the root": ({SHEET: "xl/s.xml"}, {b"/xl/worksheets/sheet1.xml": b"/xl/s.xml", b'"worksheets/sheet1.xml': b'"s.xml'}),
    "other styles": ({"xl/styles.xml": "xl/look/Formats.xml"}, {b'"styles.xml"': b'"look/Formats.xml"', b"/xl/styles.xml": b"/xl/look/Formats.xml"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_parts_are_found_by_their_relations_whatever_their_names(name):
    data = renamed(form(), *ODD[name])
    reading = read_workbook(data, table())
    assert reading.problems == []
    assert values(reading) == values(read_workbook(form(), table()))


@pytest.mark.parametrize("name", ODD)
def test_such_a_workbook_comes_back_marked(name):
    def spoil(sheet):
        sheet["B7"] = "十"

    data = renamed(form(spoil=spoil), *ODD[name])
    reading = read_workbook(data, table(), name="附表.xlsx")
    marked = openpyxl.load_workbook(io.BytesIO(mark_workbook(data, reading.problems, name="附表.xlsx")))
    assert "读不出数" in marked["附表"]["B7"].comment.text
    assert marked["附表"]["E8"].number_format == "0.00"


@pytest.mark.parametrize(
    "error",
    [
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#BUSY!",
        "#UNKNOWN!",
        "#PYTHON!",
        "#EXTERNAL!",
        "#GETTING_DATA",
        "Err:502",
        "#什么!",
    ],
)
@pytest.mark.parametrize("cell", ["C8", "G9"])
def test_any_error_value_is_told_where_it_is_read_and_harms_nothing_elsewhere(error, cell):
    def put(xml: bytes) -> bytes:
        error_cell = f'<c r="{cell}" t="e"><f>X</f><v>{error}</v></c>'.encode()
        if cell == "C8":
            return re.sub(rb'<c r="C8".*?</c>', error_cell, xml)
        return xml.replace(b"</sheetData>", b'<row r="9">' + error_cell + b"</row></sheetData>")

    reading = read_workbook(rezip(form(), {SHEET: put}), table())
    assert found(reading) == ([("WB-061", "C8")] if cell == "C8" else [])
    assert all(error in one.what for one in reading.problems)
    assert ("西区", "invest") in values(reading)


@pytest.mark.parametrize("result", ["<v></v>", "<v/>", ""])
def test_a_formula_that_gives_an_empty_text_is_a_blank(result):
    def put(xml: bytes) -> bytes:
        return re.sub(rb'<c r="C8".*?</c>', f'<c r="C8" t="str"><f>IF(A1="","",1)</f>{result}</c>'.encode(), xml)

    reading = read_workbook(rezip(form(), {SHEET: put}), table())
    assert reading.problems == []
    assert ("西区", "start") not in values(reading)


def test_a_nought_that_a_program_wrote_for_what_it_did_not_compute_is_told():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("附表")
    for row, line in enumerate([*HEAD, *BODY]):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(row, column, value)
    sheet.write_formula("C7", "=B7+2")
    sheet.write_formula("C8", "=B8+1", None, 21)
    book.close()
    reading = read_workbook(out.getvalue(), table())
    assert ("WB-062", "C7") in found(reading)
    assert values(reading)["西区", "start"] == "21"


@pytest.mark.parametrize("value", ["NaN", "nan", "INF", "-inf", "1e999", "5E300", "-5E300"])
def test_what_is_no_number_is_refused_at_its_cell(value):
    def put(xml: bytes) -> bytes:
        return re.sub(rb'<c r="C8".*?</c>', f'<c r="C8"><v>{value}</v></c>'.encode(), xml)

    reading = read_workbook(rezip(form(), {SHEET: put}), table())
    assert ("WB-060", "C8") in found(reading)
    assert {cell.state for cell in reading.cells} == {"number"}


@pytest.mark.parametrize("value", ["2.775557561562891e-17", "1E-300", "4.9e-324", "-1e-20"])
@pytest.mark.parametrize("style", ["0.00", "0", "#,##0.0"])
def test_noise_is_what_is_shown(value, style):
    def spoil(sheet):
        sheet["E8"], sheet["E8"].number_format = 0.123456, style

    data = rezip(form(spoil=spoil), {SHEET: lambda xml: xml.replace(b"0.123456", value.encode())})
    reading = read_workbook(data, table(rows={"label": ["县区名称"]}))
    cell = next(cell for cell in reading.cells if cell.cell == "E8")
    assert (cell.state, cell.digits, cell.base) == ("number", 0, 0)
    assert found(reading) == [("WB-064", "E8")]


def test_noise_in_a_cell_without_a_format_is_refused():
    def spoil(sheet):
        sheet["E8"], sheet["E8"].number_format = 0.123456, "General"

    data = rezip(form(spoil=spoil), {SHEET: lambda xml: xml.replace(b"0.123456", b"2.775557561562891e-17")})
    reading = read_workbook(data, table())
    assert {"WB-060", "WB-067"} & {code for code, cell in found(reading) if cell == "E8"}
    assert all(one.level == BLOCK for one in reading.problems if one.where.cell == "E8")


@pytest.mark.parametrize("claim", ["4000000000", "99999999999999999999"])
def test_a_count_of_texts_that_cannot_be_is_not_believed(claim):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write("A1", "县区名称")
    book.close()
    data = rezip(
        out.getvalue(),
        {
            "xl/sharedStrings.xml": lambda xml: re.sub(
                rb'uniqueCount="\d+"', b'uniqueCount="' + claim.encode() + b'"', xml
            )
        },
    )
    opened = open_workbook(data, "a.xlsx")
    assert list(opened.sheets[0].rows()) == [["县区名称"]]
    assert claim.encode() not in zipfile.ZipFile(io.BytesIO(opened.orderly)).read("xl/sharedStrings.xml")


def test_an_orderly_package_is_not_written_anew():
    data = form()
    assert open_workbook(data).orderly == data


@pytest.mark.parametrize("value", ["NaN", "INF", "1e400"])
@pytest.mark.parametrize("cell", ["A1", "A3", "B4", "A7", "E3"])
def test_what_is_no_number_in_a_title_head_or_name_does_no_harm(value, cell):
    def put(xml: bytes) -> bytes:
        return re.sub(rf'<c r="{cell}".*?</c>'.encode(), f'<c r="{cell}"><v>{value}</v></c>'.encode(), xml)

    reading = read_workbook(rezip(form(), {SHEET: put}), table(), period="2021")
    assert all(one.code.startswith("WB-") for one in reading.problems)
    assert reading.blocked or cell == "A1"


def test_a_strict_workbook_is_read():
    strict = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }

    def change(content: bytes) -> bytes:
        for before, after in strict.items():
            content = content.replace(before, after)
        return content

    with zipfile.ZipFile(io.BytesIO(form())) as package:
        data = rezip(form(), dict.fromkeys(package.namelist(), change))
    reading = read_workbook(data, table())
    assert reading.problems == []
    assert values(reading) == values(read_workbook(form(), table()))


@pytest.mark.parametrize(
    ("formula", "circular"),
    [
        ("=SUM(E6:E8)", True),
        ("=$E$6+1", True),
        ("=SUM(A1:F20)*2", True),
        ("=SUM(E7:E8)", False),
        ("=B6-B6", False),
        ("=ROW(E6)-6", False),
        ("=AE6+E66", False),
        ("=Sheet2!E6", False),
    ],
)
def test_a_formula_that_counts_itself_shows_no_result(formula, circular):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("附表")
    book.add_worksheet("Sheet2")
    for number, line in enumerate([*HEAD, *BODY[1:]]):
        sheet.write_row(number, 0, line)
    for area in ("A3:A5", "B3:D3", "B4:B5", "C4:D4", "E3:E5"):
        text = HEAD[int(area[1]) - 1]["ABCDE".index(area[0])]
        sheet.merge_range(area, text)
    sheet.write_formula("E6", formula, None, 0)
    book.close()
    data = rezip(buffer.getvalue(), {WORKBOOK: lambda xml: xml.replace(b' fullCalcOnLoad="1"', b"")})
    assert (("WB-061", "E6") in found(read_workbook(data, table()))) == circular
