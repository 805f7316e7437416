"""The site as people meet it: real places loaded, a real server on loopback, the system's Chromium. Console lines fail a test."""

import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cast import everyone, sign_in

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread; the database is asked from it too

PLACES = Path(__file__).parents[2] / "anju" / "demo" / "places"
CITIES = ("140500", "410800", "450300")
LOADED = ("jincheng-2021", "guilin-2020", "jiaozuo-2020")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture(scope="package")
def places(django_db_setup, django_db_blocker, empty):
    """Three places, as `anju demo` loads them, really committed; emptied when the last test of this folder is done."""
    from django.db import connections

    from anju.demo.load import load

    with django_db_blocker.unblock():
        for slug in LOADED:
            load(PLACES / slug, say=lambda *_: None)
        yield
        connections.close_all()
    empty()


@pytest.fixture(scope="package")
def site(places):
    """The address of a server that serves the loaded places."""
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
    """The system's browser; nothing is downloaded."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Lines(list):
    """What the console said. A test that expects a refusal says so: lines.expect("422")."""

    def expect(self, word: str) -> None:
        self[:] = [line for line in self if word not in line]


@contextmanager
def opened(chromium, site: str, size: dict, staff=None):
    """A browser in which that person is signed in; who has every post, when none is named."""
    context = chromium.new_context(viewport=size, base_url=site, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    page.lines = Lines()
    page.on("console", lambda message: page.lines.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: page.lines.append(f"error: {error}"))
    page.set_default_timeout(20_000)
    sign_in(page, staff or everyone(*CITIES))
    try:
        yield page
        assert not page.lines, page.lines
    finally:
        context.close()


@pytest.fixture
def page(chromium, site):
    """A desk of 1366 × 768. Whatever the console says, policy violations too, fails the test."""
    with opened(chromium, site, DESK) as made:
        yield made


@pytest.fixture
def phone(chromium, site):
    with opened(chromium, site, PHONE) as made:
        yield made


@pytest.fixture
def user(places):
    """The operator, inside a scope, beside the browser."""
    from anju.core.scope import local_operator, scoped

    with scoped(local_operator()) as operator:
        yield operator
