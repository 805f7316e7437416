"""What goes back: the marked workbook, the cell in its row, empty forms, written tables."""

import io

import openpyxl
import pytest

from anju.problems import ASK, Place, Problem, group_problems
from anju.workbooks.reading.cells import PROBLEM_COLUMN, PROBLEM_SHEET, cell_position, cell_reference, column_letters
from anju.workbooks.reading.context import read_context
from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import read_workbook
from anju.workbooks.writing.marking import MANY, mark_workbook
from anju.workbooks.writing.tables import LEFT, UP, PrintedNumber, empty_form, write_table
from tests.workbooks.forms import LONG, form, found, table, values


def spoiled(sheet):
    sheet["B7"], sheet["C8"] = "十", -1


def marked(data, problems, name="附表.xlsx"):
    return openpyxl.load_workbook(io.BytesIO(mark_workbook(data, problems, name=name)))


def test_each_bad_cell_is_coloured_and_told_and_listed():
    data = form(spoil=spoiled)
    reading = read_workbook(data, table(), name="附表.xlsx")
    book = marked(data, reading.problems)
    sheet = book["附表"]
    assert sheet["B7"].fill.fgColor.rgb == "00FFC7CE"
    assert "读不出数" in sheet["B7"].comment.text
    assert "请只填一个数" in sheet["B7"].comment.text
    assert sheet["B7"].value == "十"
    assert sheet["B8"].comment is None
    assert book.sheetnames[0] == PROBLEM_SHEET
    listed = list(book[PROBLEM_SHEET].iter_rows(min_row=2, values_only=True))
    assert [row[5] for row in listed] == [one.code for one in reading.problems]
    assert book[PROBLEM_SHEET]["C2"].hyperlink.location is None or "B7" in str(
        book[PROBLEM_SHEET]["C2"].hyperlink.location
    )


def test_a_marked_workbook_mended_is_read_and_its_marks_go():
    data = form(spoil=spoiled)
    book = marked(data, read_workbook(data, table(), name="附表.xlsx").problems)
    book["附表"]["B7"], book["附表"]["C8"] = 10, 21
    buffer = io.BytesIO()
    book.save(buffer)
    again = read_workbook(buffer.getvalue(), table(), name="附表.xlsx")
    assert again.problems == []
    assert values(again) == values(read_workbook(form(), table()))
    clean = marked(buffer.getvalue(), [])
    assert clean["附表"]["B7"].comment is None
    assert clean["附表"]["B7"].fill.fill_type is None
    assert clean.sheetnames.count(PROBLEM_SHEET) == 1


