"""What the members of a household come to: on every engine and the reference, unknowns, empty and absent lists, digests, explanation."""

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.problems import Refused
from anju.rules.engine import reference
from anju.rules.explanation.explain import explain_outcome, explain_row
from tests.rules.build import DAY, book, codes, numbers
from tests.rules.test_operators import DOCS, cells

PERSON = {
    "born": "{label: 出生日期, type: date}",
    "income": "{label: 月收入, unit: 元, places: 2, range: [0, 1e6]}",
    "owns": "{label: 有住房, type: truth}",
    "kind": "{label: 身份, enum: [在职, 退休, 学生]}",
}
ROLLUPS = {
    "persons": "{label: 人数, unit: 人, formula: count_of()}",
    "elders": '{label: 老人数, unit: 人, formula: "count_of(age_on(born, run_date) >= elder_age)"}',
    "earned": "{label: 家庭收入, formula: sum_of(income)}",
    "least": "{label: 最低收入, formula: min_of(income)}",
    "most": "{label: 最高收入, formula: max_of(income)}",
    "eldest": "{label: 最早出生, formula: min_of(born)}",
    "housed": "{label: 有人有房, formula: any_of(owns)}",
    "homeless": "{label: 人人无房, formula: all_of(not owns)}",
    "weighed": "{label: 折算人数, formula: sum_of(weight)}",
}
PARAMETERS = {
    "elder_age": '{label: 老人年龄, unit: 岁, values: [{from: "2020-01-01", value: "60", source: S1 一, checked: "2021-01-01"}, '
    '{from: "2021-03-01", value: "65", source: S1 一, checked: "2021-01-01"}]}',
    "weight": '{label: 折算, unit: "1", by: kind, values: [{from: "2020-01-01", value: {在职: "1", 退休: "1.5", 学生: "0.5"}, source: S1 一, checked: "2021-01-01"}]}',
}


def members(inputs=PERSON, **head):
    head = {"key": "household", **head}
    return {**head, "inputs": "{" + ", ".join(f"{name}: {body}" for name, body in inputs.items()) + "}"}


def household(rollups=ROLLUPS, parameters=PARAMETERS, people=None, **parts):
    parts = {"inputs": numbers("area", places=0, bottom="0"), "steps": STEPS, "result": "bonus", **parts}
    parts |= {"rollups": rollups} if rollups else {}
    return book("conduct", members=people or members(), parameters=parameters, **parts)


STEPS = {"bonus": "{label: 补贴, unit: fen, formula: \"to_unit(earned, 'fen') - to_unit(least, 'fen')\"}"}


def person(born="1950-01-01", income=100, owns=False, kind="在职", **others):
    return {"born": born, "income": income, "owns": owns, "kind": kind, **others}


def rolled(run, key="甲"):
    return {name: run.row(key).exact(name) or "未知" for name in run.book.rollups}


def go(everywhere, made, people, on=DAY, **rows):
    facts = [{"key": key, "area": 10, **rows.get(key, {})} for key in "甲乙丙"]
    return everywhere(made, facts, on=on, key="key", members=people)


def test_the_members_of_each_row_are_rolled_up_before_its_first_step(everywhere):
    people = {
        "甲": [person(), person("1960-07-01", "33.33", kind="退休"), person("2010-01-01", 0, kind="学生")],
        "乙": [person("1961-06-30", "0.01", owns=True)],
    }
    run = go(everywhere, household(), people, on=date(2021, 6, 30))
    assert run.outputs == (*ROLLUPS, "bonus")
    assert rolled(run) == {
        "persons": "3", "elders": "1", "earned": "133.33", "least": "0.00", "most": "100.00", "eldest": "1950-01-01",
        "housed": "否", "homeless": "是", "weighed": "3.0",
    }  # fmt: skip
    assert run.row("甲").exact("bonus") == "13333"
    assert rolled(run, "乙")["housed"] == "是"
    earlier = go(everywhere, household(), people, on=date(2021, 2, 28))
    assert [rolled(earlier, key)["elders"] for key in "甲乙"] == ["2", "0"]


