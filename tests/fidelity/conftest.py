"""A place's document, drafted from its folder of data by the product's own loader, with 文号 and date as its issue puts them in."""

from datetime import date
from pathlib import Path

import pytest

import anju.demo

PLACES = Path(anju.demo.__file__).parent / "places"
ISSUED = {
    "jincheng-2021": ("晋市保办字〔2022〕1号", date(2022, 1, 18)),
    "guilin-2020": ("市房保〔2020〕1号", date(2020, 8, 5)),
    "jiaozuo-2020": ("焦财综〔2021〕1号", date(2021, 2, 1)),
}


def grouped(places: list[str]) -> list:
    """The tests of one place stay with one worker, which loads it once."""
    return [pytest.param(place, marks=pytest.mark.xdist_group(place)) for place in places]


@pytest.fixture(scope="session")
def pages() -> dict[str, str]:
    return {}


@pytest.fixture
def drafted(db, pages):
    """place → the HTML of its one document, loaded once in a session."""

    def draft(place: str) -> str:
        if place not in pages:
            pages[place] = load_and_draft(place)
        return pages[place]

    def load_and_draft(place: str) -> str:
        from anju.core.people.scope import local_actor, open_scope
        from anju.demo.places import load_place
        from anju.documents.layout import markup
        from anju.documents.queries import documents

        [(_, document)] = load_place(PLACES / place, say=lambda _: None).documents
        with open_scope(local_actor()) as user:
            html = documents.find_version(user, document).html
        return markup.fill_number_and_date(html, *ISSUED[place]) if place in ISSUED else html

    return draft
