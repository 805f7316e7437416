"""Worked examples say what comes out on the way, too: steps, and the parameters that a row took."""

import pytest

from anju.problems import Refused
from tests.rules.build import book

CITED = 'source: S1 一, checked: "2021-01-01"'
PARAMETERS = {
    "coef": f'{{label: 系数, unit: "1", bands: a, values: [{{from: "2020-01-01", {CITED}, value: [{{upto: "10", value: "0.50"}}, {{above: "10", value: "0.2"}}]}}]}}',
    "free": f'{{label: 免, type: truth, values: [{{from: "2020-01-01", value: true, {CITED}}}]}}',
    "due": f'{{label: 期限, type: date, values: [{{from: "2020-01-01", value: "2021-01-31", {CITED}}}]}}',
    "way": f'{{label: 取整, enum: [ceil, floor], values: [{{from: "2020-01-01", value: floor, {CITED}}}]}}',
}


def worked(expect, given="{a: 8}"):
    return book(
        inputs={"a": '{label: 数, unit: "1", range: [0, 100]}'},
        parameters=PARAMETERS,
        steps={
            "half": "{label: 半, places: 1, formula: a * coef}",
            "out": "{label: 结果, places: 0, formula: half + 1}",
        },
        result="out",
        examples=[f"{{name: 一例, given: {given}, expect: {expect}}}"],
    )


@pytest.mark.parametrize(
    "expect", ['{coef: "0.5", half: "4.0", out: 5, free: true, due: "2021-01-31", way: floor}', '{coef: "0.50"}']
)
def test_an_example_may_assert_what_comes_out_on_the_way(expect):
    assert worked(expect).examples


def test_a_parameter_that_the_row_could_not_take_is_null():
    assert worked("{coef: null}", "{a: null}").examples


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        ('{coef: "0.2"}', "coef 应为 0.2，算得 0.50"),
        ("{coef: true}", "coef 应为 true，算得 0.50"),
        ("{half: 5}", "half 应为 5，算得 4.0"),
        ("{free: false}", "free 应为 false，算得 true"),
        ('{due: "2021-02-01"}', "due 应为 2021-02-01，算得 2021-01-31"),
        ("{coef: null}", "coef 应为 未知，算得 0.50"),
    ],
)
def test_what_does_not_come_out_on_the_way_is_refused(expect, what):
    with pytest.raises(Refused, match=what):
        worked(expect)