def test_a_household_known_to_be_empty_counts_nothing_and_an_absent_list_is_unknown(everywhere):
    run = go(everywhere, household(), {"甲": []})
    assert rolled(run) == {
        "persons": "0", "elders": "0", "earned": "0.00", "least": "未知", "most": "未知", "eldest": "未知",
        "housed": "否", "homeless": "是", "weighed": "0.0",
    }  # fmt: skip
    assert set(rolled(run, "乙").values()) == {"未知"}
    assert [reason.sentence for reason in run.row("甲").reasons] == ["“最低收入”没有成员可算"]
    assert [reason.sentence for reason in run.row("乙").reasons] == ["“成员”名单没有给出"]
    assert run.row("乙").unknown == ["members"]
    assert set(rolled(go(everywhere, household(), None)).values()) == {"未知"}


def test_one_member_of_whom_it_is_unknown_leaves_the_row_unknown_and_is_named(everywhere):
    people = {"甲": [person(key="张三"), person(born=None, income=None, owns=None, kind=None, key="李四")]}
    run = go(everywhere, household(), people)
    assert rolled(run) == {"persons": "2", **dict.fromkeys((*ROLLUPS,)[1:], "未知")}
    assert [reason.sentence for reason in run.row("甲").reasons] == ["成员“李四”的“月收入”未知"]
    people["甲"][0]["owns"] = True  # any and all are decided by one, as and and or are
    run = go(everywhere, household(), people)
    assert (rolled(run)["housed"], rolled(run)["homeless"]) == ("是", "否")


def test_two_members_with_different_gaps_are_each_named(everywhere):
    people = {"甲": [person(income=None), person(), person(income=None)]}
    run = go(everywhere, household(), people)
    assert [reason.sentence for reason in run.row("甲").reasons] == ["成员“1”的“月收入”未知", "成员“3”的“月收入”未知"]


def test_each_member_runs_on_the_day_of_its_row(everywhere):
    people = {key: [person("1961-01-01")] for key in "甲乙"}
    facts = [{"key": "甲", "day": date(2021, 1, 31)}, {"key": "乙", "day": date(2021, 6, 30)}]
    run = everywhere(household(), facts, on=DAY, key="key", on_field="day", members=people)
    assert [row.exact("elders") for row in run.rows] == ["1", "0"]


def test_the_order_of_rows_and_members_changes_nothing_and_every_fact_counts_in_the_digest(everywhere):
    people = {"甲": [person(), person("1960-07-01", "33.33")], "乙": []}
    made, facts = household(), [{"key": key} for key in "甲乙丙"]
    run = everywhere(made, facts, on=DAY, key="key", members=people)
    other = {"乙": [], "甲": people["甲"][::-1]}
    again = everywhere(made, facts[::-1], on=DAY, key="key", members=other)
    assert (again.csv(), again.rows_digest, again.inputs_digest) == (run.csv(), run.rows_digest, run.inputs_digest)
    changed = [
        {"甲": [person(), person("1960-07-01", "33.34")], "乙": []},
        {"甲": people["甲"]},
        {"甲": people["甲"], "乙": [], "丙": []},
        {"甲": [*people["甲"], person()], "乙": []},
    ]
    digests = {
        reference.run_reference(made, facts, on=DAY, key="key", members=one).inputs_digest for one in (people, *changed)
    }
    assert len(digests) == 5
    plain = book("conduct", inputs=numbers("area"), steps={"out": "{label: 出, formula: area}"}, result="out")
    one = reference.run_reference(plain, [{"key": 1}], on=DAY, key="key")
    assert one.inputs_digest == __import__("hashlib").sha256(b"key,on,area\n1,2021-06-30,\n").hexdigest()


COUNTED = {"inputs": numbers("area", "said", places=0, bottom="0"), "people": members(count="said")}


