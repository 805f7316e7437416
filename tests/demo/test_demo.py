"""anju demo as a user runs it: a process of its own, a data folder of its own, everything written, twice the same."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.processes

INTERRUPTS = int(os.environ.get("ANJU_INTERRUPTS", "2"))  # `make soak` strikes more often
PLACES = {path.parent.name for path in (Path(__file__).parents[2] / "anju" / "demo" / "places").glob("*/place.yaml")}


class Installation:
    """A data folder with its own database, and the anju command on it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="anju-demo-"))
        self.home.chmod(0o711)  # under root the server runs as a system user, who must be able to pass
        self.out = self.home / "out"
        self.environment = {**os.environ, "ANJU_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            self.environment.pop(name, None)

    def start(self, *words: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "anju", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        process = self.start(*words)
        out, error = process.communicate()
        return process.returncode, out, error

    def counts(self) -> dict[str, int]:
        """Rows of every table, as the database's own superuser sees them."""
        from anju.core.database.postgres import DATABASE, SUPERUSER, Cluster

        assert self.run("db", "start")[0] == 0
        with psycopg.connect(**Cluster(self.home).connection(SUPERUSER, DATABASE)) as db:
            tables = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            return {
                name: db.execute(
                    psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(name))
                ).fetchone()[0]
                for name in tables
            }

    def files(self) -> dict[str, int]:
        return {
            str(path.relative_to(self.out)): path.stat().st_size
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }

    def remove(self) -> None:
        self.run("db", "stop")
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture(scope="module")
def installation():
    made = Installation()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def first(installation):
    return installation.run("demo", "--no-serve", "--out", str(installation.out), "--json")


@pytest.fixture(scope="module")
def second(installation, first):
    """Run once more, for people to read; with what there was before."""
    before, files = installation.counts(), installation.files()
    return before, files, *installation.run("demo", "--no-serve", "--out", str(installation.out))


def test_it_exits_0_and_writes_every_document_of_every_place(installation, first):
    code, out, error = first
    assert code == 0, error
    summary = json.loads(out)
    assert {Path(name).parts[0] for name in installation.files()} == PLACES
    assert summary["documents"]
    for document in summary["documents"]:
        for name in document["files"]:
            assert (installation.out / name).stat().st_size > 0
        assert {Path(name).suffix for name in document["files"]} >= {".docx", ".pdf", ".html"}


def test_progress_is_shown_on_the_way(first):
    _, _, error = first
    steps = len(PLACES) + 1  # and the county to practise in
    assert all(f"[{n}/{steps}]" in error for n in range(1, steps + 1))


def test_twice_changes_nothing(installation, second):
    before, files, code, _, error = second
    assert code == 0, error
    assert installation.counts() == before
    assert set(installation.files()) == set(files)


def test_the_summary_says_in_chinese_what_was_found_and_where_to_look(installation, second):
    _, _, code, out, error = second
    assert code == 0, error
    for word in ("载入", "得分", "预警", "公文", str(installation.out)):
        assert word in out


def test_the_trail_of_it_verifies_offline(installation, first, tmp_path):
    exported = tmp_path / "trail.jsonl"
    assert installation.run("trail", "export", str(exported))[0] == 0
    assert installation.run("trail", "verify", str(exported))[0] == 0


def up(process: subprocess.Popen) -> bool:
    """Does the command catch signals by now? The last that it asks for is SIGALRM."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGALRM - 1)


@pytest.mark.soak
def test_ctrl_c_at_any_moment_leaves_what_the_next_run_continues():
    installation = Installation()
    try:
        dice = random.Random(20261121)
        for _ in range(INTERRUPTS):
            process = installation.start("demo", "--no-serve", "--out", str(installation.out))
            while not up(process):
                time.sleep(0.02)
            time.sleep(dice.randint(0, 90) / 10)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate()
            assert process.returncode in (0, 130), error
            assert "Traceback" not in error
        code, _, error = installation.run("demo", "--no-serve", "--out", str(installation.out))
        assert code == 0, error
        assert {Path(name).parts[0] for name in installation.files()} == PLACES
    finally:
        installation.remove()


@pytest.mark.parametrize(
    "words",
    [
        "db status", "trail head", "regions list 140500", "regions match 140500 城区", "figures list 棚户区", "figures check",
        "figures show shanty.start --region 140500 --period 2021", "figures history shanty.start --region 140500 --period 2021",
        "rules list", "rules show scoring/prh-shanty --on 2020-12-31", "document kinds", "document list",
    ],
)  # fmt: skip
def test_every_reading_command_works_in_a_process_of_its_own(installation, first, words):
    code, out, error = installation.run(*words.split())
    assert code == 0, error
    assert out.strip()


def test_an_unknown_region_is_said_where_it_stands(installation, first, tmp_path):
    (tmp_path / "place.yaml").write_text('title: 无\nregion: "519988"\nperiod: "2021"\non: 2021-12-31\n', "utf-8")
    code, _, error = installation.run("place", "load", str(tmp_path))
    assert code == 1
    assert "DEMO-005" in error
