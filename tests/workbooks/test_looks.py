"""What a cell looks like counts: struck out, raised, white, merged, hidden. In both kinds of files."""

import io

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from anju.problems import ASK, BLOCK
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import BODY, HEAD, LONG, form, found, long_form, saved, table, values
from tests.workbooks.test_broken_files import SHEET, rezip
from tests.workbooks.test_old_files import old_form


def rich(*parts) -> CellRichText:
    """Text of several looks: a plain part, or (look, part)."""
    return CellRichText(*(TextBlock(InlineFont(**look), text) for look, text in parts))


STRUCK, RAISED, LOWERED, PLAIN = {"strike": True}, {"vertAlign": "superscript"}, {"vertAlign": "subscript"}, {}


@pytest.mark.parametrize(
    "text",
    [
        rich((STRUCK, "8"), (PLAIN, "5")),
        rich((PLAIN, "5"), (STRUCK, "8")),
        rich((PLAIN, "5"), (RAISED, "1")),
        rich((PLAIN, "5"), (LOWERED, "2")),
        rich((PLAIN, "10"), (RAISED, "①")),
        rich((STRUCK, "12")),
    ],
)
def test_struck_out_or_raised_letters_in_a_number_are_refused(text):
    reading = read_workbook(form(spoil=lambda sheet: sheet.__setitem__("C7", text)), table())
    assert ("WB-069", "C7") in found(reading)
    assert ("东区", "start") not in values(reading)


@pytest.mark.parametrize("text", [rich((PLAIN, "1"), ({"b": True}, "2")), rich((RAISED, " "), (PLAIN, "12"))])
def test_other_looks_do_no_harm(text):
    reading = read_workbook(form(spoil=lambda sheet: sheet.__setitem__("C7", text)), table())
    assert reading.problems == []
    assert values(reading)["东区", "start"] == "12"


def test_letters_in_the_shared_texts_are_seen_too():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, raised = book.add_worksheet("附表"), book.add_format({"font_script": 1})
    for row, line in enumerate([*HEAD, *BODY]):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(row, column, value)
    sheet.write_rich_string(6, 2, "1", raised, "2", "套")
    sheet.write_rich_string(7, 0, "西区", raised, "1")
    book.close()
    reading = read_workbook(out.getvalue(), table())
    assert found(reading) == [("WB-069", "C7")]
    assert ("西区", "start") in values(reading)


def test_a_raised_mark_at_a_name_is_no_part_of_the_name():
    def spoil(sheet):
        sheet["A7"], sheet["A8"] = rich((PLAIN, "东区"), (RAISED, "1")), "西区②"
        sheet["E3"] = rich((PLAIN, "完成投资（亿元）"), (RAISED, "注2"))

    reading = read_workbook(form(spoil=spoil), table())
    assert reading.problems == []
    assert {cell.region_name for cell in reading.cells} == {"全市", "东区", "西区"}


def test_the_raised_two_of_square_metres_stays():
    columns = [
        *table().model_dump(exclude_unset=True)["columns"][:3],
        {"path": "面积", "measure": "area", "unit": "㎡"},
    ]

    def spoil(sheet):
        sheet["E3"] = rich((PLAIN, "面积（m"), (RAISED, "2"), (PLAIN, "）"))

    reading = read_workbook(form(spoil=spoil), table(columns=columns))
    assert reading.problems == []
    assert {cell.unit for cell in reading.cells if cell.key == "area"} == {"㎡"}


@pytest.mark.parametrize("where", ["C7", "A7", "C5", "E3"])
def test_a_struck_out_cell_name_or_head_is_refused(where):
    reading = read_workbook(form(spoil=lambda sheet: setattr(sheet[where], "font", Font(strike=True))), table())
    assert ("WB-069", where) in found(reading)
    assert reading.blocked


def test_white_letters_are_asked_about_unless_something_dark_is_behind_them():
    def spoil(sheet):
        sheet["C7"].font = sheet["C8"].font = Font(color="FFFFFFFF")
        sheet["C8"].fill = PatternFill("solid", fgColor="FF000080")

    reading = read_workbook(form(spoil=spoil), table())
    assert [(one.code, one.where.cell, one.level) for one in reading.problems] == [("WB-015", "C7", ASK)]
    assert values(reading)["东区", "start"] == "12"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (";;;", "WB-060"),
        ('0"①"', "WB-060"),
        ("0,", "WB-060"),
        ('0"亿元"', "WB-066"),
        ('0"套"', ""),
        ("0套", ""),
        ("#,##0_ ", ""),
    ],
)
def test_a_number_format_is_part_of_what_is_printed(code, expected):
    reading = read_workbook(form(spoil=lambda sheet: setattr(sheet["C7"], "number_format", code)), table())
    assert found(reading) == ([(expected, "C7")] if expected else [])


