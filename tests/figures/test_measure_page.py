"""The page of one measure, and the entry of the bar that a page belongs to."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from anju.core.pages.context import nearest_link
from anju.figures.catalogue import load_catalogue
from anju.figures.services.observations import enter_figure
from tests.cast import CITY, person, sign_in


@pytest.fixture
def heading(scope):
    """The heading of the page of 棚户区改造开工量 for a year of which months are reported."""
    from anju.core.regions.tree import find_region

    load_catalogue(by=scope)
    city = find_region(scope, CITY)

    def read(*reported, period="2026"):
        for month, value in reported:
            enter_figure(by=scope, measure="shanty.start", region=city, period=month, value=value)
        client = Client()
        sign_in(client, person("city_reviewer", CITY))
        page = client.get(reverse("figures:measure", args=["shanty.start"]), {"region": CITY, "period": period})
        assert page.status_code == 200
        content = page.content.decode()
        assert "，，" not in content
        return re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", content, re.DOTALL)[1]).strip()

    return read


def test_of_a_year_that_runs_the_latest_is_told_as_on_the_overview(heading):
    told = heading(("2026-09", "900"), ("2026-10", "1020"))
    assert "2026年1—10月棚户区改造开工量：1,020套" in told
    assert told.endswith("2026年全年未报")


def test_what_the_year_has_itself_is_told(heading):
    assert heading(("2026-10", "1020"), ("2026", "1200")).endswith("2026年棚户区改造开工量：1,200套")


def test_another_years_months_tell_nothing(heading):
    assert heading(("2025-09", "9"), ("2025-10", "10")).endswith("2026年棚户区改造开工量：未报")


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/dispatch/instructions/new/", "/dispatch/instructions/"),
        ("/dispatch/", "/dispatch/"),
        ("/", "/"),
        ("/nothing/", ""),
    ],
)
def test_a_page_belongs_to_one_entry_of_the_bar(path, entry):
    assert nearest_link(path, ["/", "/dispatch/instructions/", "/dispatch/", "/returns/"]) == entry
