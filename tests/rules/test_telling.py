"""A row is told step by step in Chinese: figures put in, clause, document, each lost point one sentence."""

from datetime import date

from anju.rules.engine import running
from anju.rules.explanation import explain
from anju.rules.explanation.explain import explain_row, row_sentences
from anju.rules.load import load_text
from tests.rules.build import DAY, book
from tests.rules.test_load import GOOD

ON = date(2020, 12, 31)


def load(text=GOOD):
    return load_text(text.encode(), "甲.yaml")


ROW = {"social": "463.58", "all_funds": "95162.94", "place": "焦作市"}


def test_each_step_shows_its_formula_figures_clause_and_document(everywhere):
    text = GOOD.replace('points: 5, formula: "5 - lose', 'clause: S1 附表2, points: 5, formula: "5 - lose')
    run = everywhere(load(text), [{"key": 1, **ROW}], on=ON, key="key")
    told = {item.name: item for item in explain_row(run.rows[0])}
    assert told["share_of"].formula == "100 × 社会筹资 ÷ 总筹措"
    assert told["share_of"].substituted == "100 × 463.58 万元 ÷ 95162.94 万元"
    assert told["share_of"].value_text == "0.49%"
    raising = told["raising"]
    assert raising.formula == "5 − 扣分(差目标 − 占比，每4扣1，最多5，不足一档按一档)"
    assert raising.substituted == "5 − 扣分(差20% − 0.49%，每4扣1，最多5，不足一档按一档)"
    assert (raising.value_text, raising.lost, raising.clause, raising.source) == (
        "0 分",
        "5 分",
        "S1 附表2",
        "《办法》（财综〔2020〕19号）",
    )
    assert raising.sentence == "焦作市占比 0.49%，差 19.513%"
    assert raising.under == ("资金管理", "资金筹集")
    assert told["money"].lost == ""
    assert told["money"].sentence == ""
    assert told["total"].value_text == "5 分"
    assert row_sentences(run.rows[0]) == ["焦作市占比 0.49%，差 19.513%"]


def test_an_unknown_step_says_what_is_not_known():
    run = running.run_rows(load(), [{"key": 1, **ROW, "social": None}], on=ON, key="key")
    told = {item.name: item for item in explain_row(run.rows[0])}
    assert told["raising"].sentence == "“社会筹资”未知，无法计算"
    assert told["raising"].value_text == "未知"
    assert told["raising"].substituted == "5 − 扣分(差20% − 未知，每4扣1，最多5，不足一档按一档)"
    assert row_sentences(run.rows[0]) == ["“社会筹资”未知，待核。"]


def test_one_row_can_be_told_without_a_run():
    assert explain.explain_outcome(load(), ROW, on=ON)[0].value_text == "0.49%"
    shared = book(
        "share",
        inputs={"x": '{label: 数, unit: "1", range: [0, 9]}'},
        steps={"out": '{label: 占比, formula: 100 * share(x), unit: "%"}'},
        result="out",
    )
    assert explain.explain_outcome(shared, {"x": 1}, on=DAY, rows=[{"x": 2}])[0].value_text == "33.33%"


def test_figures_in_sentences_take_units_and_places():
    made = book(
        "eligibility",
        inputs={
            "pay": "{label: 应发, unit: fen, range: [0, 1e9]}",
            "area": "{label: 面积, unit: ㎡, places: 2, range: [0, 500]}",
            "persons": "{label: 人数, unit: 人, range: [0, 9]}",
            "born": "{label: 出生, type: date}",
            "group": "{label: 类别, enum: [低保, 其他]}",
        },
        conditions={
            "c": "{formula: pay > 999999999, says: 不足}",
            "d": '{formula: persons > 8, says: "{pay}；{pay : 万元 4}；{pay * 2}；{area / persons : ㎡ 1}；{area - 0.5}；{area}；'
            '{born}；{group}；{persons}；{area / (persons - persons)}"}',
        },
    )
    row = {"key": 1, "pay": 52550, "area": "45.50", "persons": 3, "born": "1961-05-01", "group": "低保"}
    run = running.run_rows(made, [row], on=DAY, key="key")
    assert (
        row_sentences(run.rows[0])[1]
        == "525.50 元；0.0526 万元；105100；15.2 ㎡；45 ㎡；45.5 ㎡；1961年5月1日；低保；3 人；未知"
    )


def test_a_warning_tells_only_what_holds_and_takes_the_first_colour(everywhere):
    made = book(
        "warning",
        inputs={"done": "{label: 完成, unit: 套, range: [0, 1e6]}", "plan": "{label: 任务, unit: 套, range: [0, 1e6]}"},
        conditions={
            "far": '{colour: 红, formula: done / plan < 0.5, says: "仅完成 {100 * done / plan : % 1}", propose: 约谈}',
            "near": '{colour: 黄, formula: done < plan, says: "差 {plan - done}", propose: 督办}',
        },
    )
    cases = [(40, 100), (80, 100), (100, 100), (0, 0), (None, 1)]
    given = [{"key": index, "done": done, "plan": plan} for index, (done, plan) in enumerate(cases)]
    run = everywhere(made, given, on=DAY, key="key")
    assert [row.colour for row in run.rows] == ["红", "黄", "", "", ""]
    assert [row_sentences(row) for row in run.rows] == [
        ["仅完成 40.0%"],
        ["差 20 套"],
        [],
        ["“far”分母为 0，待核。"],
        ["“完成”未知，待核。"],
    ]
    assert run.rows[0].warning.propose == "约谈"
    assert [item.sentence for item in explain_row(run.rows[1])] == ["", "差 20 套"]
    assert run.rows[1].held == ["near"]


def test_points_finer_than_the_score_are_lost_exactly(everywhere):
    made = book(
        "scoring",
        inputs={"n": "{label: 项数, unit: 项, range: [0, 9]}"},
        criteria={
            "c": '{label: 质量, points: "2.5", formula: "case when n > 0 then 1 else 2.5 end", says: "{n}不合格"}',
            "d": '{points: "1.5", formula: "1", places: 0, says: 总扣}',
        },
        total=4,
    )
    row = everywhere(made, [{"key": 1, "n": 2}], on=DAY, key="key").rows[0]
    assert [(item.value_text, item.lost) for item in explain_row(row)] == [
        ("1 分", "1.5 分"),
        ("1 分", "0.5 分"),
        ("2 分", ""),
    ]
