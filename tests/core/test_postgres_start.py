"""Starting and stopping the embedded server, whatever happened before."""

import json
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import psycopg
import pytest

from anju.core.database.postgres import APPLICATION, OWNER, PORTAL, ROLES, SUPERUSER, Cluster
from tests.core import clusters
from tests.core.clusters import Client, ask, kill, postmaster
from tests.template_clusters import copy_initialised

pytestmark = pytest.mark.processes


@pytest.fixture
def cluster():
    place = clusters.folder()
    yield Cluster(place, fsync=False)
    clusters.remove(place)


@pytest.fixture
def running(cluster):
    copy_initialised(cluster.home)
    cluster.start()
    return cluster


def start(place: Path) -> bool:
    return Cluster(place, fsync=False).start()


def test_the_first_start_makes_it_and_the_second_finds_it(cluster):
    assert cluster.status()["running"] is False
    assert cluster.start() is True
    assert ask(cluster) == APPLICATION
    assert cluster.start() is False
    assert cluster.status() | {"running": True, "version": "18"} == cluster.status()


def test_stopping_twice_says_so_and_data_stay(running):
    with psycopg.connect(**running.connection(OWNER)) as db:
        db.execute("CREATE TABLE kept AS SELECT 7 AS n")
        db.execute(f"GRANT SELECT ON kept TO {APPLICATION}")
        db.execute(f"GRANT USAGE ON SCHEMA public TO {APPLICATION}")
    assert running.stop() is True
    assert running.stop() is False
    assert running.start() is True
    assert ask(running, "SELECT n FROM kept") == 7


def test_a_client_that_exits_does_not_stop_it(cluster):
    assert Client(start, cluster.home).result() is True
    assert ask(cluster) == APPLICATION


def test_it_starts_after_kill_9_of_the_postmaster_under_a_busy_client(running):
    busy = psycopg.connect(**running.connection(APPLICATION))
    pid = busy.info.backend_pid
    os.set_blocking(busy.fileno(), False)
    busy.pgconn.send_query(b"SELECT sum(n) FROM generate_series(1, 30000000) AS n")
    kill(postmaster(running))
    assert not running.answers()
    assert running.start() is True, "the killed server's backend must go first"
    assert clusters.gone(pid)
    assert ask(running) == APPLICATION


def test_a_process_that_a_killed_postmaster_left_waiting_for_ever_is_ended(running):
    client = psycopg.connect(**running.connection(APPLICATION))
    stuck = client.info.backend_pid
    os.kill(stuck, signal.SIGSTOP)  # as one is that waits for a lock which nobody gives back
    kill(postmaster(running))
    assert running.start() is True
    assert clusters.gone(stuck)
    assert ask(running) == APPLICATION


@pytest.mark.parametrize(
    "left",
    ["", "99", "{me}\n{data}\n1\n5432\n\n\n", "999999\n{data}\n1\n5432\n"],
    ids=["empty", "truncated", "reused", "stale"],
)
def test_it_starts_over_whatever_postmaster_pid_a_crash_left(running, left):
    pid, file = postmaster(running), running.data / "postmaster.pid"
    kill(pid)
    file.write_text(left.format(me=os.getppid(), data=running.data))
    assert running.start() is True
    assert postmaster(running) != pid
    assert ask(running) == APPLICATION


def test_a_damaged_postmaster_pid_of_a_living_server_does_not_start_a_second_one(running):
    pid = postmaster(running)
    (running.data / "postmaster.pid").write_text("")
    assert running.start() is False
    running.access_file.rename(running.access_file.with_suffix(".away"))  # nor does a client that cannot log in
    assert Client(start, running.home).result()[0].code == "DB-007"
    running.access_file.write_text('{"postgres": "x", "anju_owner": "x", "anju_app": "x"}')
    assert Client(start, running.home).result()[0].code == "DB-016"
    running.access_file.with_suffix(".away").rename(running.access_file)
    os.kill(pid, 0)
    kill(pid)


def test_of_many_starts_at_once_one_wins_and_all_get_a_working_server(cluster):
    clients = [Client(start, cluster.home) for _ in range(4)]
    assert sorted(client.result() for client in clients) == [False, False, False, True]
    assert ask(cluster) == APPLICATION


@pytest.mark.parametrize("moment", [0.05, 0.5, 1.0])
def test_a_client_killed_while_it_starts_the_server_leaves_nothing_that_the_next_cannot_mend(cluster, moment):
    client = Client(start, cluster.home)
    time.sleep(moment)
    kill(client.process.pid)
    assert start(cluster.home) in (True, False)
    assert ask(cluster) == APPLICATION


def test_a_lost_password_file_is_made_anew_once_the_server_is_stopped(running):
    running.stop()
    running.access_file.unlink()
    assert running.start() is True
    assert ask(running) == APPLICATION