@pytest.mark.parametrize("size", [b"0", b"0.0"])
def test_rows_and_columns_of_no_size_are_hidden(size):
    def flatten(xml: bytes) -> bytes:
        xml = xml.replace(b'<row r="8"', b'<row ht="' + size + b'" customHeight="1" r="8"')
        return xml.replace(
            b"<sheetData>", b'<cols><col width="' + size + b'" customWidth="1" min="4" max="4"/></cols><sheetData>'
        )

    reading = read_workbook(rezip(form(), {SHEET: flatten}), table())
    assert found(reading) == [("WB-014", "D1"), ("WB-013", "A8")]


@pytest.mark.parametrize("area", ["C7:C8", "C7:D7", "C7:D8", "B7:B8"])
def test_one_number_over_several_cells_is_refused(area):
    def spoil(sheet):
        first = area[:2]
        for row in sheet[area]:
            for cell in row:
                if cell.coordinate != first:
                    cell.value = None
        sheet.merge_cells(area)

    reading = read_workbook(form(spoil=spoil), table())
    assert ("WB-070", area[:2]) in found(reading)
    assert not {cell.cell for cell in reading.cells} & {
        cell.coordinate for row in openpyxl.Workbook().active[area] for cell in row
    }


def test_a_word_over_several_cells_holds_for_each():
    def spoil(sheet):
        for cell in ("C7", "D7"):
            sheet[cell] = None
        sheet["B7"] = "无任务"
        sheet.merge_cells("B7:D7")

    reading = read_workbook(form([["东区", 1, 1, 1, 1], ["西区", 1, 1, 1, 1]], spoil=spoil), table())
    assert reading.problems == []
    assert [cell.state for cell in reading.cells if cell.region_name == "西区"] == [
        "no_task",
        "no_task",
        "no_task",
        "number",
    ]


def test_an_empty_merged_area_and_a_note_under_the_table_are_nothing():
    def spoil(sheet):
        sheet["B9"] = "注：数据截至年底。"
        sheet.merge_cells("B9:E9")
        sheet.merge_cells("B10:E11")

    assert read_workbook(form(spoil=spoil), table()).problems == []


def test_a_number_merged_in_a_long_form_is_refused_and_a_name_stands_for_all_its_rows():
    from anju.workbooks.reading.maps import TableMap

    book = openpyxl.load_workbook(
        io.BytesIO(long_form(["东区", "开工量", "2021", None, 5, "套"], [None, "开工任务", None, None, 6, None]))
    )
    sheet = book.active
    for area in ("A2:A3", "C2:C3", "F2:F3"):
        sheet.merge_cells(area)
    reading = read_workbook(saved(book), TableMap.model_validate(LONG))
    assert reading.problems == []
    assert [(cell.region_name, cell.period, cell.unit, cell.text) for cell in reading.cells] == [
        ("东区", "2021", "套", "5"),
        ("东区", "2021", "套", "6"),
    ]
    sheet["E3"] = None
    sheet.merge_cells("E2:E3")
    reading = read_workbook(saved(book), TableMap.model_validate(LONG))
    assert found(reading) == [("WB-070", "E2")]
    assert reading.cells == []


# the same in an .xls


def test_an_old_file_is_looked_at_as_closely():
    def change(book, sheet):
        sheet._cell_overwrite_ok = True
        sheet.write(6, 1, 10, xlwt.easyxf("font: struck_out on"))
        plain, raised = xlwt.easyfont("height 200"), xlwt.easyfont("height 200, escapement superscript")
        sheet.write_rich_text(6, 2, [("1", plain), ("2", raised)])
        sheet.write_rich_text(7, 0, [("西区", plain), ("1", raised)])
        sheet.write(7, 2, 21, xlwt.easyxf("font: colour white"))
        sheet.write(7, 3, 2, xlwt.easyxf(num_format_str='0"亿元"'))

    reading = read_workbook(old_form(change), table())
    assert {("WB-069", "B7"), ("WB-069", "C7"), ("WB-015", "C8"), ("WB-066", "D8")} <= set(found(reading))
    assert "西区" in {cell.region_name for cell in reading.cells}


def test_merged_numbers_in_an_old_file_are_refused():
    def change(book, sheet):
        sheet._cell_overwrite_ok = True
        sheet.write(7, 1, None)
        sheet.write_merge(6, 7, 1, 1, 10)

    assert ("WB-070", "B7") in found(read_workbook(old_form(change), table()))
    assert BLOCK in {one.level for one in read_workbook(old_form(change), table()).problems}
