"""现行数: kept with every write, rebuilt equal, and what is wrong with it is found."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from anju.core.database.cache import pin_cache
from anju.core.models.trail import Trail
from anju.figures.models import CurrentFigure, Observation
from anju.figures.queries import current
from anju.figures.services import imports, observations
from anju.figures.services.current import check_current, rebuild_current
from tests.figures.conftest import YEAR, cell, reading
from tests.figures.test_undo import standing


@pytest.fixture
def busy(user, city, east, west):
    """Every way a figure can come to stand: import, entry, assumption, correction, undone import, share, unknown."""
    rows = [
        cell(east, "shanty.start", "5"),
        cell(west, "shanty.start", ""),
        cell(city, "old.households", "46682", unit="户"),
    ]
    imports.import_tables(by=user, readings=reading(*rows), region=city, period=YEAR)
    observations.correct_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="6", reason="核实")
    observations.enter_figure(by=user, measure="invest.done", region=east, period=YEAR, value="9.10", calibre="cal2")
    observations.assume_figure(
        by=user, measure="prh.start", region=east, period=YEAR, value="1", basis="正文", approx="约"
    )
    rows = [cell(east, "shanty.start", "7"), cell(city, "old.households.completed.target", "50", unit="%")]
    undone = imports.import_tables(
        by=user, readings=reading(*rows, sha="9" * 64), region=city, period=YEAR, answers={"FIG-035": "改"}
    )
    imports.undo_import(by=user, source=undone.source, reason="错表")
    rows = [cell(city, "old.households.completed.target", "50", unit="%")]
    imports.import_tables(by=user, readings=reading(*rows, sha="8" * 64), region=city, period=YEAR)
    return user


def test_what_is_kept_equals_what_is_rebuilt(busy):
    before = standing()
    assert rebuild_current(by=busy).differing == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM figures_current")
    found = rebuild_current(by=busy)
    assert (found.total, found.differing) == (len(before), len(before)) and standing() == before
    assert Trail.objects.filter(act="figures.rebuild_current").count() == 2


@pytest.mark.parametrize(
    "damage", ["value = value + 1", "places = places + 1", "assumed = NOT assumed", "approx = '余'"]
)
def test_a_figure_that_was_tampered_with_is_found_and_mended(busy, damage):
    before = standing()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE figures_current SET {damage} WHERE measure_id = 'shanty.start' AND value IS NOT NULL")
    assert check_current(busy).differing == 1
    rebuild_current(by=busy)
    assert standing() == before


@pytest.mark.parametrize("statement", ["UPDATE figures_observation SET value = 1", "DELETE FROM figures_observation"])
def test_the_application_may_not_change_an_observation(busy, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_reading_a_page_costs_the_same_whatever_its_size(busy, city, counties, django_assert_num_queries):
    codes = [
        "shanty.start",
        "shanty.start.rate",
        "invest.rate:cal2",
        "funds.safe.total",
        "old.households.completed.target",
    ]
    with pin_cache():
        current.find_measures(busy)  # kept from here on
        with django_assert_num_queries(
            5
        ):  # rows; the share; its base's row; of what the city has not: who below it reported, and what
            current.current_figures(busy, codes, [city], [YEAR])
        with django_assert_num_queries(5):
            found = current.current_figures(busy, codes, [city, *counties], [YEAR, "2020", "2019"])
    assert len(found) == 5 * 7 * 3
    assert (
        found("old.households.completed.target").text() == "23341" and found("shanty.start", counties[0]).text() == "6"
    )


def test_only_one_figure_stands_for_a_key(busy, east):
    first = CurrentFigure.objects.filter(region=east).first()
    first.pk, first.observation_id = None, Observation.objects.exclude(pk=first.observation_id).first().pk
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_parts_of_a_sum_are_told_apart_by_their_place(user, city, counties):
    from anju.figures.pages.provenance import read_provenance

    for county in counties[:3]:
        observations.enter_figure(by=user, measure="shanty.start", region=county, period="2019", value="7")
    whole = current.current_figure(user, "shanty.start", city, "2019")
    panel = read_provenance(user, whole)
    assert [name for name, _ in panel.named_parts] == [county.name for county in counties[: len(whole.parts)]]
