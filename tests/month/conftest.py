"""The practice county as `anju demo` makes it, its people with their passwords, and the site in processes of their own, which can be killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

import pytest

from tests.conftest import HOME
from tests.ports import free_port

FORM = "anju-project-month"
STARTS = 600  # seconds that the site may take


@dataclass(frozen=True)
class County:
    """The county of the month, its city, the period that is due now, and everybody's password by user name."""

    code: str
    name: str
    city: str
    period: str
    passwords: dict[str, str]


@pytest.fixture(scope="package")
def county(django_db_setup, django_db_blocker, empty):
    """Everything but the month that is due is locked. Which month that is, the calendar says: the tests hold on every day of the year."""
    from django.db import connections
    from django.utils import timezone

    from anju import periods
    from anju.core.people.scope import local_actor, open_scope
    from anju.demo.people import make_accounts
    from anju.demo.practice import make_practice_county
    from anju.figures.catalogue import load_catalogue
    from anju.returns.forms import calendar, spec
    from anju.returns.services.opening import load_forms

    form = next(one for one in spec.shipped_specs() if one.code == FORM)
    period = calendar.periods_around(form, timezone.localdate())[0]
    with django_db_blocker.unblock():
        with open_scope(local_actor()) as local:
            load_catalogue(by=local)
            load_forms(by=local)
        region = make_practice_county(say=lambda *_: None, today=periods.period_end(period))
        made = make_accounts(region, ())
        yield County(region.code, region.name, region.parent.code, period, {one.username: one.password for one in made})
        connections.close_all()
    empty()


class Site:
    """`anju serve`: the processes of the product, on a port that stays the same when they are started again."""

    def __init__(self, log) -> None:
        self.log = log
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def __str__(self) -> str:
        return self.address

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "anju", "serve", "--port", str(self.port)], env=os.environ | {"ANJU_HOME": str(HOME)}, start_new_session=True,
            stdout=self.log, stderr=self.log,
        )  # fmt: skip
        end = time.monotonic() + STARTS
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.address}/sign-in/", timeout=60).close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise AssertionError(f"the site did not start: see {self.log.name}")

    def kill(self) -> None:
        """Master and workers at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="package")
def site(county, tmp_path_factory):
    with (tmp_path_factory.mktemp("site") / "log").open("w") as log:
        site = Site(log)
        site.start()
        yield site
        site.kill()


@pytest.fixture
def visit(come):
    """visit(user name): a page at a desk, that person signed in; visit(): nobody is."""
    from anju.core.models.people import Staff

    return lambda username="": come(username and Staff.objects.get(username=username), timezone_id="Asia/Shanghai")
