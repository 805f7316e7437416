"""What counts: the two ways of one county's year, purchases, and whole buildings."""

from datetime import date
from pathlib import Path

import pytest

from anju.figures import catalogue
from anju.figures.models import Measure
from anju.projects.queries import counts
from anju.projects.services import adjustments, events, projects
from anju.quantities import ratio_text
from anju.rules.load import load_book
from anju.rules.shipped.library import BOOKS
from anju.runs.binding.folders import book_library

YEAR = {"since": date(2021, 1, 1), "until": date(2021, 12, 31)}
SPRING = date(2021, 4, 30)


@pytest.fixture
def year(clerk, county, acting):
    """The year of the county of which 166 were resettled with money: 282 + 166 started, 363 of earlier projects built."""
    acting(clerk)

    def add(code, kind, happened, **fields):
        made = projects.register_project(by=clerk, region=county, code=code, name=code, kind=kind, **fields)
        for event, on, amount, *mode in happened:
            events.record_event(
                by=clerk, project_id=made.pk, kind=event, on=on, amount=amount, mode=mode[0] if mode else ""
            )
        return made

    new = add(
        "N",
        "shanty",
        [("start", SPRING, "282", "physical"), ("start", SPRING, "166", "monetised")],
        year="2021",
        renovation="old_town",
        units="448",
    )
    old = add(
        "O",
        "shanty",
        [("start", date(2017, 5, 1), "363", "physical"), ("basic", SPRING, "363", "physical")],
        year="2017",
        units="363",
    )
    return add, new, old


def values(found, county):
    return {code: one.value for code, one in found[county.pk].items()}


def test_166_count_in_both_totals_but_not_in_the_rate(clerk, county, year):
    found = counts.count_regions(clerk, [county], **YEAR)
    got = values(found, county)
    assert (got["shanty.start"], got["shanty.start.monetised"], got["shanty.start.physical"]) == (448, 166, 282)
    assert (got["shanty.complete"], got["shanty.complete.continued"]) == (529, 363)
    assert ratio_text(got["shanty.complete.continued"], 363, 1) == "100.0"
    assert ratio_text(2979, 663, 1) == "449.3"
    _, new, old = year
    assert found[county.pk]["shanty.complete"].parts == [(new.pk, 166), (old.pk, 363)]


def test_the_other_way_is_another_value_of_the_book(clerk, county, year, tmp_path):
    text = (BOOKS / "counting" / "shanty.yaml").read_text("utf-8")
    other = tmp_path / "other.yaml"
    other.write_text(text.split("examples:")[0].replace("value: 随开工计", "value: 不计"), "utf-8")
    got = values(counts.count_regions(clerk, [county], **YEAR, books={"shanty": load_book(other)}), county)
    assert (got["shanty.start"], got["shanty.complete"]) == (448, 363)


def test_a_countys_own_book_is_found_by_its_region(clerk, county, year, tmp_path, monkeypatch):
    text = (BOOKS / "counting" / "shanty.yaml").read_text("utf-8").split("examples:")[0]
    (tmp_path / "own.yaml").write_text(
        text.replace("subject: shanty", f'subject: shanty\nregion: "{county.code}"').replace(
            "value: 随开工计", "value: 不计"
        ),
        "utf-8",
    )
    monkeypatch.setenv("ANJU_BOOKS", str(tmp_path))
    assert any(book.regions for book in book_library().books)
    assert values(counts.count_regions(clerk, [county], **YEAR), county)["shanty.complete"] == 363


def test_a_purchase_is_gathered_and_complete(clerk, county, year):
    add, *_ = year
    add("G", "prh", [("gather", SPRING, "60", "purchased")], year="2021", units="60")
    got = values(counts.count_regions(clerk, [county], **YEAR), county)
    assert (got["prh.start"], got["prh.complete"]) == (60, 60)
    assert "arh.start" not in got and "old.households" not in got  # nothing to count is not none


def test_a_community_counts_when_all_of_it_has_started(clerk, county, year):
    add, *_ = year
    fields = {"households": "120", "communities": "1", "buildings": "4", "area": "9600"}
    add("C", "old", [("start", date(2020, 9, 1), "60"), ("start", SPRING, "60")], year="2020", **fields)
    add(
        "H",
        "old",
        [("start", SPRING, "60"), ("start_building", SPRING, "2"), ("lift", SPRING, "3")],
        year="2021",
        **fields,
    )
    got = values(counts.count_regions(clerk, [county], **YEAR), county)
    assert (got["old.households"], got["old.communities"], got["old.buildings"], got["old.area"], got["old.lifts"]) == (
        120,
        1,
        6,
        96_000_000,
        3,
    )
    before = values(counts.count_regions(clerk, [county], since=date(2020, 1, 1), until=date(2020, 12, 31)), county)
    assert (before["old.households"], before["old.communities"]) == (60, 0)


def test_an_unknown_part_makes_the_count_unknown_and_is_named(clerk, county, year):
    add, *_ = year
    made = add("U", "old", [("start", SPRING, "60")], year="2021", communities="1")
    one = counts.count_regions(clerk, [county], **YEAR)[county.pk]["old.communities"]
    assert (one.value, one.missing) == (None, [made.pk])


def test_a_cancelled_project_counts_no_more(clerk, reviewer, county, year, acting):
    _, new, _ = year
    acting(reviewer)
    adjustments.cancel_project(by=reviewer, project_id=new.pk, number="1号", on=SPRING, reason="取消")
    assert values(counts.count_regions(reviewer, [county], **YEAR), county)["shanty.start"] == 0


def test_another_countys_projects_are_not_counted(neighbour, county, year, acting):
    acting(neighbour)
    assert counts.count_regions(neighbour, [county], **YEAR) == {}


def test_every_input_and_measure_that_is_named_is_there(scope):
    catalogue.load_catalogue(by=scope)
    known = {measure.code: measure for measure in Measure.objects.all()}
    for one in counts.counted_measures().values():
        assert one.code in known and known[one.code].kind == "cumulative"
        if one.book:
            book = next(book for book in book_library().books if (book.kind, book.subject) == ("counting", one.book))
            assert one.step in book.steps
            assert set(counts._table()["books"][one.book]["inputs"]) == set(book.inputs)
    assert Path(BOOKS / "counting").is_dir()
