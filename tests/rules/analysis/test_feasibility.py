"""What is said to be impossible is: against every row of a small world, and on conditions of which the answer is known."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.rules.analysis.feasibility import Feasibility
from anju.rules.book.lower import lower_book
from anju.rules.book.order import order_steps
from anju.rules.book.parameters import each_program
from anju.rules.engine.evaluation import evaluate_formula
from anju.rules.language.formula import parse_formula
from tests.rules.build import book

CITED = 'source: S1 一, checked: "2021-01-01"'
INPUTS = {
    "a": '{label: 甲, unit: "1", range: [0, 6]}',
    "b": '{label: 乙, unit: "1", places: 1, range: ["-0.2", "0.4"]}',
    "t": "{label: 真假, type: truth}",
    "g": "{label: 类别, enum: [低保, 低收入, 其他]}",
    "d": "{label: 日, type: date}",
}
PARAMETERS = {"p": f'{{label: 线, unit: "1", values: [{{from: "2020-01-01", value: "2.5", {CITED}}}]}}'}
WORLD = [
    {"a": Decimal(a), "b": Decimal(b) / 10, "t": t, "g": g, "p": Decimal("2.5")}
    for a, b, t, g in product(range(7), range(-2, 5), (True, False), ("低保", "低收入", "其他"))
]


@pytest.fixture(scope="module")
def feasible():
    made = book("conduct", inputs=INPUTS, parameters=PARAMETERS, steps={"x": "{formula: a * b}"}, result="x")
    ((_, values),) = each_program(made, [])
    return Feasibility(lower_book(made, values, order_steps(made)))


@pytest.mark.parametrize(
    "formulas",
    [
        ["a > 6"],
        ["a < 0"],
        ["a < 3", "a > 2"],
        ["a <= p", "a > 2"],
        ["a + b < 3", "a >= 4", "b > -0.2"],
        ["a - b > 6.2"],
        ["2 * a <> 4", "a = 2"],
        ["a = 2.5"],
        ["a / (b + 1) < 2", "a / (b + 1) >= 2"],
        ["t", "not t"],
        ["g = '低保'", "g in ('低收入', '其他')"],
        ["g <> '低保'", "g <> '低收入'", "g <> '其他'"],
        ["d > run_date", "d <= run_date"],
        ["a between 1 and 2 or a > 5", "a = 3"],
        ["case when t then a > 3 else a > 4 end", "a <= 3"],
        ["reaches_or_rises(a, 5, b, 4)", "a < 3"],
        ["case when a > 3 then a > 6 else a < 9 end", "a = 5"],
        ["x > 2.4"],
        ["not (a > 1 or t)", "t"],
    ],
)
def test_what_cannot_hold_together_is_proved_so(feasible, formulas):
    assert not feasible.can(*((parse_formula(one), True) for one in formulas))


@pytest.mark.parametrize(
    "formulas",
    [["a > 5"], ["a <= 3", "a > 2"], ["a + b < 3.9", "a >= 4"], ["a = 2", "b <> 2"], ["t or a > 6"], ["x > 2.3"], ["d > run_date"], ["a * a > 30"]],
)  # fmt: skip
def test_what_can_hold_together_is_not_ruled_out(feasible, formulas):
    assert feasible.can(*((parse_formula(one), True) for one in formulas))


NUMBERS = st.sampled_from(
    [
        "a",
        "b",
        "p",
        "a + b",
        "a - b",
        "2 * a",
        "a * b",
        "-b",
        "a / 3",
        "greatest(a, b)",
        "0",
        "2",
        "2.5",
        "0.3",
        "a - 0.5 * b",
    ]
)
LEAVES = st.one_of(
    st.builds("({}) {} ({})".format, NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]), NUMBERS),
    st.builds("g {} '{}'".format, st.sampled_from(["=", "<>"]), st.sampled_from(["低保", "低收入", "其他"])),
    st.just("t"),
    st.builds("({}) between ({}) and ({})".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("a in ({}, 3)".format, st.sampled_from(["0", "1", "2.5"])),
)
TRUTHS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("case when {} then {} else {} end".format, inner, inner, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(first=TRUTHS, second=TRUTHS, holds=st.booleans())
def test_whatever_is_ruled_out_no_row_of_a_small_world_does(feasible, first, second, holds):
    one, two = parse_formula(first), parse_formula(second)
    if not feasible.can((one, True), (two, holds)):
        for row in WORLD:
            told = [evaluate_formula(expr, row.get, 12) for expr in (one, two)]
            assert told != [True, holds], (first, second, holds, row)
