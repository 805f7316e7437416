"""Places brought in from their own folders, through the same services as the product."""

from datetime import date
from pathlib import Path

import pytest

from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import loading, tree
from anju.demo.places import LEVELS
from anju.runs.services import runs
from anju.workbooks.reading import reader
from tests.worlds import world

PLACES = Path(__file__).parents[2] / "anju" / "demo" / "places"
WHOLE_YEAR = date(2021, 12, 31)
ON = WHOLE_YEAR.replace(year=2020)
FULL = {"rules_sound": "2", "on_time": "2", "targeted": "1", "monitored": "2", "goals_set": "3", "incomplete_loss": "0"}
NONE = ["breaches", "severe_breaches", "undisclosed", "days_late", "defects", "petitions_left"]
JUDGED = {
    name: {"value": value, "by": "市财政局评价组", "evidence": "评价报告"}
    for name, value in {**FULL, **dict.fromkeys(NONE, "0")}.items()
}


def bring(slug: str):
    """The figures of one shipped place: its operator, region and place.yaml."""
    from anju.demo.folder import read_place
    from anju.figures import catalogue
    from anju.figures.services import imports, targets

    folder = PLACES / slug
    place = read_place(folder)
    with open_scope(local_actor()) as by:
        region = tree.find_region(by, place.region, place.on)
        catalogue.load_catalogue(by=by, paths=[path for path in [folder / "measures.yaml"] if path.exists()])
        for unit in place.units:
            loading.add_pseudo_unit(
                by=by, parent=region, suffix=unit.code.partition("-")[2], name=unit.name, also=unit.aliases
            )
    by = local_actor()  # now with the pseudo-units among its regions
    papers = {}
    with open_scope(by):
        for paper in place.targets:
            papers[paper.number] = targets.register_target_document(
                by=by, region=region, number=paper.number, title=paper.title, level=LEVELS[paper.level],
                issued_on=paper.issued_on, effective_on=paper.effective_on,
            )  # fmt: skip
        for book in place.workbooks:
            path = folder / book.file
            reading = reader.read_workbook(
                path, folder / "maps" / f"{book.map}.yaml", area=region.name, period=place.period
            )
            imports.import_tables(
                by=by, readings=reading, region=region, period=place.period, content=path.read_bytes(), title=path.stem,
                document=papers.get(book.target_document), answers=book.answers,
            )  # fmt: skip
    return by, region, place


@pytest.fixture
def place(operator):
    """bring(slug), inside the scope of an operator who has every region and pseudo-unit."""
    entered = []

    def enter(slug):
        by, region, read = bring(slug)
        context = open_scope(by)
        context.__enter__()
        entered.append(context)
        return by, region, read

    yield enter
    for context in reversed(entered):
        context.__exit__(None, None, None)


@world
def scored_city(by):
    """The city of the 2020 report, and an operator who sees all of it."""
    by, region, _ = bring("jiaozuo-2020")
    return by, region


@pytest.fixture
def city(scored_city):
    by, region = scored_city
    with open_scope(by):
        yield by, region


def score(city, subject, **more):
    """Run one of the two score tables for the city of the 2020 report."""
    by, region = city
    wanted = {
        "by": by,
        "kind": "scoring",
        "subject": subject,
        "region": region,
        "period": "2020",
        "on": ON,
        "judged": JUDGED,
    }
    return runs.run_book(**wanted | more)
