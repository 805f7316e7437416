"""How a period is named: by itself, as that of a figure, and before the name of a form."""

import pytest

from anju.core.wording import period_label, period_name, period_title


@pytest.mark.parametrize(
    ("period", "kind", "said"),
    [
        ("2021-Q3", "cumulative", "2021年1—9月"), ("2021-Q1", "cumulative", "2021年1—3月"), ("2021-H1", "cumulative", "2021年1—6月"),
        ("2021-Q4", "cumulative", "2021年1—12月"), ("2021-09", "cumulative", "2021年1—9月"), ("2021-01", "cumulative", "2021年1月"),
        ("2021", "cumulative", "2021年"), ("2021-Q3", "flow", "2021年三季度"), ("2021-09", "flow", "2021年9月"), ("2021-H2", "flow", "2021年下半年"),
        ("2021-Q3", "stock", "2021年9月底"), ("2021-09", "stock", "2021年9月底"), ("2021", "stock", "2021年底"), ("2021-Q3", "relative", "2021年三季度"),
        ("2021-Q3", "", "2021年三季度"), ("2021-H1", "", "2021年上半年"), ("2021-08", "", "2021年1—8月"), ("2021-12-31", "", "截至2021年12月31日"),
        ("2021-12-31", "cumulative", "截至2021年12月31日"), ("x", "", "x"), ("", "stock", ""), ("2021-Q5", "", "2021-Q5"),
    ],
)  # fmt: skip
def test_the_period_of_a_figure_is_that_of_what_it_counts(period, kind, said):
    assert period_label(period, kind) == said


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2021-09", "2021年9月"),
        ("2021-Q4", "2021年四季度"),
        ("2021", "2021年"),
        ("2021-H1", "2021年上半年"),
        ("2021-08-13", "2021年8月13日"),
        ("", ""),
    ],
)
def test_a_form_is_called_by_its_own_period(period, said):
    assert period_name(period) == said


@pytest.mark.parametrize(
    ("period", "name", "said"),
    [
        ("2021", "年度棚户区改造情况", "2021年度棚户区改造情况"), ("2021", "年报表", "2021年报表"), ("2021", "住房保障情况", "2021年住房保障情况"),
        ("2021-Q3", "季度棚户区改造情况", "2021年三季度棚户区改造情况"), ("2021-H1", "半年度情况", "2021年上半年情况"), ("2021-08", "进度月报表", "2021年1—8月进度月报表"),
        ("2021-Q3", "年度情况", "2021年三季度年度情况"),
    ],
)  # fmt: skip
def test_a_title_says_the_length_of_its_period_once(period, name, said):
    assert period_title(period, name) == said
