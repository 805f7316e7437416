"""A sheet with more than one head: printed again, moved, going on with further columns, or another table altogether."""

import openpyxl
import pytest

from anju.workbooks.reading.context import read_context
from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import find_map, read_workbook
from tests.workbooks.forms import HEAD, MERGES, form, found, saved, table, values

FLAT = {
    "map": "flat",
    "title": "示例",
    "period": "2021",
    "unit": "套",
    "rows": {"label": ["县区"], "totals": [{"name": ["合计"]}], "regions": ["东区", "西区"]},
    "columns": [
        {"path": "任务", "measure": "a.task"},
        {"path": "开工", "measure": "a.start"},
        {"path": "投资", "measure": "a.money", "unit": "万元"},
        {"path": "开工率", "key": "rate", "published": True, "ratio": ["a.start", "a.task"]},
    ],
    "checks": [{"small": "a.start", "large": "a.task"}],
}
FIRST = [["县区", "任务", "开工"], ["合计", 30, 20], ["东区", 10, 5], ["西区", 20, 15]]


def flat(**changes) -> TableMap:
    return TableMap.model_validate({**FLAT, **changes})


def sheet_of(*rows, merges=()) -> bytes:
    book = openpyxl.Workbook()
    for row in (["示例表"], *rows):
        book.active.append(list(row))
    for area in merges:
        book.active.merge_cells(area)
    return saved(book)


def test_a_form_that_goes_on_below_with_further_columns_is_one_form():
    data = sheet_of(
        *FIRST, [], ["示例表（续）"], ["单位：套"], ["县区", "投资（亿元）", "开工率"], ["合计", 3, "66.7%"], ["东区", 1, "50.0%"], ["西区", 2, "75.0%"],
    )  # fmt: skip
    reading = read_workbook(data, flat())
    assert reading.problems == []
    assert values(reading) == {
        ("合计", "a.task"): "30", ("合计", "a.start"): "20", ("合计", "a.money"): "3",
        ("东区", "a.task"): "10", ("东区", "a.start"): "5", ("东区", "a.money"): "1",
        ("西区", "a.task"): "20", ("西区", "a.start"): "15", ("西区", "a.money"): "2",
    }  # fmt: skip
    money = next(cell for cell in reading.cells if cell.key == "a.money" and cell.region_name == "西区")
    assert (money.unit, money.cell, money.column_label) == ("亿元", "B12", "投资（亿元）")
    assert [cell.cell for cell in reading.published] == ["C10", "C11", "C12"]
    assert find_map(data, [flat()]).map == "flat"


def test_what_does_not_add_up_is_told_where_it_stands_below_the_further_head():
    rows = [["县区", "投资（亿元）", "开工率"], ["合计", 4, "66.7%"], ["东区", 1, "50.0%"], ["西区", 2, "85.0%"]]
    assert found(read_workbook(sheet_of(*FIRST, *rows), flat())) == [("WB-045", "C9"), ("WB-041", "B7")]


def test_the_same_column_again_must_say_the_same():
    same = [["县区", "任务", "投资", "开工率"], ["合计", 30, 3, None], ["东区", 10, 1, None], ["西区", 20, 2, None]]
    assert read_workbook(sheet_of(*FIRST, *same), flat()).problems == []
    other = [*same[:3], ["西区", 21, 2, None]]
    assert found(read_workbook(sheet_of(*FIRST, *other), flat())) == [("WB-031", "B9")]


def test_columns_that_change_places_on_the_second_page_are_read_where_they_are():
    columns = FLAT["columns"][:2]
    rows = [["县区", "任务", "开工"], ["东区", 10, 5], ["县区", "开工", "任务"], ["西区", 15, 20], ["合计", 20, 30]]
    reading = read_workbook(sheet_of(*rows), flat(columns=columns))
    assert reading.problems == []
    assert values(reading)["西区", "a.task"] == "20"
    off = [*rows[:3], ["西区", 20, 15], ["合计", 20, 30]]
    assert found(read_workbook(sheet_of(*off), flat(columns=columns))) == [
        ("WB-044", "B5"),
        ("WB-041", "C6"),
        ("WB-041", "B6"),
    ]


