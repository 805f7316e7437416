"""What is due, to whom, and who was late: by the first submission."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from anju import periods
from anju.core.people.scope import open_scope
from anju.core.wording import period_label
from anju.figures.queries import current, provenance
from anju.problems import Refused
from anju.returns.forms import calendar, spec
from anju.returns.models import Return
from anju.returns.queries import deadlines, reading
from anju.returns.services import opening, overdue, review
from tests.returns.conftest import FORM, pass_on

ZONE = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def month():
    return next(one for one in spec.shipped_specs() if one.code == FORM)


def test_deadlines_of_a_month(month):
    said = calendar.form_deadlines(month, "2021-08")
    assert said == {
        "unit": "2021-08-22T17:30:00+08:00",
        "city": "2021-08-24T17:30:00+08:00",
        "province": "2021-08-26T17:30:00+08:00",
    }
    assert str(calendar.cut_off_day(month, "2021-02")) == "2021-02-20"


@pytest.mark.parametrize(
    ("written", "period", "moment"),
    [
        ({"days": 15, "time": "17:00"}, "2021-Q3", "2021-10-15T17:00"),
        ({"workdays": 20}, "2021-Q3", "2021-10-28T23:59"),
        ({"day": 7, "months": 1}, "2021-12", "2022-01-07T23:59"),
        ({"day": "last", "months": 2}, "2021-12", "2022-02-28T23:59"),
        ({"day": 31}, "2021-06", "2021-06-30T23:59"),
        ({"on": "2022-02-28", "time": "12:00"}, "2022-02", "2022-02-28T12:00"),
    ],
)
def test_ways_to_write_a_deadline(written, period, moment):
    assert calendar.deadline_moment(spec.Deadline(**written), period) == at(moment)


def test_periods_follow_one_another():
    for period, after in (
        ("2021-12", "2022-01"),
        ("2021-Q4", "2022-Q1"),
        ("2021-H1", "2021-H2"),
        ("2021-H2", "2022-H1"),
        ("2021", "2022"),
    ):
        assert calendar.shift_period(period, 1) == after and calendar.shift_period(after, -1) == period


def test_a_form_may_be_of_half_a_year(month):
    half = month.model_copy(update={"period": "half", "cut_off": spec.CutOff(day="last")})
    assert [str(day) for day in periods.period_bounds("2026-H1")] == ["2026-01-01", "2026-06-30"]
    assert [str(day) for day in periods.period_bounds("2026-H2")] == ["2026-07-01", "2026-12-31"]
    assert (period_label("2026-H1"), period_label("2026-H2")) == ("2026年上半年", "2026年下半年")
    assert calendar.periods_around(half, date(2026, 12, 31)) == ["2026-H2", "2026-H1", "2025-H2"]
    assert (calendar.last_period(half, "2026-H1"), calendar.period_year_ago(half, "2026-H1")) == ("2025-H2", "2025-H1")
    assert reading.periods_with_same_end("2026-06") == [
        "2026-06",
        "2026-Q2",
        "2026-H1",
    ] and "2026-H2" in reading.periods_with_same_end("2026")
    calendar.check_period(half, "2026-H1")
    for wrong in ("2026-Q1", "2026-06", "2026"):
        with pytest.raises(Refused, match="2021-H1"):
            calendar.check_period(half, wrong)
    for wrong in ("2026-H3", "2026-00", "2026-13"):
        with pytest.raises(Refused):
            periods.period_bounds(wrong)


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """listed(text): the office's own list of days off."""

    def forget():
        calendar._days.cache_clear()
        calendar.deadline_moment.cache_clear()

    def write(text):
        (tmp_path / "workdays.yaml").write_text(text, encoding="utf-8")
        forget()

    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    forget()
    yield write
    monkeypatch.undo()
    forget()


