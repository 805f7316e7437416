"""Which rows of a form are data, whose they are, and which are part of another."""

import datetime

import pytest

from anju.problems import ASK, BLOCK
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import BODY, WIDE, form, found, table, values

SIGNATURES = [
    ["填表人：张三", "审核人：李四", None, "日期：2022年1月5日", None],
    ["填表人：", "张三", "审核人：", "李四", None],
    ["填表人", "张三", "复核人", "王五", "2022年1月5日"],
    ["单位负责人：赵六", None, "填表人：李四", None, "联系电话：0356-2022222"],
    [None, "填报人：李四", None, "审核：", "王二"],
    ["制表：", "李四", "联系电话", 13812345678, None],
    ["审核人（签字）：", None, "填报日期：", datetime.date(2022, 1, 5), None],
    ["单位（盖章）：", None, None, "经办人：", "十一郎"],
    ["填报单位负责人：", "钱七", "统计负责人：", "孙八", None],
    ["填 表 人：", "周 九", "审 核 人：", "吴十", None],
    ["分管领导：", "张三", "科室负责人：", "李四", None],
]


@pytest.mark.parametrize("row", SIGNATURES, ids=[str(number) for number in range(len(SIGNATURES))])
def test_a_row_of_signatures_is_no_data_however_it_is_spread(row):
    reading = read_workbook(form([*BODY, row]), table())
    assert reading.problems == []
    assert len(reading.cells) == 12


@pytest.mark.parametrize(
    "row",
    [
        ["填表人：张三", 50, None, None, None],
        ["审核人", "12", None, None, None],
        [None, 3, None, None, None],
        ["日期", 5, 6, 7, 8],
    ],
)
def test_a_number_beside_a_signature_is_never_passed_over(row):
    reading = read_workbook(
        form([*BODY, row]), table(rows={**WIDE["rows"], "regions": ["东区", "西区"], "closed": True})
    )
    assert reading.blocked or reading.cells[12:] != []


def test_a_county_whose_name_begins_like_a_signature_is_a_county():
    assert ("单位区", "start") in values(read_workbook(form([["单位区", 1, 1, 1, 1]]), table()))


PART = [["全市", 30, 33, 3, 1.5], ["东区", 10, 12, 1, 1], ["其中：高新区", 4, 5, 1, 0.5], ["西区", 20, 21, 2, 0.5]]


def test_a_part_of_a_row_that_the_map_does_not_know_is_asked_about_by_refusing():
    reading = read_workbook(form(PART), table())
    assert found(reading) == [("WB-037", "A8")]
    assert reading.problems[0].level == BLOCK
    assert "东区" in reading.problems[0].what
    assert not [cell for cell in reading.cells if cell.region_name == "高新区"]


def test_a_part_is_in_no_sum_and_is_stored_only_as_the_map_says():
    rows = {**WIDE["rows"], "parts": [{"name": "高新区"}]}
    reading = read_workbook(form(PART), table(rows=rows))
    assert reading.problems == []
    assert {cell.region_name for cell in reading.cells} == {"全市", "东区", "西区"}
    rows["parts"] = [{"name": ["高新区"], "of": "东区", "region": "东区高新区"}]
    reading = read_workbook(form(PART), table(rows=rows))
    assert reading.problems == []
    assert values(reading)["东区高新区", "start"] == "5"


def test_a_part_is_never_more_than_its_whole():
    body = [*PART[:2], ["其中：高新区", 4, 13, 1, 0.5], PART[3]]
    rows = {**WIDE["rows"], "parts": [{"name": "高新区"}]}
    assert found(read_workbook(form(body), table(rows=rows))) == [("WB-044", "C8")]
    rows["parts"] = [{"name": "高新区", "level": ASK}]
    assert not read_workbook(form(body), table(rows=rows)).blocked


def test_the_same_part_may_stand_under_several_rows():
    body = [*PART[:3], PART[3], ["其中：高新区", 2, 22, 1, 0.5]]
    rows = {**WIDE["rows"], "parts": [{"name": "高新区"}]}
    assert found(read_workbook(form(body), table(rows=rows))) == [("WB-044", "C10")]


@pytest.mark.parametrize("label", ["其中：东区", "其中:东区", "其 中：东区", "其中东区"])
def test_of_which_right_below_a_total_names_its_rows(label):
    body = [BODY[0], [label, *BODY[1][1:]], BODY[2]]
    rows = {**WIDE["rows"], "aliases": {"其中东区": "东区"}}
    reading = read_workbook(form(body), table(rows=rows))
    assert reading.problems == []
    assert len(reading.cells) == 12


def test_a_row_that_the_map_expects_is_a_row_of_its_own():
    rows = {**WIDE["rows"], "regions": ["东区", "高新区", "西区"]}
    assert found(read_workbook(form(PART), table(rows=rows))) == [("WB-041", code) for code in ("B6", "C6", "D6", "E6")]


@pytest.mark.parametrize("name", ["东区①", "东区²", "① 东区", "东区㊿", "东区❷", "（1）东区", "一、东区"])
def test_a_mark_or_number_at_a_name_is_no_part_of_it(name):
    reading = read_workbook(form([BODY[0], [name, *BODY[1][1:]], BODY[2]]), table())
    assert reading.problems == []
    assert {cell.region_name for cell in reading.cells} == {"全市", "东区", "西区"}


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("⻄区", "西区"),
        ("⼄区", "乙区"),
        ("⻢区", "马区"),
        ("⻰⻔县", "龙门县"),
        ("⾦区", "金区"),
        ("⻩⽯县", "黄石县"),
    ],
)
def test_a_radical_in_a_name_is_folded_and_asked_about(name, folded):
    reading = read_workbook(form([[name, 1, 1, 1, 1]]), table())
    assert {cell.region_name for cell in reading.cells} == {folded}
    assert [(one.code, one.where.cell, one.level) for one in reading.problems] == [("WB-038", "A6", ASK)]


def test_a_radical_is_no_digit():
    assert ("WB-060", "B6") in found(read_workbook(form([["东区", "⼀", 1, 1, 1]]), table()))


@pytest.mark.parametrize("second", [["西区", "东区"], ["东区", "东区"], ["南区", "西区"]])
def test_two_tables_side_by_side_whose_rows_differ_are_refused(second):
    head = [["2021年度"], ["县区名称", "任务量", None, "县区名称", "完成投资（亿元）"]]
    columns = [{"path": "任务量", "measure": "a", "unit": "套"}, {"path": "完成投资", "measure": "b", "unit": "亿元"}]
    side = table(columns=columns, checks=[], rows={"label": ["县区名称"]})
    body = [["东区", 1, None, second[0], 0.5], ["西区", 2, None, second[1], 1]]
    reading = read_workbook(form(body, head=head, merges=[]), side)
    assert reading.blocked and "WB-033" in {code for code, _ in found(reading)}
    same = [["东区", 1, None, "东 区", 0.5], ["西区", 2, None, "西区", 1]]
    assert not read_workbook(form(same, head=head, merges=[]), side).blocked
