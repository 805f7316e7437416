"""anju rules compare …: one file, two judgements, in Chinese, from whatever an office saves."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from anju.cli import main
from anju.rules.engine.engines import connect

BOOK = """\
kind: subsidy
subject: rental
applies: {from: "2020-01-01"}
title: 租赁补贴（示例市）
sources: {S1: {title: 示例市办法}}
row: household-month
inputs:
  area: {label: 现有面积, unit: ㎡, places: 2, range: [0, 1000]}
  income: {label: 人均月收入, unit: fen, range: [0, 1e8]}
  class: {label: 类别, enum: [低保, 低收入]}
  owns: {label: 有商铺, type: truth}
parameters:
  line: {label: 收入线, unit: fen, values: [{from: "2020-01-01", value: "300000", source: S1 二, checked: "2021-01-01"}, {from: "2021-07-01", value: "350000", source: S1 二, checked: "2021-06-01"}]}
  rate: {label: 标准, unit: fen, by: class, values: [{from: "2020-01-01", value: {低保: "2300", 低收入: "1800"}, source: S1 三, checked: "2021-01-01"}]}
steps:
  amount: {label: 月补贴额, unit: fen, formula: "greatest(0, 30 - area) * rate"}
conditions:
  poor: {label: 收入, formula: income <= line, says: 收入超过收入线}
  shop: {label: 商铺, formula: not owns, says: 有商铺}
