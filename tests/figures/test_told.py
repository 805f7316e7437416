"""Which periods were told: looked up key by key, and the same as what reading everything through finds."""

from datetime import date

import pytest

from anju.core.models.region import Region
from anju.core.people.scope import Actor, open_scope
from anju.figures.models import CurrentFigure, Source
from anju.figures.queries import latest as latest_queries
from anju.figures.services.publications import PublishedFigure, publish_figures

CODES = ["shanty.start", "shanty.complete", "invest.done"]
SAID = (  # measure, region, period, value: None is 未报
    ("shanty.start", "140525", "2021-08", 5), ("shanty.start", "140525", "2021-09", None), ("shanty.start", "140581", "2021-Q3", 7),
    ("shanty.start", "140581", "2021", 9), ("shanty.start", "140581", "2020-12", 9), ("shanty.start", "140581", "2022-01", 9),
    ("shanty.complete", "140581", "2021-08-31", 1), ("shanty.complete", "450300", "2021-07", 1),
)  # fmt: skip


@pytest.fixture
def told(measures, scope):
    places = {code: Region.objects.get(code=code, valid_until=None) for code in ("140525", "140581", "450300")}
    for code, region, period, value in SAID:
        row = PublishedFigure(
            code, places[region], period, value, "套", state="number" if value is not None else "unreported"
        )
        publish_figures(
            by=scope,
            kind=Source.Kind.RETURN,
            title="示例",
            region=places[region],
            period=period,
            rows=[row],
            reason="示例",
        )
    return places


def through(ids, year):
    rows = CurrentFigure.objects.filter(
        region_id__in=ids, period__startswith=year, calibre="", state="number", measure_id__in=CODES
    )
    return set(rows.values_list("measure_id", "period").distinct())


@pytest.mark.parametrize("year", ["2020", "2021", "2022", "2023"])
def test_looking_up_finds_what_reading_through_finds(told, scope, year):
    ids = [region.pk for region in told.values()]
    assert set(latest_queries.reported_periods(scope, ids, CODES, year)) == through(ids, year)


def test_a_month_that_is_only_unreported_and_other_places_are_not_told(told, scope):
    found = latest_queries.reported_periods(scope, [told["140525"].pk, told["140581"].pk], CODES, "2021")
    assert sorted(found) == [
        ("shanty.complete", "2021-08-31"),
        ("shanty.start", "2021"),
        ("shanty.start", "2021-08"),
        ("shanty.start", "2021-Q3"),
    ]


def test_outside_the_scope_nothing_is_told(told):
    own = Actor("clerk", "填报某", frozenset({told["140525"].pk}), {"clerk": frozenset({told["140525"].pk})})
    with open_scope(own):
        assert latest_queries.reported_periods(own, [one.pk for one in told.values()], CODES, "2021") == [
            ("shanty.start", "2021-08")
        ]
        latest = latest_queries.latest_figures(own, CODES, [told["140525"]], date(2021, 12, 31))
        assert latest.period("shanty.start") == "2021-08"
