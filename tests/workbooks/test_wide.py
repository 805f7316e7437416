"""Forms with regions down and measures across: finding the head, reading cells, and saying what is wrong with each."""

import datetime
import io

import openpyxl
import pytest

from anju.problems import ASK, BLOCK
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import BODY, HEAD, MERGES, WIDE, form, found, saved, table, values


def put(**cells):
    """Spoil: write these cells."""

    def spoil(sheet):
        for cell, value in cells.items():
            sheet[cell] = value

    return spoil


def test_a_form_is_read_cell_by_cell():
    reading = read_workbook(form(), table(), name="附表.xlsx")
    assert reading.problems == []
    assert values(reading) == {
        ("全市", "start.target"): "30", ("全市", "start"): "33", ("全市", "start.money"): "3", ("全市", "invest"): "1.50",
        ("东区", "start.target"): "10", ("东区", "start"): "12", ("东区", "start.money"): "1", ("东区", "invest"): "1.00",
        ("西区", "start.target"): "20", ("西区", "start"): "21", ("西区", "start.money"): "2", ("西区", "invest"): "0.50",
    }  # fmt: skip
    cell = next(one for one in reading.cells if one.cell == "E8")
    assert (cell.digits, cell.places, cell.unit, cell.base, cell.period, cell.raw) == (
        50,
        2,
        "亿元",
        5_000_000_000,
        "2021",
        "0.50",
    )
    assert (cell.sheet, cell.row_label, cell.column_label) == ("附表", "西区", "完成投资（亿元）")
    assert (reading.map_id, reading.title, reading.file_name) == ("example", "2021年度示例情况", "附表.xlsx")


def test_no_float_leaves_the_reader():
    for cell in read_workbook(form(), table()).cells:
        assert not any(isinstance(value, float) for value in cell)


def test_zero_is_a_number_and_blank_is_nothing_and_dash_is_as_the_map_says():
    body = [["全市", 0, 0, 0, 0], ["东区", 0, None, "—", "未报"]]
    cells = {
        cell.key: cell for cell in read_workbook(form(body), table(dash="no_task")).cells if cell.region_name == "东区"
    }
    assert (cells["start.target"].state, cells["start.target"].digits) == ("number", 0)
    assert "start" not in cells
    assert (cells["start.money"].state, cells["start.money"].digits) == ("no_task", None)
    assert cells["invest"].state == "unreported"
    assert "start.money" not in {
        cell.key for cell in read_workbook(form(body), table(dash="blank")).cells if cell.region_name == "东区"
    }


@pytest.mark.parametrize(
    "head",
    [
        [["县 区\n名 称", "年度 开工建设情况(套)", None, None, "完成投资（亿元）"], [None, "任 务 量", "开工量", None, None], [None, None, "合计", "其中:货币化\n安置", None]],
        [["縣區名稱", "年度開工建設情況（套）", None, None, "完成投資（億元）"], [None, "任務量", "開工量", None, None], [None, None, "合計", "其中：貨幣化安置", None]],
        [["县区名称", "棚户区住房改造年度开工建设情况（套）", None, None, "完成投资(亿元)"], [None, "任务量", "开工量", None, None], [None, None, "合计", "货币化安置", None]],
    ],
    ids=["spaces-and-breaks", "traditional", "longer-parent"],
)  # fmt: skip
def test_a_head_is_known_however_it_is_written(head):
    assert values(read_workbook(form(head=HEAD[:2] + head), table())) == values(read_workbook(form(), table()))


def test_the_table_of_traditional_characters_is_made_of_pairs():
    from anju.workbooks.reading.units import _TRADITIONAL, SIMPLIFY

    assert len(_TRADITIONAL) % 2 == 0
    assert all(chr(simple) != SIMPLIFY[simple] for simple in SIMPLIFY)
    assert not set(_TRADITIONAL[1::2]) & set(
        _TRADITIONAL[::2]
    )  # no simplified character is taken for a traditional one