@pytest.mark.parametrize(
    "head",
    [["县区", "竣工", "交付"], ["县区", "投诉", "办结"], ["县区", "面积", ""]],
)
def test_under_a_head_that_the_map_does_not_know_nothing_is_read(head):
    reading = read_workbook(sheet_of(*FIRST, head, ["甲县", 1, 2], ["乙县", 3, 4]), flat(columns=FLAT["columns"][:2]))
    assert ("WB-039", "A6") in found(reading)
    assert reading.blocked
    assert {cell.region_name for cell in reading.cells} == {"合计", "东区", "西区"}


def test_a_column_whose_head_alone_changed_is_not_read_as_the_old_one():
    rows = [["县区", "任务", "竣工"], ["南区", 1, 2]]
    reading = read_workbook(sheet_of(*FIRST, *rows), flat(columns=FLAT["columns"][:2]))
    assert ("WB-023", "C6") in found(reading)
    assert values(reading)["南区", "a.task"] == "1"
    assert ("南区", "a.start") not in values(reading)


def test_a_head_of_several_rows_printed_again_is_no_data():
    again = [["2021年度示例情况（续）"], ["单位：套"], *HEAD[2:]]
    body = [["全市", 30, 33, 3, 1.5], ["东区", 10, 12, 1, 1], *again, ["西区", 20, 21, 2, 0.5]]
    moved = [area for area in MERGES if area[1:2] not in "12"]
    down = [f"{a[0]}{int(a[1]) + 7}:{a[3]}{int(a[4]) + 7}" for a in moved]
    reading = read_workbook(form(body, merges=[*MERGES, *down, "A8:E8", "A9:E9"]), table())
    assert reading.problems == []
    assert len(reading.cells) == 12


def test_another_unit_over_the_second_half_counts():
    rows = [["县区", "投资"], ["东区", 1], ["单位：亿元"], ["县区", "投资"], ["西区", 2]]
    reading = read_workbook(sheet_of(*rows), flat(columns=FLAT["columns"][2:3], checks=[], unit=""))
    assert [(cell.region_name, cell.unit) for cell in reading.cells] == [("东区", "万元"), ("西区", "亿元")]
    rows[3] = ["县区", "投资（元）"]
    reading = read_workbook(sheet_of(*rows), flat(columns=FLAT["columns"][2:3], checks=[], unit=""))
    assert [(cell.region_name, cell.unit) for cell in reading.cells] == [("东区", "万元"), ("西区", "元")]


def test_a_cell_below_a_further_head_is_shown_under_it():
    data = sheet_of(*FIRST, ["县区", "投资（亿元）"], ["东区", 1])
    assert read_context(data, "Sheet", "B7", flat()).path == ("投资（亿元）",)
    assert read_context(data, "Sheet", "B4", flat()).path == ("任务",)


def test_a_row_that_only_has_words_above_a_second_head_is_still_data():
    rows = [
        ["县区", "任务", "开工"],
        ["西区", "未报", "未报"],
        ["东区", None, None],
        ["县区", "任务", "开工"],
        ["合计", 1, 1],
    ]
    reading = read_workbook(sheet_of(*rows), flat(columns=FLAT["columns"][:2]))
    assert reading.problems == []
    assert [cell.state for cell in reading.cells if cell.region_name == "西区"] == ["unreported", "unreported"]


def test_a_form_that_goes_on_in_another_sheet_is_told_where_and_how_to_put_it_together():
    book = openpyxl.Workbook()
    for row in (["示例表"], *FIRST):
        book.active.append(row)
    other = book.create_sheet("示例表续")
    for row in (["示例表（续）"], ["县区", "投资（亿元）", "开工率"], ["东区", 1, "50.0%"]):
        other.append(row)
    reading = read_workbook(saved(book), flat())
    assert [code for code, _ in found(reading)] == ["WB-022", "WB-022"]
    assert all("示例表续" in one.fix for one in reading.problems)


