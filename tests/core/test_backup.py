"""A backup restored into an empty database is the same ledger, and its chain goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from anju.core.database.postgres import APPLICATION, Cluster
from tests.core import clusters

pytestmark = pytest.mark.processes
CODE = Path(__file__).parents[2]
ACT = (
    "from anju.core.console import command; command.set_up_django();"
    "from anju.core.trail import sealing, trail; from anju.core.people.scope import local_actor, open_scope\n"
    "with open_scope(local_actor()) as by:\n"
    "    trail.record(by=by, act='jobs.retry', obj=trail.Subject('tests.thing', '', '一'))\n"
)
MANY = (
    ACT
    + "for n in range(201):\n    with open_scope(by):\n        trail.record(by=by, act='jobs.retry', obj=trail.Subject('tests.thing', '', str(n)))\n"
)


@pytest.fixture
def places():
    """An installation that nobody has used yet, and one whose database is empty."""
    made = [clusters.upgraded(), clusters.initialised()]
    yield made
    for place in made:
        clusters.remove(place)


@pytest.fixture
def elsewhere():
    """An empty folder."""
    made = clusters.folder()
    yield made
    clusters.remove(made)


def run(place, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=CODE,
        env=os.environ | {"ANJU_HOME": str(place)},
        check=False,
    )


def anju(place, *arguments):
    return run(place, "-m", "anju", *arguments)


def test_a_backup_restored_elsewhere_is_the_same_and_goes_on(places, tmp_path):
    old, new = places
    file, exported = tmp_path / "备份", tmp_path / "留痕"
    assert run(old, "-c", MANY).returncode == 0
    made = json.loads(anju(old, "db", "backup", str(file), "--json").stdout)
    assert made["seq"] == 202
    assert file.stat().st_mode & 0o777 == 0o600
    restored = anju(new, "db", "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert anju(new, "trail", "head").stdout.strip() == f"{made['seq']}:{made['head']}"
    assert run(new, "-c", ACT).returncode == 0, "the application's rights came along"
    assert json.loads(anju(new, "trail", "export", str(exported), "--json").stdout)["seq"] == 203
    assert anju(new, "trail", "verify", str(exported), "--head", f"{made['seq']}:{made['head']}").returncode == 0
    again = anju(new, "db", "restore", str(file))
    assert again.returncode == 1 and "DB-019" in again.stderr


def test_acts_that_were_not_sealed_when_the_backup_was_made_are_sealed_after_it_is_restored(places, tmp_path):
    """Their transactions have numbers that the new cluster has not reached yet: by the usual rule they would wait for ever."""
    old, new = places
    assert run(old, "-c", MANY).returncode == 0
    with psycopg.connect(**Cluster(old).connection(APPLICATION)) as open_one:
        open_one.execute("SELECT pg_current_xact_id()")  # while this one is open nothing later is sealed
        assert run(old, "-c", ACT).returncode == 0
        assert json.loads(anju(old, "db", "backup", str(tmp_path / "b"), "--json").stdout)["seq"] == 202
    assert anju(new, "db", "restore", str(tmp_path / "b")).returncode == 0
    assert anju(new, "trail", "head").stdout.startswith("203:")


def test_what_is_no_backup_or_cannot_be_written_is_said(places, tmp_path):
    (tmp_path / "x").write_text("没有")
    refused = anju(places[0], "db", "restore", str(tmp_path / "x"))
    assert refused.returncode == 1 and "DB-020" in refused.stderr
    nowhere = anju(places[0], "db", "backup", str(tmp_path / "nowhere" / "x"))
    assert nowhere.returncode == 1 and "DB-0" in nowhere.stderr and "Traceback" not in nowhere.stderr


def test_a_drill_restores_everything_elsewhere_and_leaves_nothing_behind(places, elsewhere):
    assert run(places[0], "-c", MANY).returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "anju", "db", "drill", "--json"], capture_output=True, text=True, cwd=CODE, check=False,
        env=os.environ | {"ANJU_HOME": str(places[0]), "TMPDIR": str(elsewhere)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["seq"] == 202 and said["problems"] == []
    assert said["tables"] > 20 and said["rows"] > 3_000
    assert not list(elsewhere.iterdir())
    assert f"{said['seq']}:{said['head']}" == anju(places[0], "trail", "head").stdout.strip()


SPOIL = """
from anju.core.console import command; command.set_up_django()
import psycopg
from anju.core.database import drill
from anju.core.database.postgres import SUPERUSER
load = drill.load_backup
def spoiled(file, known):
    load(file, known)
    cluster = drill.Cluster(file.parent)
    with psycopg.connect(**cluster.connection(SUPERUSER)) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("UPDATE core_region SET short = 'X' WHERE id = (SELECT min(id) FROM core_region)")
        db.execute("UPDATE core_trail SET canonical = 'X' WHERE id = (SELECT min(id) FROM core_trail)")
drill.load_backup = spoiled
for problem in drill.run_drill().problems:
    print(problem)
"""


def test_a_drill_tells_one_changed_row_and_a_broken_chain(places):
    assert run(places[0], "-c", MANY).returncode == 0
    said = run(places[0], "-c", SPOIL)
    assert "DB-021" in said.stdout and "core_region" in said.stdout, said.stderr
    assert "DB-022" in said.stdout and "第 1 条" in said.stdout
    assert "core_trailseal" not in said.stdout


BACK = """
from anju.core.console import command; command.set_up_django()
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
graph = MigrationLoader(connections["owner"]).graph
(leaf,) = graph.leaf_nodes("figures")
before = max(name for app, name in graph.nodes if app == "figures" and name < leaf[1])
call_command("migrate", "figures", before, database="owner", verbosity=0)
"""


def test_an_upgrade_of_a_database_in_use_is_preceded_by_a_backup_that_can_be_restored(places):
    old, new = places
    assert run(old, "-c", ACT).returncode == 0
    assert not (old / "backups").exists(), "an empty database needs none"
    (old / "backups").mkdir()
    for n in range(7):
        (old / "backups" / f"upgrade-20200101-00000{n}-0").write_text("")
    back = run(old, "-c", BACK)
    assert back.returncode == 0, back.stderr
    upgraded = anju(old, "db", "upgrade")
    assert upgraded.returncode == 0 and "已备份到" in upgraded.stderr
    kept = sorted((old / "backups").glob("upgrade-*"))
    assert len(kept) == 5
    assert kept[-1].stat().st_mode & 0o777 == 0o600
    restored = anju(new, "db", "restore", str(kept[-1]))
    assert restored.returncode == 0, restored.stderr
    assert "已备份到" not in restored.stderr, "it was restored from one"
    assert anju(new, "trail", "head").stdout.startswith("1:")
