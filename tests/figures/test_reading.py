"""Reading: ratios, roll-up, breakdowns, rankings, series, provenance, and nothing of another region."""

import pytest

from anju.core.people.scope import open_scope
from anju.figures.models import Observation, Source
from anju.figures.queries import current, parts, provenance, targets
from anju.figures.services import imports, observations
from tests.figures.conftest import YEAR, cell, reading


@pytest.fixture
def enter(user):
    def enter(region, code, text, period=YEAR, **more):
        states = {"": "unreported", "无任务": "no_task"}
        wanted = {"state": states[text]} if text in states else {"value": text}
        return observations.enter_figure(by=user, measure=code, region=region, period=period, **wanted, **more)

    return enter


def test_a_computed_rate_has_the_decimals_of_its_column(user, city, enter):
    for code, text in (
        ("backlog.completed", "383"),
        ("backlog.unfinished", "3918"),
        ("backlog.completed.shanty", "383"),
        ("backlog.unfinished.shanty", "3918"),
    ):
        enter(city, code, text)
    found = current.current_figures(user, ["backlog.rate", "backlog.rate.shanty"], [city], [YEAR])
    assert [figure.text() for figure in found.values()] == ["9.78", "9.8"]


def test_a_calibre_goes_to_the_side_that_has_it(user, east, enter):
    enter(east, "invest.target", "4.5", unit="亿元")
    enter(east, "invest.done", "2.91", unit="亿元", calibre="cal1")
    enter(east, "invest.done", "5.56", unit="亿元", calibre="cal2")
    assert [
        current.current_figure(user, "invest.rate", east, YEAR, calibre).text() for calibre in ("cal1", "cal2", "")
    ] == [
        "64.7",
        "123.6",
        "",
    ]
    assert current.current_figures(user, ["invest.rate:cal2"], [east], [YEAR])("invest.rate:cal2").text() == "123.6"


def test_completion_is_measured_by_continued_works_only(user, city, enter):
    for code, text in (
        ("shanty.complete", "3145"),
        ("shanty.complete.continued", "2979"),
        ("shanty.complete.target", "663"),
    ):
        enter(city, code, text)
    assert current.current_figure(user, "shanty.complete.rate", city, YEAR).text() == "449.3"


def test_a_published_sum_is_computed_from_its_terms(user, city, enter):
    for name, text, unit in (
        ("central_provincial", "871", "万元"),
        ("bond", "21.06", "亿元"),
        ("city", "6469", "万元"),
        ("credit", "5.1", "亿元"),
    ):
        enter(city, f"funds.prh_shanty.{name}", text, unit=unit)
    whole = current.current_figure(user, "funds.prh_shanty.total", city, YEAR)
    assert (whole.text(), whole.text("万元"), len(whole.parts)) == ("26.89", "268940", 4)


def test_an_unknown_measure_is_an_error_and_an_unknown_figure_is_blank(user, city):
    with pytest.raises(KeyError, match=r"shanty\.begin"):
        current.current_figure(user, "shanty.begin", city, YEAR)
    blank = current.current_figure(user, "shanty.start", city, YEAR)
    assert (blank.value, blank.text(), blank.unit, blank.why) == (None, "", "套", "未报")


def test_a_rollup_says_when_parts_are_missing(user, city, counties, enter):
    for county in counties[:-1]:
        enter(county, "shanty.start", "10")
    whole = parts.roll_up(user, "shanty.start", city, YEAR)
    assert whole.value is None and whole.missing == (counties[-1].name,)
    enter(counties[-1], "shanty.start", "无任务")
    assert parts.roll_up(user, "shanty.start", city, YEAR).text() == str(10 * (len(counties) - 1))


def test_a_rolled_up_rate_is_the_rate_of_the_sums(user, city, east, west, enter):
    for county, done, wanted in ((east, "50", "100"), (west, "300", "300")):
        enter(county, "shanty.start", done)
        enter(county, "shanty.start.target", wanted)
    assert parts.roll_up(user, "shanty.start.rate", city, YEAR, parts=[east, west]).text() == "87.5"