def test_columns_may_come_in_another_order():
    head = [
        *HEAD[:2],
        ["县区名称", "完成投资（亿元）", "年度开工建设情况（套）", None, None],
        [None, None, "开工量", None, "任务量"],
        [None, None, "其中：货币化安置", "合计", None],
    ]
    body = [[row[0], row[4], row[3], row[2], row[1]] for row in BODY]
    reading = read_workbook(form(body, head, ["A3:A5", "B3:B5", "C3:E3", "C4:D4", "E4:E5"]), table())
    assert reading.problems == []
    plain = read_workbook(form(), table())
    assert {(cell.region_name, cell.key, cell.base) for cell in reading.cells} == {
        (cell.region_name, cell.key, cell.base) for cell in plain.cells
    }


def test_a_head_that_lost_its_merges_is_still_known():
    assert values(read_workbook(form(merges=[]), table())) == values(read_workbook(form(), table()))


def test_a_row_that_numbers_the_columns_is_no_data():
    head = [*HEAD, ["甲", 1, 2, 3, 4]]
    reading = read_workbook(form(head=head), table())
    assert reading.problems == []
    assert len(reading.cells) == 12


def test_the_head_again_and_notes_and_signatures_are_no_data():
    body = [
        *BODY[:2],
        ["县区名称", "任务量", None, None, None],
        BODY[2],
        ["注：数据截至年底。", None, None, None, None],
        ["填表人：", None, None, None, None],
    ]
    reading = read_workbook(form(body), table())
    assert reading.problems == []
    assert len(reading.cells) == 12


def test_names_lose_spaces_numbers_and_other_brackets():
    body = [["合 计", 30, 33, 3, 1.5], ["1、东 区", 10, 12, 1, 1], ["其中：市本级 （开发区）", 20, 21, 2, 0.5]]
    rows = {**WIDE["rows"], "aliases": {"市本级(开发区)": "市本级"}}
    assert {cell.region_name for cell in read_workbook(form(body), table(rows=rows), area="全市").cells} == {
        "全市",
        "东区",
        "市本级",
    }


def test_names_in_traditional_characters_are_the_same_names():
    body = [["全市", 30, 33, 3, 1.5], ["臨  縣", 10, 12, 1, 1], ["開發區", 20, 21, 2, 0.5]]
    assert {cell.region_name for cell in read_workbook(form(body), table()).cells} == {"全市", "临县", "开发区"}


def test_the_unit_in_the_head_counts():
    head = [*HEAD[:2], [*HEAD[2][:4], "完成投资（万元）"], *HEAD[3:]]
    cells = [cell for cell in read_workbook(form(head=head), table()).cells if cell.key == "invest"]
    assert {cell.unit for cell in cells} == {"万元"}
    assert cells[0].base == 1_500_000  # 1.5万元


def test_a_number_may_carry_its_own_unit():
    cells = {
        cell.cell: cell
        for cell in read_workbook(form(spoil=put(E7="5160万元", E6="2.016亿元", E8="1.5")), table()).cells
    }
    assert (cells["E7"].unit, cells["E7"].base) == ("万元", 5160 * 1_000_000)


def test_about_and_more_than_are_kept():
    cells = {cell.cell: cell for cell in read_workbook(form(spoil=put(B7="约10", C7="12余")), table()).cells}
    assert (cells["B7"].approx, cells["C7"].approx) == ("约", "余")


def test_printed_decimals_are_kept():
    def spoil(sheet):
        sheet["E7"], sheet["E7"].number_format = 9.1, "0.00"
        sheet["E8"], sheet["E8"].number_format = 14.3, "General"

    cells = {cell.cell: cell.text for cell in read_workbook(form(spoil=spoil), table()).cells}
    assert (cells["E7"], cells["E8"]) == ("9.10", "14.3")


