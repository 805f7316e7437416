"""Sums that a sentence tells."""

import pytest


@pytest.mark.parametrize(
    "text",
    [
        "全市有效授信49.03亿元（国开行21.552亿元、农发行27.478亿元）。",
        "共收到资金1785万元，其中中央842万元，租赁补贴360万元；省级136万元；市级447万元。",
        "审计发现的21个问题，已完成整改18个，正在整改3个，整改率为85.7%。",
        "全市开工10406套，其中：棚改7298户（含2019年新增5290套）；公租房3108套。",
    ],
)
def test_what_adds_up_is_silent(checked, text):
    report = checked(text)
    assert not report.findings
    assert report.checked >= 3


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("全市有效授信49.30亿元（国开行21.552亿元、农发行27.478亿元）。", "49.03亿元"),
        ("共收到资金1785万元，其中中央842万元，租赁补贴360万元；省级136万元；市级474万元。", "1812万元"),
        ("审计发现的21个问题，已完成整改17个，正在整改3个。", "20个"),
        ("全市有效授信49.03亿元（国开行21.552亿元、农发行27.478万元）。", "21.5547亿元"),
    ],
)
def test_what_does_not_add_up_is_a_contradiction(checked, text, other):
    (finding,) = checked(text).contradictions
    assert finding.kind == "分项之和"
    assert finding.other == other


def test_a_list_of_some_is_no_contradiction(checked):
    report = checked("全市开工10406套，其中棚改2100套，公租房1350套。")
    assert not report.contradictions
    assert report.unclear


def test_cut_digits_are_told_as_such(checked):
    report = checked("筹措资金9.51亿元（其中：中央2.93亿元，基建5.62亿元，市县9199.36万元，社会463.58万元）。")
    assert [(one.level, one.kind, one.other) for one in report.findings] == [("舍入", "截尾", "9.5163亿元")]


def test_a_sum_rounded_to_what_is_printed_is_a_note(checked):
    report = checked("筹措资金26.89亿元（其中：中央871万元，债券21.06亿元，市级6469万元，信贷5.1亿元）。")
    assert [(one.level, one.kind) for one in report.findings] == [("舍入", "进位")]


def test_the_unit_that_slipped_is_named(checked):
    (finding,) = checked("共投入资金1.17亿元（中央0.5万亿元、省级0.67万亿元）。").contradictions
    assert "万倍" in finding.sentence
