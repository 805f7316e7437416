"""The catalogue, two counties of one city, and readings made by hand: `cell()` is what a reader would give."""

import pytest

from anju.workbooks.reading.cells import ReadCell, WorkbookReading

YEAR = "2021"


@pytest.fixture
def catalogue(measures, scope):
    return scope


@pytest.fixture
def user(catalogue):
    """本机操作员 inside the scope, with the catalogue loaded."""
    return catalogue


@pytest.fixture
def city(user):
    from anju.core.regions.tree import find_region

    return find_region(user, "140500")


@pytest.fixture
def counties(user, city):
    from anju.core.regions.tree import child_regions

    return child_regions(user, city)


@pytest.fixture
def east(counties):
    return counties[0]


@pytest.fixture
def west(counties):
    return counties[1]


@pytest.fixture
def clerk(user, east):
    """Sees one county only."""
    from anju.core.people.scope import Actor

    return Actor("clerk", "填报员", frozenset({east.pk}))


def cell(region, measure, text, **more):
    """A cell showing that text: 27.27, 0, '' (not reported) or a state's name."""
    states = {"": "unreported", "无任务": "no_task", "不适用": "not_applicable"}
    digits, places = None, 0
    if text not in states:
        whole, _, fraction = text.partition(".")
        digits, places = int(whole + fraction), len(fraction)
    values = {
        "measure": measure, "calibre": "", "region_name": getattr(region, "name", region), "period": YEAR, "state": states.get(text, "number"),
        "digits": digits, "places": places, "unit": "套", "approx": "", "assumed": False, "basis": "", "sheet": "表1", "cell": "B2",
        "raw": text, "row_label": "", "column_label": "开工量",
    }  # fmt: skip
    return ReadCell(**values | more)


def reading(*cells, name="表.xlsx", sha="a" * 64, **more):
    return WorkbookReading("test-map", name, sha, cells=list(cells), **more)