BAD_CELLS = [
    ("text", put(B7="十"), ("WB-060", "B7")),
    ("two numbers", put(B7="10/12"), ("WB-060", "B7")),
    ("true", put(B7=True), ("WB-060", "B7")),
    ("date", put(B7=datetime.date(2021, 1, 2)), ("WB-063", "B7")),
    ("time", put(B7=datetime.time(1, 2)), ("WB-063", "B7")),
    ("negative", put(B7=-1), ("WB-065", "B7")),
    ("negative text", put(B7="-1"), ("WB-065", "B7")),
    ("other unit", put(B7="10亿元"), ("WB-066", "B7")),
    ("percent among counts", put(B7="10%"), ("WB-066", "B7")),
    ("half a flat", put(B7=10.5), ("WB-067", "B7")),
    ("finer than a cent", put(E7="0.00000000001"), ("WB-067", "E7")),
    ("too large", put(E7="99999999999999"), ("WB-068", "E7")),
    ("formula without value", put(B7="=1+1"), ("WB-062", "B7")),
    ("no name", put(A7=None), ("WB-032", "A7")),
    ("number for a name", put(A7=10), ("WB-033", "A7")),
    ("date for a name", put(A7=datetime.date(2021, 1, 2)), ("WB-033", "A7")),
    ("name twice", put(A8="东区"), ("WB-031", "A8")),
    ("name among numbers", put(B7="西区"), ("WB-034", "B7")),
]


@pytest.mark.parametrize(("spoil", "expected"), [case[1:] for case in BAD_CELLS], ids=[case[0] for case in BAD_CELLS])
def test_a_bad_cell_is_named_with_its_sheet_and_how_to_mend_it(spoil, expected):
    reading = read_workbook(form(spoil=spoil), table(), name="附表.xlsx")
    assert expected in found(reading)
    problem = next(one for one in reading.problems if one.code == expected[0])
    assert str(problem.where).startswith("《附表.xlsx》工作表“附表” 单元格 ")
    assert problem.level == BLOCK
    assert problem.fix.endswith("。")
    assert expected[1] not in {cell.cell for cell in reading.cells}


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!"])
def test_an_error_cell_is_named(error):
    def spoil(sheet):
        sheet["C8"] = error
        sheet["C8"].data_type = "e"

    reading = read_workbook(form(spoil=spoil), table())
    assert ("WB-061", "C8") in found(reading)
    assert error in next(one.what for one in reading.problems if one.code == "WB-061")


def test_decimals_hidden_by_the_format_are_asked_about():
    def spoil(sheet):
        sheet["E6"], sheet["E7"], sheet["E8"] = 1.504, 1.004, 0.5

    reading = read_workbook(form(spoil=spoil), table())
    assert found(reading) == [("WB-064", "E6"), ("WB-064", "E7")]
    assert not reading.blocked
    assert values(reading)["东区", "invest"] == "1.00"


def test_negative_is_allowed_where_the_map_says_so():
    columns = [*WIDE["columns"][:3], {**WIDE["columns"][3], "negative": True}]
    reading = read_workbook(form(spoil=put(E6=-0.5, E7=-1)), table(columns=columns))
    assert reading.problems == []
    assert values(reading)["东区", "invest"] == "-1.00"


def test_all_problems_are_told_at_once():
    reading = read_workbook(form(spoil=put(B7="十", C7="#", D7="x", E7=datetime.date(2021, 1, 1), A8="东区")), table())
    assert {"WB-060", "WB-063", "WB-031"} <= {code for code, _ in found(reading)}
    assert len(reading.problems) >= 5


def test_a_missing_column_is_told_with_the_nearest_one():
    head = [*HEAD[:3], HEAD[3], [None, None, "合计", "其中：货币化按置", None]]
    reading = read_workbook(form(head=head), table())
    assert ("WB-022", "A5") in found(reading)
    assert ("WB-023", "D5") in found(reading)
    assert "D5" in next(one.fix for one in reading.problems if one.code == "WB-022")
    assert ("东区", "start") in values(reading)  # the rest is read, so that its problems come too


def test_a_column_nobody_asked_for_is_asked_about_and_quiet_ones_are_not():
    def spoil(sheet):
        sheet["F3"], sheet["G3"], sheet["F7"] = "排查数", "备注", 3

    reading = read_workbook(form(spoil=spoil), table())
    assert found(reading) == [("WB-023", "F3")]
    assert reading.problems[0].level == ASK


