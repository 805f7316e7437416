"""What the checks find: in the row, in the sums, against the last period, the ledger, the target and another department's own table."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from anju.core.people.scope import open_scope
from anju.figures.services import observations as figures
from anju.problems import Refused
from anju.returns.models import Answer
from anju.returns.queries import checks, explanation
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services import answers, filling, opening, review
from anju.returns.services.filling import CellEntry
from tests.returns.conftest import FORM, complete, pass_on


def found(by, ret, check_id):
    return [one for one in checks.check_return(by, ret) if one.check_id == check_id]


def put(by, ret, line, **texts):
    grid = lay_out_grid(by, ret)
    done = filling.fill_cells(
        by=by, ret_id=ret.pk, changes=[CellEntry(line, c, t, grid.cells[line, c].version) for c, t in texts.items()]
    )
    assert not done.problems and not done.conflicts


def test_a_blank_number_blocks_and_zero_does_not(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    blanks = {(one.line, one.column) for one in found(by, draft, "blank")}
    assert (line, "complete") in blanks and (line, "start") not in blanks and (line, "note") not in blanks
    put(by, draft, line, complete="0")
    assert (line, "complete") not in {(one.line, one.column) for one in found(by, draft, "blank")}
    with pytest.raises(Refused, match="RET-040"):
        review.hand_in_return(by=by, ret_id=draft.pk)


def test_within_the_row(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(by, draft, line, start="100")
    (one,) = found(by, draft, "money-within-start")
    assert (one.level, one.columns, one.line) == ("阻断", ("start_money", "start"), line)
    assert one.what == "东关棚改货币化安置 166 套，大于开工 100 套。" and one.where == "东关棚改 “其中货币化安置、开工”"
    put(by, draft, line, start="448")
    assert not found(by, draft, "money-within-start")


def test_against_the_ledger(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    assert not found(by, draft, "start-ledger")
    put(by, draft, line, start="450")
    assert found(by, draft, "start-ledger")[0].what == "东关棚改开工 450 套，台账记到截止日是 448 套。"


def test_against_the_last_period(people, county, ready, projects, acting):
    pass_on(people, ready)
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    september = opening.open_return(by=by, form_code=FORM, region=county, period="2021-09")
    assert lay_out_grid(by, september).cells[line, "start"].last == "448"
    put(by, september, line, start="440", invest="5000")
    assert found(by, september, "start-falls")[0].what == "东关棚改开工自年初累计 440 套，比上月 448 套 少。".replace(
        " 少", " 少"
    )
    complete(by, september)
    told = explanation.draft_explanation(by, september)
    assert any("开工 440 套，比上期减少 8 套（东关棚改减少 8 套）" in one for one in told)
    assert any(one.endswith("：情况属实。") for one in told)


def test_january_is_not_compared_with_december(people, county, projects, forms, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    december = opening.open_return(by=by, form_code=FORM, region=county, period="2021-12")
    complete(by, december)
    pass_on(people, december)
    acting(by)
    january = opening.open_return(by=by, form_code=FORM, region=county, period="2022-01")
    grid = lay_out_grid(by, january)
    assert (grid.cells[line, "start"].last, grid.cells[line, "start"].text) == ("", "0")
    assert grid.cells[line, "stage"].text == "主体施工"  # what stands, stands
    assert not found(by, january, "start-falls")


def test_against_the_target(people, county, projects, forms, operator, acting):
    with open_scope(operator):
        figures.enter_figure(
            by=operator, measure="shanty.start.target", region=county, period="2021", value="500", calibre="市"
        )
    by = acting(people["clerk"])
    december = opening.open_return(by=by, form_code=FORM, region=county, period="2021-12")
    (one,) = found(by, december, "shanty-target")
    assert (one.line, one.what) == ("total", "棚户区改造开工合计 448 套，年度任务 500 套，没有完成。")
    assert lay_out_grid(by, december).cells["total", "start"].target == "500"


def test_against_the_finance_departments_own_table(people, county, draft, projects, acting):
    accountant = acting(people["accountant"])
    funds = opening.open_return(by=accountant, form_code="anju-funds-month", region=county, period="2021-08")
    puts = [CellEntry(line, "paid", "100") for line in ("central", "bond")] + [
        CellEntry(line, "paid", "无任务") for line in ("provincial", "local", "loan", "other")
    ]
    assert not filling.fill_cells(by=accountant, ret_id=funds.pk, changes=puts).problems
    assert lay_out_grid(accountant, funds).cells["all", "paid"].text == "200"
    by = acting(people["clerk"])
    filling.fill_cells(by=by, ret_id=draft.pk, changes=[CellEntry(f"p{one.pk}", "pay", "50") for one in projects])
    assert found(by, draft, "finance-paid")[0].what == "支付合计 150 万元，财政部门同期所报是 200 万元。"
    assert found(accountant, funds, "housing-paid")[0].what == "支付合计 200 万元，住建部门同期所报是 150 万元。"
    put(by, draft, f"p{projects[0].pk}", pay="100")
    assert not found(by, draft, "finance-paid")


def test_a_copied_month_is_asked_about(people, county, ready, projects, acting):
    pass_on(people, ready)
    by = acting(people["clerk"])
    september = opening.open_return(by=by, form_code=FORM, region=county, period="2021-09")
    assert {one.line for one in found(by, september, "copied-month")} == {f"p{projects[0].pk}", f"p{projects[1].pk}"}


def test_an_answer_counts_only_while_the_fact_stands(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(by, draft, line, start="450")
    answers.answer_check(by=by, ret_id=draft.pk, check_id="start-ledger", line=line, text="台账漏记两套。")
    (one,) = found(by, draft, "start-ledger")
    assert (one.answer, one.answered_by, one.open) == ("台账漏记两套。", "clerk某", False)
    put(by, draft, line, start="451")
    assert found(by, draft, "start-ledger")[0].open
    put(by, draft, line, start="450")  # the same fact again
    assert not found(by, draft, "start-ledger")[0].open
    answers.answer_check(by=by, ret_id=draft.pk, check_id="start-ledger", line=line, text="")
    assert found(by, draft, "start-ledger")[0].open


def test_what_blocks_cannot_be_answered_and_what_is_not_asked_neither(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    with pytest.raises(Refused, match="RET-043"):
        answers.answer_check(by=by, ret_id=draft.pk, check_id="blank", line=line, text="不知道")
    with pytest.raises(Refused, match="RET-042"):
        answers.answer_check(by=by, ret_id=draft.pk, check_id="start-ledger", line=line, text="对的")
    assert not Answer.objects.exists()


def test_a_waiver_has_a_person_a_reason_and_a_last_day(people, draft, projects, acting):
    clerk, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(clerk, draft, line, start="100")
    about = {"ret_id": draft.pk, "check_id": "money-within-start", "line": line}
    with pytest.raises(Refused, match="ACT-001"):
        answers.waive_check(by=clerk, **about, reason="批准", until=date(2999, 1, 1))
    reviewer, today = acting(people["reviewer"]), timezone.localdate()
    for reason, until in (("", today), ("批准", today - timedelta(days=1))):
        with pytest.raises(Refused, match="RET-044"):
            answers.waive_check(by=reviewer, **about, reason=reason, until=until)
    answers.waive_check(by=reviewer, **about, reason="市政府专题会议纪要", until=today)
    (one,) = found(reviewer, draft, "money-within-start")
    assert not one.open and one.waived.by_name == "reviewer某"
    put(acting(people["clerk"]), draft, line, start="90")
    assert found(people["clerk"], draft, "money-within-start")[0].open  # another fact


def test_a_waiver_ends_with_its_day(people, draft, projects, acting, operator):
    clerk, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(clerk, draft, line, start="100")
    what = found(clerk, draft, "money-within-start")[0].what
    Answer.objects.create(
        ret=draft, region=draft.region, check_id="money-within-start", line=line, said=what, text="批准", waiver=True,
        until=timezone.localdate() - timedelta(days=1), by="reviewer", by_name="审核某",
    )  # fmt: skip
    assert found(clerk, draft, "money-within-start")[0].open


def test_what_is_not_known_is_not_judged(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(by, draft, line, start="未报")
    assert not found(by, draft, "start-ledger") and not found(by, draft, "money-within-start")
    (one,) = found(by, draft, "unreported")
    assert one.level == "提醒" and one.column == "start"


def test_the_checks_ask_no_more_of_thirty_projects_than_of_three(people, county, draft, acting):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from anju.projects.services import projects as ledger

    def asked() -> int:
        checks.check_return(by, draft)  # what is kept is kept now
        with CaptureQueriesContext(connection) as seen:
            checks.check_return(by, draft)
        return len(seen)

    by = acting(people["clerk"])
    few = asked()
    for n in range(27):
        ledger.register_project(
            by=by, region=county, code=f"N{n}", name=f"新项目{n}", kind="prh", year="2021", units="100"
        )
    opening.refresh_return(by=by, ret_id=draft.pk)
    assert asked() == few


def test_a_long_return_is_checked_by_the_engine_with_the_same_findings(people, draft, projects, acting, monkeypatch):
    from anju.rules.engine import running

    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(by, draft, line, start="100", invest="5000", stage="未开工")
    few, few_grid = checks.check_return(by, draft), lay_out_grid(by, draft).cells
    monkeypatch.setattr(running, "FEW", 0)
    assert checks.check_return(by, draft) == few and len(few) > 5
    assert lay_out_grid(by, draft).cells == few_grid


def test_an_answer_and_what_is_typed_leave_a_trail_row(people, draft, acting):
    from anju.core.models.trail import Trail

    by = acting(people["clerk"])
    complete(by, draft)
    acts = set(Trail.objects.filter(obj=f"报表 {draft}").values_list("act", flat=True))
    assert {"returns.fill", "returns.answer"} <= acts


def test_one_answer_to_what_was_ticked_is_one_row_and_answers_nothing_else(people, draft, projects, acting):
    from anju.core.models.trail import Trail

    by, lines = acting(people["clerk"]), [f"p{one.pk}" for one in projects[:2]]
    for line in lines:
        put(by, draft, line, start="450", basic="9")
    about = {"ret_id": draft.pk, "check_id": "start-ledger"}
    made = answers.answer_together(by=by, **about, places=[(lines[0], "start")], text="台账尚未登记。")
    assert [one.line for one in made] == lines[:1]
    assert [one.line for one in found(by, draft, "start-ledger") if one.open] == lines[
        1:
    ]  # not looked at, not answered
    every = [(line, "start") for line in lines]
    assert [one.line for one in answers.answer_together(by=by, **about, places=every, text="台账尚未登记。")] == lines[
        1:
    ]
    assert answers.answer_together(by=by, **about, places=every, text="台账尚未登记。") == []
    assert [one for one in found(by, draft, "basic-ledger") if one.open]
    first, second = Trail.objects.filter(act="returns.answer").order_by("id")
    assert (first.said["after"]["lines"], second.said["after"]["lines"]) == (lines[:1], lines[1:])
    assert first.said["reason"] == "台账尚未登记。"


def test_what_is_answered_together_is_all_asked_and_gets_words(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(by, draft, line, start="450")
    about = {"ret_id": draft.pk, "check_id": "start-ledger"}
    with pytest.raises(Refused, match="RET-045"):
        answers.answer_together(by=by, **about, places=[(line, "start")], text=" ")
    with pytest.raises(Refused) as refused:
        answers.answer_together(by=by, **about, places=[(line, "start"), ("p0", "start"), (line, "pay")], text="漏记")
    assert [one.code for one in refused.value.problems] == ["RET-042", "RET-042"]
    with pytest.raises(Refused, match="RET-043"):
        answers.answer_together(by=by, ret_id=draft.pk, check_id="blank", places=[(line, "stage")], text="漏记")
    assert not Answer.objects.exists()


def test_of_two_unreported_cells_of_a_line_each_has_its_own_answer(people, draft, projects, acting):
    by, line = acting(people["clerk"]), f"p{projects[0].pk}"
    put(by, draft, line, arrive="未报", pay="未报")
    about = {"ret_id": draft.pk, "check_id": "unreported", "line": line}
    answers.answer_check(by=by, **about, column="pay", text="财政尚未对账")
    told = {one.column: one.answer for one in found(by, draft, "unreported")}
    assert told == {"arrive": "", "pay": "财政尚未对账"}
