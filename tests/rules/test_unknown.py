"""Unknown stays unknown, is named, and nobody is passed or scored on what is not known."""

import pytest

from anju.rules.explanation.explain import row_sentences
from tests.rules.build import DAY, book, numbers, one

TRUTHS = {"t": "{label: 甲, type: truth}", "u": "{label: 乙, type: truth}"}


def rows(*values):
    return [{"key": f"{index:02d}", **value} for index, value in enumerate(values)]


@pytest.mark.parametrize(
    "formula",
    ["a + b", "a * b", "greatest(a, b)", "least(a, b)", "least(a, b, 1)", "abs(a)", "full_if(a > 0, 5)", "case when a > 0 then 1 else 2 end",
     "case a when 1 then 1 else 2 end", "veto(a > 0, 1)", "parts(b > 0, 1, a > 0, 1)", "full_if(a in (1, 2), 5)", "full_if(not a > 0, 5)",
     "full_if(a between 1 and 2, 5)", "5 - lose_per_step(a, 1, 1, 5, 'ceil')", "5 - lose_per_item(a, 1, 5)", "floor_to(a, 1)",
     "total(a)", "share(greatest(0, a))", "full_if(a <> 1, 5)", "a - a", "a * 0"],
)  # fmt: skip
def test_no_operator_swallows_an_unknown(everywhere, formula):
    run = everywhere(one(formula), rows({"a": None, "b": 1}), on=DAY, key="key")
    assert run.rows[0].values["out"] is None
    assert run.rows[0].unknown == ["a"]


def test_and_or_are_three_valued(everywhere):
    both = one("case when t and u then 1 else 0 end", inputs=TRUTHS)
    either = one("case when t or u then 1 else 0 end", inputs=TRUTHS)
    table = [
        (True, True),
        (True, False),
        (True, None),
        (False, None),
        (None, None),
        (None, True),
        (None, False),
        (False, False),
    ]
    given = rows(*({"t": t, "u": u} for t, u in table))
    assert [row.values["out"] for row in everywhere(both, given, on=DAY, key="key").rows] == [
        1,
        0,
        None,
        0,
        None,
        None,
        0,
        0,
    ]
    assert [row.values["out"] for row in everywhere(either, given, on=DAY, key="key").rows] == [
        1,
        1,
        1,
        None,
        None,
        1,
        None,
        0,
    ]


