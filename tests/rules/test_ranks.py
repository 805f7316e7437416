"""Places in an order (名次) that steps and conditions use: ties, unknown keys, partitions, cycles; on every engine and the reference."""

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.problems import Refused
from anju.rules.engine import population, reference
from anju.rules.explanation.explain import explain_outcome, explain_row
from tests.rules.build import DAY, book, codes, numbers
from tests.rules.test_operators import DOCS, cells

INPUTS = {
    **numbers("points", "days", places=0),
    "group": "{label: 类别, enum: [低保, 低收入, 其他]}",
    "pot": "{label: 批次, type: text}",
    "no": "{label: 编号, type: text}",
}
PRIZE = {"prize": '{label: 奖励, places: 0, formula: "case when place <= 2 then 100 else 0 end"}'}
FIRST = {"first": '{label: 前两名, formula: place <= 2, says: "第 {place} 名，不在前两名"}'}


def ranking(order, ties="shared", **parts):
    parts = {"steps": PRIZE, "conditions": FIRST, "result": "prize", **parts}
    return book("conduct", inputs=INPUTS, ranks={"place": f"{{order: {order}, ties: {ties}}}"}, **parts)


def rows(*points, **others):
    return [{"key": f"{index:02d}", "points": value, **others} for index, value in enumerate(points)]


def test_equal_rows_share_a_place_and_the_next_ones_are_passed_over(everywhere):
    run = everywhere(ranking("[points desc]"), rows(80, 95, 80, 60, 95), on=DAY, key="key")
    assert [row.values["place"] for row in run.rows] == [3, 1, 3, 5, 1]
    assert [row.values["prize"] for row in run.rows] == [0, 100, 0, 0, 100]
    assert [row.failed for row in run.rows] == [["first"], [], ["first"], ["first"], []]


def test_places_are_told_apart_by_the_last_key_when_they_must_differ(everywhere):
    facts = [row | {"no": no} for row, no in zip(rows(80, 95, 80), "cba", strict=True)]
    run = everywhere(ranking("[points desc, no asc]", "unique"), facts, on=DAY, key="key")
    assert [row.values["place"] for row in run.rows] == [3, 1, 2]


def test_a_row_without_its_key_leaves_everybody_without_a_place_it_might_take(everywhere):
    run = everywhere(ranking("[points desc]"), rows(80, None, 60), on=DAY, key="key")
    assert [row.values["place"] for row in run.rows] == [None, None, None]
    assert [row.values["prize"] for row in run.rows] == [None, None, None]
    assert [row.reasons[0].sentence for row in run.rows] == [
        "同组01的“points数”未知",
        "“points数”未知",
        "同组01的“points数”未知",
    ]


def test_an_unknown_key_that_decides_nothing_leaves_the_other_places_known(everywhere):
    facts = [
        {"key": "甲", "group": "低保", "days": 9},
        {"key": "乙", "group": "低保", "days": 3},
        {"key": "丙", "group": "其他", "days": None},
        {"key": "丁", "group": "其他", "days": 5},
        {"key": "戊", "group": "低收入", "days": 1},
    ]
    run = everywhere(ranking("[group asc, days desc]"), facts, on=DAY, key="key")
    assert {row.key: row.values["place"] for row in run.rows} == {"甲": 1, "乙": 2, "丙": None, "丁": None, "戊": 3}
    assert run.row("丁").reasons[0].sentence == "同组丙的“days数”未知"


def test_a_partition_is_ranked_by_itself(everywhere):
    facts = [row | {"pot": pot} for row, pot in zip(rows(1, 2, None, 4), "甲甲乙乙", strict=True)]
    run = everywhere(ranking("[points asc]", partition="[pot]"), facts, on=DAY, key="key")
    assert [row.values["place"] for row in run.rows] == [1, 2, None, None]


def test_a_place_may_be_of_a_step_and_a_later_place_of_what_it_decided(everywhere):
    steps = {
        "score": '{label: 得分, formula: "points * 2"}',
        "late": '{label: 折后, formula: "score - 10 * place"}',
    }
    ranks = {
        "place": "{order: [score desc], ties: shared}",
        "last": "{label: 终名次, order: [late desc, points asc], ties: shared, unit: 个}",
    }
    made = book("conduct", inputs=INPUTS, steps=steps, ranks=ranks, result="last")
    run = everywhere(made, rows(5, 6, 1), on=DAY, key="key")
    assert [(row.values["place"], row.values["last"]) for row in run.rows] == [(2, 2), (1, 1), (3, 3)]
    assert run.outputs == ("score", "late", "place", "last")


def test_the_rank_of_a_queue_is_a_name_for_its_formulas(everywhere):
    queue = book(
        "queue",
        inputs=INPUTS,
        order="[points desc, no asc]",
        conditions={"inside": '{label: 在名额内, formula: rank <= 1, says: "排在第 {rank} 位"}'},
    )
    run = everywhere(queue, [{"key": 1, "points": 1, "no": "a"}, {"key": 2, "points": 2, "no": "b"}], on=DAY, key="key")
    assert [row.decision for row in run.rows] == ["refused", "passed"]
    assert run.outputs == ("rank",)


