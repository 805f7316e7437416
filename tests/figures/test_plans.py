"""Plans of several years (2021-2025), all since the beginning (2021-09-A), half-years: as periods of figures."""

import pytest

from anju.core.wording import period_in, period_label, period_name
from anju.desk.queries import progress
from anju.figures.queries import current, targets
from anju.figures.queries.current import current_figure
from anju.figures.queries.latest import latest_figures
from anju.figures.queries.standing import StandingFigures
from anju.figures.references import MeasureReference
from anju.figures.services import observations
from anju.periods import period_bounds, period_end, spans_years, target_period
from anju.problems import Refused
from anju.workbooks.reading.long_forms import read_period

PLAN, SINCE = "2021-2025", "2021-09-A"


def enter(user, place, code, period, value):
    observations.enter_figure(by=user, measure=code, region=place, period=period, value=value)


@pytest.mark.parametrize(
    ("period", "end", "label"),
    [
        ("2021-2025", "2025-12-31", "2021—2025年"), ("2016-2020", "2020-12-31", "2016—2020年"), ("2021-A", "2021-12-31", "截至2021年底累计"),
        ("2021-09-A", "2021-09-30", "截至2021年9月底累计"), ("2021-H1", "2021-06-30", "2021年上半年"), ("2021-H2", "2021-12-31", "2021年下半年"),
        ("2021-09", "2021-09-30", "2021年1—9月"),
    ],
)  # fmt: skip
def test_each_has_its_end_and_its_name(period, end, label):
    assert str(period_end(period)) == end and period_label(period) == label
    if spans_years(period):
        assert period_name(period) == label and target_period(period) == period
    else:
        assert target_period(period) == "2021"


@pytest.mark.parametrize(
    "wrong",
    ["2025-2021", "2021-2021", "2021-13-A", "2021-00-A", "2021-B", "A", "2021-20255", "2021-Q3-A", "2021-09-01-A"],
)
def test_what_is_no_period_is_refused(wrong):
    with pytest.raises(Refused, match="FIG-004"):
        period_bounds(wrong)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2021—2025年", "2021-2025"), ("2021-2025", "2021-2025"), ("2021年至2025年", "2021-2025"), ("２０２１－２０２５年", "2021-2025"), ("2021~2025", "2021-2025"),
        ("截至2021年9月底累计", "2021-09-A"), ("截止2021年底累计", "2021-A"), ("2021-A", "2021-A"), ("2021-09-A", "2021-09-A"), ("2021年上半年", "2021-H1"),
        ("2021年1—9月", "2021-09"), ("2025—2021年", None), ("2021-13-A", None), ("截至2021年13月底累计", None),
    ],
)  # fmt: skip
def test_a_long_form_may_write_it_out(text, period):
    assert read_period(text) == period


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("××市2021—2025年保障性租赁住房发展规划", "2021-2025"), ("2021年至2025年任务分解表", "2021-2025"), ("截至2021年9月底累计完成情况", "2021-09-A"),
        ("截至2021年底累计情况表", "2021-A"), ("2021年上半年进展情况", "2021-H1"), ("2020年—2021年5月进展", ""), ("2021年1—9月进展情况", "2021-09"),
    ],
)  # fmt: skip
def test_a_title_may_say_it(title, period):
    assert period_in(title) == period


def test_a_figure_of_a_plan_is_stored_summed_and_referred_to(user, city, east, west):
    for place, target, value in ((east, "200", "100"), (west, "60", "50")):
        enter(user, place, "arh.start.target", PLAN, target)
        enter(user, place, "arh.start", PLAN, value)
    total = current_figure(user, "arh.start", city, PLAN)
    assert total.text() == "150" and not current_figure(user, "arh.start", city, "2021").known
    for period in (PLAN, SINCE):
        reference = MeasureReference("arh.start", "140502", period)
        assert MeasureReference.read(reference.write()) == reference


def test_a_plans_figure_is_no_report_of_its_first_year(user, city, east, west):
    enter(user, east, "arh.start.target", "2021", "20")
    enter(user, east, "arh.start", "2021-09", "10")
    enter(user, west, "arh.start", "2021-2025", "50")
    total = current_figure(user, "arh.start", city, "2021-09")
    assert total.text() == "10" and [part.region for part in total.parts] == [east] and not total.reported
    plan = current_figure(user, "arh.start", city, PLAN)
    assert plan.reported.startswith("已报1/") and {part.region for part in plan.parts if part.known} == {west}


