"""The site as people meet it: real places loaded, shown in a real browser."""

from pathlib import Path

import pytest

from tests.browser import PHONE, served
from tests.cast import everyone

PLACES = Path(__file__).parents[2] / "anju" / "demo" / "places"
CITIES = ("140500", "410800", "450300")
LOADED = ("jincheng-2021", "guilin-2020", "jiaozuo-2020")


@pytest.fixture(scope="package")
def loaded_places(django_db_setup, django_db_blocker, empty):
    """Three places, as `anju demo` loads them, really committed; emptied when the last test of this folder is done."""
    from django.db import connections

    from anju.demo.places import load_place

    with django_db_blocker.unblock():
        for slug in LOADED:
            load_place(PLACES / slug, say=lambda *_: None)
        yield
        connections.close_all()
    empty()


@pytest.fixture(scope="package")
def site(loaded_places):
    """The address of a server that serves the loaded places."""
    with served() as address:
        yield address


@pytest.fixture
def page(come):
    """A desk of 1366 × 768, used by who has every post."""
    return come(everyone(*CITIES))


@pytest.fixture
def phone(come):
    return come(everyone(*CITIES), PHONE)


@pytest.fixture
def user(loaded_places):
    """The operator, inside a scope, beside the browser."""
    from anju.core.people.scope import local_actor, open_scope

    with open_scope(local_actor()) as operator:
        yield operator