def test_a_head_twice_is_told_with_both_cells():
    def spoil(sheet):
        sheet["F3"] = "完成投资（亿元）"

    reading = read_workbook(form(spoil=spoil), table())
    assert ("WB-024", "F3") in found(reading)
    assert "E3、F3" in next(one.what for one in reading.problems if one.code == "WB-024")


def test_a_unit_of_another_kind_in_the_head():
    head = [*HEAD[:2], [*HEAD[2][:4], "完成投资（套）"], *HEAD[3:]]
    assert ("WB-025", "E3") in found(read_workbook(form(head=head), table()))


def test_no_unit_anywhere():
    head = [HEAD[0], [None] * 5, ["县区名称", "年度开工建设情况", None, None, "完成投资"], *HEAD[3:]]
    columns = [{key: value for key, value in column.items() if key != "unit"} for column in WIDE["columns"]]
    assert {code for code, _ in found(read_workbook(form(head=head), table(columns=columns)))} == {"WB-026"}


def test_no_head_at_all():
    assert found(read_workbook(form(head=[["甲", "乙", "丙", "丁", "戊"]], merges=[]), table())) == [("WB-021", "")]


def test_another_form_is_one_problem_and_not_forty():
    columns = [{"path": f"列{number}", "measure": f"m.x{number}", "unit": "套"} for number in range(20)]
    assert found(read_workbook(form(), table(columns=columns, checks=[]))) == [("WB-029", "")]


def test_two_sheets_that_both_fit():
    def spoil(sheet):
        other = sheet.parent.copy_worksheet(sheet)
        other.title = "副本"

    assert found(read_workbook(form(spoil=spoil), table(title=[]))) == [("WB-027", "")]
    assert read_workbook(form(spoil=spoil), table(sheet=["附表"])).sheet == "附表"


def test_no_period_anywhere():
    head = [["示例情况", None, None, None, None], *HEAD[1:]]
    assert ("WB-028", "") in found(read_workbook(form(head=head), table()))
    assert {cell.period for cell in read_workbook(form(head=head), table(), period="2020").cells} == {"2020"}


def test_a_head_without_rows():
    assert found(read_workbook(form([]), table())) == [("WB-030", "A6")]


def test_rows_that_must_be_there():
    rows = {**WIDE["rows"], "regions": ["东区", "南区"]}
    reading = read_workbook(form(), table(rows=rows))
    assert found(reading) == [("WB-035", "A8"), ("WB-036", "A6")]
    assert not reading.blocked
    assert read_workbook(form(), table(rows={**rows, "closed": True})).blocked


def test_hidden_rows_and_columns_are_read_and_told():
    def spoil(sheet):
        sheet.row_dimensions[8].hidden = True
        sheet.column_dimensions["D"].hidden = True

    reading = read_workbook(form(spoil=spoil), table())
    assert found(reading) == [("WB-014", "D1"), ("WB-013", "A8")]
    assert len(reading.cells) == 12
    assert {one.level for one in reading.problems} == {ASK}


def test_a_form_of_indicators():
    items = {
        "map": "score", "form": "items", "period": "2020",
        "rows": {"label": "二级指标", "totals": [{"name": "合计"}], "items": {"资金筹集": "score.raising", "资金分配": "score.allocation", "合计": "score.total"}},
        "columns": [{"path": "自评得分", "key": "self", "unit": "point", "published": True}]
        + [{"path": path, "ignore": True, "required": False} for path in ("分值", "一级指标")],
    }  # fmt: skip
    head = [
        ["自评表", None, None, None, None],
        ["填报单位：示例市", None, None, None, None],
        ["评价指标", None, None, None, "自评得分"],
        ["一级指标", "分值", "二级指标", "分值", None],
    ]
    body = [["资金管理", 15, "资金筹集", 10, 9.5], [None, None, "资金分配", 5, 5], ["合计", 15, None, None, 14]]
    merges = ["A1:E1", "A2:E2", "A3:D3", "E3:E4", "A5:A6", "B5:B6"]
    from anju.workbooks.reading.maps import TableMap

    reading = read_workbook(form(body, head, merges), TableMap.model_validate(items))
    assert reading.cells == []  # a published result is no fact
    assert [(one.measure, one.text, one.region_name) for one in reading.published] == [
        ("score.raising", "9.5", "示例市"), ("score.allocation", "5.00", "示例市"), ("score.total", "14.00", "示例市"),
    ]  # fmt: skip
    assert found(reading) == [("WB-041", "E7")]


