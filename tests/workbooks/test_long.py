"""The long form: one value a row."""

import datetime

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from anju.problems import ASK
from anju.workbooks.reading.cells import WorkbookReading
from anju.workbooks.reading.long_forms import read_period
from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import read_workbook, stream_cells
from tests.workbooks.forms import LONG, LONG_HEAD, found, long_form, saved

MAP = TableMap.model_validate(LONG)
ROW = ["东区", "开工量", "2021", "", 12, "套", "", "", "通报第一段"]


def changed(**cells):
    row = list(ROW)
    for name, value in cells.items():
        row[LONG_HEAD.index(name)] = value
    return row


def test_a_row_is_a_value_with_its_source():
    cell = read_workbook(long_form(ROW), MAP).cells[0]
    assert (cell.region_name, cell.measure, cell.period, cell.text, cell.unit) == (
        "东区",
        "shanty.start",
        "2021",
        "12",
        "套",
    )
    assert (cell.source, cell.cell, cell.assumed) == ("通报第一段", "E2", False)


def test_an_assumption_carries_its_basis():
    cell = read_workbook(long_form(changed(推定依据="报告称完成计划")), MAP).cells[0]
    assert (cell.assumed, cell.basis) == (True, "报告称完成计划")
    assert found(read_workbook(long_form(changed(状态="推定")), MAP)) == [("WB-055", "H2")]


def test_states_in_words():
    rows = [
        changed(数值=None, 状态="无任务"),
        changed(区划="西区", 数值="未报"),
        changed(区划="南区", 数值="—", 状态="不适用"),
    ]
    assert [cell.state for cell in read_workbook(long_form(*rows), MAP).cells] == [
        "no_task",
        "unreported",
        "not_applicable",
    ]


def test_calibres_codes_and_more_columns():
    head = [*LONG_HEAD, "范围", "文件", "生效日期"]
    row = [
        *changed(指标="shanty.start.target", 口径="口径一", 单位="平方米"),
        "不含丙县",
        "示例〔2021〕1号",
        datetime.date(2021, 3, 1),
    ]
    cell = read_workbook(long_form(row, head=head), MAP).cells[0]
    assert (cell.measure, cell.calibre, cell.unit) == ("shanty.start.target", "cal1", "㎡")
    assert (cell.scope, cell.document, cell.effective_on) == ("不含丙县", "示例〔2021〕1号", "2021-03-01")


BAD_ROWS = [
    ("no region", changed(区划=None), ("WB-032", "A2")),
    ("number for a region", changed(区划=12), ("WB-033", "A2")),
    ("no measure", changed(指标=None), ("WB-051", "B2")),
    ("unknown measure", changed(指标="开工两"), ("WB-051", "B2")),
    ("no period", changed(期间=None), ("WB-052", "C2")),
    ("bad period", changed(期间="去年"), ("WB-052", "C2")),
    ("month thirteen", changed(期间="2021-13"), ("WB-052", "C2")),
    ("no value", changed(数值=None), ("WB-053", "E2")),
    ("dash without state", changed(数值="—"), ("WB-053", "E2")),
    ("no unit", changed(单位=None), ("WB-054", "F2")),
    ("unknown unit", changed(单位="间半"), ("WB-054", "F2")),
    ("value and no task", changed(状态="无任务"), ("WB-056", "G2")),
    ("unknown state", changed(状态="大概"), ("WB-056", "G2")),
    ("text for a number", changed(数值="十二"), ("WB-060", "E2")),
    ("date for a number", changed(数值=datetime.date(2021, 1, 2)), ("WB-063", "E2")),
    ("negative", changed(数值=-1), ("WB-065", "E2")),
    ("half a flat", changed(数值="12.5"), ("WB-067", "E2")),
    ("formula", changed(数值="=1+1"), ("WB-062", "E2")),
    ("only a region", ["东区", *[None] * 8], ("WB-053", "E2")),
]


@pytest.mark.parametrize(("row", "expected"), [case[1:] for case in BAD_ROWS], ids=[case[0] for case in BAD_ROWS])
def test_a_bad_row_is_named(row, expected):
    reading = read_workbook(long_form(row, changed(区划="西区")), MAP)
    assert expected in found(reading)
    assert [cell.region_name for cell in reading.cells] == ["西区"]