def test_breakdowns_by_two_dimensions_stay_apart_and_show_what_is_left(user, city, enter):
    for code, text in (("", "6631"), (".old_town", "1695"), (".urban_village", "3926"), (".monetised", "166")):
        enter(city, f"shanty.start{code}", text)
    by_type, by_way = parts.break_down(user, "shanty.start", city, YEAR)
    assert (by_type.dimension, by_type.remainder.name, by_type.remainder.text()) == ("改造类型", "未归类", "1010")
    assert (by_way.dimension, by_way.remainder.text(), by_way.balanced) == ("安置方式", "6465", True)


def test_a_part_that_is_unknown_leaves_the_remainder_unknown(user, city, enter):
    enter(city, "shanty.start", "10")
    enter(city, "shanty.start.old_town", "")
    (only,) = parts.break_down(user, "shanty.start", city, YEAR)
    assert only.remainder.value is None and only.balanced is None and "老城区" in only.remainder.why


def test_more_parts_than_whole_is_not_balanced(user, city, enter):
    enter(city, "loan.credit", "5")
    enter(city, "loan.credit.cdb", "6")
    (only,) = parts.break_down(user, "loan.credit", city, YEAR)
    assert only.remainder.text() == "-1" and only.balanced is False


def test_a_series_keeps_the_order_and_its_gaps(user, city, enter):
    enter(city, "shanty.start", "3", period="2021-03")
    enter(city, "shanty.start", "0", period="2021-01")
    assert [
        one.text() for one in parts.figure_series(user, "shanty.start", city, ["2021-01", "2021-02", "2021-03"])
    ] == [
        "0",
        "",
        "3",
    ]


def test_provenance_tells_file_sheet_cell_and_earlier_values(user, city, east):
    rows = reading(cell(east, "shanty.start", "5", sheet="附件1", cell="E7", source="正文"))
    done = imports.import_tables(by=user, readings=rows, region=city, period=YEAR, content=b"PK", title="附件1")
    observations.correct_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="6", reason="核实")
    imported = Observation.objects.get(source=done.source)
    where = provenance.find_provenance(user, imported.pk)
    assert (where.place, where.current, where.observation.cited) == (
        "《表.xlsx》工作表“附件1” 单元格 E7",
        False,
        "正文",
    )
    assert provenance.source_content(user, where.source) == b"PK"
    now = provenance.find_provenance(user, current.current_figure(user, "shanty.start", east, YEAR).observation_id)
    assert (
        now.current and [entry.figure.value for entry in now.earlier] == [5] and now.source.get_kind_display() == "更正"
    )


def test_what_is_outside_the_scope_is_unknown_or_not_found(user, clerk, city, east, west):
    rows = reading(cell(east, "shanty.start", "5"), cell(west, "shanty.start", "6"))
    done = imports.import_tables(by=user, readings=rows, region=city, period=YEAR, content=b"PK")
    hidden = current.current_figure(user, "shanty.start", west, YEAR).observation_id
    with open_scope(clerk):
        assert current.current_figure(clerk, "shanty.start", east, YEAR).value == 5
        assert not current.current_figure(clerk, "shanty.start", west, YEAR).known
        assert provenance.figure_history(clerk, "shanty.start", west, YEAR) == []
        (entry,) = provenance.figure_history(clerk, "shanty.start", east, YEAR)
        assert entry.figure.value == 5 and entry.title == ""  # the city's file stays the city's
        with pytest.raises(Observation.DoesNotExist):
            provenance.find_provenance(clerk, hidden)
        with pytest.raises(Source.DoesNotExist):
            provenance.source_content(clerk, done.source)
        assert list(provenance.list_sources(clerk)) == []


def test_the_first_wall_holds_without_the_second(user, clerk, city, west, enter):
    """Inside the wide scope a narrow user still sees only their own: the queries filter by themselves."""
    hidden = enter(west, "shanty.start", "6")
    assert not current.current_figure(clerk, "shanty.start", west, YEAR).known
    assert (
        provenance.figure_history(clerk, "shanty.start", west, YEAR) == []
        and targets.targets_in_force(clerk, west, YEAR) == []
    )
    with pytest.raises(Observation.DoesNotExist):
        provenance.find_provenance(clerk, hidden.pk)
    assert list(provenance.list_sources(clerk)) == [] and list(provenance.list_sources(clerk, west)) == []
