"""Books made at random: DuckDB, PostgreSQL and the reference agree row for row, unknowns and reasons included."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from anju.problems import Refused
from anju.rules import load
from tests.rules.build import DAY, text

TIMES = int(os.environ.get("ANJU_RANDOM_BOOKS", "120"))

INPUTS = {
    "a": '{label: 甲, unit: "1", places: 2, range: [0, 1e6]}',
    "b": '{label: 乙, unit: "1", places: 4, range: [-1e5, 1e5]}',
    "c": '{label: 丙, unit: "1", places: 0, range: [-1e9, 1e9]}',
    "n": '{label: 人数, unit: "1", places: 0, range: [0, 8]}',
    "w": '{label: 大数, unit: "1", places: 4, range: [-1e15, 1e15]}',
    "t": "{label: 真假, type: truth}",
    "u": "{label: 真假二, type: truth}",
    "g": "{label: 类别, enum: [低保, 低收入, 其他]}",
    "d": "{label: 起, type: date}",
    "e": "{label: 止, type: date}",
    "k": "{label: 组, type: text}",
}
PARAMETERS = {
    "p": '{label: 数, unit: "1", values: [{from: "2020-01-01", value: "12.5", source: S1 一, checked: "2021-01-01"}, '
    '{from: "2021-03-01", value: "7.5", source: S1 一, checked: "2021-01-01"}]}',
    "q": '{label: 按人数, unit: "1", by: n, values: [{from: "2020-01-01", value: {1: "0.5", 2: "3", 4: "2.25", more: "9"}, source: S1 一, checked: "2021-01-01"}]}',
    "r": '{label: 按类别, unit: "1", by: g, values: [{from: "2020-01-01", value: {低保: "1.3", 其他: "0.4"}, source: S1 一, checked: "2021-01-01"}]}',
    "s": '{label: 分段, unit: "1", bands: b, values: [{from: "2020-01-01", source: S1 一, checked: "2021-01-01", value: '
    '[{below: "-0.00005", value: "1"}, {at_least: "-0.00005", upto: "810.5", value: "0.8"}, {above: "810.5", value: "0"}]}]}',
    "v": '{label: 动的分段, unit: "1", bands: c, values: [{from: "2020-01-01", source: S1 一, checked: "2021-01-01", value: '
    '[{below: "-3", value: "2", refuse: cv}, {at_least: "-3", below: p, value: "0.6"}, {at_least: p, value: "0.1"}]}]}',
    "y": '{label: 真假参数, type: truth, bands: b, values: [{from: "2020-01-01", value: [{upto: "1", value: true}, {above: "1", value: false}], source: S1 一, checked: "2021-01-01"}, '
    '{from: "2021-03-01", value: [{upto: "7.5", value: false}, {above: "7.5", value: true}], source: S1 一, checked: "2021-01-01"}]}',
    "m": '{label: 取整, enum: [ceil, floor, prorata], values: [{from: "2020-01-01", value: floor, source: S1 一, checked: "2021-01-01"}, '
    '{from: "2021-03-01", value: prorata, source: S1 一, checked: "2021-01-01"}]}',
}
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
LITERALS = st.sampled_from(["0", "1", "2", "3", "0.5", "100", "7", "0.25", "1000", "33.3"])


@st.composite
def number(draw, names, depth, window=True):
    if depth == 0:
        return draw(st.one_of(st.sampled_from(names), st.sampled_from(["p", "q", "r", "s", "v"]), LITERALS))
    inner = number(names, depth - 1, window)
    kinds = [
        "add", "sub", "mul", "div", "neg", "case", "greatest", "least", "abs", "full_if", "parts", "veto",
        "step", "item", "mean", "floor", "if_unknown", "date", "leaf", "mode",
    ] + (["share", "total"] if window else [])  # fmt: skip
    kind = draw(st.sampled_from(kinds))
    one, two = draw(inner), draw(inner)
    truth_ = truth(names, depth - 1)
    match kind:
        case "add" | "sub" | "mul" | "div":
            return f"({one}) {SIGNS[kind]} ({two})"
        case "neg":
            return f"-({one})"
        case "case":
            return f"case when {draw(truth_)} then {one} when {draw(truth_)} then {two} else {draw(inner)} end"
        case "greatest" | "least":
            return f"{kind}({one}, {two}, {draw(LITERALS)})"
        case "abs":
            return f"abs({one})"
        case "full_if" | "veto":
            return f"{kind}({draw(truth_)}, {one})"
        case "parts":
            return f"parts({draw(truth_)}, 2, {draw(truth_)}, {one})"
        case "step" | "mode":
            mode = "m" if kind == "mode" else f"'{draw(st.sampled_from(['ceil', 'floor', 'prorata']))}'"
            return f"{draw(st.sampled_from(['lose', 'gain']))}_per_step({one}, {draw(st.sampled_from(['1', '4', '0.5', '3']))}, {draw(st.sampled_from(['1', '0.5', '7']))}, 35, {mode})"
        case "item":
            return f"{draw(st.sampled_from(['lose_per_item', 'lose_per_day', 'gain_per_item']))}({one}, 0.5, 5)"
        case "mean":
            return f"mean({one}, {two}, {draw(LITERALS)})"
        case "floor":
            return f"{draw(st.sampled_from(['floor_to', 'ceil_to', 'round_to']))}({one}, {draw(st.sampled_from(['1', '10', '0.5', '0.03']))})"
        case "if_unknown":
            return f"if_unknown({one}, {two})"
        case "share":
            return f"share(greatest(0, {one}))"
        case "total":
            return f"total({one})"
        case "date":
            first, last = draw(st.permutations(["d", "e", "run_date"]))[:2]
            return f"({draw(st.sampled_from(['age_on', 'months_between', 'days_between']))}({first}, {last}) * 1)"
    return draw(st.sampled_from(names))


@st.composite
def truth(draw, names, depth):
    kind = draw(st.sampled_from(["t", "u", "y", "cmp", "rise", "and", "or", "not", "between", "in", "enum", "date"]))
    leaf = number(names, max(0, depth - 1), window=False)
    inner = truth(names, depth - 1) if depth > 0 else st.sampled_from(["t", "u"])
    match kind:
        case "cmp":
            return f"({draw(leaf)}) {draw(st.sampled_from(['=', '<>', '<', '<=', '>', '>=']))} ({draw(leaf)})"
        case "and" | "or":
            return f"({draw(inner)} {kind} {draw(inner)})"
        case "rise":
            return f"reaches_or_rises({draw(leaf)}, 3, {draw(leaf)}, {draw(LITERALS)})"
        case "not":
            return f"not ({draw(inner)})"
        case "between":
            return f"({draw(leaf)}) between 0 and ({draw(leaf)})"
        case "in":
            return f"({draw(leaf)}) in (1, 2, 0.5)"
        case "enum":
            return f"g {draw(st.sampled_from(['=', '<>']))} '{draw(st.sampled_from(['低保', '低收入', '其他']))}'"
        case "date":
            return draw(st.sampled_from(["d < e", "e >= run_date", "d between e and run_date", "d = e"]))
    return kind


@st.composite
def made(draw):
    names = ["a", "b", "c", "n", "w"]
    steps = {}
    for index in range(draw(st.integers(1, 6))):
        formula = draw(number(names, draw(st.integers(0, 3))))
        if draw(st.integers(0, 9)) == 0:
            formula = f"largest_remainder({formula})"
        places = draw(st.sampled_from(["", "places: 0, ", "places: 2, ", "places: 4, ", "places: 12, "]))
        limits = draw(st.sampled_from(["", "", "range: [-1000, 1000], ", "range: [0, 1e9], "]))
        steps[f"y{index}"] = f'{{label: 步{index}, {places}{limits}source: S1 一, formula: "{formula}"}}'
        names = [*names, f"y{index}"]
    ranks = {}
    if draw(st.booleans()):
        keys = draw(st.lists(st.sampled_from([*names, "t", "g", "d", "k"]), min_size=1, max_size=3, unique=True))
        order = ", ".join(f"{key} {draw(st.sampled_from(['asc', 'desc']))}" for key in keys)
        ranks = {"place": f"{{order: [{order}], ties: shared}}"}
        steps["placed"] = f'{{label: 按名次, places: 2, formula: "place * 3 - {draw(st.sampled_from(names))}"}}'
        names = [*names, "place", "placed"]
    conditions = {
        f"c{index}": f'{{source: S1 一, formula: "{draw(truth(names, 2))}", says: "{{{draw(st.sampled_from(names))}}} 与 {{a / n : 3}} 不符"}}'
        for index in range(draw(st.integers(0, 3)))
    }
    conditions["cv"] = '{says: "{c} 在不予办理的一段"}'
    if "c0" in conditions:  # a condition is a truth that a step may use
        steps["last"] = '{label: 末步, source: S1 一, formula: "case when not c0 or t then a else y0 end"}'
    partition = draw(st.sampled_from(["[]", "[k]", "[g]"])) if draw(st.booleans()) else "[]"
    head = {} if partition == "[]" else {"partition": partition}
    return text(
        "conduct",
        **head,
        inputs=INPUTS,
        parameters=PARAMETERS,
        steps=steps,
        **({"ranks": ranks} if ranks else {}),
        conditions=conditions,
        result="y0",
    )


def exact(low, high, places):
    return st.integers(low, high).map(
        lambda digits: (
            f"{'-' if digits < 0 else ''}{abs(digits) // 10**places}.{abs(digits) % 10**places:0{places}d}"
            if places
            else digits
        )
    )


def near(low, high, places):
    """Often an edge or a small number: that is where signs, ties and zeros are."""
    edges = st.sampled_from(
        sorted({low, high, 0, min(high, 1), max(low, -1), min(high, 10**places), min(high, 5 * 10**places)})
    )
    return st.one_of(
        edges.flatmap(lambda edge: exact(edge, edge, places)),
        exact(max(low, -3000), min(high, 3000), places),
        exact(low, high, places),
    )


def maybe(strategy):
    return st.one_of(st.just(None), strategy, strategy, strategy, strategy)


DAYS = st.one_of(
    st.dates(date(1950, 1, 1), date(2030, 12, 31)),
    st.sampled_from([date(2000, 2, 29), date(2001, 2, 28), date(2001, 3, 1), date(1900, 3, 1), date(2021, 6, 30)]),
)
ROW = st.fixed_dictionaries(
    {
        "a": maybe(near(0, 10**8, 2)), "b": maybe(near(-(10**9), 10**9, 4)), "c": maybe(near(-(10**9), 10**9, 0)), "n": maybe(st.integers(0, 8)),
        "w": maybe(near(-(10**19), 10**19, 4)), "t": maybe(st.booleans()), "u": maybe(st.booleans()), "d": maybe(DAYS), "e": maybe(DAYS),
        "g": st.sampled_from(["低保", "低收入", "其他"]), "k": st.sampled_from(["一", "二"]),
    }
)  # fmt: skip


@pytest.mark.soak
@settings(max_examples=TIMES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=TIMES == 120)
@given(source=made(), rows=st.lists(ROW, min_size=1, max_size=7), shift=st.integers(0, 400))
def test_engines_and_reference_agree_on_random_books(everywhere, source, rows, shift):
    try:
        book = load.load_text(source.encode(), "随机.yaml")
    except Refused as refused:
        # Only what cannot fit, divides by nothing but 0 or is always out of range may be refused.
        if any(problem.code not in ("BOOK-042", "BOOK-017") for problem in refused.problems):
            raise
        event("refused: " + refused.problems[0].what[-40:-20])
        assume(False)
    keyed = [{**row, "key": f"行{index}"} for index, row in enumerate(rows)]
    everywhere(book, keyed, on=DAY - timedelta(shift), key="key")
    dated = [{**row, "day": DAY - timedelta(shift * index % 400)} for index, row in enumerate(keyed)]
    try:
        everywhere(book, dated, on=DAY, key="key", on_field="day")
    except Refused as refused:  # a partition cannot straddle a change of value
        if [problem.code for problem in refused.problems] != ["RULE-018"]:
            raise
