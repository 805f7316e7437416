"""The site in the system's Chromium: the browser, a server on loopback, pages at the desk and on a phone. Console lines fail a test.

Each folder says what its site shows (its fixture `site`) and who comes; `from tests.browser import chromium` gives it the browser.
"""

import os
import shutil
import threading
from contextlib import contextmanager

import pytest

from tests.cast import sign_in

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "true"  # Playwright keeps an event loop in this thread; the database is asked from it too
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds


@contextmanager
def browser():
    """The system's browser; nothing is downloaded. One at a time: a folder's ends before the next folder's begins."""
    if CHROMIUM is None:
        pytest.fail("这台机器没有 Chromium：请运行 make install-dev，或由系统管理员安装 chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def chromium():
    with browser() as started:
        yield started


@contextmanager
def served():
    """The address of a server in this process, on the tests' database."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from anju.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Lines(list):
    """What the console said. A test that expects a refusal says so: lines.expect("422")."""

    def expect(self, word: str) -> None:
        self[:] = [line for line in self if word not in line]


@contextmanager
def visits(chromium, address: str, **more):
    """come(staff, size): a page in a browser of its own, that person signed in; come(None): nobody is.

    Whatever the consoles say, policy violations too, fails the test. more: options of the browser's context.
    """
    made = []

    def come(staff, size=DESK):
        context = chromium.new_context(viewport=size, base_url=address, locale="zh-CN", accept_downloads=True, **more)
        page = context.new_page()
        page.lines = Lines()
        page.on(
            "console", lambda message: page.lines.append(f"{message.type}: {message.text} {message.location['url']}")
        )
        page.on("pageerror", lambda error: page.lines.append(f"error: {error}"))
        page.set_default_timeout(PATIENCE)
        if staff:
            sign_in(page, staff)
        made.append(page)
        return page

    try:
        yield come
    finally:
        for page in made:
            page.context.close()
    assert not [line for page in made for line in page.lines]


@contextmanager
def opened(chromium, address: str, size: dict, staff):
    """One such page."""
    with visits(chromium, address) as come:
        yield come(staff, size)
