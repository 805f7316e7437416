"""撤销导入 restores what stood before, or refuses and names what was built on it."""

import pytest

from anju.core.models.trail import Trail
from anju.core.people.scope import open_scope
from anju.figures.models import CurrentFigure, Observation, Source
from anju.figures.queries import current, provenance
from anju.figures.services import imports, observations
from anju.figures.services.current import check_current
from anju.problems import Refused
from tests.figures.conftest import YEAR, cell, reading

EVERYTHING = (
    "region_id",
    "period",
    "measure_id",
    "calibre_id",
    "observation_id",
    "state",
    "value",
    "unit",
    "places",
    "approx",
    "assumed",
)


def bring(user, city, sha, *cells, **more):
    return imports.import_tables(
        by=user,
        readings=reading(*cells, sha=sha * 64),
        region=city,
        period=YEAR,
        answers={"FIG-035": "以新表为准"},
        **more,
    )


def standing():
    return set(CurrentFigure.objects.values_list(*EVERYTHING))


def test_what_stood_before_stands_again(user, city, east, west):
    bring(user, city, "1", cell(east, "shanty.start", "5"), cell(east, "invest.done", "9.10", unit="亿元"))
    before = standing()
    second = bring(user, city, "2", cell(east, "shanty.start", "7"), cell(west, "shanty.start", "8"))
    assert imports.undo_import(by=user, source=second.source, reason="传错了表") == 2
    assert standing() == before
    assert not current.current_figure(user, "shanty.start", west, YEAR).known
    newest, _ = provenance.figure_history(user, "shanty.start", east, YEAR)
    assert newest.undone and newest.figure.value == 7
    assert check_current(user).differing == 0
    trail = Trail.objects.get(act="imports.undo")
    assert "传错了表" in bytes(trail.canonical).decode()


def test_after_an_undo_the_same_file_can_come_again(user, city, east):
    first = bring(user, city, "1", cell(east, "shanty.start", "5"))
    imports.undo_import(by=user, source=first.source, reason="试一试")
    again = bring(user, city, "1", cell(east, "shanty.start", "5"))
    assert again.new == 1 and current.current_figure(user, "shanty.start", east, YEAR).value == 5


def test_undoing_twice_is_refused(user, city, east):
    first = bring(user, city, "1", cell(east, "shanty.start", "5"))
    imports.undo_import(by=user, source=first.source.pk, reason="错表")
    with pytest.raises(Refused, match="FIG-045"):
        imports.undo_import(by=user, source=first.source.pk, reason="错表")


def test_an_undo_needs_a_reason(user, city, east):
    first = bring(user, city, "1", cell(east, "shanty.start", "5"))
    with pytest.raises(Refused, match="FIG-043"):
        imports.undo_import(by=user, source=first.source, reason="")


def test_what_others_built_on_is_not_pulled_away(user, city, east):
    first = bring(user, city, "1", cell(east, "shanty.start", "5"))
    observations.correct_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="6", reason="核实")
    with pytest.raises(Refused, match="FIG-044") as refused:
        imports.undo_import(by=user, source=first.source, reason="错表")
    assert east.name in str(refused.value) and current.current_figure(user, "shanty.start", east, YEAR).value == 6
    assert Source.objects.get(pk=first.source.pk).undone_at is None


def test_later_imports_are_undone_first(user, city, east):
    first = bring(user, city, "1", cell(east, "shanty.start", "5"))
    second = bring(user, city, "2", cell(east, "shanty.start", "6"))
    with pytest.raises(Refused, match="FIG-044"):
        imports.undo_import(by=user, source=first.source, reason="错表")
    imports.undo_import(by=user, source=second.source, reason="错表")
    imports.undo_import(by=user, source=first.source, reason="错表")
    assert not standing() and Observation.objects.count() == 2


def test_another_regions_import_is_not_found(user, clerk, city, west):
    first = bring(user, city, "1", cell(west, "shanty.start", "5"))
    with open_scope(clerk), pytest.raises(Source.DoesNotExist):
        imports.undo_import(by=clerk, source=first.source.pk, reason="错表")


def test_what_was_typed_in_is_corrected_and_not_undone(user, city, east):
    made = observations.enter_figure(by=user, measure="shanty.start", region=east, period=YEAR, value="5")
    with pytest.raises(Source.DoesNotExist):
        imports.undo_import(by=user, source=made.source_id, reason="错")
