"""Rates that a sentence tells."""

import pytest

PLAN = "全市计划实施棚改开工4776套、基本建成663套，投资14.3亿元，租赁补贴发放670户。"
DONE = "全年，全市棚改开工6631套、基本建成2979套，完成投资27.27亿元，租赁补贴发放685户，分别完成年度任务的{}%、449.3%、190.7%、102.2%，均超额完成年度目标任务。"


@pytest.mark.parametrize(
    "text",
    [
        "计划开工公租房26106套，实际开工26215套，开工率100.4%；计划发放租赁补贴2778户，实际发放3960户，发放率142.5%。",
        "未建成项目28个、10184套，截至年底基本建成1635套，建成率16.05%。",
        "户数46682户，目标为二分之一。完工项目328个，户数28561户，占总户数的61%。",
        "目标任务为新开工282套。棚改新开282套，占年度目标任务的100%。",
        "2019年审计发现的31个问题，已完成整改25个，正在整改6个，整改率为80.6%。",
        "完成投资27.27亿元，同比增长8.5%。",
    ],
)
def test_a_true_rate_is_silent(checked, text):
    assert not checked(text).findings


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("计划开工公租房26106套，实际开工26215套，开工率104.0%。", "100.418%"),
        ("计划发放租赁补贴2778户，实际发放3690户，发放率142.5%。", "132.829%"),
        ("户数46682户，目标为二分之一。完工项目328个，户数28561户，占总户数的67%。", "61.18%"),
        ("2019年审计发现的31个问题，已完成整改25个，正在整改6个，整改率为86.0%。", "80.645%"),
    ],
)
def test_a_wrong_rate_is_a_contradiction(checked, text, other):
    (finding,) = checked(text).contradictions
    assert (finding.kind, finding.other) == ("比率", other)


def test_rates_listed_with_respectively_are_taken_one_by_one(checked):
    assert not checked(PLAN + DONE.format("138.8")).findings
    (finding,) = checked(PLAN + DONE.format("183.8")).contradictions
    assert finding.arithmetic == "6631套 ÷ 4776套 = 138.84%，印作183.8%。"


def test_a_list_with_one_rate_more_is_told(checked):
    (finding,) = checked("全市开工10套、建成8户，分别完成任务的90.0%、80.0%、70.0%。").contradictions
    assert finding.kind == "分别"


def test_a_cut_rate_is_told_as_cut(checked):
    report = checked("计划发放租赁补贴670户，实际发放613户，发放率91.4%。")
    assert [(one.level, one.kind) for one in report.findings] == [("舍入", "截尾")]


def test_a_rate_of_what_is_not_in_the_paper_is_no_contradiction(checked):
    assert not checked("全市入户调查300户，走访120户，群众满意率95.3%。").contradictions
