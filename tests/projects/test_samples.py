"""抽样核查: the page draws what the list and the seed say, of the reader's own projects, and the file has all that is needed to draw again."""

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from anju.core.models.region import Region
from anju.core.people.scope import open_scope
from anju.core.sampling import order_by_seed
from anju.projects.services.projects import register_project
from tests.cast import EAST, WEST, operator, person, sign_in

SEED = "示例审通〔2026〕1号"


@pytest.fixture
def listed(db):
    """Eight projects of one county, three of its neighbour."""
    for code, count in ((EAST, 8), (WEST, 3)):
        clerk = operator("clerk", code)
        with open_scope(clerk):
            county = Region.objects.get(code=code, valid_until=None)
            for number in range(count):
                register_project(
                    by=clerk, region=county, code=f"P{number}", name=f"{county.short}{number}号", kind="shanty", year="2026", units="100"
                )  # fmt: skip


def visitor(post="clerk", region=EAST):
    client = Client()
    sign_in(client, person(post, region))
    return client


def test_the_page_shows_the_first_of_the_order(listed):
    page = visitor().get("/projects/sample/", {"region": EAST, "seed": SEED, "count": "3"})
    wanted = [one.key for one in order_by_seed([f"{EAST}/P{number}" for number in range(8)], SEED)][:3]
    shown = [row.cells[0].text for row in page.context["sheet"].rows]
    assert [key.split("/")[1][1:] for key in wanted] == [text.split("号")[0][-1] for text in shown]
    assert "8个项目中抽3个" in page.content.decode()


def test_a_county_draws_from_its_own_and_the_city_from_all(listed):
    assert (
        "3个项目中抽3个"
        in visitor("clerk", WEST).get(f"/projects/sample/?region={WEST}&seed=1&count=50").content.decode()
    )
    page = visitor("city_reviewer", "140500").get("/projects/sample/?region=140500&seed=1&count=50")
    assert "11个项目中抽11个" in page.content.decode()


def test_the_file_has_the_whole_list_with_every_digest(listed):
    got = visitor("auditor").get("/projects/sample/list.xlsx", {"region": EAST, "seed": SEED, "count": "2"})
    sheet = load_workbook(io.BytesIO(got.content)).active
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [(row[1], row[2]) for row in rows] == [
        (one.key, one.digest) for one in order_by_seed([f"{EAST}/P{number}" for number in range(8)], SEED)
    ]
    assert [row[3] for row in rows] == ["抽中"] * 2 + [None] * 6


@pytest.mark.parametrize("count", ["0", "201", "三", "", "1e3", "99999"])
def test_a_count_that_is_none_is_told_beside_it(listed, count):
    page = visitor().get("/projects/sample/", {"region": EAST, "seed": SEED, "count": count})
    assert page.status_code == 422 and "请写 1 到 200 的整数" in page.content.decode()