def test_the_office_s_own_list_of_days_off_moves_a_deadline_in_workdays(listed, month):
    counted = month.model_copy(update={"due": {"unit": spec.Deadline(workdays=5)}})
    assert calendar.guessed_deadline(month, "2039-09") == ""  # of a deadline by date nothing need be known
    assert calendar.guessed_deadline(counted, "2039-09") == "2039年放假调休没有登记，暂按周一至周五推算"
    assert calendar.deadline_moment(counted.due["unit"], "2039-09") == at("2039-10-07T23:59")
    listed('2039:\n  off: ["2039-10-03", "2039-10-04"]\n  worked: ["2039-10-08"]\n')
    assert calendar.guessed_deadline(counted, "2039-09") == ""
    assert calendar.deadline_moment(counted.due["unit"], "2039-09") == at("2039-10-10T23:59")
    saturday = calendar.deadline_moment(spec.Deadline(workdays=4), "2039-09")
    assert saturday == at("2039-10-08T23:59")  # that is worked
    assert calendar.guessed_deadline(counted, "2039-12") == "2040年放假调休没有登记，暂按周一至周五推算"


def test_the_years_that_the_state_council_published_are_shipped(listed, month):
    counted = month.model_copy(update={"due": {"unit": spec.Deadline(workdays=5)}})
    assert calendar.guessed_deadline(counted, "2026-09") == ""
    days = {f"{day:%m-%d}" for day in _days_of(2026) if calendar.is_workday(day) != (day.weekday() < 5)}
    assert days == {  # 国办发明电〔2025〕7号: weekdays that are free, and the six weekend days that are worked
        "01-01", "01-02", "01-04", "02-14", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "02-28", "04-06", "05-01", "05-04", "05-05",
        "05-09", "06-19", "09-20", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07", "10-10",
    }  # fmt: skip
    assert (sum(map(calendar.is_workday, _days_of(2025))), sum(map(calendar.is_workday, _days_of(2026)))) == (248, 248)
    listed("2025:\n  off: []\n  worked: []\n")
    assert calendar.is_workday(date(2025, 10, 1)) and not calendar.is_workday(date(2026, 10, 1))  # year by year


def _days_of(year):
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize(
    "text",
    [
        "2026: [\n",
        "2026:\n  off: [十月一日]\n  worked: []\n",
        '2026:\n  off: ["2026-10-01"]\n',
        '2026:\n  off: ["2025-10-01"]\n  worked: []\n',
    ],
)
def test_a_list_of_days_off_that_cannot_be_read_is_refused_and_not_guessed(listed, text):
    listed(text)
    with pytest.raises(Refused) as refused:
        calendar.deadline_moment(spec.Deadline(workdays=5), "2026-09")
    assert [one.code for one in refused.value.problems] == ["RET-015"]


def test_what_is_due_waits_for_the_one_who_has_it(people, county, ready, acting):
    now = at("2021-08-21T09:30")

    def mine(who):
        return [
            (one.form.code, one.region.name, one.waits_for, one.hours_left, one.mine)
            for one in deadlines.due_returns(acting(people[who]), now, county)
            if one.period == "2021-08" and one.form.code == FORM
        ]

    assert mine("clerk") == [(FORM, county.name, "returns.fill", 32, True)]
    assert mine("reviewer")[0][4] is False
    pass_on(people, ready, "joint")
    assert mine("reviewer")[0][2:] == ("returns.opine", 32, True) and mine("land")[0][4] and not mine("clerk")[0][4]
    review.give_opinion(by=acting(people["land"]), ret_id=ready.pk, agrees=True)
    (one,) = [one for one in deadlines.due_returns(people["land"], now, county) if one.ret]
    assert one.opined and one.to == f"报{county.parent.name}"
    acting(people["clerk"]), ready.refresh_from_db()
    pass_on(people, ready, "city")
    assert mine("lock")[0][2:] == ("returns.lock", 80, True)
    pass_on(people, ready, "locked")
    assert mine("lock") == []
    acting(people["lock"])
    assert deadlines.recently_locked(people["lock"], county) == [ready]


def test_a_return_that_nobody_began_is_due_too(people, next_county, offices, forms, acting):
    by = acting(people["neighbour"])
    found = {(one.form.code, one.period): one for one in deadlines.due_returns(by, at("2021-08-23T09:00"), next_county)}
    one = found[FORM, "2021-08"]
    assert one.ret is None and one.hours_left < 0 and one.mine
    assert ("anju-funds-month", "2021-08") in found and not found[
        "anju-funds-month", "2021-08"
    ].mine  # another office's


