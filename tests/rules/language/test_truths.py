"""Parameters that are true or false: whether a place counts something at all, from which day."""

from datetime import date

import pytest

from anju.problems import Refused
from anju.rules.book.display import value_text
from anju.rules.explanation.explain import explain_row
from tests.rules.build import DAY, book, codes

CITED = 'source: S1 一, checked: "2021-01-01"'
COUNTED = f'{{label: 计入住房补贴, type: truth, values: [{{from: "2020-01-01", value: false, {CITED}}}, {{from: "2021-03-01", value: true, {CITED}}}]}}'
BY_GROUP = f'{{label: 免收, type: truth, by: g, values: [{{from: "2020-01-01", value: {{低保: true, 其他: false}}, {CITED}}}]}}'
BY_AREA = f'{{label: 超面积, type: truth, bands: a, values: [{{from: "2020-01-01", value: [{{upto: "50", value: false}}, {{above: "50", value: true}}], {CITED}}}]}}'


def counted(**changed):
    parameters = {"counted": COUNTED, "free": BY_GROUP, "large": BY_AREA} | changed
    return book(
        "rent",
        inputs={
            "a": '{label: 面积, unit: "1", places: 2, range: [0, 1000]}',
            "g": "{label: 类别, enum: [低保, 低收入, 其他]}",
        },
        parameters=parameters,
        steps={
            "out": '{label: 租金, unit: "1", places: 0, formula: "case when free then 0 when counted then 3 * a else a end"}'
        },
        conditions={"fits": '{formula: "counted and not large", says: "{a}，计入与否：{counted}"}'},
        result="out",
    )


def test_a_truth_has_dates_keys_and_bands_like_a_number(everywhere):
    given = [
        {"key": "1", "a": 50, "g": "其他"},
        {"key": "2", "a": 60, "g": "其他"},
        {"key": "3", "a": 10, "g": "低保"},
        {"key": "4", "a": 10, "g": "低收入"},
        {"key": "5", "a": None, "g": "低保"},
    ]
    run = everywhere(counted(), given, on=date(2021, 3, 1), key="key")
    assert [row.text("out") for row in run.rows] == ["150", "180", "0", "", "0"]
    assert [row.decision for row in run.rows] == ["passed", "refused", "passed", "passed", "pending"]
    assert run.rows[3].reasons[0].sentence == "“免收”没有与之对应的取值"
    assert "计入与否：是" in next(one for one in explain_row(run.rows[1]) if one.name == "fits").sentence
    before = everywhere(counted(), given, on=date(2021, 2, 28), key="key")
    assert [row.text("out") for row in before.rows] == ["50", "60", "0", "", "0"]
    assert [row.decision for row in before.rows] == ["refused"] * 5


@pytest.mark.parametrize("typed", [True, "是", "true"])
def test_a_what_if_turns_a_truth(everywhere, typed):
    given = [{"key": "1", "a": 50, "g": "其他"}]
    how = {"on": date(2021, 2, 28), "key": "key", "parameters": {"counted": typed, "free": {"其他": "否"}}}
    assert everywhere(counted(), given, **how).rows[0].text("out") == "150"


def test_a_what_if_that_is_no_truth_is_refused(everywhere):
    with pytest.raises(Refused, match="“1”不是“是”或“否”") as refused:
        everywhere(counted(), [], on=DAY, key="key", parameters={"counted": "1"})
    assert codes(refused) == ["RULE-004"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (COUNTED.replace("value: false", 'value: "false"'), "BOOK-010"),
        (COUNTED.replace("value: false", "value: 0"), "BOOK-010"),
        (COUNTED.replace("type: truth", 'type: truth, unit: "1"'), "BOOK-022"),
    ],
)
def test_a_truth_is_written_as_true_or_false_and_has_no_unit(changed, code):
    with pytest.raises(Refused) as refused:
        counted(counted=changed)
    assert codes(refused) == [code]


def test_a_truth_is_no_number():
    with pytest.raises(Refused, match="四则运算") as refused:
        book(parameters={"counted": COUNTED}, steps={"out": "{formula: counted + 1}"}, result="out")
    assert codes(refused) == ["BOOK-042"]


def test_a_truth_is_told_as_yes_or_no():
    made = counted()
    assert value_text(made, made.parameters["counted"], made.parameters["counted"].values[0].value) == "否"
    assert value_text(made, made.parameters["free"], made.parameters["free"].values[0].value) == "低保：是；其他：否"
