"""What is a number of a paper, and in which unit."""

from fractions import Fraction

import pytest

from anju.documents.checker.paper import ReadPaper
from anju.documents.checker.reading import read_html, read_text


def numbers(text: str) -> list[tuple[str, Fraction]]:
    return [(number.shown, number.value) for number in read_text(text).numbers()]


@pytest.mark.parametrize(
    ("text", "shown", "value"),
    [
        ("全市开工4,776套。", "4776套", 4776),
        ("全市开工 1.2 万套。", "1.2万套", 12000),
        ("完成投资27.27亿元。", "27.27亿元", 2_727_000_000),
        ("投资１４３０万元。", "1430万元", 14_300_000),
        ("建筑面积495万平方米。", "495万平方米", 4_950_000),
        ("占97.2％。", "97.2%", Fraction("97.2")),
        ("提高1.5个百分点。", "1.5个百分点", Fraction("1.5")),
        ("总投资1.17万亿元。", "1.17万亿元", 1_170_000_000_000),
    ],
)
def test_a_number_has_its_unit_and_value(text, shown, value):
    assert numbers(text) == [(shown, value)]


@pytest.mark.parametrize(
    "text",
    [
        "2021年12月31日前完成。",
        "晋市保办字〔2022〕1号文件。",
        "详见附件1。",
        "第3条规定执行。",
        "打造1-2个示范样板。",
        "见表2。",
    ],
)
def test_days_and_numbers_of_papers_are_no_figures(text):
    assert numbers(text) == []


def test_about_is_kept():
    (number,) = read_text("停车位约5.3万个。").numbers()
    assert number.approx == "约"


def test_a_sentence_torn_by_a_page_is_one_again():
    paper = read_text("全市2021年夯实棚改专项贷款工作基础，推进各项工作有序开展，共落实有\n\n效授信 49.03 亿元。")
    (number,) = paper.numbers()
    assert number.before.endswith("有效授信")


def heads(paper: ReadPaper) -> dict[int, str]:
    return paper.tables[0].heads


def test_heads_of_several_rows_reach_over_their_columns():
    page = (
        "<table><tr><th rowspan=2>县区</th><th colspan=2>开工（套）</th><th rowspan=2>投资（亿元）</th></tr>"
        "<tr><th>任务</th><th>完成</th></tr><tr><td>甲县</td><td>10</td><td>12</td><td>1.50</td></tr></table>"
    )
    paper = read_html(page)
    assert heads(paper) == {0: "县区", 1: "开工（套）·任务", 2: "开工（套）·完成", 3: "投资（亿元）"}
    assert [number.shown for number in paper.numbers()] == ["10套", "12套", "1.50亿元"]
