"""What figures refer to is looked up once a statement, and holds as a foreign key does: the owner is held to it too."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from anju.core.people.scope import local_actor, open_scope
from anju.figures import catalogue
from anju.figures.services import bulk, observations
from anju.figures.services.current import check_current, rebuild_current
from tests.figures.conftest import YEAR

pytestmark = pytest.mark.xdist_group("committed")
COLUMNS = (
    "measure_id, calibre_id, region_id, period, state, value, unit, places, approx, assumed, basis, sheet, cell, raw, cited, by, at, reason,"
    " scope_note, source_id"
)
MISSING = {"measure_id": "'no.such'", "calibre_id": "'没有'", "region_id": "-1", "source_id": "-1"}
REFERRED = ("figures_measure WHERE code = 'shanty.start'", "figures_source", "core_region WHERE code = '140500'")


@pytest.fixture
def entered(committed):
    from anju.core.regions.tree import find_region

    user = local_actor()
    with open_scope(user):
        catalogue.load_catalogue(by=user)
        observations.enter_figure(
            by=user, measure="shanty.start", region=find_region(user, "140500"), period=YEAR, value="5"
        )
    return user


def by_owner(*statements: str) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def observed(rows: int = 1, **changed: str) -> str:
    """So many observations beside the one that is there, with these columns changed."""
    columns = ", ".join(changed.get(name.strip(), name) for name in COLUMNS.split(","))
    return f"INSERT INTO figures_observation ({COLUMNS}) SELECT {columns} FROM figures_observation, generate_series(1, {rows}) AS n"


@pytest.mark.parametrize("column", MISSING)
def test_an_observation_of_what_is_not_there_is_refused_among_many(entered, column):
    one_wrong = f"CASE n WHEN 400 THEN {MISSING[column]} ELSE {column} END"
    with pytest.raises(IntegrityError, match=f"{column}.*{MISSING[column].strip(chr(39))}"):
        by_owner(observed(500, **{column: one_wrong}))
    by_owner(observed(500))


@pytest.mark.parametrize("referred", REFERRED)
def test_what_an_observation_refers_to_stays(entered, referred):
    with pytest.raises(IntegrityError):
        by_owner("UPDATE figures_source SET region_id = (SELECT min(id) FROM core_region)", f"DELETE FROM {referred}")


def test_a_code_that_is_used_is_not_renamed_and_an_unused_one_goes(entered):
    with pytest.raises(IntegrityError, match=r"figures_measure: figures_observation refers to 'shanty.start'"):
        by_owner(
            "SET CONSTRAINTS ALL DEFERRED", "UPDATE figures_measure SET code = 'renamed' WHERE code = 'shanty.start'"
        )
    with pytest.raises(IntegrityError, match=r"figures_calibre: figures_observation refers to ''"):
        by_owner("DELETE FROM figures_calibre")
    by_owner("INSERT INTO figures_calibre VALUES ('x', '某口径', '')", "DELETE FROM figures_calibre WHERE code = 'x'")


@pytest.mark.parametrize(
    "change",
    [
        "observation_id = -1",
        "period = '2020'",
        "measure_id = 'prh.start'",
        "region_id = region_id + 1",
        "calibre_id = '国家'",
    ],
)
def test_a_current_figure_repeats_the_key_of_its_observation(entered, change):
    with pytest.raises(IntegrityError, match="no observation"):
        by_owner(f"UPDATE figures_current SET {change}")
    repeated = "measure_id, calibre_id, region_id, period, observation_id, state, value, unit, places, approx, assumed"
    name, _, value = change.partition(" = ")
    with pytest.raises(IntegrityError, match="no observation"):
        by_owner(
            "CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM figures_current",
            "DELETE FROM figures_current",
            f"INSERT INTO figures_current ({repeated}) SELECT {repeated.replace(name, value)} FROM kept",
        )


def test_who_takes_a_measure_away_waits_for_who_reports_on_it(entered):
    """Its row is held until the observation is there for all to see."""
    catalogue_row = "INSERT INTO figures_measure SELECT (jsonb_populate_record(m, '{\"code\": \"x.new\"}')).* FROM figures_measure AS m WHERE code = 'prh.start'"
    by_owner(catalogue_row)
    told, begun = [], threading.Event()

    def takes_away() -> None:
        try:
            with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
                cursor.execute("SELECT 1")
                begun.set()
                cursor.execute("DELETE FROM figures_measure WHERE code = 'x.new'")
        except IntegrityError as error:
            told.append(str(error))
        finally:
            connections.close_all()

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(observed(measure_id="'x.new'"))
        other = threading.Thread(target=takes_away)
        other.start()
        begun.wait(60)
        other.join(1)
        assert other.is_alive() and not told
    other.join(60)
    assert len(told) == 1 and "x.new" in told[0]


def test_what_is_rebuilt_is_looked_at_too(entered):
    by_owner("DELETE FROM figures_current")
    with open_scope(entered):
        assert rebuild_current(by=entered).differing == 1 and check_current(entered).differing == 0


def test_rows_are_staged_some_at_a_time_and_who_makes_them_may_ask_meanwhile(scope):
    """A file of a million figures is never held whole; a COPY under way would take no question."""
    row = bulk.StagingRow(
        n=1, measure_id="m", calibre_id="", region_id=7, period=YEAR, state="number", value=1, unit="套", places=0
    )
    asked = []

    def made(cursor):
        for number in range(2 * bulk.AT_ONCE + 1):
            if number % bulk.AT_ONCE == 0:
                cursor.execute("SELECT count(*) FROM figures_incoming")
                asked.extend(cursor.fetchone())
            yield row._replace(n=number)

    with connections["default"].cursor() as cursor:
        bulk.stage_rows(cursor, made(cursor))
        assert asked == [0, bulk.AT_ONCE, 2 * bulk.AT_ONCE] and bulk.staged_regions(cursor) == {7}
        cursor.execute("SELECT count(DISTINCT n) FROM figures_incoming")
        assert cursor.fetchone() == (2 * bulk.AT_ONCE + 1,)
