"""A city with three counties whose figures the tables of these tests print."""

import pytest

from tests.worlds import world

YEAR, MONTH = "2021", "2021-08"
# target, done by August, done by August of the year before
STARTED = {"140502": ("100", "90", "60"), "140521": ("80", "80", "40"), "140525": ("40", None, "10")}


@world
def city(by, measures):
    from anju.core.regions.tree import find_region
    from anju.figures.services.observations import enter_figure

    for code, (target, done, before) in STARTED.items():
        county = find_region(by, code)
        enter_figure(by=by, measure="shanty.start.target", region=county, period=YEAR, value=target)
        enter_figure(by=by, measure="shanty.start", region=county, period="2020-08", value=before)
        if done:
            enter_figure(by=by, measure="shanty.start", region=county, period=MONTH, value=done)
    own = find_region(by, "140500")
    for measure, value, unit in (
        ("shanty.start.target", "220", "套"),
        ("shanty.start", "230", "套"),
        ("invest.done", "27.27", "亿元"),
        ("invest.target", "300000", "万元"),
    ):
        enter_figure(
            by=by, measure=measure, region=own, period=YEAR if "target" in measure else MONTH, value=value, unit=unit
        )
    return own


@pytest.fixture
def fill(scope, city):
    """Fill a declaration and give its rows as texts: [[label, cell, …], …]."""
    from anju.documents.tables.filling import fill_table
    from anju.documents.tables.loading import read_table

    def run(declared, period=MONTH, options=None):
        return fill_table(scope, read_table(declared), city, period, options)

    return run


def texts(annex):
    from anju.documents.tables.lying import cell_text

    return [[row.label, *map(cell_text, row.cells)] for row in annex.rows]
