"""A real PostgreSQL for every test run: a cluster of its own, the alias `default` bound by row-level security.

Fixtures: `db` (pytest-django's: a transaction that is rolled back), `operator` (all regions), `scope` (the whole test runs inside
`scoped(operator)`), `committed` (real commits, cleaned up afterwards: for threads and for the owner's view).
"""

import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

from tests import template_clusters
from tests.worlds import world

# No example may fail because the machine is busy. ANJU_EXAMPLES: how many of each (`make soak` asks for more).
hypothesis.settings.register_profile(
    "anju",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    max_examples=int(os.environ.get("ANJU_EXAMPLES", "100")),
)
hypothesis.settings.load_profile("anju")

pytest_plugins = ["tests.browser"]


if (
    sys.dont_write_bytecode
):  # not beside the sources then: the processes of the tests, some hundreds, would each compile them all
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(template_clusters.CACHE / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def _folder(kind: str) -> Path:
    made = Path(tempfile.mkdtemp(prefix=f"anju-{kind}-"))
    made.chmod(0o711)  # under root the server runs as a system user, who must be able to pass
    return made


HOME = _folder("test")
os.environ["ANJU_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
os.environ.pop("DATABASE_OWNER_URL", None)
_ours = [HOME]
if "ANJU_TEST_RUN" not in os.environ:  # the first process of the run; its workers inherit this
    _ours.append(_folder("run"))
    os.environ["ANJU_TEST_RUN"] = str(_ours[1])

# Stops the servers and removes their folders when this process is gone, in whatever way: it waits for the end of our pipe.
CLEANER = """
import shutil, sys
from pathlib import Path
sys.stdin.read()
from anju.core.database.postgres import Cluster
for ours in map(Path, sys.argv[1:]):
    for place in (ours, *ours.glob("*/")):
        if (place / "postgres").exists():
            Cluster(place).stop()
    shutil.rmtree(ours, ignore_errors=True)
"""
_cleaner = subprocess.Popen(
    [sys.executable, "-c", CLEANER, *map(str, _ours)],
    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[1], start_new_session=True,
)  # fmt: skip


# What makes a test too slow for `make test-fast`: a fixture that it asks for, and its mark. Others are marked where they stand.
SLOW = {"chromium": "browser", "site": "slow", "loaded_places": "slow", "drafted": "slow"}
EXCLUDED = ("browser", "processes", "slow", "soak")
# What the sites of these folders show is loaded once, and emptied when the folder's last test is done.
TOGETHER = ("desk", "month", "returns/pages")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Marks by fixture; and workers get whole files or folders, so that each sets up once what it has in common."""
    for item in items:
        for fixture in SLOW.keys() & set(item.fixturenames):
            item.add_marker(SLOW[fixture])
        if getattr(item.obj, "is_hypothesis_test", False):
            item.add_marker("examples")
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def pytest_collection_finish(session):
    """What was collected stays to the end: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class SlowFirst:
    """The order in which workers take the groups: long ones first, so that no worker has a long one left at the end."""

    @pytest.hookimpl(trylast=True)  # after pytest-django, which puts tests with a database first
    def pytest_collection_modifyitems(self, items):
        slow = {_group(item) for item in items if any(map(item.get_closest_marker, EXCLUDED))}
        items.sort(key=lambda item: _group(item) not in slow)


def pytest_configure(config):
    config.pluginmanager.register(SlowFirst())


def _group(item) -> str:
    if mark := item.get_closest_marker("xdist_group"):
        return mark.args[0]
    file = item.path.relative_to(Path(__file__).parent).as_posix()
    return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Only in this process: commands and sites in their own have the product's."""
    from django.conf import settings
    from django.contrib.auth.hashers import get_hashers

    settings.PASSWORD_HASHERS = ["tests.passwords.QuickArgon2"]
    get_hashers.cache_clear()


@pytest.fixture(scope="session")
def cluster():
    """The session's server."""
    from anju.core.database.postgres import Cluster

    cluster = Cluster(template_clusters.copy_upgraded(HOME), fsync=False)
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def django_db_setup(cluster, django_db_blocker):
    """Tables and national regions, made as the product makes them: the copied cluster has them, and there is nothing left to do."""
    from django.db import connections

    from anju.core.database import server
    from anju.core.database.upgrade import upgrade_tables

    for alias, known in server.django_databases(cluster).items():
        connections[alias].settings_dict.update(known)
    with django_db_blocker.unblock():
        upgrade_tables()
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def _no_transaction_mark(request):
    mark = request.node.get_closest_marker("django_db")
    assert not (mark and mark.kwargs.get("transaction")), (
        "the application may not TRUNCATE: use the fixture `committed` instead"
    )


@pytest.fixture(autouse=True)
def one_row_for_every_act():
    """In every test: what a service changed is one row of the trail (tests/one_row.py)."""
    from tests.one_row import Watch

    with Watch() as watch:
        yield
    assert not watch.problems()


@pytest.fixture
def operator(db):
    """本机操作员: every region, every post."""
    from anju.core.people.scope import local_actor

    return local_actor()


@pytest.fixture
def scope(operator):
    """The whole test inside `scoped(operator)`, as a page or a command runs."""
    from anju.core.people.scope import open_scope

    with open_scope(operator):
        yield operator


@world
def measures(by):
    """The shipped catalogue of measures is loaded."""
    from anju.figures.catalogue import load_catalogue

    load_catalogue(by=by)


@world
def shipped_forms(by, measures):
    """The catalogue and the shipped forms are loaded."""
    from anju.returns.services.opening import load_forms

    load_forms(by=by)


@pytest.fixture(scope="session")
def empty(cluster):
    """Empties everything but the national regions: after tests that really committed."""

    def run() -> None:
        import psycopg

        from anju.core.database.postgres import DATABASE, SUPERUSER

        with psycopg.connect(**cluster.connection(SUPERUSER, DATABASE)) as db:
            db.execute("SET session_replication_role = replica")  # even what is append-only
            tables = db.execute(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename NOT IN ('django_migrations', 'core_region', 'core_mark')"
            ).fetchall()
            for (table,) in tables:
                db.execute(f"DELETE FROM {table}")
            db.execute("DELETE FROM core_region WHERE kind = 'pseudo' OR code LIKE '99%'")  # 99: the synthetic province
            db.execute("UPDATE core_mark SET mark = gen_random_uuid()")  # as replica its triggers slept

    return run


@pytest.fixture
def committed(django_db_setup, django_db_blocker, empty):
    """Real commits, for threads, sealing and reused connections. Everything but the national regions is emptied afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections.close_all()
    empty()