def test_a_count_says_who_is_empty_and_a_list_of_another_length_is_refused(everywhere):
    made = household(**COUNTED)
    run = go(everywhere, made, {"乙": [person()], "丙": [person()]}, 甲={"said": 0}, 乙={"said": 1})
    assert [rolled(run, key)["persons"] for key in "甲乙丙"] == ["0", "1", "1"]
    run = go(everywhere, made, {}, 甲={"said": 2})
    assert rolled(run)["persons"] == "未知"
    with pytest.raises(Refused, match="“甲”登记 2，成员表里有 1") as refused:
        go(everywhere, made, {"甲": [person()]}, 甲={"said": 2})
    assert codes(refused) == ["RULE-046"]


def test_members_that_do_not_fit_are_refused_with_their_row():
    facts, made = [{"key": "甲"}], household()

    def refusal(people, made=made):
        with pytest.raises(Refused) as refused:
            reference.run_reference(made, facts, on=DAY, key="key", members=people)
        return refused.value.problems[0]

    lost = refusal({"丁": [person()], "戊": []})
    assert (lost.code, lost.what) == ("RULE-045", "成员表里有 2 个行键在主表里没有：丁、戊。")
    people = {"丁": [person()], "甲": [person(income=-1)]}
    with pytest.raises(Refused) as both:
        reference.run_reference(made, facts, on=DAY, key="key", members=people)
    assert codes(both) == ["RULE-045", "RULE-011"]
    twice = refusal({"甲": [person(key="张三"), person(key="张三")]})
    assert (twice.code, "甲／张三" in twice.what) == ("RULE-014", True)
    wrong = refusal({"甲": [person(key="张三"), person(income="1.001", key="李四")]})
    assert wrong.code == "RULE-012"
    assert "第 2 行（甲／李四） “月收入”（income）" in str(wrong.where)
    assert refusal({"甲": [person(incme=1)]}).code == "RULE-015"
    assert refusal({"甲": [{}] * 10_001}).code == "RULE-047"
    plain = book("conduct", inputs=numbers("area"), steps={"out": "{label: 出, formula: area}"}, result="out")
    assert refusal({"甲": []}, plain).code == "RULE-048"


LINE = '{label: 线, unit: 元, values: [{from: "2020-01-01", value: "50", source: S1 一, checked: "2021-01-01"}]}'
BANDED = (
    '{label: 系数, unit: "1", bands: income, values: [{from: "2020-01-01", source: S1 一, checked: "2021-01-01", '
    'value: [{upto: line, value: "1"}, {above: line, %s}]}]}'
)


def test_a_parameter_may_have_bands_of_what_members_have(everywhere):
    parameters = {"coef": BANDED % 'value: "0.5"', "line": LINE}
    made = household(parameters=parameters, **with_rollup("sum_of(coef)"))
    run = everywhere(
        made, [{"key": "甲"}], on=DAY, key="key", members={"甲": [person(income=50), person(income="50.01")]}
    )
    assert run.rows[0].exact("x") == "1.5"
    run = everywhere(
        made, [{"key": "甲"}], on=DAY, key="key", members={"甲": [person(income=60)]}, parameters={"line": "60"}
    )
    assert run.rows[0].exact("x") == "1.0"
    with pytest.raises(Refused) as refused:
        household(parameters=parameters | {"line": LINE.replace("元", "㎡")}, **with_rollup("sum_of(coef)"))
    assert codes(refused) == ["BOOK-060"]


def test_a_band_of_what_a_member_has_cannot_refuse_the_row():
    parameters = {"coef": BANDED % "refuse: poor", "line": LINE}
    with pytest.raises(Refused) as refused:
        household(parameters=parameters, conditions={"poor": "{label: 收入, says: 高}"}, **with_rollup("sum_of(coef)"))
    assert "BOOK-040" in codes(refused)


def with_rollup(formula, extra="", **parts):
    return {"rollups": {"x": f'{{label: 汇总, formula: "{formula}"{extra}}}'}, "steps": {"out": "{label: 出, formula: x}"},
            "result": "out", **parts}  # fmt: skip