def test_a_later_branch_is_not_reached_past_an_unknown_condition(everywhere):
    run = everywhere(
        one("case when a > 0 then 1 when b > 0 then 2 else 3 end"),
        rows({"a": None, "b": 1}, {"a": -1, "b": None}, {"a": 1}),
        on=DAY,
        key="key",
    )
    assert [row.values["out"] for row in run.rows] == [None, None, 1_000_000 // 10**6]
    assert [row.unknown for row in run.rows] == [["a"], ["b"], []]


def test_division_by_zero_is_unknown_and_says_so(everywhere):
    run = everywhere(one("100 * a / b"), rows({"a": 1, "b": 0}, {"a": 1, "b": 4}), on=DAY, key="key")
    assert run.rows[0].values["out"] is None
    assert run.rows[0].reasons[0].sentence == "“结果”分母为 0"
    assert run.rows[1].exact("out") == "25.000000000000"
    assert run.rows[0].text("out") == ""
    assert run.rows[0].shown("out") == "未知"


def test_a_value_outside_a_declared_range_is_unknown_and_says_so(everywhere):
    run = everywhere(
        one("a - b", places=0, extra=", range: [0, 10]"),
        rows({"a": 5, "b": 1}, {"a": 1, "b": 5}, {"a": 11, "b": 0}),
        on=DAY,
        key="key",
    )
    assert [row.values["out"] for row in run.rows] == [4, None, None]
    assert run.rows[1].reasons[0].sentence == "“结果”超出声明的范围"


ELIGIBILITY = {
    "inputs": numbers("area", "income", "persons", bottom="0", places=2),
    "conditions": {
        "small": '{label: 面积, formula: "area / persons < 15", says: "人均 {area / persons : ㎡ 1}，不低于 15 ㎡"}',
        "poor": '{label: 收入, formula: "income < 3000", says: "收入 {income} 不低于 3000"}',
    },
}


def test_refused_beats_pending_beats_passed_and_every_reason_is_given(everywhere):
    run = everywhere(
        book("eligibility", **ELIGIBILITY),
        rows(
            {"area": 20, "income": 1000, "persons": 2},
            {"area": 20, "income": None, "persons": 2},
            {"area": 40, "income": None, "persons": 2},
            {"area": "40.5", "income": "3000", "persons": 2},
            {"area": 1, "income": 1, "persons": 0},
        ),
        on=DAY,
        key="key",
    )
    assert [row.decision for row in run.rows] == ["passed", "pending", "refused", "refused", "pending"]
    assert run.rows[2].failed == ["small"]
    assert run.rows[2].undecided == ["poor"]
    assert run.rows[2].unknown == ["income"]
    assert row_sentences(run.rows[3]) == ["人均 20.3 ㎡，不低于 15 ㎡", "收入 3000 不低于 3000"]
    assert row_sentences(run.rows[1]) == ["“income数”未知，待核。"]
    assert row_sentences(run.rows[4]) == ["“面积”分母为 0，待核。"]


def test_one_unknown_member_makes_its_partition_unknown_and_is_named(everywhere):
    shared = book(
        "share",
        partition="[pot]",
        inputs={**numbers("x", bottom="0"), "pot": "{label: 批次, type: text}"},
        steps={
            "part": "{label: 占比, formula: share(x)}",
            "money": "{label: 钱, places: 0, formula: largest_remainder(part * 100)}",
        },
        result="money",
    )
    run = everywhere(
        shared,
        [
            {"key": "甲", "pot": "一", "x": 1},
            {"key": "乙", "pot": "一", "x": None},
            {"key": "丙", "pot": "二", "x": 3},
            {"key": "丁", "pot": "二", "x": 1},
        ],
        on=DAY,
        key="key",
    )
    assert [row.values["money"] for row in run.rows] == [None, None, 75, 25]
    assert run.row("甲").unknown == ["x"]
    assert run.row("甲").reasons[0].sentence == "同组乙的“x数”未知"
    assert run.row("乙").reasons[0].sentence == "“x数”未知"
    assert run.row("丙").reasons == []


def test_a_rank_waits_for_all_of_its_partition(everywhere):
    queue = book(
        "queue",
        inputs={
            **numbers("points"),
            "no": "{label: 申请编号, type: text}",
            "group": "{label: 优先组, enum: [优先, 普通]}",
        },
        order="[group asc, points desc, no asc]",
    )
    given = [
        {"key": 1, "points": 5, "no": "b", "group": "普通"},
        {"key": 2, "points": 5, "no": "a", "group": "普通"},
        {"key": 3, "points": 1, "no": "c", "group": "优先"},
        {"key": 4, "points": "5.5", "no": "张", "group": "普通"},
    ]
    assert [row.values["rank"] for row in everywhere(queue, given, on=DAY, key="key").rows] == [4, 3, 1, 2]
    tied = [
        {"key": index, "points": 1, "no": no, "group": "普通"}
        for index, no in enumerate(["庚", "b10", "b9", "甲", "Z", "a", "A", "丁", "é", "~"])
    ]
    ranks = [row.values["rank"] for row in everywhere(queue, tied, on=DAY, key="key").rows]
    assert [tied[ranks.index(place)]["no"] for place in range(1, 11)] == [
        "A",
        "Z",
        "a",
        "b10",
        "b9",
        "~",
        "é",
        "丁",
        "庚",
        "甲",
    ]
    given[0]["points"] = None
    run = everywhere(queue, given, on=DAY, key="key")
    assert [row.values["rank"] for row in run.rows] == [None] * 4
    assert run.rows[1].reasons[0].sentence == "同组1的“points数”未知"


def test_the_only_way_out_needs_a_source_and_takes_its_value(everywhere):
    run = everywhere(
        one("if_unknown(a, 0) + b", extra=", source: S1 第三条"),
        rows({"a": None, "b": 2}, {"a": 1, "b": None}),
        on=DAY,
        key="key",
    )
    assert run.rows[0].exact("out") == "2.000000"
    assert run.rows[1].values["out"] is None
    assert run.rows[0].unknown == []
    assert run.rows[1].unknown == ["b"]


def test_a_step_may_use_a_condition_written_after_it(everywhere):
    made = book(
        "eligibility",
        inputs=numbers("a"),
        steps={"pay": "{label: 金额, formula: case when poor then 1 else 0 end}"},
        conditions={"poor": "{formula: a < 3, says: 不符}"},
    )
    run = everywhere(made, rows({"a": 1}, {"a": 3}, {"a": None}), on=DAY, key="key")
    assert [row.values["pay"] for row in run.rows] == [1, 0, None]
