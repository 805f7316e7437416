"""A county with thirty projects in its ledger, really committed, and the site in a real browser. Console lines fail a test."""

from datetime import date

import pytest

from tests.browser import DESK, served
from tests.cast import EAST, operator, person

FORM, LAST, PERIOD, CUT_OFF = "anju-project-month", "2026-09", "2026-10", date(2026, 10, 20)
PROJECTS = 30
NAMES = ("东关片区棚户区改造", "恭城瑶族自治县城北老旧小区改造提升（二期）", "阳光公租房")
KINDS = ("shanty", "old", "prh")


def ledger(county, clerk, count=PROJECTS):
    """Projects of three kinds; what was planned, started and invested by the tenth of the month before."""
    from anju.projects.services import events, projects

    for n in range(count):
        kind = KINDS[n % 3]
        size = {"households": "300"} if kind == "old" else {"units": "200"}
        one = projects.register_project(
            by=clerk,
            region=county,
            code=f"P{n:03d}",
            name=f"{NAMES[n % 3]}{n + 1}",
            kind=kind,
            year="2026",
            investment="4000",
            **size,
        )
        events.record_event(
            by=clerk,
            project_id=one.pk,
            kind="start",
            on=date(2026, 9, 10),
            amount="100",
            **({"mode": "physical"} if kind == "shanty" else {}),
        )
        events.record_event(by=clerk, project_id=one.pk, kind="invest", on=date(2026, 9, 10), amount="1200万元")


@pytest.fixture(scope="package")
def month(django_db_setup, django_db_blocker, empty):
    """The county's people, projects and forms; emptied when the last test of this folder is done."""
    from django.db import connections

    from anju.core.models.region import Region
    from anju.core.people.scope import local_actor, open_scope
    from anju.figures.catalogue import load_catalogue
    from anju.returns.services import opening

    with django_db_blocker.unblock():
        clerk = operator("clerk")
        for post in ("reviewer", "head", "joint", "finance"):
            person(post)
        person("city_reviewer", "140500")
        with open_scope(local_actor()) as local:
            load_catalogue(by=local)
            opening.load_forms(by=local)
        with open_scope(clerk):
            ledger(Region.objects.get(code=EAST, valid_until=None), clerk)
        yield
        connections.close_all()
    empty()


@pytest.fixture(scope="package")
def site(month):
    with served() as address:
        yield address


@pytest.fixture
def visit(come):
    """visit(post, region, size): a page in which that person is signed in; it may use the clipboard."""
    return lambda post="clerk", region=EAST, size=DESK: come(
        person(post, region), size, permissions=["clipboard-read", "clipboard-write"]
    )


@pytest.fixture
def clean(month):
    """No return is left behind."""
    yield
    erase()


@pytest.fixture
def draft(clean):
    """A fresh return of the month, filled from the ledger. Emptied afterwards: each test has its own."""
    from anju.core.models.region import Region
    from anju.core.people.scope import open_scope
    from anju.returns.services import opening

    clerk = operator("clerk")
    with open_scope(clerk):
        return opening.open_return(
            by=clerk, form_code=FORM, region=Region.objects.get(code=EAST, valid_until=None), period=PERIOD
        )


def erase():
    """All returns gone, by the superuser: they are append-only for everybody else."""
    import psycopg

    from anju.core.database.postgres import DATABASE, SUPERUSER, Cluster
    from tests.conftest import HOME

    with psycopg.connect(**Cluster(HOME).connection(SUPERUSER, DATABASE)) as db:
        db.execute("SET session_replication_role = replica")
        for table in (
            "inquiryentry", "inquiry", "scancomparison", "superiorremark", "setdelivery", "urgereading", "change", "cell", "line", "answer", "opinion",
            "step", "receipt", "paper", "extension", "return",
        ):  # fmt: skip
            db.execute(f"DELETE FROM returns_{table}")