REFUSED = {
    "a cycle through the order": ({"order": "[late desc]", "steps": {"late": "{label: 后, formula: place + 1}"}, "result": "late"}, "BOOK-041"),
    "its own place": ({"order": "[place desc]"}, "BOOK-041"),
    "a condition for a key": ({"order": "[first desc]"}, "BOOK-040"),
    "a name that is none": ({"order": "[nothing desc]"}, "BOOK-040"),
    "no direction": ({"order": "[points]"}, "BOOK-026"),
    "no key": ({"order": "[]"}, "BOOK-026"),
    "no word on ties": ({"order": "[points desc]", "ties": "any"}, "BOOK-011"),
    "unique by a step": ({"order": "[points desc, prize asc]", "ties": "unique"}, "BOOK-070"),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_an_order_that_cannot_be_had_is_refused_when_the_book_is_loaded(parts, code):
    with pytest.raises(Refused) as refused:
        ranking(**parts)
    assert codes(refused) == [code]


def test_a_cycle_is_told_with_the_names_on_it():
    with pytest.raises(Refused, match=r"late → place → late"):
        ranking("[late desc]", steps={"late": "{label: 后, formula: place + 1}"}, result="late")


def test_the_same_last_key_twice_is_refused_by_row_and_by_table(duck):
    made = ranking("[points desc, no asc]", "unique")
    with pytest.raises(Refused) as refused:
        reference.run_reference(made, rows(1, 2, no="a"), on=DAY, key="key")
    assert codes(refused) == ["RULE-017"]
    duck.execute("CREATE OR REPLACE TABLE twice AS SELECT 'a' AS no, i AS points, i AS id FROM RANGE(3) AS r(i)")
    with pytest.raises(Refused) as refused:
        population.run_table(
            made, "twice", on=DAY, key="id", into="out_twice", connection=duck, absent=["days", "group", "pot"]
        )
    assert codes(refused) == ["RULE-017"]


def test_it_is_told_in_words_where_a_row_stands():
    made = ranking("[points desc, days asc]")
    told = explain_outcome(made, {"points": 80, "days": 3}, on=DAY, rows=[{"points": 90, "days": 1}])
    place = next(one for one in told if one.name == "place")
    assert (place.label, place.value_text) == ("名次", "2")
    assert place.formula == "points数从大到小，days数从小到大，相同的并列"
    assert place.substituted == "points数 80，days数 3"
    run = reference.run_reference(made, rows(80, None, days=1), on=DAY, key="key")
    assert "同组01的“points数”未知，无法计算" in [one.sentence for one in explain_row(run.rows[0])]


def test_the_documented_table_holds(everywhere):
    """docs/operators.md, the section on places."""
    section = DOCS.partition("## 名次")[2].partition("\n## ")[0]
    head, _rule, *lines = map(cells, re.findall(r"^\|.*", section, re.MULTILINE))
    assert head == ["类别", "得分", "名次"]
    facts = [
        {"key": f"{index:02d}", "group": group, "points": None if points == "未知" else points}
        for index, (group, points, _) in enumerate(lines)
    ]
    run = everywhere(ranking("[group asc, points desc]"), facts, on=DAY, key="key")
    assert [row.exact("place") or "未知" for row in run.rows] == [line[2] for line in lines]
    assert "未知" in {line[2] for line in lines}


VALUES = st.one_of(st.none(), st.integers(0, 3))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    facts=st.lists(
        st.fixed_dictionaries({"points": VALUES, "days": VALUES, "pot": st.sampled_from("甲乙")}),
        min_size=1,
        max_size=7,
    ),
    order=st.sampled_from(["[points desc]", "[points asc, days desc]", "[days asc, points asc]"]),
    shuffle=st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_nothing_and_a_place_is_known_when_no_value_could_change_it(
    everywhere, facts, order, shuffle
):
    made = ranking(order, partition="[pot]")
    facts = [{**row, "key": f"{index:02d}"} for index, row in enumerate(facts)]
    run = everywhere(made, facts, on=DAY, key="key")
    shuffled = list(facts)
    shuffle.shuffle(shuffled)
    assert reference.run_reference(made, shuffled, on=DAY, key="key").csv() == run.csv()
    blanks = [(index, name) for index, row in enumerate(facts) for name in ("points", "days") if row[name] is None]
    if len(blanks) > 3:
        return
    possible = [set() for _ in facts]
    for guess in itertools.product((-9, 0, 1, 2, 3, 9), repeat=len(blanks)):
        filled = [dict(row) for row in facts]
        for (index, name), value in zip(blanks, guess, strict=True):
            filled[index][name] = value
        for places, row in zip(possible, reference.run_reference(made, filled, on=DAY, key="key").rows, strict=True):
            places.add(row.values["place"])
    for row, places, fact in zip(run.rows, possible, facts, strict=True):
        keys = re.findall(r"(points|days)", order)
        if row.values["place"] is not None:
            assert places == {row.values["place"]}
        elif all(fact[name] is not None for name in keys):
            assert len(places) > 1
