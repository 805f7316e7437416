"""The leader's headline, from figures alone."""

from types import SimpleNamespace

from anju.desk.queries.progress import MeasureProgress, Summary
from anju.figures.figure import NUMBER, Figure
from anju.figures.pages.comparison import TargetComparison

CITY = SimpleNamespace(name="示例市", pk=1, code="520200")
STARTED = SimpleNamespace(name="棚户区改造开工量", code="shanty.start", kind="cumulative")
ASKED = SimpleNamespace(name="棚户区改造开工任务", code="shanty.start.target", kind="stock")


def figure(value):
    return Figure(
        "shanty.start",
        "棚户区改造开工量",
        CITY,
        "2023-08",
        value=value,
        state=NUMBER if value is not None else "unreported",
        unit="套",
        family="套",
    )


def headline(*actual):
    parts = [TargetComparison(figure(one), figure(100)) for one in actual]
    whole = TargetComparison(figure(None if None in actual else sum(actual)), figure(100 * len(actual)))
    return Summary(CITY, "2023-08", "县", [MeasureProgress(STARTED, ASKED, whole, parts)]).heading


def test_a_city_of_which_some_have_reported_is_not_said_to_have_reported_nothing():
    assert headline(60, None, None) == "2023年1—8月棚户区改造开工量一个县已报，两个未报；一个县棚户区改造开工量未达目标"


def test_where_nobody_reported_that_is_what_is_said():
    assert "尚未报送完成数" in headline(None, None)


def test_where_all_have_reported_the_sum_is_said():
    assert headline(100, 100).startswith("2023年1—8月棚户区改造开工量200套，完成100.0%")
