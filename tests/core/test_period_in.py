"""The period that a title speaks of."""

import pytest

from anju.core.wording import period_in

TITLES = {
    "威海市2021年1—5月棚户区改造工作进展情况": "2021-05",
    "２０２１年１－５月进展情况": "2021-05",
    "2021年5月份月报": "2021-05",
    "2021年1至5月份": "2021-05",
    "2021年1月-5月": "2021-05",
    "二〇二一年五月进展情况": "2021-05",
    "二○二一年十二月": "2021-12",
    "截至2021年5月底棚改情况": "2021-05",
    "2021.05棚改": "2021-05",
    "2021-12 月报表": "2021-12",
    "2021年4—5月进展情况": "2021-05",
    "2021年5月—6月": "2021-06",
    "2021年前5个月": "2021-05",
    "2021年前五个月棚改": "2021-05",
    "2021年三季度报表": "2021-Q3",
    "2021年第4季度": "2021-Q4",
    "2021年前三季度": "2021-Q3",
    "2021年上半年": "2021-H1",
    "2021年度住房保障": "2021",
    "2021 年 棚户区": "2021",
    "截至2021年12月31日": "2021-12-31",
    "2021年度计划2021年1—5月完成情况": "2021-05",
    "2021年1—5月进展情况2021年6月3日": "2021-05",
    "棚户区改造工作进展情况": "",
    "2017年底前开工2021年底未建成项目": "",
    "2021年4月和2021年5月对比": "",
    "2020年目标2021年1—5月完成": "",
    "12345套": "",
    "文件20210531号": "",
}


@pytest.mark.parametrize(("title", "period"), TITLES.items())
def test_a_title_is_read_as_the_one_period_it_is_about(title, period):
    assert period_in(title) == period


@pytest.mark.parametrize(
    ("title", "period"), [("1—5月棚改进展", "2021-05"), ("五月份", "2021-05"), ("棚改", ""), ("15月", "")]
)
def test_a_month_without_its_year_is_of_the_year_that_is_spoken_of(title, period):
    assert period_in(title, "2021") == period and period_in(title) == ""


def test_a_footnote_mark_in_a_title_is_no_digit():
    assert period_in("2021年1—1②月进展情况") != "2021-12"
    assert period_in("2021年1²月进展情况") != "2021-12"
