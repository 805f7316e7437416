"""A server named by DATABASE_URL instead of the embedded one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from anju.core.database import server
from anju.core.database.postgres import SUPERUSER, Cluster
from anju.problems import Refused
from tests.core import clusters
from tests.ports import free_port

pytestmark = pytest.mark.processes
CODE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address():
    """A second cluster that plays the office's server: reached by TCP, with roles and a database that somebody else has named."""
    place = clusters.initialised()
    cluster = Cluster(place, fsync=False)
    port = free_port()
    with (cluster.data / "postgresql.auto.conf").open("a") as file:  # read last, so it outweighs what start() writes
        file.write(f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n")
    cluster._call("pg_ctl", "start", "-D", cluster.data, "-w", "-l", cluster.log)
    super_ = f"postgresql://{SUPERUSER}:{cluster.passwords()[SUPERUSER]}@127.0.0.1:{port}"
    with psycopg.connect(f"{super_}/postgres", autocommit=True) as db:
        db.execute("CREATE ROLE bureau LOGIN PASSWORD 'own:er@1'")
        db.execute("CREATE ROLE bureau_app LOGIN PASSWORD 'app'")
        db.execute("CREATE ROLE bureau_portal LOGIN PASSWORD 'portal'")
        db.execute("CREATE DATABASE housing OWNER bureau")
        db.execute(
            "CREATE DATABASE old OWNER bureau ENCODING LATIN1 TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'"
        )
    yield {
        "super": super_,
        "app": f"postgresql://bureau_app:app@127.0.0.1:{port}",
        "owner": f"postgresql://bureau:own%3Aer%401@127.0.0.1:{port}",
        "portal": f"postgresql://bureau_portal:portal@127.0.0.1:{port}",
    }
    cluster._run("pg_ctl", "stop", "-D", cluster.data, "-m", "fast", "-w")
    clusters.remove(place)


@pytest.fixture
def named(monkeypatch):
    def name(default=None, owner=None, portal=None):
        for variable, value in (
            ("DATABASE_URL", default),
            ("DATABASE_OWNER_URL", owner),
            ("DATABASE_PORTAL_URL", portal),
        ):
            monkeypatch.setenv(variable, value) if value else monkeypatch.delenv(variable, raising=False)

    return name


def anju(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "anju", *arguments],
        capture_output=True,
        text=True,
        cwd=CODE,
        env=os.environ | environment,
        check=False,
    )


def test_commands_run_on_the_named_server_and_start_none_of_ours(address, tmp_path):
    urls = {
        "DATABASE_URL": f"{address['app']}/housing",
        "DATABASE_OWNER_URL": f"{address['owner']}/housing",
        "ANJU_HOME": str(tmp_path / "home"),
    }
    upgraded = anju("db", "upgrade", "--json", **urls)
    assert upgraded.returncode == 0, upgraded.stderr
    assert "core.0001_initial" in json.loads(upgraded.stdout)["done"]
    assert anju("db", "upgrade", **urls).stdout == "已是最新，无须升级。\n"
    status = json.loads(anju("db", "status", "--json", **urls).stdout)
    assert status["running"] and status["pending"] == [] and status["server"].startswith("127.0.0.1:")
    assert anju("regions", "match", "450300", "恭城县", **urls).stdout.split() == ["恭城县", "450332", "恭城瑶族自治县"]
    assert anju("db", "stop", **urls).returncode == 1
    assert not (tmp_path / "home" / "postgres").exists()
    with psycopg.connect(f"{address['app']}/housing") as db:  # bound there as well, under whatever name
        assert db.execute("SELECT count(*) FROM core_trail").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("DELETE FROM core_trail")


@pytest.mark.parametrize(
    ("default", "owner", "code"),
    [
        ("{app}/housing", None, "DB-011"),
        (None, "{owner}/housing", "DB-011"),
        ("mysql://x@h/d", "{owner}/housing", "DB-011"),
        ("{app}/nowhere", "{owner}/housing", "DB-012"),
        ("{app}/old", "{owner}/old", "DB-013"),
        ("{super}/housing", "{owner}/housing", "DB-014"),
        ("{owner}/housing", "{owner}/housing", "DB-014"),
        ("{app}/housing", "{app}/housing", "DB-014"),
    ],
)
def test_a_server_that_will_not_do_is_refused(address, named, default, owner, code):
    named(default and default.format(**address), owner and owner.format(**address))
    with pytest.raises(Refused, match=code):
        server.ensure_database()


@pytest.mark.parametrize(("portal", "code"), [("{app}/housing", "DB-014"), ("{owner}/housing", "DB-014"),
                                              ("{super}/housing", "DB-014"), ("{portal}/nowhere", "DB-012"), ("nonsense", "DB-011")])  # fmt: skip
def test_a_portal_that_is_somebody_else_is_refused(address, named, portal, code):
    named(f"{address['app']}/housing", f"{address['owner']}/housing", portal.format(**address))
    with pytest.raises(Refused, match=code):
        server.ensure_database()


def test_the_portal_s_role_is_the_one_that_the_server_calls_so(address, named):
    named(f"{address['app']}/housing", f"{address['owner']}/housing")
    assert (server.ensure_database(), server.portal_role()) == (False, "")
    named(f"{address['app']}/housing", f"{address['owner']}/housing", f"{address['portal']}/housing")
    assert (server.ensure_database(), server.portal_role()) == (False, "bureau_portal")
    named()
    assert server.portal_role() == "anju_portal"


def test_a_server_of_another_version_is_refused(monkeypatch, address, named):
    named(f"{address['app']}/housing", f"{address['owner']}/housing")
    monkeypatch.setattr(server, "MAJOR", 17)  # as a program of another version would see it
    with pytest.raises(Refused, match="DB-003"):
        server.ensure_database()
