"""A sentence of a style is read or refused with its place; nothing else can be said in it."""

import pytest

from anju.documents.styles.language import times
from anju.documents.styles.language.conditions import ConditionError, evaluate, read_condition
from anju.documents.styles.language.sentences import (
    Choose,
    Each,
    Reference,
    SentenceError,
    SentenceWords,
    When,
    read_sentence,
)


def test_words_and_references():
    assert read_sentence("开工{start 套 0}套") == (
        SentenceWords("开工"),
        Reference("start", 3, look="套 0"),
        SentenceWords("套"),
    )


def test_full_width_colons_and_quotation_marks_are_taken():
    [each] = read_sentence("{each behind join “；”：{name}差{gap}套}")
    assert isinstance(each, Each) and each.join == "；" and len(each.body) == 4


def test_a_list_joins_with_its_last_word():
    [each] = read_sentence('{each behind join "、" last "和": {name}}')
    assert (each.join, each.last) == ("、", "和")


def test_choose_takes_chinese_states_and_numbers():
    [choose] = read_sentence("{choose more: 增加、持平 → 多{more}套 | 0 → 没有变化 | 未报 -> 未报}")
    assert isinstance(choose, Choose)
    assert [labels for labels, _ in choose.branches] == [("up", "same"), ("0",), ("unreported",)]


def test_choose_may_ask_a_condition():
    [choose] = read_sentence("{choose rate >= 100: 是 → 完成 | 否 → 没有完成}")
    assert choose.condition is not None and not choose.name


def test_when_may_say_what_stands_instead():
    [when] = read_sentence("{when known(more): 比上年多{more}套 | 与上年无从比较}")
    assert isinstance(when, When) and when.otherwise == (SentenceWords("与上年无从比较"),)


def test_braces_themselves_are_doubled():
    assert read_sentence("集合{{甲}}") == (SentenceWords("集合{甲}"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("开工{start套", "没有配上"),
        ("开工start}套", "多出一个右花括号"),
        ("开工｛start｝套", "全角"),
        ("{}", "空的"),
        ("{Start}", "不是引用"),
        ("{start 斤}", "斤"),
        ("{each behind {name}}", "each 的写法"),
        ("{choose more 增加 → 多}", "没有冒号"),
        ("{choose more: 增加}", "没有箭头"),
        ("{choose more: 飞涨 → 多}", "飞涨"),
        ("{when : 多}", "公式是空的"),
        ("{when rate <: 多}", "公式"),
        ("{when drop_table(x): 多}", "drop_table"),
        ("{% load x %}", "不是引用"),
        ("{start.__class__}", "不是引用"),
        ("{each a: {each b: {each c: {name}}}}", "each 套了"),
        ("{when known(a): " * 12 + "x" + "}" * 12, "层以上"),
        ("好" * 5000, "最多"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, said):
    with pytest.raises(SentenceError) as error:
        read_sentence(text)
    assert said in error.value.what and error.value.fix and 0 <= error.value.place <= len(text)


def test_an_unknown_leaves_a_condition_unknown():
    values = {"rate": None, "start": 5}
    ask = lambda question, name: values[name] if not question else values[name] is not None  # noqa: E731
    assert evaluate(read_condition("rate < 60"), ask) is None
    assert evaluate(read_condition("rate < 60 and start > 10"), ask) is False
    assert evaluate(read_condition("rate < 60 or start > 1"), ask) is True
    assert evaluate(read_condition("known(rate)"), ask) is False


@pytest.mark.parametrize(
    "text", ["total(start)", "share(a) > 1", "ask_0 = 1", "known(a", "select 1", "a; b", "(" * 50 + "a" + ")" * 50]
)
def test_a_condition_says_arithmetic_alone(text):
    with pytest.raises(ConditionError):
        read_condition(text)


@pytest.mark.parametrize(
    ("period", "relative", "meant"),
    [
        ("2023-H1", "same-last-year", "2022-H1"),
        ("2023-H1", "last", "2022-H2"),
        ("2023-Q1", "last", "2022-Q4"),
        ("2023-01", "last", "2022-12"),
        ("2023-Q3", "last-month", "2023-08"),
        ("2023-Q3", "year", "2023"),
        ("2023", "year-2", "2021"),
        ("2023-05", "year-1/12", "2022-12"),
        ("2023-05", "year-end", "2023-12"),
        ("2024-02-29", "same-last-year", "2023-02-28"),
        ("2023", "2020-06", "2020-06"),
        ("2023", "own", "2023"),
    ],
)
def test_a_period_is_told_from_that_of_the_paper(period, relative, meant):
    assert times.shift_period(period, relative) == meant
