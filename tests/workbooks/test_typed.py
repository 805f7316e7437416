"""What a person types into a field is read by one function, as a workbook's cells are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.workbooks.files.numbers import BAD, ParsedNumber
from anju.workbooks.files.typed import read_typed_number


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("１２", "套", (12, 0)),
        ("1,020", "套", (1020, 0)),
        ("1，020", "套", (1020, 0)),
        ("1\u2009020", "套", (1020, 0)),
        ("1亿2000万", "万元", (12000, 0)),
        ("3万5千", "套", (35000, 0)),
        ("5.6 万 元", "万元", (56, 1)),
        ("0.5亿", "万元", (5000, 0)),
        ("0.5亿元", "万元", (5000, 0)),
        ("0.5亿", "元", (50_000_000, 0)),
        ("2.53万", "套", (25300, 0)),
        ("2.53万套", "套", (25300, 0)),
        ("25300套", "万套", (253, 2)),
        ("5160元", "万元", (516, 3)),
        ("27.27", "亿元", (2727, 2)),
        ("9.10", "%", (910, 2)),
        ("56.6%", "%", (566, 1)),
        ("=100+20", "套", (120, 0)),
        ("＝100＋20", "套", (120, 0)),
        ("=1.5*2-0.25", "万元", (275, 2)),
        ("=(3+4)/2", "万元", (35, 1)),
        ("=-5+2", "万元", (-3, 0)),
        ("=6÷3×2", "套", (4, 0)),
        ("-5", "万元", (-5, 0)),
    ],
)
def test_a_typed_number_is_counted_in_the_unit_of_its_field(text, unit, expected):
    number = read_typed_number(text, unit)
    assert (number.state, number.digits, number.places, number.unit) == ("number", *expected, unit)


@pytest.mark.parametrize(
    ("text", "unit", "why"),
    [
        ("5①", "套", "注释记号"),
        ("100 200", "套", "空格"),
        ("1 020", "套", "空格"),
        ("=1 020+5", "套", "不完整"),
        ("5千", "万元", "后面只能写"),
        ("5²", "套", "注释记号"),
        ("5亿元", "套", "对不上"),
        ("5%", "套", "对不上"),
        ("=1/3", "套", "除不尽"),
        ("=1/0", "套", "除以了 0"),
        ("=", "套", "不完整"),
        ("=1+", "套", "不完整"),
        ("=(1", "套", "不完整"),
        ("=1 2", "套", "不完整"),
        ("=A1+2", "套", "只能有数"),
        ("=2^9", "套", "只能有数"),
        ("=9999999999*9999999999*9999999999*9999999999", "套", "过长"),
        ("=" + "(" * 60 + "1" + ")" * 60, "套", "不完整"),
        ("=" + "1+" * 200 + "1", "套", "只能有数"),
        (".6%", "%", "前面没有数字"),
        ("1,02", "套", "千分位"),
    ],
)
def test_what_cannot_be_taken_says_why(text, unit, why):
    number = read_typed_number(text, unit)
    assert number.state == BAD
    assert why in number.flaw


def test_words_and_nothing_are_what_they_are_in_a_workbook():
    states = [read_typed_number(text, "套").state for text in ("", "　", "—", "未报", "无任务", "不适用")]
    assert states == ["blank", "blank", "dash", "unreported", "no_task", "not_applicable"]
    assert read_typed_number("约43", "套").approx == "约"


@given(
    st.text(max_size=40) | st.text("=0123456789.+-*/() 万亿元套%", max_size=40),
    st.sampled_from(["套", "万元", "%", ""]),
)
def test_no_typed_text_makes_it_fall(text, unit):
    assert isinstance(read_typed_number(text, unit), ParsedNumber)