def test_opening_what_is_due_opens_ones_own(people, next_county, offices, forms, acting):
    by = acting(people["neighbour"])
    made = opening.open_due(by=by, on=at("2021-08-21T09:00").date())
    assert {one.form.code for one in made} == {FORM} and {one.period for one in made} >= {"2021-08", "2021-07"}
    assert opening.open_due(by=by, on=at("2021-08-21T09:00").date()) == []


def test_asking_costs_the_same_for_one_county_and_for_two(people, city, county, next_county, draft, acting):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    by = acting(people["lock"])

    def cost(region):
        with CaptureQueriesContext(connection) as seen:
            deadlines.due_returns(by, at("2021-08-21T09:00"), region)
            deadlines.reporting_progress(by, region, at("2021-08-21T09:00"))
        return len(seen)

    cost(city)  # what is asked once and remembered
    assert cost(city) - cost(county) <= 4  # finding what lies below a city, twice


def submitted(people, ret, moment):
    pass_on(people, ret, "city")
    with open_scope(people["clerk"]):
        Return.objects.filter(pk=ret.pk).update(first_submitted_at=moment, submitted_at=moment)


@pytest.mark.parametrize(
    ("moment", "days"),
    [("2021-08-22T17:30", 0), ("2021-08-22T17:31", 1), ("2021-08-23T00:01", 1), ("2021-08-25T08:00", 3)],
)
def test_late_by_days_from_the_deadline_to_the_first_submission(people, city, county, ready, acting, moment, days):
    submitted(people, ready, at(moment))
    acting(people["lock"])
    (one,) = [
        one
        for one in deadlines.reporting_progress(people["lock"], city, at("2021-09-30T00:00"), "2021-08")
        if one.region == county and one.form.code == FORM
    ]
    assert one.days_late(at("2021-09-30T00:00")) == days and one.first_submitted_at == at(moment)


def test_lateness_becomes_figures_with_the_proof(people, city, county, next_county, ready, acting):
    submitted(people, ready, at("2021-08-24T10:00"))
    by, now = acting(people["lock"]), at("2021-08-31T12:00")
    overdue.publish_overdue(by=by, region=city, month="2021-08", at=now)
    found = current.current_figures(
        by, ["returns.due", "returns.late", "returns.late.days"], [county, next_county], ["2021-08"]
    )
    # Each county owes the projects' and the finance table; the second one of the county and both of its neighbour never came.
    assert [found("returns.due", one).text() for one in (county, next_county)] == ["2", "2"]
    assert [found("returns.late", one).text() for one in (county, next_county)] == ["2", "2"]
    assert [found("returns.late.days", one).text() for one in (county, next_county)] == ["11", "18"]
    cited = provenance.find_provenance(by, found("returns.late", county).observation_id).observation.cited
    assert "首次上报 2021-08-24 10:00，期限 2021-08-22 17:30" in cited
    assert overdue.publish_overdue(by=by, region=city, month="2021-08", at=now) is None
    assert {(one.region, one.form.code) for one in deadlines.overdue_reports(by, county, "2021-08", now)} == {
        (county, FORM),
        (county, "anju-funds-month"),
    }


def test_what_has_not_fallen_due_is_not_counted(people, city, county, offices, forms, acting):
    by = acting(people["lock"])
    overdue.publish_overdue(by=by, region=city, month="2021-08", at=at("2021-08-22T17:00"))
    assert current.current_figure(by, "returns.due", county, "2021-08").text() == ""
    assert timedelta(0) < at("2021-08-22T17:30") - at("2021-08-22T17:00")


@pytest.mark.django_db(databases=["default", "owner"])
def test_every_day_last_month_is_counted_city_by_city(people, city, county, offices, forms, operator):
    from anju.core.jobs import queue
    from anju.figures.models import Source
    from anju.returns.jobs import publish_lateness

    with open_scope(operator):
        job = queue.enqueue(operator, "returns.lateness")
        assert publish_lateness(job, by=operator).startswith("/returns/")
        month = calendar.shift_period(f"{timezone.localdate():%Y-%m}", -1)
        assert current.current_figure(operator, "returns.late", county, month).text() == "2", "nobody reported anything"
        assert Source.objects.get(title__contains=period_label(month)).region == city
