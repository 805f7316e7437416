"""A county with thirty projects in its ledger, really committed, and the site in a real browser. Console lines fail a test."""

import os
import threading
from contextlib import contextmanager
from datetime import date

import pytest

from tests.cast import EAST, operator, person, sign_in
from tests.desk.conftest import CHROMIUM, DESK, FLAGS, PHONE, Lines

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread; the database is asked from it too

FORM, LAST, PERIOD, CUT_OFF = "anju-project-month", "2026-09", "2026-10", date(2026, 10, 20)
PROJECTS = 30
NAMES = ("东关片区棚户区改造", "恭城瑶族自治县城北老旧小区改造提升（二期）", "阳光公租房")
KINDS = ("shanty", "old", "prh")


def ledger(county, clerk, count=PROJECTS):
    """Projects of three kinds; what was planned, started and invested by the tenth of the month before."""
    from anju.projects import services

    for n in range(count):
        kind = KINDS[n % 3]
        size = {"households": "300"} if kind == "old" else {"units": "200"}
        one = services.register(by=clerk, region=county, code=f"P{n:03d}", name=f"{NAMES[n % 3]}{n + 1}", kind=kind, year="2026", investment="4000", **size)
        services.record(by=clerk, project_id=one.pk, kind="start", on=date(2026, 9, 10), amount="100", **({"mode": "physical"} if kind == "shanty" else {}))
        services.record(by=clerk, project_id=one.pk, kind="invest", on=date(2026, 9, 10), amount="1200万元")


@pytest.fixture(scope="package")
def month(django_db_setup, django_db_blocker, empty):
    """The county's people, projects and forms; emptied when the last test of this folder is done."""
    from django.db import connections

    from anju.core.models import Region
    from anju.core.scope import local_operator, scoped
    from anju.figures.services import load_catalogue
    from anju.returns import services

    with django_db_blocker.unblock():
        clerk = operator("clerk")
        for post in ("reviewer", "head", "joint", "finance"):
            person(post)
        person("city_reviewer", "140500")
        with scoped(local_operator()) as local:
            load_catalogue(by=local)
            services.load_forms(by=local)
        with scoped(clerk):
            ledger(Region.objects.get(code=EAST, valid_until=None), clerk)
        yield
        connections.close_all()
    empty()


@pytest.fixture(scope="package")
def site(month):
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from anju.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="package")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, site):
    """visit(post, region, size): a page in which that person is signed in. At the end its console must have said nothing."""
    made = []

    @contextmanager
    def closing():
        yield
        for page in made:
            page.context.close()
        assert not [line for page in made for line in page.lines]

    def open_page(post="clerk", region=EAST, size=DESK):
        context = chromium.new_context(viewport=size, base_url=site, locale="zh-CN", accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.lines = Lines()
        page.on("console", lambda message: page.lines.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.lines.append(f"error: {error}"))
        page.set_default_timeout(15_000)
        sign_in(page, person(post, region))
        made.append(page)
        return page

    with closing():
        yield open_page


@pytest.fixture
def phone_size():
    return PHONE


@pytest.fixture
def clean(month):
    """No return is left behind."""
    yield
    erase()


@pytest.fixture
def draft(clean):
    """A fresh return of the month, filled from the ledger. Emptied afterwards: each test has its own."""
    from anju.core.models import Region
    from anju.core.scope import scoped
    from anju.returns import services

    clerk = operator("clerk")
    with scoped(clerk):
        return services.open_return(by=clerk, form_code=FORM, region=Region.objects.get(code=EAST, valid_until=None), period=PERIOD)


def erase():
    """All returns gone, by the superuser: they are append-only for everybody else."""
    import psycopg

    from anju.core.postgres import DATABASE, SUPERUSER, Cluster
    from tests.conftest import HOME

    with psycopg.connect(**Cluster(HOME).connection(SUPERUSER, DATABASE)) as db:
        db.execute("SET session_replication_role = replica")
        for table in ("change", "cell", "line", "answer", "opinion", "step", "receipt", "paper", "return"):
            db.execute(f"DELETE FROM returns_{table}")
