"""A backup restored into an empty database is the same ledger, and its chain goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from anju.core.postgres import APPLICATION, Cluster
from tests.core import clusters

CODE = Path(__file__).parents[2]
ACT = (
    "from anju.core import command; command.setup();"
    "from anju.core import trail; from anju.core.scope import local_operator, scoped\n"
    "with scoped(local_operator()) as by:\n"
    "    trail.record(by=by, act='记', obj='一')\n"
)
MANY = ACT + "for n in range(201):\n    with scoped(by):\n        trail.record(by=by, act='记', obj=str(n))\n"


@pytest.fixture
def places():
    made = [clusters.folder(), clusters.folder()]
    yield made
    for place in made:
        clusters.remove(place)


def run(place, *arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=CODE, env=os.environ | {"ANJU_HOME": str(place)}, check=False
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