@pytest.mark.parametrize("stopped", [True, False])
def test_an_installation_of_an_earlier_version_gets_the_role_that_it_lacks(running, stopped):
    """access.json of three roles, and no fourth on the server; with the earlier version's server still running, too."""
    with psycopg.connect(**running.connection(SUPERUSER), autocommit=True) as db:
        db.execute(f"REVOKE ALL ON DATABASE anju FROM {PORTAL}")
        db.execute(f"DROP ROLE {PORTAL}")
    known = running.passwords()
    del known[PORTAL]
    running.access_file.write_text(json.dumps(known))
    if stopped:
        running.stop()
    assert running.start() is stopped
    assert running.passwords().items() > known.items(), "the others keep their passwords"
    assert running.access_file.stat().st_mode & 0o777 == 0o600
    with psycopg.connect(**running.connection(PORTAL)) as db:
        assert db.execute("SELECT current_user").fetchone() == (PORTAL,)
    assert running.start() is False


def test_a_folder_that_was_moved_starts_where_it_is(running):
    running.stop()
    moved = running.home.with_name(running.home.name + "-m")
    running.home.rename(moved)
    running.home.mkdir()
    try:
        other = Cluster(moved, fsync=False)
        assert other.start() is True
        assert ask(other) == APPLICATION
    finally:
        clusters.remove(moved)


def test_another_major_version_stops_and_names_the_upgrade(running):
    running.stop()
    (running.data / "PG_VERSION").write_text("16\n")
    (problem,) = Client(start, running.home).result()
    assert problem.code == "DB-003" and "anju db upgrade" in problem.fix and "16" in problem.what
    assert (running.data / "PG_VERSION").read_text() == "16\n"


def test_it_listens_on_nothing_but_a_private_socket_with_passwords(running):
    pid = postmaster(running)
    mine = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    inodes = {text[8:-1] for text in mine if text.startswith("socket:[")}
    listening = [
        line.split()[9]
        for file in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]
    ]
    assert inodes and not inodes & set(listening)
    for file, mode in (
        (running.access_file, 0o600),
        (running.folder, 0o700),
        (running.data, 0o700),
        (running.socket_folder, 0o700),
    ):
        assert file.stat().st_mode & 0o777 == mode, file
    for role in ROLES:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**running.connection(role) | {"password": "guess"})


def test_the_application_is_bound_and_the_owner_is_no_superuser(running):
    with psycopg.connect(**running.connection(SUPERUSER, "postgres")) as db:
        rows = db.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'anju%' ORDER BY 1"
        ).fetchall()
        locale = db.execute(
            "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'anju'"
        ).fetchone()
        stored = db.execute(
            "SELECT DISTINCT left(rolpassword, 13) FROM pg_authid WHERE rolpassword IS NOT NULL"
        ).fetchall()
    assert rows == [(role, False, False, False) for role in (APPLICATION, OWNER, PORTAL)]
    assert locale == ("b", "C.UTF-8", "UTF8")
    assert stored == [("SCRAM-SHA-256",)]
    with psycopg.connect(**running.connection(APPLICATION)) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("CREATE TABLE public.mine (n int)")


@pytest.mark.parametrize("name", ["深" * 40, "a,b'c d"])
def test_a_path_that_no_socket_can_have_is_served_through_a_short_private_one(name):
    place = clusters.folder()
    home = place / name
    cluster = Cluster(home, fsync=False)
    try:
        assert cluster.start() is True
        assert cluster.socket_folder.parent == Path("/tmp")
        assert cluster.socket_folder.stat().st_mode & 0o777 == 0o700
        assert ask(cluster) == APPLICATION
        cluster.stop()
        shutil.rmtree(cluster.socket_folder)
        cluster.socket_folder.mkdir(mode=0o777)  # somebody else's, or open to all
        cluster.socket_folder.chmod(0o777)
        assert Client(start, home).result()[0].code == "DB-004"
        cluster.socket_folder.rmdir()
    finally:
        clusters.remove(place)


def test_a_name_that_a_shell_would_read_is_refused():
    place = clusters.folder()
    try:
        assert Client(start, place / "a$(id)").result()[0].code == "DB-009"
        assert not list(place.iterdir())
    finally:
        clusters.remove(place)


def test_nothing_else_may_sit_in_the_way(cluster):
    cluster.folder.write_text("a file where the folder should be")
    (problem,) = Client(start, cluster.home).result()
    assert problem.code.startswith("DB-")
    cluster.folder.unlink()


def test_the_socket_goes_with_the_server(running):
    running.stop()
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises((FileNotFoundError, ConnectionRefusedError)):
        probe.connect(str(running.socket_folder / ".s.PGSQL.5432"))
