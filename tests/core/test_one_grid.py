"""One grid for all pages that are filled in: one script, one list of keys. What a page adds is what its cells are."""

import re
from pathlib import Path

import pytest
from django.test import Client

from anju.core.people.scope import open_scope
from anju.figures.catalogue import load_catalogue
from anju.returns.services import opening
from tests.cast import EAST, person, sign_in
from tests.cast import operator as the_operator
from tests.returns.pages.conftest import FORM, PERIOD, ledger

SCRIPTS = sorted(Path("anju").glob("*/static/*/*.js"))
CORE = Path("anju/core/static/core")
SPREADSHEET = (
    "[\\t\\n]",
    "ArrowUp: [",
    "compositionstart",
    "fill-handle",
)  # only a grid has them: it takes pasted cells apart


@pytest.fixture
def pages(db, operator):
    """The return and the table of projects as their clerk gets them, and the table as its city reads it."""
    from anju.core.models.region import Region

    clerk = the_operator("clerk")
    with open_scope(operator):
        load_catalogue(by=operator)
        opening.load_forms(by=operator)
    with open_scope(clerk):
        county = Region.objects.get(code=EAST, valid_until=None)
        ledger(county, clerk, 3)
        ret = opening.open_return(by=clerk, form_code=FORM, region=county, period=PERIOD)
    table = f"/projects/table/?region={EAST}&period=2026"
    found = []
    for post, address in (("clerk", f"/returns/{ret.pk}/"), ("clerk", table), ("auditor", table)):
        client = Client()
        sign_in(client, person(post))
        found.append(client.get(address).content.decode())
    return found


def part(page: str, start: str, end: str) -> str:
    return page.partition(start)[2].partition(end)[0]


def test_both_pages_list_the_same_keys(pages):
    lists = {part(page, '<dialog class="keys"', "</dialog>") for page in pages}
    assert len(lists) == 1 and "F9" in lists.pop()


def test_both_pages_have_the_grid_and_who_only_reads_has_it_too(pages):
    for page in pages:
        scripts = re.findall(r'<script src="/static/([^"]+)"', page)
        assert {"core/cells.js", "core/corner.js", "core/grid.js"} < set(scripts)
        assert all(name in page for name in ('id="cell-bar"', 'id="cell-list"', 'id="cell-note"', 'id="help"'))
    assert "data-save" in pages[1] and "data-save" not in pages[2]


def test_no_other_script_is_a_grid():
    for script in SCRIPTS:
        if script.parent != CORE:
            text = script.read_text()
            assert not [word for word in SPREADSHEET if word in text], f"{script} does what core/grid.js does"
