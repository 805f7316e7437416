"""`anju db stop` under a running site: it stays stopped, everybody is told, and all goes on when it is started again."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from anju.core.database.postgres import SUPERUSER, Cluster
from anju.core.jobs.worker import PAUSE
from tests.core import clusters
from tests.ports import free_port

pytestmark = pytest.mark.processes
CODE = Path(__file__).parents[2]
TOLD, BACK = "[DB-023", "数据库已恢复"


@pytest.fixture
def place():
    made = clusters.upgraded()
    yield made
    clusters.remove(made)


def anju(place, *words):
    return [sys.executable, "-m", "anju", *words], {"cwd": CODE, "env": os.environ | {"ANJU_HOME": str(place)}}


def run(place, *words):
    command, options = anju(place, *words)
    return subprocess.run(command, **options, capture_output=True, text=True, check=True).stdout


def wait_for(question, seconds=600):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := question():
            return found
        time.sleep(0.2)
    raise AssertionError("waited in vain")


def page(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def workers(place):
    try:
        with psycopg.connect(**Cluster(place).connection(SUPERUSER)) as db:
            return {pk for (pk,) in db.execute("SELECT id FROM procrastinate_workers").fetchall()}
    except psycopg.Error:
        return set()


def test_a_database_that_was_stopped_stays_so_until_somebody_starts_it(place):
    port = free_port()
    run(place, "db", "start")
    log, (command, options) = place / "site.log", anju(place, "serve", "--port", str(port))
    with log.open("w") as said:
        site = subprocess.Popen(command, **options, stdout=said, stderr=said)
    try:
        wait_for(lambda: page(port)[0] == 200)
        first = wait_for(lambda: workers(place))
        run(place, "db", "stop")
        wait_for(lambda: TOLD in log.read_text())
        end = time.monotonic() + 2 * PAUSE + 1
        while time.monotonic() < end:
            assert not Cluster(place).answers(), "somebody started it"
            time.sleep(0.2)
        assert log.read_text().count(TOLD) == 1 and "Traceback" not in log.read_text()
        status, text = page(port)
        assert status == 503 and "数据库没有运行，或连接中断" in text
        run(place, "db", "start")
        wait_for(lambda: workers(place) - first)
        assert BACK in log.read_text() and page(port)[0] == 200
    finally:
        site.terminate()
        site.wait()


def test_a_server_that_was_killed_is_not_taken_for_a_stopped_one(place):
    cluster = Cluster(place, fsync=False)
    cluster.start()
    assert not cluster.stopped()
    clusters.kill(clusters.postmaster(cluster))
    assert not cluster.stopped()
    cluster.start()
    cluster.stop()
    assert cluster.stopped()
