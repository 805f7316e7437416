"""The site in the system's Chromium: the browser, a server on loopback, pages at the desk and on a phone. Console lines fail a test.

This is a plugin of all tests. A folder says what its site shows (its fixture `site`: the address) and who comes, by the fixture `come`.
On a busy machine everything here is slow though nothing is wrong: what a page shows after an act is waited for, by Playwright's `expect` or by `see`.
"""

import os
import shutil
import threading
import time
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PATIENCE = 120_000  # milliseconds

SITES: list["Served"] = []  # of this process


@pytest.fixture(scope="module")
def chromium():
    """The system's browser; nothing is downloaded. One for each file: Playwright's loop must not run on under tests of other files."""
    if CHROMIUM is None:
        pytest.fail("这台机器没有 Chromium：请运行 make install-dev，或由系统管理员安装 chromium")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # that loop runs in this thread; the database is asked from it too
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Served:
    """The application, and how many requests it is answering: what was committed is emptied when none is under way."""

    def __init__(self, application) -> None:
        self.application, self.under_way, self.changed = application, 0, threading.Condition()

    def __call__(self, environ, start_response):
        self._count(1)
        try:
            answer = self.application(environ, start_response)
        except BaseException:
            self._count(-1)
            raise
        return Answer(answer, lambda: self._count(-1))

    def _count(self, one: int) -> None:
        with self.changed:
            self.under_way += one
            self.changed.notify_all()

    def wait(self) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: not self.under_way, PATIENCE / 1000), "a request does not end"


class Answer:
    """An answer that tells when the server is done with it."""

    def __init__(self, answer, done) -> None:
        self.answer, self.done = answer, done

    def __iter__(self):
        return iter(self.answer)

    def close(self) -> None:
        done, self.done = self.done, lambda: None  # only once, however often it is closed
        try:
            self.answer.close()
        finally:
            done()


@contextmanager
def served():
    """The address of a server in this process, on the tests' database."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from anju.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    site = Served(application)
    server.set_app(site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    SITES.append(site)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        site.wait()
        server.server_close()
        thread.join()
        SITES.remove(site)


class Lines(list):
    """What the console of a page said."""

    def __init__(self, page) -> None:
        self.page, self.allowed = page, set()

    def expect(self, word: str, times: int = 1) -> None:
        """A test that expects a refusal says so: lines.expect("422"). Waits for so many lines with the word, and takes them away."""
        end = time.monotonic() + PATIENCE / 1000
        while sum(word in line for line in self) < times:
            assert time.monotonic() < end, f"the console said {word} less than {times} times: {list(self)}"
            self.page.wait_for_timeout(50)
        self[:] = [line for line in self if word not in line]

    def allow(self, word: str) -> None:
        """How often it is said, and when, nobody knows: while there is no network."""
        self.allowed.add(word)

    def unexpected(self) -> list[str]:
        return [line for line in self if not any(word in line for word in self.allowed)]


@pytest.fixture
def come(chromium, site):
    """come(staff, size): a page in a browser of its own, that person signed in; come(None): nobody is. more: options of its context.

    Whatever the consoles say, policy violations too, fails the test.
    """
    from tests.cast import sign_in

    pages = []

    def open_page(staff=None, size=DESK, **more):
        context = chromium.new_context(viewport=size, base_url=str(site), locale="zh-CN", accept_downloads=True, **more)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.lines = Lines(page)
        page.on(
            "console", lambda message: page.lines.append(f"{message.type}: {message.text} {message.location['url']}")
        )
        page.on("pageerror", lambda error: page.lines.append(f"error: {error}"))
        if staff:
            sign_in(page, staff)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    for served_here in SITES:
        served_here.wait()
    assert not [line for page in pages for line in page.lines.unexpected()]


def wait_until(page, question) -> None:
    """Wait until the question is answered with yes; the page goes on meanwhile."""
    end = time.monotonic() + PATIENCE / 1000
    while not question():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(50)


def leave(page) -> str:
    """Close the page as a person does, and stay when it asks; what kind of question it was."""
    with page.expect_event("dialog", timeout=PATIENCE) as asked:
        page.close(run_before_unload=True)
    question = asked.value
    question.dismiss()
    return question.type


def see(locator, *texts: str) -> None:
    """Wait until that one thing of a page shows all these texts."""
    from playwright.sync_api import expect

    for text in texts:
        expect(locator).to_contain_text(text, use_inner_text=True)