def test_an_unknown_measure_names_the_nearest():
    assert "“开工量”" in read_workbook(long_form(changed(指标="开工两")), MAP).problems[0].fix


def test_a_bad_effective_date():
    row = [*ROW, "昨天"]
    assert found(read_workbook(long_form(row, head=[*LONG_HEAD, "生效日期"]), MAP)) == [("WB-057", "J2")]


def test_the_same_figure_twice_and_another_calibre():
    reading = read_workbook(long_form(ROW, ROW, changed(口径="口径一")), MAP)
    assert found(reading) == [("WB-031", "B3")]
    assert len(reading.cells) == 2


def test_published_ratios_and_sums_are_compared_and_kept_apart():
    rows = [
        ROW,
        changed(指标="开工任务", 数值=10),
        changed(指标="开工率", 数值="121%", 单位="%"),
        changed(指标="拨款", 数值=871, 单位="万元"),
        changed(指标="贷款", 数值=5.1, 单位="亿元"),
        changed(指标="资金", 数值=5.19, 单位="亿元"),
    ]
    reading = read_workbook(long_form(*rows), MAP)
    assert found(reading) == [("WB-045", "E4")]
    assert reading.problems[0].level == ASK
    assert [cell.measure for cell in reading.published] == ["shanty.start.rate", "funds.total"]
    assert len(reading.cells) == 4


def test_a_missing_column_stops_before_the_rows():
    head = [name for name in LONG_HEAD if name != "数值"]
    reading = read_workbook(
        long_form([value for name, value in zip(LONG_HEAD, ROW, strict=True) if name != "数值"], head=head), MAP
    )
    assert ("WB-022", "A1") in found(reading)
    assert reading.cells == []


def test_no_rows():
    assert found(read_workbook(long_form(), MAP)) == [("WB-030", "A2")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (2021.0, "2021"), ("2021年度", "2021"), ("2021-8", "2021-08"), ("2021年8月", "2021-08"), ("2021年1—8月", "2021-08"), ("2021年三季度", "2021-Q3"),
        ("2021-Q3", "2021-Q3"), ("2021年第4季度", "2021-Q4"), ("2021.12.31", "2021-12-31"), (datetime.date(2021, 8, 1), "2021-08-01"), ("2021-02-30", None), ("21年", None), ("", None),
    ],
)  # fmt: skip
def test_periods_as_people_write_them(text, expected):
    assert read_period(text) == expected


def test_cells_come_one_by_one():
    reading = WorkbookReading("", "", "")
    cells = stream_cells(long_form(*(changed(区划=f"第{number}县") for number in range(50))), MAP, reading)
    assert next(cells).region_name == "第0县"
    assert len(list(cells)) == 49
    assert reading.problems == []


def dated(value, code: str, epoch: datetime.datetime = WINDOWS_EPOCH) -> list[str]:
    """The period that a cell of that format is read as."""
    book = Workbook()
    book.epoch = epoch
    book.active.append(LONG_HEAD)
    book.active.append(["东区", "拨款", value, None, 5, "万元"])
    book.active["C2"].number_format = code
    return [cell.period for cell in read_workbook(saved(book), TableMap.model_validate(LONG)).cells]


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH])
@pytest.mark.parametrize(
    ("day", "code", "period"),
    [
        (1, 'yyyy"年"m"月"', "2021-05"),
        (1, '[$-804]yyyy"年"m"月";@', "2021-05"),
        (1, "mmm-yy", "2021-05"),
        (1, "yyyy/m", "2021-05"),
        (1, "yyyy-mm-dd", "2021-05-01"),
        (1, 'yyyy"年"m"月"d"日"', "2021-05-01"),
        (31, 'yyyy"年"m"月"', "2021-05-31"),
    ],
)
def test_a_month_that_excel_made_a_date_of_is_a_month(epoch, day, code, period):
    assert dated(datetime.date(2021, 5, day), code, epoch) == [period]


@pytest.mark.parametrize(
    ("value", "code", "periods"),
    [
        (2021.1, "General", []),
        (2021.1, "0.00", ["2021-10"]),
        (2021.01, "General", ["2021-01"]),
        (2021.11, "General", ["2021-11"]),
        (2021.5, "General", ["2021-05"]),
        (2021, "General", ["2021"]),
    ],
)
def test_a_month_that_excel_made_a_number_of_is_never_guessed(value, code, periods):
    assert dated(value, code) == periods
