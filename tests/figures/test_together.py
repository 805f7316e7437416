"""Two at once, for real: threads with their own connections and commits."""

import threading

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connections

from anju.core.people.scope import local_actor, open_scope
from anju.figures import catalogue
from anju.figures.models import Observation
from anju.figures.queries import current, parts, provenance, targets
from anju.figures.services import imports, observations
from anju.figures.services.current import check_current
from anju.figures.services.targets import register_target_document
from anju.problems import Refused
from tests.figures.conftest import YEAR, cell, reading

pytestmark = pytest.mark.xdist_group("committed")


@pytest.fixture
def prepared(committed):
    from anju.core.regions.tree import child_regions, find_region

    user = local_actor()
    with open_scope(user):
        catalogue.load_catalogue(by=user)
        city = find_region(user, "140500")
        east = child_regions(user, city)[0]
        observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="5")
    return user, city, east


def race(*acts):
    """Run the acts at once, each in a transaction of its own that stays open until all have begun."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        try:
            with open_scope(local_actor()) as user:
                gate.wait(300)
                act(user)
            results[number] = "done"
        except Refused as refused:
            results[number] = refused.problems[0]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return results


def test_of_two_corrections_one_wins_and_the_other_is_told(prepared):
    user, _, east = prepared
    with open_scope(user):
        seen = current.current_figure(user, "shanty.start", east, YEAR).observation_id

    def correction(value):
        return lambda by: observations.correct_figure(
            by=by, measure="shanty.start", region=east, period=YEAR, value=value, reason="核实", expected=seen
        )

    results = race(correction("6"), correction("7"), correction("8"))
    assert results.count("done") == 1
    told = [problem for problem in results if problem != "done"]
    assert {problem.code for problem in told} == {"FIG-042"} and "改为" in told[0].what
    with open_scope(user):
        assert Observation.objects.count() == 2
        assert check_current(user).differing == 0


def test_of_two_first_entries_one_wins(prepared):
    user, _, east = prepared
    entry = [
        lambda by, value=value: observations.enter_figure(
            by=by, measure="prh.start", region=east, period=YEAR, value=value
        )
        for value in ("1", "2")
    ]
    results = race(*entry)
    assert results.count("done") == 1 and next(one.code for one in results if one != "done") in ("FIG-042", "FIG-050")
    with open_scope(user):
        assert check_current(user).differing == 0


def test_of_two_imports_of_one_cell_one_wins(prepared):
    user, city, east = prepared

    def brought(sha, text):
        rows = reading(cell(east, "prh.start", text), cell(east, "prh.complete", text), sha=sha * 64)
        return lambda by: imports.import_tables(by=by, readings=rows, region=city, period=YEAR)

    results = race(brought("1", "3"), brought("2", "4"))
    assert results.count("done") == 1 and next(one.code for one in results if one != "done") in ("FIG-042", "FIG-035")
    with open_scope(user):
        both = {current.current_figure(user, code, east, YEAR).value for code in ("prh.start", "prh.complete")}
        assert both in ({3}, {4}) and check_current(user).differing == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE figures_observation SET value = 1",
        "DELETE FROM figures_observation",
        "TRUNCATE figures_observation CASCADE",
    ],
)
def test_an_owner_may_not_change_one_either(prepared, statement):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="append-only"), connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def test_a_reused_connection_without_scope_shows_nothing(prepared):
    """After a scope the setting is '' and not NULL: both must show nothing, whatever is asked."""
    user, city, east = prepared
    with open_scope(user):
        paper = register_target_document(by=user, number="保〔2021〕1号", title="分解", level="city", region=city)
        observations.enter_figure(
            by=user, measure="shanty.start.target", region=city, period=YEAR, value="5", document=paper
        )
        brought = imports.import_tables(
            by=user, readings=reading(cell(east, "prh.start", "1")), region=city, period=YEAR, content=b"PK"
        )
        shown = current.current_figure(user, "shanty.start", east, YEAR)
        assert shown.value == 5 and len(provenance.figure_history(user, "shanty.start", east, YEAR)) == 1
    nothing = {
        "figure": lambda: current.current_figure(user, "shanty.start", east, YEAR).known,
        "figures": lambda: any(
            one.known
            for one in current.current_figures(
                user, ["shanty.start", "shanty.start.rate"], [city, east], [YEAR]
            ).values()
        ),
        "rollup": lambda: parts.roll_up(user, "shanty.start", city, YEAR, parts=[east]).known,
        "series": lambda: any(one.known for one in parts.figure_series(user, "shanty.start", east, [YEAR])),
        "breakdown": lambda: parts.break_down(user, "shanty.start", east, YEAR),
        "history": lambda: provenance.figure_history(user, "shanty.start", east, YEAR),
        "targets": lambda: targets.targets_in_force(user, city, YEAR),
        "decomposition": lambda: targets.read_decomposition(user, paper).divisions,
        "sources": lambda: list(provenance.list_sources(user)) + list(provenance.list_sources(user, city)),
        "check_current": lambda: check_current(user).total,
        "observations": lambda: Observation.objects.count(),
    }
    assert {name for name, ask in nothing.items() if ask()} == set()
    for ask in (
        lambda: provenance.find_provenance(user, shown.observation_id),
        lambda: targets.find_target_document(user, paper.number),
        lambda: provenance.source_content(user, brought.source),
    ):
        with pytest.raises(ObjectDoesNotExist):
            ask()
    with open_scope(user):
        assert current.current_figure(user, "shanty.start", east, YEAR).value == 5
    assert not current.current_figure(user, "shanty.start", east, YEAR).known