def test_figures_of_a_plan_stand_for_themselves_and_nothing_of_a_year_for_them(user, east):
    enter(user, east, "arh.start.target", "2021", "20")
    enter(user, east, "arh.start", "2021-09", "10")
    codes = ["arh.start", "arh.start.target", "arh.start.rate"]
    for period in (PLAN, SINCE, "2021-A"):
        standing = StandingFigures(user, codes, [east], period)
        assert [standing(code).known for code in codes] == [False] * 3 and not standing.reported_else(east), period
    enter(user, east, "arh.start.target", PLAN, "400")
    enter(user, east, "arh.start", PLAN, "100")
    enter(user, east, "arh.start", SINCE, "900")
    plan = StandingFigures(user, codes, [east], PLAN)
    assert [plan(code).text() for code in codes] == ["100", "400", "25.0"]
    since = StandingFigures(user, codes, [east], SINCE)
    assert since("arh.start").text() == "900" and not since("arh.start.rate").known
    quarter = StandingFigures(user, codes, [east], "2021-Q3")
    assert [quarter(code).text() for code in codes] == ["10", "20", "50.0"]


def test_what_a_report_added_is_told_of_the_reports_of_a_year_only(user, east):
    enter(user, east, "arh.start.target", "2021", "20")
    for period, value in (("2021-08", "10"), ("2021-09", "15"), ("2021-A", "900"), ("2021-09-A", "800")):
        enter(user, east, "arh.start", period, value)
    catalogue = current.find_measures(user)
    reports = progress.reported_periods(user, catalogue, east)
    told = progress.report_increases(user, catalogue, reports, east, period_end("2021"))
    assert [(one.now.period, one.before.period, one.more.text()) for one in told] == [("2021-09", "2021-08", "5")]


def test_the_rate_of_a_plan_is_of_the_plans_target_and_never_of_a_years(user, east):
    enter(user, east, "arh.start.target", "2021", "20")
    enter(user, east, "arh.start", PLAN, "100")
    enter(user, east, "arh.start", "2021-09", "10")
    assert current_figure(user, "arh.start.rate", east, "2021-09").text() == "50.0"
    assert not current_figure(user, "arh.start.rate", east, PLAN).known
    enter(user, east, "arh.start.target", PLAN, "200")
    assert current_figure(user, "arh.start.rate", east, PLAN).text() == "50.0"
    enter(user, east, "arh.start", SINCE, "90")
    assert not current_figure(user, "arh.start.rate", east, SINCE).known


def test_the_latest_figure_of_a_year_is_no_plan_and_nothing_since_the_beginning(user, east):
    enter(user, east, "arh.start", "2021-08", "10")
    enter(user, east, "arh.start", SINCE, "900")
    enter(user, east, "arh.start", "2021-2022", "5000")
    latest = latest_figures(user, ["arh.start"], [east], period_end("2021-12"))
    assert latest.period("arh.start") == "2021-08" and latest("arh.start", east).text() == "10"


def test_the_overview_of_a_year_has_no_plan_and_that_of_a_plan_no_year(user, city, east):
    enter(user, east, "arh.start.target", PLAN, "200")
    enter(user, east, "arh.start", PLAN, "150")
    enter(user, east, "arh.start.target", "2021", "20")
    enter(user, east, "arh.start", "2021-09", "10")
    catalogue = current.find_measures(user)
    for period, text, target in (("2021", "10", "20"), (PLAN, "150", "200")):
        told = progress.summarise_progress(
            user, catalogue=catalogue, reports=progress.reported_periods(user, catalogue, east), region=east, below=[],
            period=period, names={}, on=period_end("2025"),
        )  # fmt: skip
        (shown,) = [line.whole for line in told.progress if line.measure.code == "arh.start"]
        assert (shown.actual.text(), shown.target.text()) == (text, target)


def test_the_targets_of_a_year_are_not_those_of_a_plan(user, east):
    enter(user, east, "arh.start.target", PLAN, "200")
    enter(user, east, "arh.start.target", "2021", "20")
    assert [one.figure.text() for one in targets.targets_in_force(user, east, "2021")] == ["20"]
    assert [one.figure.text() for one in targets.targets_in_force(user, east, PLAN)] == ["200"]
