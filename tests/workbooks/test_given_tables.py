"""Small tables in which a wrong number once passed in silence, or which were refused for a false reason. The right value of each."""

from pathlib import Path

import pytest

from anju.problems import ASK, BLOCK
from anju.workbooks.reading.reader import read_workbook
from tests.workbooks.forms import found

TABLES = Path(__file__).parent / "data" / "tables"
AUDIT = Path(__file__).parents[2] / "anju" / "demo" / "places" / "jincheng-2021" / "maps" / "audit.yaml"
HEALTHY = {
    ("东区", "a.task"): "10套", ("东区", "a.start"): "5套", ("西区", "a.task"): "10套", ("西区", "a.start"): "5套",
    ("甲县", "a.task"): "10套", ("甲县", "a.start"): "5套",
}  # fmt: skip


def read(name: str, table: str = "t"):
    return read_workbook(TABLES / name, TABLES / f"{table}.yaml")


def said(reading) -> dict:
    return {(cell.region_name, cell.key): cell.text + cell.unit for cell in reading.cells}


@pytest.mark.parametrize(
    "name",
    [
        "00_base.xlsx",
        "08_biff8_codepage_1252.xls",
        "08_biff8_codepage_936.xls",
        "11_backslash_parts.xlsx",
        "11_part_name_case.xlsx",
        "11_relative_target.xlsx",
        "11_workbook3.xlsx",
        "15_dimensions_inverted.xls",
        "17_stream_WORKBOOK.xls",
    ],
)
def test_a_healthy_table_is_read_however_its_file_is_made(name):
    reading = read(name)
    assert said(reading) == HEALTHY
    assert reading.problems == []


@pytest.mark.parametrize(
    ("name", "code", "cell"),
    [
        ("01_circled_footnote.xlsx", "WB-060", "C3"),
        ("01_superscript.xlsx", "WB-060", "C3"),
        ("02_nan.xlsx", "WB-060", "C3"),
        ("07_scaled_number_format.xlsx", "WB-060", "C3"),
        ("07_unit_in_number_format.xlsx", "WB-066", "C3"),
        ("07_unknown_unit_in_title.xlsx", "WB-025", "A1"),
        ("10_xls_formula_without_result.xls", "WB-062", "C3"),
        ("13_rich_struck.xlsx", "WB-069", "C3"),
        ("13_rich_superscript.xlsx", "WB-069", "C3"),
        ("13_struck_cell.xlsx", "WB-069", "C3"),
        ("14_number_merged_over_two_rows.xlsx", "WB-070", "B3"),
    ],
)
def test_what_could_be_read_two_ways_is_refused_at_its_cell(name, code, cell):
    reading = read(name)
    assert (code, cell) in found(reading)
    assert next(one.level for one in reading.problems if one.code == code) == BLOCK
    assert cell not in {one.cell for one in reading.cells}


def test_an_amount_whose_format_names_its_unit_is_in_that_unit():
    cell = next(cell for cell in read("07_unit_in_number_format.xlsx", "u").cells if cell.cell == "C3")
    assert (cell.text, cell.unit, cell.base) == ("500", "亿元", 500 * 10**10)


def test_amounts_under_a_title_in_thousands_are_thousands():
    cell = read("07_unknown_unit_in_title.xlsx", "u").cells[0]
    assert (cell.text, cell.unit, cell.base) == ("10", "千元", 10 * 1000 * 100)


def test_noise_below_the_shown_decimals_is_nought_and_asked_about():
    reading = read("02_float_noise.xlsx", "z")
    assert said(reading)["模拟001县", "funds.provincial"] == "0.00万元"
    assert found(reading) == [("WB-064", "C3")]
    assert "2.77555756156289E-17" in reading.problems[0].what
    assert {cell.state for cell in reading.cells} == {"number"}


def test_columns_that_a_second_head_swaps_are_read_swapped():
    reading = read("03_second_head_swapped.xlsx")
    assert reading.problems == []
    assert said(reading) == {
        ("东区", "a.task"): "10套", ("东区", "a.start"): "5套", ("西区", "a.task"): "2套", ("西区", "a.start"): "1套",
        ("甲县", "a.task"): "4套", ("甲县", "a.start"): "3套",
    }  # fmt: skip


def test_a_formula_that_gives_an_empty_text_is_a_blank():
    reading = read("06_formula_empty_string.xlsx")
    assert reading.problems == []
    assert said(reading) == {key: text for key, text in HEALTHY.items() if key != ("东区", "a.start")}


def test_a_newer_error_in_a_column_that_nobody_reads_harms_nothing():
    reading = read("09_spill_error_in_unread_column.xlsx")
    assert said(reading) == HEALTHY
    assert found(reading) == [("WB-023", "D2")]


def test_look_alike_radicals_in_names_are_folded_and_asked_about():
    reading = read("16_radical_lookalike.xlsx")
    assert {cell.region_name for cell in reading.cells} == {"西区", "乙区"}
    assert [(one.code, one.where.cell, one.level) for one in reading.problems][:2] == [
        ("WB-038", "A3", ASK),
        ("WB-038", "A4", ASK),
    ]


def test_a_sign_off_row_spread_over_cells_is_no_data():
    reading = read_workbook(TABLES / "18_signoff_row_in_cells.xlsx", AUDIT)
    assert reading.problems == []
    assert len(reading.cells) == 61
