"""The evaluation reports of a place that is none of the five."""

import re
from datetime import date

import pytest

from anju.figures.services import observations
from anju.problems import Refused
from anju.runs.queries.score_table import Score
from anju.runs.references import StepReference
from anju.runs.services import runs
from tests.fidelity.reading import tables
from tests.sample_place import PERIOD, load_measures, place, told, written

pytestmark = pytest.mark.usefixtures("measures")  # made once: most of these tests need them

JUDGED = {
    "rules_sound": "2", "on_time": "2", "targeted": "1", "monitored": "2", "goals_set": "3", "breaches": "1", "severe_breaches": "0", "undisclosed": "0",
    "days_late": "0", "incomplete_loss": "0", "defects": "0", "petitions_left": "0",
}  # fmt: skip
FACTS = {
    "funds.prh_shanty.city": "300", "shanty.start": "95", "shanty.start.target": "100", "prh.start": "0", "prh.start.target": "0",
    "subsidy.households": "50", "subsidy.households.target": "50", "satisfaction.prh_shanty": "85",
}  # fmt: skip


def plain(version) -> str:
    return re.sub(r"<[^>]+>", "", version.html)


def scored(user, judged=JUDGED, **facts):
    """Score the sample place by the one book of that subject, whose year is another: 2020."""
    load_measures(user)
    for measure, value in (FACTS | facts).items():
        observations.enter_figure(by=user, measure=measure, region=place(user), period="2020", value=value)
    runs.run_book(
        by=user,
        kind="scoring",
        subject="prh-shanty",
        region=place(user),
        period="2020",
        on=date(2020, 12, 31),
        judged=judged,
    )


def report(user, **options):
    from anju.documents.queries.documents import find_version
    from anju.documents.services.documents import write_document

    options = {
        "organs": ["甲局", "乙局"],
        "signatories": ["张三", "李四"],
        "tables": [{"book": "prh-shanty"}],
        **options,
    }
    return find_version(
        user,
        write_document(by=user, kind="evaluation-report", region=place(user), period="2020", options=options, prose={}),
    )


def test_the_score_table_prints_every_row_with_the_machines_score_and_why_points_were_lost(scope):
    scored(scope)
    version = report(scope)
    [table] = tables(version.html)
    scores = {line[2]: line[5] for line in table.lines}
    assert scores["资金使用管理"] == "9.5" and scores["开工计划完成率"] == "30" and scores["资金筹集"] == "10"
    assert table.lines[-1] == ["合计", "100", "", "", "", "94.5"]
    assert [line[:2] for line in table.lines[:3]] == [["资金管理", "25"]] * 3
    notes = re.findall(r'<p class="table-note">(.*?)</p>', version.html)
    assert len(notes) == 2 and "95.0%" in plain(version)
    assert version.books[0]["subject"] == "prh-shanty" and len(version.books[0]["digest"]) == 64


def test_a_joint_report_names_both_organs_and_both_who_sign(scope):
    scored(scope)
    html = report(scope).html
    assert re.findall(r'<p class="organ">(.*?)</p>', html)[:2] == ["甲局", "乙局"]
    assert re.findall(r'<span class="name">(.*?)</span>', html) == ["张三", "李四"]


def test_an_unknown_score_is_blank_and_so_is_the_total(scope):
    scored(scope, judged={name: value for name, value in JUDGED.items() if name != "defects"})
    [table] = tables(report(scope).html)
    assert table.lines[-3][5] == "" and table.lines[-1][5] == "" and table.lines[0][5] == "10"


def test_a_report_is_refused_while_a_table_it_carries_was_never_scored(scope):
    with pytest.raises(Refused, match="EVAL-001"):
        report(scope, tables=[{"book": "prh-shanty"}, {"book": "old-communities"}])


def test_a_part_without_figures_is_left_out_and_leaves_no_gap(scope):
    told(
        scope,
        {
            "old.communities.target": "12",
            "old.households.target": "800",
            "old.buildings.target": "30",
            "old.area.target": "6",
        },
    )
    text = plain(written(scope, "evaluation-report", prose={"suggestions": ["请上级支持。"]}))
    assert "一、城镇老旧小区改造" in text and "二、相关建议" in text and "公租房保障和棚户区改造" not in text


def test_a_goal_set_as_a_share_is_told_as_a_share_and_judged_by_what_it_comes_to(scope):
    told(
        scope,
        {
            "old.communities.target": "12",
            "old.households.target": "800",
            "old.households": "800",
            "old.households.completed": "399",
        },
    )
    from fractions import Fraction

    observations.enter_figure(
        by=scope, measure="old.households.completed.target", region=place(scope), period=PERIOD, value=Fraction(1, 2)
    )
    text = plain(written(scope, "evaluation-report", {"superior_short": "省"}))
    assert "省定目标任务为2023年底前完成总户数的二分之一" in text
    assert "占总户数的50%，尚未达到省定目标" in text  # 399 of 800 rounds to 50 % and is not half


@pytest.mark.parametrize(("done", "said"), [("9996", "99.96"), ("10000", "100"), ("9900", "99")])
def test_a_rate_is_told_without_decimals_only_when_it_is_whole(scope, done, said):
    told(scope, {"shanty.start.target": "10000", "shanty.start": done})
    text = plain(written(scope, "evaluation-report"))
    assert f"占年度目标任务的{said if said != '99.96' else '100.0'}%" in text


def test_full_marks_with_listed_problems_remind_the_writer(scope):
    told(scope, {"shanty.start.target": "600", "shanty.start": "600", "shanty.start.monetised": "600"})
    judged = {"place": "示例市", "score": "100", "problems": "2"}
    runs.run_book(
        by=scope,
        kind="check",
        subject="full-score",
        region=place(scope),
        period=PERIOD,
        on=date(2023, 12, 31),
        judged=judged,
    )
    version = written(scope, "self-evaluation", prose={"problems": ["### （一）征收困难"]})
    assert "自评得分100分" in plain(version) and "已完成600户，均为货币化安置" in plain(version)
    assert [warning["what"] for warning in version.warnings if warning["code"] == "EVAL-002"] == [
        f"{place(scope).name}自评100分，材料中又列举问题2项：请说明这些问题为何没有扣分。"
    ]


def test_a_region_says_what_is_behind_and_leaves_open_what_was_not_scored(scope):
    told(
        scope,
        {"prh.start.target": "100", "prh.start": "99", "subsidy.households.target": "10", "subsidy.households": "10"},
    )
    observations.enter_figure(by=scope, measure="arh.start.target", region=place(scope), period=PERIOD, state="no_task")
    text = plain(written(scope, "region-evaluation", {"tables": [{"name": "租赁住房保障"}]}))
    assert "实际开工99套，开工率99%" in text and "公租房开工完成计划的99%，没有达到年度计划。" in text
    assert "各项年度计划已经完成" not in text and "无保障性租赁住房建设任务" in text
    assert "租赁住房保障的得分，待对照评分标准逐项评定后填列" in text


def test_a_score_is_printed_as_score_tables_print_it():
    assert Score(StepReference(1, "合计"), "合计", "3.5").text("point", 2) == "3.5"
    assert not Score(StepReference(1, "合计"), "合计", "").known
