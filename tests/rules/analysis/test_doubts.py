"""What to look at before a book is put into use: holes, contradictions, what can never be, what no example shows."""

import pytest

from anju.problems import ASK
from anju.rules.analysis.doubts import find_doubts
from tests.rules.build import book, numbers

CITED = 'source: S1 一, checked: "2021-01-01"'


def doubts(code, *made, **parts):
    found = find_doubts(book(*made, **parts))
    assert all(problem.level == ASK and problem.fix for problem in found)
    return [f"{problem.where.field}：{problem.what}" for problem in found if problem.code == code]


def judged(conditions, kind="eligibility", **parts):
    told = {
        name: f'{{label: {name}条, formula: "{formula}", says: 不符{", colour: 黄" if kind == "warning" else ""}}}'
        for name, formula in conditions.items()
    }
    return {"kind": kind, "inputs": numbers("a", "b", bottom="0", places=0), "conditions": told, **parts}


def test_days_without_a_value_are_told():
    rate = f'{{label: 标准, unit: "1", values: [{{from: "2020-03-01", until: "2020-12-31", value: "2", {CITED}}}]}}'
    parts = {
        "inputs": numbers("a"),
        "parameters": {"rate": rate},
        "steps": {"out": "{formula: a * rate}"},
        "result": "out",
    }
    assert doubts("BOOK-064", **parts) == [
        "rate：2020-01-01 至 2020-02-29、2021-01-01 至 今后没有生效的值，这些天不能运行。"
    ]


def test_keys_that_a_table_does_not_list_are_told():
    value = '{低保: {2: "1", 4: "2"}, 其他: {1: "1", more: "2"}}'
    table = f'{{label: 面积, unit: "1", by: [g, n], values: [{{from: "2020-01-01", value: {value}, {CITED}}}]}}'
    inputs = {"g": "{label: 类别, enum: [低保, 低收入, 其他]}", "n": '{label: 人数, unit: "1", range: [1, 9]}'}
    parts = {"inputs": inputs, "parameters": {"area": table}, "steps": {"out": "{formula: area}"}, "result": "out"}
    (told,) = doubts("BOOK-065", **parts)
    assert "没有列到 低收入、低保 小于 2、低保 3、低保 大于 4，" in told


def test_conditions_that_exclude_each_other_are_told():
    (told,) = doubts("BOOK-066", **judged({"low": "a + b <= 10", "high": "a > 10"}))
    assert told == "low：自 2020-01-01 起不能同时成立：(a数 + b数) ≤ 10；a数 > 10。没有一行能两条都符合。"
    assert doubts("BOOK-066", **judged({"low": "a + b <= 11", "high": "a > 10"})) == []


def test_a_contradiction_that_comes_with_a_new_value_is_told_with_its_day():
    line = f'{{label: 线, unit: "1", values: [{{from: "2020-01-01", value: "20", {CITED}}}, {{from: "2021-03-01", value: "5", {CITED}}}]}}'
    (told,) = doubts("BOOK-066", **judged({"low": "a <= line", "high": "a > 10"}, parameters={"line": line}))
    assert "自 2021-03-01 起" in told


def test_a_warning_that_never_gets_its_turn_is_told():
    (told,) = doubts("BOOK-066", **judged({"first": "a > 5", "second": "a > 8"}, "warning"))
    assert "永远轮不到“second条”" in told
    assert doubts("BOOK-066", **judged({"first": "a > 8", "second": "a > 5"}, "warning")) == []


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("a + b < 0", "永远不会成立"),
        ("a >= 0", "永远成立"),
        ("a > 1000000000", "永远不会成立"),
        ("not (a > 3 and a < 2)", "永远成立"),
    ],
)
def test_a_condition_that_is_always_so_or_never_is_told_once(formula, what):
    (told,) = doubts("BOOK-067", **judged({"one": formula, "other": "a > 4"}))
    assert what in told
    assert doubts("BOOK-066", **judged({"one": formula, "other": "a > 4"})) == []


def test_what_no_example_reaches_is_told():
    coef = f'{{label: 系数, unit: "1", bands: a, values: [{{from: "2020-01-01", {CITED}, value: [{{upto: "5", value: "1"}}, {{above: "5", value: "2"}}]}}]}}'
    rate = f'{{label: 标准, unit: "1", by: b, values: [{{from: "2020-01-01", value: {{1: "1", 2: "2", more: "3"}}, {CITED}}}, {{from: "2021-03-01", value: {{1: "7"}}, {CITED}}}]}}'
    parts = judged({"one": "a > 3"}, "subsidy", parameters={"coef": coef, "rate": rate}, result="out")
    steps = {
        "out": '{label: 出, formula: "case when a > 8 then coef when a > 20 then 4 when a < 0 then 5 else rate end"}',
        "other": "{label: 另, formula: total(b)}",
    }
    examples = ["{name: 一, given: {a: 4, b: 2}, expect: {out: 2}}", "{name: 二, given: {a: 3}, expect: {}}"]
    assert doubts("BOOK-068", **parts, steps=steps, examples=examples) == [
        "coef：没有一个算例用到 2020-01-01 起的 超过 5。",
        "rate：没有一个算例用到 2020-01-01 起的 1、更多。",
        "rate：没有一个算例用到 2021-03-01 起的值。",
        "out：没有一个算例走到 “a数 > 8” 这样的情形。",
    ]
    assert doubts("BOOK-068", **parts, steps=steps) == []  # without any example there is nothing to compare with


def test_conditions_and_steps_that_examples_leave_out_are_told():
    parts = judged(
        {"one": "a > 3"},
        steps={"far": "{label: 远, formula: a / b}"},
        examples=["{name: 一, given: {a: 4}, expect: {}}"],
    )
    assert doubts("BOOK-068", **parts) == ["one：没有一个算例使它不成立。", "far：没有一个算例算到这一步（都是未知）。"]


def test_what_members_of_a_row_are_asked_is_looked_at_too():
    people = {
        "key": "household",
        "inputs": "{age: {label: 年龄, unit: 岁, range: [0, 120]}, kind: {label: 身份, enum: [在职, 退休, 学生]}}",
    }
    old = f'{{label: 老, unit: 岁, values: [{{from: "2020-01-01", value: "60", {CITED}}}]}}'
    weight = f'{{label: 折算, unit: "1", by: kind, values: [{{from: "2020-01-01", value: {{在职: "1", 学生: "0.5"}}, {CITED}}}]}}'
    care = f'{{label: 照料, unit: "1", bands: age, values: [{{from: "2020-01-01", value: [{{below: old, value: "0"}}, {{at_least: old, value: "1"}}], {CITED}}}]}}'
    parts = {
        "kind": "conduct",
        "members": people,
        "parameters": {"old": old, "weight": weight, "care": care},
        "rollups": {
            "weighed": "{label: 折算人数, formula: sum_of(weight)}",
            "cared": '{label: 照料数, formula: "sum_of(case when age > 100 then 2 else care end)"}',
        },
        "steps": {"out": "{label: 出, formula: weighed + cared}"},
        "result": "out",
        "examples": [
            "{name: 一, given: {}, members: [{age: 59, kind: 在职}, {age: 60, kind: 学生}], expect: {weighed: '1.5', cared: 1}}"
        ],
    }
    assert doubts("BOOK-065", **parts) == ["weight：2020-01-01 起的值没有列到 退休，落在那里的是未知（待核）。"]
    assert doubts("BOOK-068", **parts) == []
