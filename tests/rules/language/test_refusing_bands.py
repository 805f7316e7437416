"""A band that refuses: it fails a condition, so that the row is refused and not pending."""

from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.book.display import value_text
from anju.rules.explanation.explain import explain_row, row_sentences
from tests.rules.build import DAY, book, codes, numbers

CITED = 'source: S1 一, checked: "2021-01-01"'
LINE = f'{{label: 收入线, unit: "1", values: [{{from: "2020-01-01", value: "3000", {CITED}}}]}}'
COEF = (
    f'{{label: 系数, unit: "1", bands: income, values: [{{from: "2020-01-01", {CITED}, '
    'value: [{below: "500", refuse: checked_in}, {at_least: "500", upto: line, value: "0.5"}, {above: line, refuse: income_ok}]}]}'
)
CONDITIONS = {
    "checked_in": '{label: 收入属实, says: "月收入 {income}，低于 500，须先核对"}',
    "income_ok": '{label: 收入, clause: S1 第三条, says: "月收入 {income}，高于 {line}"}',
    "few": '{label: 人口, formula: "persons < 9", says: "{persons} 人"}',
}


def banded(kind="subsidy", coef=COEF, conditions=CONDITIONS, **parts):
    inputs = numbers("income", "persons", places=0, bottom="0")
    steps = {"amount": '{label: 补贴, unit: "1", places: 0, formula: "coef * 1000 * persons"}'}
    return book(
        kind,
        inputs=inputs,
        parameters={"coef": coef, "line": LINE},
        steps=steps,
        conditions=conditions,
        result="amount",
        **parts,
    )


ROWS = [
    {"key": "1", "income": 499, "persons": 1},
    {"key": "2", "income": 500, "persons": 2},
    {"key": "3", "income": 3000, "persons": 3},
    {"key": "4", "income": 3001, "persons": 4},
    {"key": "5", "income": None, "persons": 5},
    {"key": "6", "income": 3001, "persons": None},
    {"key": "7", "income": 100000, "persons": 9},
]


def test_a_band_that_refuses_fails_its_condition_and_pays_nothing(everywhere):
    run = everywhere(banded(), ROWS, on=DAY, key="key")
    assert [row.decision for row in run.rows] == [
        "refused",
        "passed",
        "passed",
        "refused",
        "pending",
        "refused",
        "refused",
    ]
    assert [row.text("payable") for row in run.rows] == ["0", "1000", "1500", "0", "", "0", "0"]
    assert [row.text("amount") for row in run.rows] == ["0", "1000", "1500", "0", "", "", "0"]
    assert [row.failed for row in run.rows] == [
        ["checked_in"],
        [],
        [],
        ["income_ok"],
        [],
        ["income_ok"],
        ["income_ok", "few"],
    ]
    assert row_sentences(run.rows[3]) == ["月收入 3001，高于 3000"]
    assert row_sentences(run.rows[4]) == ["“income数”未知，待核。"]
    told = {item.name: item for item in explain_row(run.rows[3])}
    assert (told["income_ok"].formula, told["income_ok"].value_text) == ("income数 不在“系数”不予办理的一段", "否")
    assert told["income_ok"].substituted == "3001 不在“系数”不予办理的一段"


def test_a_what_if_moves_the_line_above_which_is_refused(everywhere):
    run = everywhere(banded(), ROWS, on=DAY, key="key", parameters={"line": "2999"})
    assert [row.decision for row in run.rows][2] == "refused"


def test_a_condition_may_have_a_formula_of_its_own_too(everywhere):
    both = CONDITIONS | {"income_ok": '{label: 收入, formula: "income <> 700", says: "月收入 {income} 不符"}'}
    rows = [
        {"key": "1", "income": 700, "persons": 1},
        {"key": "2", "income": 701, "persons": 1},
        {"key": "3", "income": 3001, "persons": 1},
    ]
    run = everywhere(banded(conditions=both), rows, on=DAY, key="key")
    assert [row.failed for row in run.rows] == [["income_ok"], [], ["income_ok"]]


def test_a_band_that_refuses_from_a_day_on(everywhere):
    open_ended = '[{upto: "3000", value: "0.5"}, {above: "3000", value: "0.1"}]'
    coef = COEF.replace("values: [", f'values: [{{from: "2019-01-01", value: {open_ended}, {CITED}}}, ').replace(
        '"2020-01-01"', '"2021-03-01"'
    )
    run = everywhere(banded(coef=coef), ROWS, on=date(2021, 2, 28), key="key")
    assert [row.decision for row in run.rows][:4] == ["passed"] * 4
    assert run.rows[3].text("payable") == "400"
    after = everywhere(banded(coef=coef), ROWS, on=date(2021, 3, 1), key="key")
    assert [row.decision for row in after.rows][:4] == ["refused", "passed", "passed", "refused"]


def test_a_band_may_give_a_value_all_the_same(everywhere):
    coef = COEF.replace("{above: line, refuse: income_ok}", '{above: line, value: "0.1", refuse: income_ok}')
    run = everywhere(banded(coef=coef), ROWS, on=DAY, key="key")
    assert (run.rows[3].text("amount"), run.rows[3].text("payable")) == ("400", "0")


@pytest.mark.parametrize(
    ("changed", "code", "what"),
    [
        ({"conditions": {"few": CONDITIONS["few"]}}, "BOOK-062", "不是一个条件"),
        ({"conditions": CONDITIONS | {"income_ok": CONDITIONS["income_ok"].replace("{label", "{gate: false, source: S1 一, label")}}, "BOOK-062", "gate: false"),
        ({"conditions": CONDITIONS | {"other": '{says: "无"}'}}, "BOOK-005", "缺少“formula”"),
        ({"coef": COEF.replace("{above: line, refuse: income_ok}", "{above: line}")}, "BOOK-005", "缺少“value”"),
        ({"coef": COEF.replace('unit: "1"', "enum: [甲, 乙]").replace('"0.5"', "甲")}, "BOOK-005", "缺少“value”"),
        ({"kind": "share"}, "BOOK-062", "share 类规则书没有“不予办理”"),
    ],
)  # fmt: skip
def test_what_a_band_refuses_by_is_a_condition_that_decides(changed, code, what):
    with pytest.raises(Refused, match=what) as refused:
        banded(**changed)
    assert {*codes(refused)} >= {code}


def test_a_condition_and_the_number_of_its_bands_may_not_go_round():
    steps = {"income": '{label: 收入, unit: "1", places: 0, formula: "case when income_ok then 1 else 2 end"}'}
    with pytest.raises(Refused, match="income → income_ok → income") as refused:
        book(
            "eligibility",
            parameters={"coef": COEF, "line": LINE},
            steps=steps,
            conditions={name: CONDITIONS[name] for name in ("checked_in", "income_ok")},
        )
    assert "BOOK-041" in codes(refused)


def test_a_refusing_band_is_told_in_words():
    made = banded()
    told = value_text(made, made.parameters["coef"], made.parameters["coef"].values[0].value)
    assert told == "不满 500：不予办理；满 500，不超过“收入线”：0.5；超过“收入线”：不予办理"
