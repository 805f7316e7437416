"""A column of percent whose cells have no %: 0.85 could be 0.85 % or 85 %."""

import pytest

from anju.workbooks.reading.maps import TableMap
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import LONG, form, found, long_form

HEAD = [["县区", "覆盖率（%）", "户数（户）"]]


def rates(percent: str = "", **column) -> TableMap:
    return TableMap.model_validate(
        {
            "map": "rates",
            "period": "2021",
            "rows": {"label": ["县区"]},
            "columns": [
                {"path": "覆盖率", "measure": "a.rate", "unit": "%", "percent": percent, **column},
                {"path": "户数", "measure": "a.count", "unit": "户"},
            ],
        }
    )


def read(values, table=None, number_format=None, head=None):
    def spoil(sheet):
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, 1 + 1).number_format = number_format or "General"
            sheet.cell(row, 5).number_format = "General"

    names = ["东区", "西区", "南区", "北区"]
    body = [[name, value, 5] for name, value in zip(names, values, strict=False)]
    return read_workbook(form(body, head=head or HEAD, merges=[], spoil=spoil), table or rates())


def texts(reading) -> list[str]:
    return [cell.text for cell in reading.cells if cell.key == "a.rate"]


@pytest.mark.parametrize(
    "values",
    [
        [0.85, 0.9],
        [0.85],
        [0, 0.5, 1],
        [1, 0.999],
        ["0.85", "0.9"],
        ["０．８５", 1],
        [0.01, 0.02, 0.03],
        [0.1, None, 0],
        ["约0.85", 0.9],
        [0.85, "未报"],
        [0.8512, 0.9],
        ["0.850", "0.900"],
        [1, 1, 1, 0.5],
        [1, 1],
        [0, 1],
    ],
)
def test_a_column_within_one_is_refused_until_somebody_says_what_it_is(values):
    reading = read(values)
    assert [code for code, _ in found(reading)] == ["WB-074"] and reading.blocked
    assert "percent: fraction" in reading.problems[0].fix


@pytest.mark.parametrize(
    "values",
    [[85, 90], [0.85, 90], [0, 0], [1, 100], [100, 0.5], [None, 5], [1.2, 0.5], ["0.85%", "0.9%"], ["未报", 0]],
)
def test_a_column_that_can_be_read_one_way_is_read(values):
    assert "WB-074" not in {code for code, _ in found(read(values))}


@pytest.mark.parametrize("number_format", ["0%", "0.0%", "0.00%"])
def test_the_format_of_a_cell_decides(number_format):
    reading = read([0.85, 0.9], number_format=number_format)
    assert reading.problems == [] and texts(reading)[0].startswith("85")


def test_the_map_decides():
    assert texts(read([0.85, 0.9], rates("fraction"))) == ["85", "90"]
    assert texts(read([0.8512, 1, 0, 1.388], rates("fraction"))) == ["85.12", "100", "0", "138.8"]
    assert texts(read(["0.85", "85%"], rates("fraction"))) == ["85", "85"]
    assert texts(read([0.85, 0.9], rates("number"))) == ["0.85", "0.9"]
    for percent in ("fraction", "number"):
        assert read([0.85, 0.9], rates(percent)).problems == []
    assert found(read([0.85, 85], rates("fraction"))) == [("WB-074", "B3")]
    assert {cell.base for cell in read([0.85], rates("fraction")).cells if cell.key == "a.rate"} == {85_000_000}


def test_published_rates_are_compared_and_not_refused():
    assert "WB-074" not in {code for code, _ in found(read([0.85, 0.9], rates(published=True, key="rate", measure="")))}


def test_a_unit_over_the_column_alone_counts_as_much():
    assert [code for code, _ in found(read([0.85, 0.9], rates(unit=""), head=HEAD))] == ["WB-074"]


def test_a_long_form_that_names_its_unit_in_the_head_only_is_asked_too():
    table = TableMap.model_validate({**LONG, "published": []})
    head = ["区划", "指标", "期间", "数值（%）"]
    rows = [["东区", "开工率", "2021", 0.85], ["西区", "开工率", "2021", 0.9]]
    assert found(read_workbook(long_form(*rows, head=head), table)) == [("WB-074", "D2")]
    rows.append(["南区", "开工率", "2021", 85])
    assert found(read_workbook(long_form(*rows, head=head), table)) == []
    beside = [["东区", "开工率", "2021", "", 0.85, "%"]]
    assert found(read_workbook(long_form(*beside), table)) == []
