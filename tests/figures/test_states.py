"""What the database refuses, and what an earlier version left there: no page fails on what is stored."""

import importlib

import pytest
from django.db import IntegrityError, connections, transaction

from anju.core.pages.layout.figures import figure_html
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure, Observation
from anju.figures.queries import current
from anju.figures.services import observations
from anju.problems import Refused
from tests.figures.conftest import YEAR, cell
from tests.figures.test_import import bring

STATES = importlib.import_module("anju.figures.migrations.0007_known_states")
WRONG = (("bad", None), ("number", None), ("unreported", 5), ("", None), ("NUMBER", 5))


@pytest.mark.parametrize(("state", "value"), WRONG)
def test_no_observation_has_a_state_that_pages_do_not_know(user, east, state, value):
    known = observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value=5)
    keys = ("measure_id", "calibre_id", "region_id", "period", "unit", "places", "source_id", "by")
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.create(**{key: getattr(known, key) for key in keys}, state=state, value=value)


@pytest.mark.parametrize(("state", "value"), WRONG)
def test_no_current_figure_has_a_state_that_pages_do_not_know(user, east, state, value):
    observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        CurrentFigure.objects.update(state=state, value=value)


@pytest.mark.parametrize("state", ["bad", "dash", "blank", "share", "nan"])
def test_a_reading_in_an_unknown_state_is_refused_at_its_cell(user, city, east, state):
    with pytest.raises(Refused) as refused:
        bring(user, city, cell(east, "shanty.start", "5")._replace(state=state, raw="2.8E-17", cell="F12"))
    (problem,) = refused.value.problems
    assert problem.code == "FIG-049" and problem.where.cell == "F12" and "2.8E-17" in problem.what
    assert not Observation.objects.exists()


def test_a_figure_of_an_unknown_state_is_shown_as_that_and_no_page_fails(east):
    figure = Figure("shanty.start", "开工", east, YEAR, state="bad", observation_id=1)
    assert figure.state_text == figure.spoken_or_state == "状态不明"
    assert figure_html(figure) == ""


@pytest.mark.slow
def test_what_an_earlier_version_could_not_read_is_taken_back_and_the_number_before_it_stands_again(committed):
    """The migration over a database that holds such rows."""
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions.tree import find_region
    from anju.figures.catalogue import load_catalogue

    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
        east = find_region(by, "140502")
        for code in ("shanty.start", "prh.start"):
            observations.enter_figure(by=by, measure=code, region=east, period=YEAR, value=7)
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("ALTER TABLE figures_observation DROP CONSTRAINT state_is_known")
        cursor.execute("ALTER TABLE figures_current DROP CONSTRAINT current_state_is_known")
        cursor.execute(
            "INSERT INTO figures_observation (measure_id, calibre_id, region_id, period, state, unit, places, approx, assumed, basis, sheet, cell,"
            " raw, cited, by, at, reason, scope_note, source_id, supersedes_id) SELECT measure_id, calibre_id, region_id, period, 'bad', unit, 0, '',"
            " false, '', '', '', '', '', by, now(), '', '', source_id, id FROM figures_observation WHERE measure_id = 'shanty.start' RETURNING id"
        )
        (bad,) = cursor.fetchone()
        cursor.execute(
            "UPDATE figures_current SET observation_id = %s, state = 'bad', value = NULL WHERE measure_id = 'shanty.start'",
            [bad],
        )
        cursor.execute(STATES.TAKE_BACK)
        cursor.execute(STATES.KNOWN)
        cursor.execute(
            "ALTER TABLE figures_current ADD CONSTRAINT current_state_is_known CHECK (state IN ('number', 'unreported', 'no_task',"
            " 'not_applicable', 'share'))"
        )
    with open_scope(local_actor()) as by:
        from anju.figures.services.current import check_current

        assert current.current_figure(by, "shanty.start", east, YEAR).text() == "7"
        assert current.current_figure(by, "prh.start", east, YEAR).text() == "7"
        assert check_current(by).differing == 0
