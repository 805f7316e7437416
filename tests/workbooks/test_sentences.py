"""Figures that a form says in its title or in a note; several tables on one sheet."""

import openpyxl
import pytest
from pydantic import ValidationError

from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import find_map, read_workbook
from tests.workbooks.forms import found, saved, values

GIVEN = {
    "map": "said", "period": "{year}", "unit": "套", "area": "示例市", "rows": {"label": ["县区"]},
    "columns": [{"path": "开工", "measure": "a.start"}],
    "sentences": [{"text": "新筹集建设保障性租赁住房{数}套", "measure": "a.target"}],
}  # fmt: skip
SAID = "2021年新筹集建设保障性租赁住房5300套分解表"


def said(**changes) -> TableMap:
    return TableMap.model_validate({**GIVEN, **changes})


def sheet_of(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def form(title=SAID, *below, above=()) -> bytes:
    return sheet_of([title], *above, ["县区", "开工"], ["东区", 10], *below)


def target(reading):
    return next(((cell.text, cell.unit, cell.approx) for cell in reading.cells if cell.measure == "a.target"), None)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (SAID, ("5300", "套", "")),
        ("2021年新筹集建设保障性租赁住房５３００套", ("5300", "套", "")),
        ("2021年新筹集建设保障性租赁住房 5,300 套", ("5300", "套", "")),
        ("2021年新筹集建设保障性租赁住房0.53万套", ("0.53", "万套", "")),
        ("2021年新筹集建设保障性租赁住房1万2千套", ("1.2", "万套", "")),
        ("2021年新筹集建设保障性租赁住房约5300套", ("5300", "套", "约")),
        ("2021年新筹集建设保障性租赁住房5300余套", ("5300", "套", "余")),
        ("2021年新筹集建设保障性租赁住房5300套，新筹集建设保障性租赁住房5300套", ("5300", "套", "")),
        ("2021年 新筹集 建设\n保障性租赁住房5300套", ("5300", "套", "")),
    ],
)
def test_a_target_in_the_title_is_read(title, expected):
    reading = read_workbook(form(title), said())
    assert reading.problems == [] and target(reading) == expected
    cell = next(cell for cell in reading.cells if cell.measure == "a.target")
    assert (cell.cell, cell.region_name, cell.period, cell.kind) == ("A1", "示例市", "2021", "total")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("2021年保障性租赁住房分解表", "WB-076"),
        ("2021年新筹集建设保障性租赁住房若干套", "WB-076"),
        ("2021年新筹集建设保障性租赁住房5300户", "WB-076"),
        ("2021年新筹集建设保障性租赁住房5300套、新筹集建设保障性租赁住房5200套", "WB-077"),
        ("2021年新筹集建设保障性租赁住房5 300套", "WB-060"),
        ("2021年新筹集建设保障性租赁住房53,00套", "WB-060"),
        ("2021年新筹集建设保障性租赁住房5①套", "WB-076"),
        ("2021年新筹集建设保障性租赁住房五千套", "WB-076"),
    ],
)
def test_a_sentence_that_is_not_there_or_says_no_one_number_is_refused(title, code):
    reading = read_workbook(form(title), said())
    assert [one for one, _ in found(reading)] == [code] and reading.blocked and target(reading) is None


def test_a_sentence_may_be_left_out_where_the_map_says_so():
    sentence = {**GIVEN["sentences"][0], "required": False}
    assert read_workbook(form("2021年分解表"), said(sentences=[sentence])).problems == []


def test_a_note_may_say_a_figure_and_the_map_whose():
    sentence = {
        "text": ["另有共有产权住房{数}套", "含共有产权住房{数}套"], "measure": "a.target", "calibre": "cal2", "region": "西区", "where": "notes",
    }  # fmt: skip
    note = ["注：1.数据截至12月底；2.含共有产权住房320套，不计入合计。"]
    reading = read_workbook(form(SAID, note), said(sentences=[sentence]))
    cell = next(cell for cell in reading.cells if cell.measure == "a.target")
    assert reading.problems == []
    assert (cell.text, cell.region_name, cell.calibre, cell.cell) == ("320", "西区", "cal2", "A4")
    title = {**sentence, "where": "title"}
    assert [code for code, _ in found(read_workbook(form(SAID, note), said(sentences=[title])))] == ["WB-076"]


def test_a_number_without_a_unit_of_its_own_takes_the_maps():
    bare = {"text": "目标任务（{数}）", "measure": "a.target"}
    title = "2021年分解表，目标任务（1.2万）"
    assert [code for code, _ in found(read_workbook(form(title), said(sentences=[bare])))] == ["WB-026"]
    reading = read_workbook(form(title), said(sentences=[{**bare, "unit": "套"}]))
    assert reading.problems == [] and target(reading) == ("1.2", "万套", "")