result: amount
"""
HEADINGS = ["编号", "区县", "现有面积", "人均月收入", "类别", "有商铺"]
ROWS = [
    ["甲", "东县", "10.5", 200000, "低保", "否"], ["乙", "东县", "20", 320000, "低收入", "否"], ["丙", "西县", "20", "", "低保", "否"],
    ["丁", "西县", "20", 900000, "低保", "是"],
]  # fmt: skip


@pytest.fixture
def office(tmp_path):
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    return tmp_path


def save(folder, kind, rows=ROWS, headings=HEADINGS):
    path = folder / f"各户.{kind.partition(' ')[0]}"
    if kind == "xlsx":
        workbook = Workbook()
        for row in [headings, *rows]:
            workbook.active.append([float(one) if isinstance(one, str) and one[:1].isdigit() else one for one in row])
        workbook.save(path)
        return path
    with path.open("w", encoding="gb18030" if "gb" in kind else "utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


@pytest.fixture
def compare(office, capsys):
    def go(source, *words, output="差别.parquet"):
        code = main(
            ["rules", "compare", "--book", str(office / "book.yaml"), "--on", "2021-06-30", "--input", str(source), "--output", str(office / output), *words]
        )  # fmt: skip
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return go


@pytest.mark.parametrize("kind", ["csv", "csv gb18030", "xlsx"])
def test_two_dates_over_what_an_office_saves(office, compare, kind):
    code, out, err = compare(save(office, kind), "--new-on", "2021-07-31", "--by", "区县")
    assert code == 0, err
    assert "共 4 行：受益 1，受损 0，不变 2，说不清 1。" in out
    # 甲 (30 − 10.5) × 23 元 = 448.5 元 on both days; 乙 passes from July: 10 × 18 元. 丙's income is unknown: in no sum.
    assert "应发额合计原来 448.50 元，改后 628.50 元，增加 180.00 元（不含说不清的 1 行）" in out
    assert "不符合 → 符合：1 行\n  原来因“收入”不符合：1 行" in out
    assert "  东县：受益 1，受损 0，不变 1，说不清 0，合计 +180.00 元" in out
    with connect() as connection:
        lines = connection.execute(
            f"SELECT 行键, 得失, 区县, \"变化（分）\", 改后待核, 改后不符合 FROM '{office / '差别.parquet'}'"
        ).fetchall()
    assert lines == [
        ("甲", "不变", "东县", 0, None, None), ("乙", "受益", "东县", 18000, None, None), ("丙", "说不清", "西县", None, "收入", None),
        ("丁", "不变", "西县", 0, None, "收入；商铺"),
    ]  # fmt: skip


def test_two_parameter_sets_as_json_and_csv(office, compare):
    code, out, _ = compare(
        save(office, "csv"), "--by", "区县", "--set", "rate.低保=2000", "--old-set", "line=350000", "--set", "line=350000", "--json", output="差别.csv"
    )  # fmt: skip
    data = json.loads(out)
    assert code == 0 and data["total"]["lose"] == 1 and data["total"]["change"] == -(1950 * 300) // 100
    assert data["value"] == {"label": "应发额", "unit": "fen", "places": 0} and data["after"]["set"] == {
        "rate": {"低保": "2000"},
        "line": "350000",
    }
    lines = list(csv.DictReader((office / "差别.csv").open(encoding="utf-8")))
    assert [line["有商铺"] for line in lines] == ["否", "否", "否", "是"] and lines[0]["变化（分）"] == "-5850"


def test_another_book_takes_its_own_columns(office, compare):
    other = BOOK.replace(
        "  owns: {label: 有商铺, type: truth}\n", "  cars: {label: 车辆, unit: 个, range: [0, 9]}\n"
    ).replace(
        "  shop: {label: 商铺, formula: not owns, says: 有商铺}", "  car: {label: 有车, formula: cars = 0, says: 有车}"
    )
    (office / "other.yaml").write_text(other, "utf-8")
    source = save(office, "csv", [[*row, 1] for row in ROWS], [*HEADINGS, "车辆"])
    code, out, err = compare(source, "--new-book", str(office / "other.yaml"), "--by", "区县")
    assert code == 0, err
    assert "符合 → 不符合：1 行\n  改后因“有车”不符合：1 行" in out


REFUSED = [
    ((), "RULE-070"),
    (("--new-on", "2019-01-01"), "RULE-001"),
    (("--new-on", "七月"), "RUN-018"),
    (("--set", "line"), "RUN-017"),
    (("--set", "line=x"), "RULE-004"),
    (("--new-on", "2021-07-31", "--by", "街道"), "RUN-012"),
    (("--new-on", "2021-07-31", "--absent", "none"), "RULE-015"),
    (("--new-on", "2021-07-31", "--key", "户主"), "RUN-012"),
]


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_what_will_not_do_is_refused_and_nothing_is_written(office, compare, words, code):
    by = () if "--by" in words else ("--by", "区县")
    done, _, err = compare(save(office, "csv"), *words, *by)
    assert done == 1 and f"[{code}" in err
    assert sorted(path.name for path in office.iterdir()) == ["book.yaml", "各户.csv"]


def test_a_line_that_is_longer_than_the_others_is_told_by_its_number(office, compare):
    source = save(office, "csv")
    source.write_text(source.read_text("utf-8").replace("320000", "320,000"), "utf-8")
    code, _, err = compare(source, "--new-on", "2021-07-31", "--by", "区县")
    assert code == 1 and "RUN-010" in err and "第 3 " in err


def test_a_column_called_as_one_of_the_outcome_is_refused(office, compare):
    source = save(office, "csv", headings=["编号", "得失", *HEADINGS[2:]])
    code, _, err = compare(source, "--new-on", "2021-07-31", "--by", "得失")
    assert code == 1 and "RULE-072" in err and not (office / "差别.parquet").exists()


def test_a_column_nobody_takes_is_named_and_a_place_to_write_is_checked(office, compare):
    source = save(office, "csv")
    code, _, err = compare(source, "--new-on", "2021-07-31")
    assert code == 1 and "列名“区县”" in err
    assert compare(source, "--new-on", "2021-07-31", output="差别.xlsx")[0] == 1
    assert compare(source, "--new-on", "2021-07-31", output="各户.csv")[0] == 1
    assert compare(Path("没有.csv"), "--new-on", "2021-07-31")[0] == 1