MORE = [["县区", "投资（亿元）", "开工率"], ["合计", 3, "66.7%"], ["东区", 1, "50.0%"], ["西区", 2, "75.0%"]]


def sheets_of(*more, title="示例表（续）", name="示例表续", first=FIRST) -> bytes:
    """The first half of the form on one sheet, the second half on another."""
    book = openpyxl.Workbook()
    book.active.title = "示例表"
    for row in (["示例表"], *first):
        book.active.append(row)
    other = book.create_sheet(name)
    for row in ([title], *more):
        other.append(row)
    return saved(book)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("示例表（续）", "示例表续"), ("示例表续", "Sheet2"), ("示例表（续表）", "附表2"), ("示例表（续一）", "附表"), ("示例表续表1", "2"),
        ("示例表", "续表"), ("示例表 （续）", "Sheet2"), ("续表 示例表", "Sheet2"),
    ],
)  # fmt: skip
def test_a_form_goes_on_in_a_sheet_under_the_same_title(title, name):
    data = sheets_of(*MORE, title=title, name=name)
    reading = read_workbook(data, flat())
    assert reading.problems == []
    assert values(reading)["西区", "a.money"] == "2" and values(reading)["西区", "a.task"] == "20"
    money = next(cell for cell in reading.cells if cell.key == "a.money" and cell.region_name == "西区")
    assert (money.sheet, money.cell, money.unit) == (name, "B5", "亿元")
    assert len(reading.cells) == 9 and find_map(data, [flat()]).map == "flat"


def test_checks_reach_over_both_sheets_and_say_on_which():
    more = [MORE[0], ["合计", 4, "66.7%"], MORE[2], ["西区", 2, "85.0%"]]
    reading = read_workbook(sheets_of(*more), flat())
    told = {(one.code, one.where.sheet, one.where.cell) for one in reading.problems}
    assert told == {("WB-045", "示例表续", "C5"), ("WB-041", "示例表续", "B3")}


@pytest.mark.parametrize(
    ("more", "title", "name"),
    [
        (MORE[:3], "示例表（续）", "续"),
        ([*MORE, ["南区", 1, "1%"]], "示例表（续）", "续"),
        ([MORE[0], MORE[1], ["东区", 1, "50.0%"], ["西", 2, "75.0%"]], "示例表（续）", "续"),
        (MORE, "另一张表（续）", "续"),
        (MORE, "示例表", "附表2"),
        (MORE, "2020年示例表（续）", "续"),
        (MORE, "8月示例表（续）", "续"),
        (MORE, "示例表（二季度）（续）", "续"),
        ([[row[0], row[1]] for row in MORE], "示例表（续）", "续"),
    ],
)
def test_a_sheet_that_does_not_go_with_the_first_is_refused(more, title, name):
    reading = read_workbook(sheets_of(*more, title=title, name=name), flat())
    assert "WB-022" in {code for code, _ in found(reading)} and reading.blocked


def test_the_map_may_name_the_sheet_on_which_the_form_goes_on():
    data = sheets_of(*MORE, title="投资情况", name="附表2")
    assert read_workbook(data, flat()).blocked
    assert read_workbook(data, flat(continues="附表2")).problems == []
    assert read_workbook(data, flat(continues=["附表2"], sheet="示例表")).problems == []
    assert read_workbook(sheets_of(*MORE, title="2021年8月投资情况", name="附表2"), flat(continues="附表2")).blocked
    assert read_workbook(sheets_of(*MORE[:3], title="投资情况", name="附表2"), flat(continues="附表2")).blocked


def test_the_same_column_on_both_sheets_must_say_the_same():
    more = [["县区", "任务", "投资", "开工率"], ["合计", 30, 3, None], ["东区", 10, 1, None], ["西区", 21, 2, None]]
    reading = read_workbook(sheets_of(*more), flat())
    assert ("WB-031", "B5") in found(reading)
    assert next(one.where.sheet for one in reading.problems if one.code == "WB-031") == "示例表续"