@pytest.mark.parametrize("text", ["没有数", "{数}", "{数}套{数}户"])
def test_a_sentence_has_one_place_for_its_number(text):
    with pytest.raises(ValidationError):
        said(sentences=[{"text": text, "measure": "a.target"}])


def test_a_longer_number_is_not_cut():
    reading = read_workbook(form("2021年新建15300套"), said(sentences=[{"text": "{数}套", "measure": "a.target"}]))
    assert target(reading)[0] == "15300"


TABLES = [
    ["2021年住房保障情况"],
    ["一、开工情况（套）"],
    ["县区", "开工"],
    ["东区", 10],
    ["西区", 20],
    ["合计", 30],
    [],
    ["二、资金情况"],
    ["单位：万元"],
    ["县区", "到位", "拨付"],
    ["东区", 1, 2],
    ["西区", 3, 4],
    ["合计", 4, 6],
    ["注：资金含上级补助。"],
    ["三、项目"],
    ["项目名称", "套数"],
    ["甲小区", 99],
]
STARTS = {
    "map": "starts", "period": "{year}", "unit": "套", "below": "开工情况",
    "rows": {"label": ["县区"], "totals": [{"name": "合计"}]}, "columns": [{"path": "开工", "measure": "a.start"}],
}  # fmt: skip
FUNDS = {
    **STARTS, "map": "funds", "unit": "亿元", "below": "资金情况",
    "columns": [{"path": "到位", "measure": "f.a"}, {"path": "拨付", "measure": "f.b"}],
}  # fmt: skip


def test_of_several_tables_on_a_sheet_the_one_that_the_map_names_is_read():
    data = sheet_of(*TABLES)
    starts, funds = (TableMap.model_validate(one) for one in (STARTS, FUNDS))
    reading = read_workbook(data, starts)
    assert reading.problems == []
    assert values(reading) == {("东区", "a.start"): "10", ("西区", "a.start"): "20", ("合计", "a.start"): "30"}
    reading = read_workbook(data, funds)
    assert reading.problems == [] and {cell.period for cell in reading.cells} == {"2021"}
    assert values(reading)["西区", "f.b"] == "4" and {cell.unit for cell in reading.cells} == {"万元"}
    assert next(cell.cell for cell in reading.cells if cell.region_name == "西区") == "B12"
    assert find_map(data, [starts]).map == "starts" and find_map(data, [funds]).map == "funds"
    projects = {
        **STARTS,
        "map": "p",
        "below": "三、项目",
        "rows": {"label": ["项目名称"]},
        "columns": [{"path": "套数", "measure": "x"}],
    }
    assert values(read_workbook(data, TableMap.model_validate(projects))) == {("甲小区", "x"): "99"}


def test_what_is_wrong_in_another_table_does_not_matter_to_this_one():
    rows = [list(row) for row in TABLES]
    rows[10][1], rows[12][1] = "一1", 7
    assert read_workbook(sheet_of(*rows), TableMap.model_validate(STARTS)).problems == []
    assert {code for code, _ in found(read_workbook(sheet_of(*rows), TableMap.model_validate(FUNDS)))} == {"WB-060"}


def test_a_line_that_is_not_there_is_said():
    reading = read_workbook(sheet_of(*TABLES), TableMap.model_validate({**STARTS, "below": "投资情况"}))
    assert [code for code, _ in found(reading)] == ["WB-021"] and "投资情况" in reading.problems[0].what


def test_a_table_ends_where_the_map_says():
    rows = [["甲表"], ["县区", "开工"], ["东区", 10], ["乙表"], ["单位名称", "开工"], ["某局", 5]]
    assert ("某局", "a.start") in values(
        read_workbook(sheet_of(*rows), TableMap.model_validate({**STARTS, "below": "甲表"}))
    )
    table = TableMap.model_validate({**STARTS, "below": "甲表", "above": "乙表", "period": "2021"})
    reading = read_workbook(sheet_of(*rows), table)
    assert reading.problems == [] and values(reading) == {("东区", "a.start"): "10"}


def test_a_table_far_down_is_found():
    rows = [
        ["2021年情况"],
        *([f"说明{number}"] for number in range(100)),
        ["二、开工情况"],
        ["县区", "开工"],
        ["东区", 10],
    ]
    assert values(read_workbook(sheet_of(*rows), TableMap.model_validate(STARTS))) == {("东区", "a.start"): "10"}


def test_a_row_of_digits_in_the_sentence_is_told_at_once():
    reading = read_workbook(form(f"2021年新筹集建设保障性租赁住房3万{'1' * 60}x"), said())
    assert target(reading) is None and "WB-076" in {code for code, _ in found(reading)}
