"""Words against numbers, title against content, days that are none."""

import pytest

TABLE = "县区\t补贴任务（户）\t发放（户）\t完成率\n全市\t670\t685\t102.2%\n甲县\t450\t423\t94.0%\n乙县\t80\t114\t142.5%\n丙县\t140\t148\t105.7%\n\n"


def kinds(report):
    return [one.kind for one in report.contradictions]


def test_every_county_is_not_where_one_is_behind(checked):
    (finding,) = checked("各县（市、区）积极工作，全部圆满完成了年度各项目标任务。\n\n" + TABLE).contradictions
    assert finding.kind == "用语"
    assert "甲县" in finding.arithmetic
    assert "乙县" not in finding.arithmetic


def test_every_county_is_where_none_is_behind(checked):
    true = TABLE.replace("450\t423\t94.0%", "400\t423\t105.8%").replace("670\t685\t102.2%", "620\t685\t110.5%")
    assert not checked("各县（市、区）积极工作，全部圆满完成了年度各项目标任务。\n\n" + true).contradictions


def test_what_is_to_be_reached_is_no_claim(checked):
    assert not checked("各县（市、区）要确保全部完成年度各项目标任务。\n\n" + TABLE).contradictions


def test_exceeded_by_all_is_held_against_the_rates_of_its_sentence(checked):
    text = "开工6631套、建成650户，分别完成年度任务的138.8%、98.0%，均超额完成年度目标任务。"
    assert "用语" in kinds(checked(text))


@pytest.mark.parametrize(("count", "wrong"), [("3", False), ("三", False), ("4", True), ("两", True)])
def test_so_many_counties_are_so_many_names(checked, count, wrong):
    report = checked(f"泽州县、陵川县、沁水县{count}个县尚未开工。".replace("两", "二"))
    assert bool(report.contradictions) == wrong


@pytest.mark.parametrize("day", ["2021年2月30日", "2021年13月1日", "2021年6月31日", "2023年2月29日"])
def test_a_day_that_no_calendar_has_is_told(checked, day):
    assert kinds(checked(f"截至{day}，工作已经完成。")) == ["日期"]


def test_a_day_that_is_one_is_silent(checked):
    assert not checked("截至2024年2月29日，工作已经完成。").findings


def test_the_title_speaks_of_the_year_of_the_text(checked):
    text = "2019年，各项工作推进。\n\n2019年，开工顺利。\n\n2019年底，任务完成。"
    assert kinds(checked(text)) == ["标题"]


def test_annexes_that_are_not_listed_are_told(checked):
    report = checked("评价结果见附件1-4。\n\n附件：1.甲表\n\n2.乙表\n\n3.丙表")
    assert kinds(report) == ["附件"]