def test_the_same_file_gives_the_same_reading():
    data = form()
    assert read_workbook(data, table()) == read_workbook(data, table())
    assert MERGES  # the form under test is a merged one


@pytest.mark.parametrize(
    "other", ["上年度开工建设情况", "未年度开工建设情况", "年度开工建设情况（不含棚改）", "以前年度开工建设情况"]
)
def test_a_heading_that_means_the_opposite_or_another_year_is_not_the_column(other):
    head = [row[:] for row in HEAD]
    head[2][1] = other
    assert read_workbook(form(head=head), table()).blocked


@pytest.mark.parametrize(
    ("title", "given", "year"),
    [
        ("2020年结转、2021年度示例情况", "", "2021"),
        ("截至2022年1月的2021年度情况", "", "2021"),
        ("2020年、2021年对比情况", "2021", "2021"),
        ("2020年、2021年对比情况", "", ""),
        ("2020年度、2021年度对比情况", "2022", "2022"),
    ],
)
def test_of_several_years_in_a_title_none_is_taken_for_being_the_first(title, given, year):
    head = [[title, None, None, None, None], *HEAD[1:]]
    reading = read_workbook(form(head=head), table(), period=given)
    assert {cell.period for cell in reading.cells} == {year}
    assert reading.blocked == (year == "")


def test_a_workbook_that_does_not_calculate_by_itself_is_asked_about():
    book = openpyxl.load_workbook(io.BytesIO(form()))
    assert found(read_workbook(saved(book), table())) == []
    book.calculation.calcMode = "manual"
    assert found(read_workbook(saved(book), table())) == []
    book["附表"]["G9"] = "=B6"
    assert "WB-016" in {code for code, _ in found(read_workbook(saved(book), table()))}


ONE = {"columns": [{"path": "任务量", "measure": "a", "unit": "套"}], "rows": {"label": ["县区名称"]}, "checks": []}


@pytest.mark.parametrize("parent", ["上年同期", "去年", "同比增长", "占全省比重", "上月"])
def test_a_column_under_a_head_that_compares_is_not_the_column_itself(parent):
    head = [["2021年5月"], ["县区名称", parent], [None, "任务量"]]
    data = form([["东区", 1]], head=head, merges=["A2:A3"])
    assert read_workbook(data, table(**ONE)).blocked
    named = {**ONE, "columns": [{"path": f"{parent} / 任务量", "measure": "a", "unit": "套"}]}
    assert not read_workbook(data, table(**named)).blocked


@pytest.mark.parametrize(
    ("parent", "asked"),
    [
        ("2020年", True),
        ("4月", True),
        ("1—4月", True),
        ("2021年", False),
        ("1—5月", False),
        ("5月", False),
        ("上年结转", False),
    ],
)
def test_a_head_of_another_year_or_month_is_asked_about(parent, asked):
    head = [["2021年情况"], ["县区名称", parent], [None, "任务量"]]
    data = form([["东区", 1]], head=head, merges=["A2:A3"])
    reading = read_workbook(data, table(**{**ONE, "period": "2021-05"}))
    assert found(reading) == ([("WB-017", "B3")] if asked else [])
    named = {**ONE, "period": "2021-05", "columns": [{"path": f"{parent} / 任务量", "measure": "a", "unit": "套"}]}
    assert found(read_workbook(data, table(**named))) == []


@pytest.mark.parametrize(
    ("title", "refused"), [("2020年情况（续）", True), ("2021年情况（续）", False), ("续表", False)]
)
def test_a_title_further_down_of_another_year_is_refused(title, refused):
    head = [["2021年情况"], ["县区名称", "任务量"]]
    body = [["东区", 1], [title], ["县区名称", "任务量"], ["西区", 2]]
    reading = read_workbook(form(body, head=head, merges=[]), table(**ONE))
    assert found(reading) == ([("WB-039", "A4")] if refused else [])
