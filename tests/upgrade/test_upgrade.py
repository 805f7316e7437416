"""A database of an earlier version, restored and brought up to this one: nothing of it is lost or changed, and its people go on.

`since_2026_11` holds what the product's own backup wrote then, the facts that `reading.py` told of it then, what may have changed since and
why (`allowed.yaml`, empty at first), and the record of how it was made.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from anju.core.database.postgres import Cluster
from tests.core import clusters

CODE = Path(__file__).parents[2]
OLD = Path(__file__).with_name("since_2026_11")
pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("upgrade")]  # one restored database for all, in this order


def run(home: Path, *words: str) -> subprocess.CompletedProcess:
    env = {name: text for name, text in os.environ.items() if not name.startswith("DATABASE_")}
    return subprocess.run(
        [sys.executable, "-m", *words], env=env | {"ANJU_HOME": str(home), "PYTHONPATH": str(CODE)}, cwd=CODE, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess):
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-1000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def then():
    """The facts of before."""
    return json.loads((OLD / "facts.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def allowed():
    """Kind → name → why it may be another now."""
    return YAML(typ="safe", pure=True).load((OLD / "allowed.yaml").read_text(encoding="utf-8")) or {}


@pytest.fixture(scope="module")
def home():
    """The backup in a cluster of its own, upgraded."""
    place = clusters.folder()
    try:
        Cluster(place, fsync=False).start()
        done = run(place, "anju", "db", "restore", str(OLD / "backup"))
        assert done.returncode == 0, done.stderr
        yield place
    finally:
        clusters.remove(place)


@pytest.fixture(scope="module")
def now(home):
    """The same facts of what was restored, before anybody does anything."""
    return said(run(home, "tests.upgrade.reading"))


@pytest.fixture(scope="module")
def answers(now):
    """What today's code makes of it."""
    assert "answers" in now, now.get("failed")
    return now["answers"]


@pytest.fixture(scope="module")
def worked(home, then, now):
    """What became of the jobs that waited."""
    return said(run(home, "tests.upgrade.working", *then["stored"]["jobs"]))


@pytest.fixture(scope="module")
def gone_on(home, then, worked):
    """What became of the next month's acts."""
    return said(run(home, "tests.upgrade.going_on", str(then["month"]["draft"])))


def changes(before: dict[str, str], after: dict[str, str], allowed: dict[str, str] | None) -> dict[str, str]:
    """What is gone or another, but for what is allowed; and what is allowed without need. New names are no change."""
    found = {
        name: f"was: {text}\n now: {after.get(name, 'gone')}"
        for name, text in before.items()
        if after.get(name) != text
    }
    excused = allowed or {}
    unneeded = dict.fromkeys(excused.keys() - found.keys(), "allowed, but nothing of it has changed")
    unexplained = {name: "allowed without a reason" for name, why in excused.items() if len((why or "").strip()) < 10}
    return {name: text for name, text in found.items() if name not in excused} | unneeded | unexplained


def same(before: dict[str, str], after: dict[str, str], allowed: dict[str, str] | None) -> None:
    found = changes(before, after, allowed)
    assert not found, "\n" + "\n".join(f"{name}\n    {text}" for name, text in found.items())


