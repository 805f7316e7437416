"""The site as people meet it: real places loaded, shown in a real browser."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.browser import PHONE, served
from tests.cast import everyone

PLACES = Path(__file__).parents[2] / "anju" / "demo" / "places"
CITIES = ("140500", "410800", "450300")
PLANNED = "520200"  # a city of invented figures, with nodes
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


@pytest.fixture(scope="package")
def planned(loaded_places):
    """Three counties asked for 100, 100 and 50 by 30 September; two reports, an entry that is overdue."""
    from anju.core.people.scope import local_actor, open_scope
    from anju.core.regions import tree
    from anju.figures.services import nodes, observations, targets
    from anju.projects.models import Project
    from tests.projects.entered import entered

    with open_scope(local_actor()) as by:
        city = tree.find_region(by, PLANNED)
        parts = tree.child_regions(by, city, date(2023, 12, 31))[:3]
        paper = targets.register_target_document(
            by=by, number="示保〔2023〕1号", title="实施方案", level="city", region=city, issued_on=date(2023, 7, 20)
        )
        rows = [
            ("shanty.start.target", "2023", ("250", "100", "100", "50")),
            ("shanty.start", "2023-07", ("105", "40", "45", "20")),
        ]
        rows.append(("shanty.start", "2023-08", ("150", "60", "90", None)))
        for code, period, values in rows:
            for region, value in zip((city, *parts), values, strict=True):
                if value:
                    said = {"document": paper} if code.endswith("target") else {}
                    observations.enter_figure(by=by, measure=code, region=region, period=period, value=value, **said)
        for day, share in ((date(2023, 6, 30), Fraction(1, 2)), (date(2023, 9, 30), Fraction(4, 5))):
            nodes.set_node(by=by, document=paper, measure="shanty.start.target", on=day, share=share)
        project = Project.objects.create(region=parts[0], code="P1", name="示例片区", kind="shanty", by="local")
        entered(project, "three-years", date(2023, 2, 1))
    return [part.name for part in parts]