def many_spoiled(count=MANY + 20):
    """A long form in which every number is a word, and so many rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "长表"
    sheet.append(["区划", "指标", "期间", "数值", "单位"])
    for row in range(count):
        sheet.append([f"第{row}县", "开工量", "2021", "十", "套"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_of_many_bad_cells_each_row_is_told_in_one_column_that_filters():
    data = many_spoiled()
    problems = read_workbook(data, TableMap.model_validate(LONG), name="长表.xlsx").problems
    bad = [one for one in problems if one.code == "WB-060"]
    assert len(bad) == MANY + 20
    sheet = marked(data, problems, "长表.xlsx")["长表"]
    column = [cell.value for cell in sheet["F"]]
    assert column[0] == PROBLEM_COLUMN and all("读不出数" in text for text in column[1:])
    assert column[7].startswith("D8 ") and sheet["D8"].fill.fgColor.rgb == "00FFC7CE"
    assert sheet.auto_filter.ref == f"F1:F{MANY + 21}"
    commented = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
    assert commented == ["D2"]


def test_many_marks_are_no_data_and_go_again():
    data = many_spoiled()
    table_map = TableMap.model_validate(LONG)
    problems = read_workbook(data, table_map, name="长表.xlsx").problems
    sent = mark_workbook(data, problems, name="长表.xlsx")
    again = read_workbook(sent, table_map, name="长表.xlsx").problems
    assert [one.code for one in again] == [one.code for one in problems]
    clean = marked(sent, [], "长表.xlsx")["长表"]
    assert all(cell.value is None for cell in clean["F"]) and clean["D8"].fill.fill_type is None
    assert clean.auto_filter.ref is None


def test_a_filter_of_the_sheets_own_stays():
    book = openpyxl.load_workbook(io.BytesIO(many_spoiled()))
    book["长表"].auto_filter.ref = "A1:E9"
    buffer = io.BytesIO()
    book.save(buffer)
    problems = read_workbook(buffer.getvalue(), TableMap.model_validate(LONG), name="长表.xlsx").problems
    assert marked(buffer.getvalue(), problems, "长表.xlsx")["长表"].auto_filter.ref == "A1:E9"


def test_what_is_wrong_alike_in_one_column_is_one_group_with_its_first_place():
    def at(cell, code="WB-060", level="阻断", field="开工"):
        return Problem(code, Place(file="a.xlsx", sheet="表", cell=cell, field=field), cell, "改", level)

    groups = group_problems(
        [at("B7"), at("C7", field="竣工"), at("B8"), at("B9", "WB-065"), at("B10", level=ASK), at("B11")]
    )
    assert [(one.first.where.cell, one.count) for one in groups] == [("B7", 3), ("C7", 1), ("B9", 1), ("B10", 1)]


def test_a_reminder_is_yellow_and_a_merged_cell_is_marked_at_its_corner():
    problem = Problem("WB-999", Place(file="附表.xlsx", sheet="附表", cell="C3"), "问。", "答。", ASK)
    assert marked(form(), [problem])["附表"]["B3"].fill.fgColor.rgb == "00FFEB9C"


def test_a_users_own_comment_is_kept():
    from openpyxl.comments import Comment

    def spoil(sheet):
        spoiled(sheet)
        sheet["B7"].comment = Comment("电话核实过", "老王")

    data = form(spoil=spoil)
    assert (
        "电话核实过" in marked(data, read_workbook(data, table(), name="附表.xlsx").problems)["附表"]["B7"].comment.text
    )


def test_words_that_look_like_a_formula_stay_words():
    problem = Problem("WB-999", "别处", '=HYPERLINK("x")', "=1+1")
    page = marked(form(), [problem])[PROBLEM_SHEET]
    assert (page["D2"].value, page["D2"].data_type) == ('=HYPERLINK("x")', "s")


@pytest.mark.parametrize("data", [b"", b"abc", b"PK\x03\x04junk"])
def test_what_cannot_be_opened_comes_back_as_the_list(data):
    reading = read_workbook(data, table(), name="坏.xlsx")
    book = marked(data, reading.problems, "坏.xlsx")
    assert book.sheetnames == [PROBLEM_SHEET]
    assert book[PROBLEM_SHEET]["D2"].value == reading.problems[0].what


def test_a_cell_is_shown_in_its_row_under_its_head():
    for given in (None, table()):
        context = read_context(form(), "附表", "D8", given)
        assert context.path == ("年度开工建设情况（套）", "开工量", "其中：货币化安置")
        assert context.row_label == "西区"
        assert [(one.text, one.current) for one in context.row] == [
            ("西区", False),
            ("20", False),
            ("21", False),
            ("2", True),
            ("0.50", False),
        ]
        assert [[(one.text, one.colspan, one.rowspan, one.current) for one in line] for line in context.head] == [
            [("县区名称", 1, 3, False), ("年度开工建设情况（套）", 3, 1, True), ("完成投资（亿元）", 1, 3, False)],
            [("任务量", 1, 2, False), ("开工量", 2, 1, True)],
            [("合计", 1, 1, False), ("其中：货币化安置", 1, 1, True)],
        ]


@pytest.mark.parametrize(
    ("sheet", "cell"), [("别的", "A1"), ("附表", "Z1"), ("附表", "A99"), ("附表", "8"), ("附表", "")]
)
def test_no_such_cell(sheet, cell):
    assert read_context(form(), sheet, cell) is None


def test_an_empty_form_is_read_by_its_own_map():
    rows = {"label": "县区名称", "totals": [{"name": "全市"}], "regions": ["东区", "西区"]}
    given = table(rows=rows)
    book = openpyxl.load_workbook(io.BytesIO(empty_form(given, "2021")))
    sheet = book.active
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert "B2:D2" in merged
    for row, line in enumerate([[30, 33, 3, 1.5], [10, 12, 1, 1], [20, 21, 2, 0.5]], 5):
        for column, value in enumerate(line, 2):
            sheet.cell(row, column).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    reading = read_workbook(buffer.getvalue(), given)
    assert [one for one in reading.problems if one.code != "WB-064"] == []
    assert {cell.region_name for cell in reading.cells} == {"全市", "东区", "西区"}
    assert {cell.unit for cell in reading.cells if cell.key == "invest"} == {"亿元"}


def test_an_empty_long_form_is_read_by_its_own_map():
    assert found(read_workbook(empty_form(TableMap.model_validate(LONG)), TableMap.model_validate(LONG))) == [
        ("WB-030", "A2")
    ]


def test_a_table_is_written_as_it_is_to_be_printed():
    paths = [("区划",), (), ("开工", "任务"), ("开工", "完成"), ("比率",)]
    rows = [
        ["市区", "东区", PrintedNumber(10), PrintedNumber(910, 2), PrintedNumber(1388, 1, True)],
        [UP, "西区", None, "未报", None],
        ["合计", LEFT, PrintedNumber(10), None, None],
    ]
    book = openpyxl.load_workbook(
        io.BytesIO(write_table(paths, rows, title="表", mark="附件1", unit_line="单位：套", notes=["注：示例。"]))
    )
    sheet = book.active
    assert {str(area) for area in sheet.merged_cells.ranges} == {
        "A2:E2",
        "A3:E3",
        "A4:B5",
        "C4:D4",
        "E4:E5",
        "A6:A7",
        "A8:B8",
        "A9:E9",
    }
    assert (sheet["D6"].value, sheet["D6"].number_format) == (9.1, "0.00")
    assert (sheet["E6"].value, sheet["E6"].number_format) == (1.388, "0.0%")
    assert sheet["C7"].value is None


def test_text_that_begins_with_an_equals_sign_is_written_as_text():
    book = openpyxl.load_workbook(io.BytesIO(write_table([("名称",)], [["=1+1"]])))
    assert book.active["A2"].data_type == "s"


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_column_names_go_there_and_back(column, name):
    assert column_letters(column) == name
    assert cell_position(cell_reference(9, column)) == (9, column)


def test_the_list_of_problems_is_never_read_as_the_form():
    data = form(head=[["甲", "乙", "丙", "丁", "戊"]], merges=[])
    again = read_workbook(
        mark_workbook(data, read_workbook(data, table(), name="附表.xlsx").problems, name="附表.xlsx"),
        table(),
        name="附表.xlsx",
    )
    assert [str(one.where) for one in again.problems] == ["《附表.xlsx》工作表“附表”"]