KINDS = [
    "policies", "row_security", "grants", "triggers", "functions", "constraints", "unique_indexes", "columns", "sequence_owners", "content_types",
    "migrations",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_database_knows_of_itself_is_still_there(kind, then, now, allowed):
    assert len(then["catalogues"][kind]) > 5, "the facts hold none"
    same(then["catalogues"][kind], now["catalogues"][kind], allowed.get(kind))


def test_every_catalogue_is_compared_and_what_is_allowed_has_a_known_kind(then, now, allowed):
    assert set(KINDS) == set(then["catalogues"]) == set(now["catalogues"])
    assert set(allowed) <= {*KINDS, "rows", "sequences", *then["stored"]}


def test_no_sequence_falls_behind(then, now, allowed):
    behind = {name for name, last in then["sequences"].items() if now["sequences"].get(name, -1) < last}
    gone = allowed.get("sequences") or {}
    assert behind == gone.keys() and not gone.keys() & now["sequences"].keys()
    assert all(len(why) > 10 for why in gone.values())
    assert now["behind"] == []


def test_no_row_is_lost(then, now, allowed):
    lost = {
        name: f"{count} → {now['rows'].get(name)}"
        for name, count in then["rows"].items()
        if now["rows"].get(name, -1) < count
    }
    assert {name: text for name, text in lost.items() if name not in (allowed.get("rows") or {})} == {}


STORED = [
    "trail", "seals", "runs", "books", "returns", "scans", "files", "documents", "versions", "figures", "entries", "regions", "organisations",
    "projects", "events", "adjustments", "members", "observations", "sources", "targets", "nodes", "steps", "answered", "opinions", "receipts",
    "reminders", "postings", "jobs", "queue",
]  # fmt: skip


@pytest.mark.parametrize("kind", STORED)
def test_what_was_stored_says_the_same(kind, then, now, allowed):
    assert then["stored"][kind], "the facts hold none"
    same(then["stored"][kind], now["stored"][kind], allowed.get(kind))


def test_everything_that_was_stored_is_compared(then):
    assert set(STORED) == set(then["stored"])


def test_what_nobody_had_sealed_is_sealed_behind_the_old_links(then, now):
    assert len(then["stored"]["trail"]) > len(then["stored"]["seals"]), "the facts hold none that was not sealed"
    assert len(now["stored"]["seals"]) == len(now["stored"]["trail"]) >= len(then["stored"]["trail"])


def test_every_return_reads_as_it_did_and_what_was_locked_has_the_digest_it_was_locked_with(then, now, answers):
    assert answers["returns"] == then["answers"]["returns"]
    states = {pk: text.split() for pk, text in now["stored"]["returns"].items()}
    locked = {pk: words[-1] for pk, words in states.items() if words[4] == "locked"}
    assert str(then["month"]["locked"]) in locked and str(then["month"]["correction"]) in locked
    assert locked == {pk: answers["returns"][pk]["content"] for pk in locked}


def test_every_run_replays_to_its_digest_on_both_engines(then, answers):
    assert len(answers["replayed"]) == 2 * len(then["stored"]["runs"])
    assert set(answers["replayed"].values()) == {True}


def test_every_paper_reads_as_it_did_and_what_was_issued_is_not_stale(then, answers):
    assert answers["documents"] == then["answers"]["documents"]
    issued = answers["documents"][str(then["month"]["issued"])]
    assert issued["text"] and issued["stale"] == []


def test_every_reference_that_a_paper_printed_is_read_and_written_as_it_was(answers):
    assert {text.partition(":")[0] for text in answers["references"] if "@" not in text.partition(":")[0]} >= {
        "sum", "node", "run"
    }  # fmt: skip
    assert {text: again for text, again in answers["references"].items() if again != text} == {}


def test_current_figures_are_those_of_the_observations(then, answers):
    assert answers["current_figures"] == then["answers"]["current_figures"]
    assert answers["current_figures"][1] == 0


def test_the_waiting_jobs_are_done(then, worked):
    waited = {pk for pk, text in then["stored"]["jobs"].items() if text.split()[1] == "waiting"}
    assert {then["stored"]["jobs"][pk].split()[0] for pk in waited} == {
        "projects.count", "projects.look", "projects.enter", "returns.close", "returns.lateness", "oversight.remind",
    }  # fmt: skip
    states = {pk: text.split()[0] for pk, text in worked["jobs"].items()}
    assert states == {pk: "done" if pk in waited else "stopped" for pk in then["stored"]["jobs"]}, worked["jobs"]
    assert worked["queue"].keys().isdisjoint(then["stored"]["queue"]), "nothing of before is left in the queue"


def test_the_return_that_waited_for_the_city_is_locked_by_its_job(then, worked):
    words = worked["returns"][str(then["month"]["waiting"])].split()
    assert words[4] == "locked" and len(words[-1]) == 64


def test_it_goes_on(gone_on):
    assert gone_on["return"]["state"] == "locked" and len(gone_on["return"]["digest"]) == 64
    assert gone_on["correction"] == "locked"
    assert (
        gone_on["document"]["state"] == "issued"
        and gone_on["document"]["number"]
        and gone_on["document"]["stale"] == []
    )
    assert gone_on["ledger"] == ["explained", "closed"]
    assert gone_on["differing"] == 0
    assert (
        len(gone_on["pages"]) > 15
        and {page: status for page, status in gone_on["pages"].items() if status != 200} == {}
    )


def test_the_chain_goes_on_and_is_verified_without_a_database(home, then, gone_on, tmp_path):
    file, sealed = tmp_path / "trail", then["stored"]["seals"]
    seq = max(sealed, key=int)
    made = said(run(home, "anju", "trail", "export", str(file), "--json"))
    assert made["seq"] > len(then["stored"]["trail"])
    heads = [f"{seq}:{sealed[seq]}", f"{made['seq']}:{made['head']}"]
    done = run(tmp_path, "anju", "trail", "verify", str(file), *(word for head in heads for word in ("--head", head)))
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = run(tmp_path, "anju", "trail", "verify", str(file), "--head", f"{seq}:{'0' * 64}")
    assert wrong.returncode == 1