REFUSED = {
    "no roll-up at the top": (with_rollup("count_of(owns) + 1"), "BOOK-073"),
    "one within another": (with_rollup("sum_of(income * count_of(owns))"), "BOOK-073"),
    "a sum over rows within": (with_rollup("sum_of(total(income))"), "BOOK-073"),
    "an input of the row": (with_rollup("sum_of(income * area)"), "BOOK-040"),
    "a step of the row": (with_rollup("sum_of(income * out)"), "BOOK-040"),
    "a name that is none": (with_rollup("sum_of(nothing)"), "BOOK-040"),
    "a number for a truth": (with_rollup("count_of(income)"), "BOOK-042"),
    "a truth for a number": (with_rollup("sum_of(owns)"), "BOOK-042"),
    "a choice": (with_rollup("min_of(kind)"), "BOOK-042"),
    "another unit": (with_rollup("sum_of(income)", ", unit: 人"), "BOOK-042"),
    "a unit of a truth": (with_rollup("any_of(owns)", ", unit: 人"), "BOOK-022"),
    "places of a count": (with_rollup("count_of(owns)", ", places: 2"), "BOOK-022"),
    "a default without a source": (with_rollup("sum_of(if_unknown(income, 0))"), "BOOK-044"),
    "no arguments": (with_rollup("sum_of()"), "BOOK-030"),
    "a roll-up in a step": ({"steps": {"out": "{label: 出, formula: count_of(area > 1)}"}, "result": "out"}, "BOOK-042"),
    "a member's input in a step": ({"steps": {"out": "{label: 出, formula: income}"}, "result": "out"}, "BOOK-040"),
    "a table by a member's input in a step": ({"steps": {"out": "{label: 出, formula: weight}"}, "result": "out"}, "BOOK-040"),
    "members without roll-ups": ({"rollups": {}, "steps": {"out": "{label: 出, formula: area}"}, "result": "out"}, "BOOK-072"),
    "a count that is none": ({"people": members(count="nothing")}, "BOOK-072"),
    "a key that is an input": ({"people": members(key="born")}, "BOOK-072"),
    "a member from a measure": ({"people": members(PERSON | {"x": "{label: 指标, unit: 户, range: [0, 1], measure: a.b}"})}, "BOOK-072"),
    "a name used twice": ({"people": members(PERSON | {"area": "{label: 面积, type: truth}"})}, "BOOK-003"),
    "no key": ({"people": {"inputs": members()["inputs"]}}, "BOOK-005"),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_rolled_up_is_refused_when_the_book_is_loaded(parts, code):
    with pytest.raises(Refused) as refused:
        household(**parts)
    assert codes(refused)[0] == code


def test_roll_ups_without_members_are_refused():
    with pytest.raises(Refused) as refused:
        book("conduct", inputs=numbers("a"), **with_rollup("count_of()"))
    assert codes(refused) == ["BOOK-072"]


def test_one_household_is_explained_with_its_members():
    people = [person(key="张三"), person("2010-05-01", "33.3", key="李四")]
    told = {one.name: one for one in explain_outcome(household(), {"area": 1}, on=DAY, members=people)}
    elders = told["elders"]
    assert (elders.label, elders.value_text) == ("老人数", "1 人")
    assert elders.formula == "成员中周岁(出生日期，算到业务日期) ≥ 老人年龄的个数"
    assert elders.substituted == (
        "张三：周岁(1950年1月1日，算到2021年6月30日) ≥ 65 岁 → 是；李四：周岁(2010年5月1日，算到2021年6月30日) ≥ 65 岁 → 否"
    )
    assert told["persons"].substituted == "张三；李四"
    assert told["earned"].substituted == "张三：100 元 → 100；李四：33.3 元 → 33.3"
    absent = {one.name: one for one in explain_outcome(household(), {"area": 1}, on=DAY)}["elders"]
    assert (absent.substituted, absent.sentence) == ("名单没有给出", "“成员”名单没有给出，无法计算")
    run = reference.run_reference(household(), [{"key": "甲"}], on=DAY, key="key", members={"甲": [person()] * 20})
    assert "等 20 名" in explain_row(run.rows[0])[0].substituted


EXAMPLE = '{name: 甲户, members: [{born: "1950-01-01", income: 100, owns: false, kind: 在职}], given: {area: 1}, expect: {elders: %s}}'


def test_examples_of_a_book_have_members():
    assert household(examples=[EXAMPLE % 1]).examples[0].members
    with pytest.raises(Refused, match="elders 应为 2，算得 1"):
        household(examples=[EXAMPLE % 2])
    several = (
        "{name: 几户, rows: {甲: {area: 1}, 乙: {}, 丙: {}}, members: {甲: [{key: 张三, owns: true}], 乙: []}, "
        "expect: {甲: {housed: true}, 乙: {persons: 0}, 丙: {persons: null, unknown: [members]}}}"
    )
    assert household(examples=[several]).examples
    with pytest.raises(Refused, match="“nothing”不是输入"):
        household(examples=["{name: 甲户, members: [{nothing: 1}], expect: {persons: 1}}"])


def test_the_documented_tables_hold(everywhere):
    """docs/operators.md, the section on members: each table is one household."""
    section = DOCS.partition("## count_of")[2].partition("\n## ")[0]
    tables = re.findall(r"公式：`([^`]+)`\n\n((?:\|.*\n)+)\n结果：(.+)\n", section)
    shown = {re.match(r"[a-z_]+", formula)[0] for formula, _, _ in tables}
    assert shown == {"count_of", "sum_of", "min_of", "max_of", "any_of", "all_of"}
    for formula, table, result in tables:
        head, _rule, *lines = (cells(line) for line in table.splitlines())
        people = [
            {name: None if cell == "未知" else cell for name, cell in zip(head, line, strict=True)} for line in lines
        ]
        made = household(
            {"x": f'{{label: 汇总, formula: "{formula}"}}'}, steps={"out": "{label: 出, formula: x}"}, result="out"
        )
        run = everywhere(made, [{"key": "甲"}], on=DAY, key="key", members={"甲": people})
        assert (run.rows[0].exact("x") or "未知") == result, formula


MAYBE = st.one_of(st.none(), st.integers(0, 5), st.integers(0, 5))
PEOPLE = st.lists(
    st.builds(
        person,
        born=st.one_of(st.none(), st.dates(date(1930, 1, 1), date(2021, 1, 1))),
        income=MAYBE,
        owns=st.sampled_from([None, True, False, False]),
        kind=st.sampled_from(["在职", "退休", "学生", None]),
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(lists=st.lists(st.one_of(st.none(), PEOPLE), min_size=1, max_size=5), shuffle=st.randoms(use_true_random=False))
def test_engines_and_reference_agree_on_any_households(everywhere, lists, shuffle):
    made = household(partition="[pot]", inputs=numbers("area") | {"pot": "{label: 组, type: text}"},
                     steps=STEPS | {"part": "{label: 占比, formula: share(earned)}"},
                     ranks={"place": "{order: [elders desc, earned asc], ties: shared}"})  # fmt: skip
    facts = [{"key": str(index), "pot": "甲乙"[index % 2]} for index in range(len(lists))]
    people = {str(index): one for index, one in enumerate(lists) if one is not None}
    run = everywhere(made, facts, on=DAY, key="key", members=people)
    mixed = {key: shuffle.sample(one, len(one)) for key, one in shuffle.sample(sorted(people.items()), len(people))}
    shuffle.shuffle(facts)
    again = reference.run_reference(made, facts, on=DAY, key="key", members=mixed)
    assert (again.csv(), again.inputs_digest) == (run.csv(), run.inputs_digest)
    assert all(first.key != second.key for first, second in pairwise(run.rows))
