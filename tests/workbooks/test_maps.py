"""Map files: what is wrong with one is told with its line."""

import re
from pathlib import Path

import pytest

from anju.problems import Refused
from anju.workbooks.reading.maps import load_map
from anju.workbooks.reading.reader import find_map
from tests.workbooks.forms import WIDE, form, table

GOOD = """map: example
title: 示例情况
period: "2021"
rows:
  label: 县区名称
  totals:
    - {name: 全市}
columns:
  - {path: 年度开工建设情况 / 任务量, measure: start.target, unit: 套}
  - {path: 年度开工建设情况 / 开工量 / 合计, measure: start, unit: 套}
"""


def refused(tmp_path, text) -> list:
    path = tmp_path / "表.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(Refused) as caught:
        load_map(path)
    return caught.value.problems


def test_a_good_map_loads(tmp_path):
    path = tmp_path / "表.yaml"
    path.write_text(GOOD, "utf-8")
    assert load_map(path).columns[1].path == ("年度开工建设情况 / 开工量 / 合计",)


def test_the_examples_of_the_guide_load(tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "map-files.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        path = tmp_path / "例.yaml"
        path.write_text(block, "utf-8")
        assert load_map(path).map


def test_every_key_of_a_map_is_in_the_guide():
    from anju.workbooks.reading.maps import (
        GroupRow,
        LongColumns,
        MapCheck,
        MapColumn,
        MapRows,
        PublishedResult,
        TableMap,
        TotalRow,
    )

    guide = (Path(__file__).parents[2] / "docs" / "map-files.md").read_text("utf-8")
    names = {
        field.alias or name
        for model in (TableMap, MapRows, TotalRow, GroupRow, MapColumn, MapCheck, PublishedResult)
        for name, field in model.model_fields.items()
    }
    assert not [name for name in sorted(names) if not re.search(rf"\b{name}\b", guide)]
    assert LongColumns.model_fields


def test_no_such_map(tmp_path):
    with pytest.raises(Refused, match="WB-101"):
        load_map(tmp_path / "无.yaml")


@pytest.mark.parametrize("text", ["map: [", "a: b: c", "- 1", "", "map: x\nmap: y"])
def test_what_is_no_yaml_mapping(tmp_path, text):
    assert [one.code for one in refused(tmp_path, text)] == ["WB-102"]


def test_a_map_in_another_encoding(tmp_path):
    path = tmp_path / "表.yaml"
    path.write_bytes("title: 示例".encode("gbk"))
    with pytest.raises(Refused, match="WB-102"):
        load_map(path)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("measure: start,", "mesure: start,", 10, "mesure"),
        (
            "unit: 套}\n  - {path: 年度开工建设情况 / 开工量",
            "unit: 条套}\n  - {path: 年度开工建设情况 / 开工量",
            9,
            "条套",
        ),
        ('period: "2021"', "period: 2021", 3, "应当是文字"),
        ("  label: 县区名称\n", "", 4, "缺少"),
        ("measure: start, unit: 套", "measure: start.target, unit: 套", None, "不止一次"),
        ("measure: start, unit: 套", "key: start, unit: 套", None, "measure"),
        ("- {name: 全市}", "- {name: 全市, of: [没有]}", None, "没有"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, old, new, line, says):
    assert old in GOOD
    problems = refused(tmp_path, GOOD.replace(old, new))
    assert {one.code for one in problems} == {"WB-103"}
    assert any(says in one.what + one.fix for one in problems)
    if line:
        assert any(f"第 {line} 行" in str(one.where) and one.where.line == line for one in problems)


def test_a_slip_of_the_pen_names_the_right_word(tmp_path):
    assert any("“measure”" in one.fix for one in refused(tmp_path, GOOD.replace("measure: start,", "mesure: start,")))


def test_a_wrong_key_of_a_column_is_the_only_thing_told_and_named_among_those_of_columns(tmp_path):
    (problem,) = refused(tmp_path, GOOD.replace("measure: start,", "measure: start, publish: true,"))
    assert "columns" in problem.what and "“published”" in problem.fix
    (problem,) = refused(tmp_path, GOOD.replace("measure: start,", "measure: start, totals: x,"))
    assert "是不是" not in problem.fix  # totals are of rows


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    assert len(refused(tmp_path, GOOD.replace("measure: start,", "mesure: start,").replace('"2021"', "2021"))) >= 2


@pytest.mark.parametrize(
    "change",
    [
        {"checks": [{"total": "start"}]},
        {"checks": [{"total": "nowhere", "parts": ["start"]}]},
        {"form": "items"},
        {"rows": None},
        {"columns": [{"path": "x", "measure": "y", "ratio": ["a", "b"]}]},
    ],
)
def test_a_map_that_does_not_hold_together(change):
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        table(**change)


def test_the_right_map_is_found_among_several():
    other = table(map="other", columns=[*WIDE["columns"][:3], {"path": "别的", "measure": "z", "unit": "套"}])
    assert find_map(form(), [other, table()]).map == "example"


def test_the_nearest_map_is_named_when_none_fits():
    other = table(map="other", columns=[*WIDE["columns"][:3], {"path": "别的一列", "measure": "z", "unit": "套"}])
    with pytest.raises(Refused, match=r"WB-071.*“other”.*“别的一列”"):
        find_map(form(), [other], name="x.xlsx")
    with pytest.raises(Refused, match="WB-071"):
        find_map(form(), [])


def test_the_title_decides_between_equals_and_else_both_are_named():
    same = table(map="same", title="别的表")
    assert find_map(form(), [table(), same]).map == "example"
    with pytest.raises(Refused, match="WB-072"):
        find_map(form(), [table(), table(map="same")])


def test_the_wider_of_two_fitting_maps_wins():
    narrow = table(map="narrow", columns=WIDE["columns"][:3])
    assert find_map(form(), [narrow, table()]).map == "example"


@pytest.mark.parametrize("period", ["{month}", "2021-13", "每月"])
def test_a_period_that_is_none_is_told_with_its_line_and_not_at_every_cell(tmp_path, period):
    [problem] = refused(tmp_path, GOOD.replace('"2021"', f'"{period}"'))
    assert problem.code == "WB-103" and problem.where.line == 3 and "不是期间" in problem.what


@pytest.mark.parametrize("period", ["{year}", "{year}-08", "2021-Q1", ""])
def test_periods_of_a_map(tmp_path, period):
    path = tmp_path / "表.yaml"
    path.write_text(GOOD.replace('"2021"', f'"{period}"'), "utf-8")
    assert load_map(path).period == period
