"""anju doctor says what is wrong and how to mend it, in Chinese, and never falls over itself."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from anju.core.console import doctor
from anju.core.database.postgres import OWNER, SUPERUSER, Cluster
from tests.core import clusters

pytestmark = pytest.mark.processes
CODE = Path(__file__).parents[2]
ACT = (
    "from anju.core.console import command; command.set_up_django();"
    "from anju.core.trail import sealing, trail; from anju.core.people.scope import local_actor, open_scope\n"
    "with open_scope(local_actor()) as by:\n"
    "    trail.record(by=by, act='jobs.retry', obj=trail.Subject('tests.thing', '', '一'))\n"
    "sealing.seal_trail()\n"
)


def run(place, *arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=CODE,
        env=os.environ | {"ANJU_HOME": str(place)} | environment, check=False,
    )  # fmt: skip


def examined(place, **environment):
    """The exit code, and what each check says: the worst of its findings."""
    done = run(place, "-m", "anju", "doctor", "--json", **environment)
    assert "Traceback" not in done.stderr, done.stderr
    said = json.loads(done.stdout)
    for one in said["findings"]:
        assert bool(one["fix"]) == (one["level"] != "ok"), f"what is wrong comes with what to do: {one}"
    order = ("ok", "warn", "bad")
    found = {}
    for one in said["findings"]:
        if order.index(one["level"]) >= order.index(found.get(one["name"], one)["level"]):
            found[one["name"]] = one
    return done.returncode, found


def levels(found):
    return {name for name, one in found.items() if one["level"] != "ok"} - {"端口", "磁盘"}


@pytest.fixture(scope="module")
def place():
    made = clusters.upgraded()
    yield made
    clusters.remove(made)


@pytest.fixture(scope="module")
def used(place):
    assert run(place, "-c", ACT).returncode == 0
    return place


def owner(place):
    return psycopg.connect(**Cluster(place).connection(OWNER))


def test_a_new_installation_is_no_fault_and_nothing_is_made(tmp_path):
    code, found = examined(tmp_path / "new")
    assert (code, levels(found)) == (0, {"数据库"})
    assert "anju db start" in found["数据库"]["fix"]
    assert not (tmp_path / "new").exists()


def test_a_sound_installation_is_sound_and_a_backup_is_asked_for(used):
    code, found = examined(used)
    assert (code, levels(found)) == (0, {"备份"})
    assert {
        "行级安全",
        "区划",
        "后台任务",
        "留痕",
        "现行数",
        "公文",
        "字体",
        "表结构",
        "时钟",
        "Python",
        "程序",
    } <= found.keys()
    assert not (used / "backups").exists()
    assert run(used, "-m", "anju", "db", "backup").returncode == 0
    assert levels(examined(used)[1]) == set()
    note = used / "backups" / "last.json"
    said = json.loads(note.read_text())
    note.write_text(json.dumps(said | {"at": (timezone.now() - timedelta(days=9)).isoformat()}))
    assert "9 天" in examined(used)[1]["备份"]["what"]
    note.write_text("残")
    assert "从来没有" in examined(used)[1]["备份"]["what"]


def test_in_words_for_people_each_line_has_its_sign(used):
    done = run(used, "-m", "anju", "doctor")
    assert done.returncode == 0
    assert "[好] Python" in done.stdout and "[提醒] 备份" in done.stdout and "→ " in done.stdout
    assert done.stdout.rstrip().endswith("。")


def test_a_table_without_its_wall_is_found(used):
    with owner(used) as db:
        db.execute("ALTER TABLE core_file DISABLE ROW LEVEL SECURITY")
    try:
        code, found = examined(used)
        assert code == 1 and "core_file" in found["行级安全"]["what"]
    finally:
        with owner(used) as db:
            db.execute("ALTER TABLE core_file ENABLE ROW LEVEL SECURITY")


def test_a_policy_that_lets_everything_through_is_found(used):
    with owner(used) as db:
        db.execute("CREATE POLICY wide ON core_trail USING (true)")
    try:
        code, found = examined(used)
        assert code == 1 and "core_trail" in found["行级安全"]["what"]
    finally:
        with owner(used) as db:
            db.execute("DROP POLICY wide ON core_trail")


def test_a_changed_act_is_found(used):
    with psycopg.connect(**Cluster(used).connection(SUPERUSER)) as db:
        rows = db.execute("SELECT id, canonical FROM core_trail").fetchall()
        db.execute("SET session_replication_role = replica")
        db.execute(
            "UPDATE core_trail SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '一', '二'), 'UTF8')"
        )
    try:
        code, found = examined(used)
        assert code == 1 and found["留痕"]["level"] == "bad"
    finally:
        with psycopg.connect(**Cluster(used).connection(SUPERUSER)) as db:
            db.execute("SET session_replication_role = replica")
            for pk, content in rows:
                db.execute("UPDATE core_trail SET canonical = %s WHERE id = %s", [content, pk])


def test_waiting_failed_and_lost_jobs_are_told(used):
    job = "INSERT INTO core_job (name, title, args, by, by_name, state, stop, done, message, result, attempts, ended_at) VALUES"
    with owner(used) as db:
        for state in ("waiting", "failed", "running"):
            db.execute(f"{job} ('t', '试', '{{}}', 'local', '甲', %s, false, 0, '', '', 1, now())", [state])
    try:
        done = run(used, "-m", "anju", "doctor")
        assert "1 件等待" in done.stdout and "件中断了" in done.stdout and "1 件失败" in done.stdout
    finally:
        with owner(used) as db:
            db.execute("DELETE FROM core_job")


def test_figures_that_do_not_follow_from_what_was_reported_are_found(used):
    with psycopg.connect(**Cluster(used).connection(SUPERUSER)) as db:
        db.execute("SET session_replication_role = replica")
        db.execute(
            "INSERT INTO figures_current (region_id, period, measure_id, calibre_id, observation_id, state, value, unit, places, approx, assumed)"
            " SELECT min(id), '2021', 'x', 'x', 1, 'number', 1, '', 0, '', false FROM core_region"
        )
    try:
        code, found = examined(used)
        assert code == 1 and "anju figures rebuild" in found["现行数"]["fix"]
    finally:
        with psycopg.connect(**Cluster(used).connection(SUPERUSER)) as db:
            db.execute("DELETE FROM figures_current")


def test_missing_regions_and_steps_not_taken_are_told(used):
    with psycopg.connect(**Cluster(used).connection(SUPERUSER)) as db:
        db.execute("INSERT INTO django_migrations (app, name, applied) SELECT 'x', 'y', now()")
        last = "SELECT max(name) FROM django_migrations WHERE app = 'runs'"
        db.execute(f"UPDATE django_migrations SET name = name || '-' WHERE app = 'runs' AND name = ({last})")
    try:
        code, found = examined(used)
        assert code == 0 and "anju db upgrade" in found["表结构"]["fix"]
        assert "区划" not in found, "without its tables nothing more is asked"
    finally:
        with psycopg.connect(**Cluster(used).connection(SUPERUSER)) as db:
            db.execute("UPDATE django_migrations SET name = rtrim(name, '-') WHERE app = 'runs'")


def test_secrets_that_others_can_read_are_found(used):
    (used / "access.json").chmod(0o644)
    try:
        code, found = examined(used)
        assert code == 1 and "access.json" in found["数据目录"]["what"]
    finally:
        (used / "access.json").chmod(0o600)


def test_a_stopped_database_an_unreachable_server_and_a_half_given_one_are_told(used):
    assert run(used, "-m", "anju", "db", "stop").returncode == 0
    code, found = examined(used)
    assert (code, found["数据库"]["level"]) == (0, "warn")
    gone = "postgresql://a:b@127.0.0.1:1/x"
    code, found = examined(used, DATABASE_URL=gone, DATABASE_OWNER_URL=gone)
    assert code == 1 and "连接不上" in found["数据库"]["what"]
    code, found = examined(used, DATABASE_URL=gone)
    assert code == 1 and "DATABASE_OWNER_URL" in found["数据库"]["what"]


def test_another_major_version_of_the_data_is_told(tmp_path):
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("12\n")
    code, found = examined(tmp_path)
    assert code == 1 and "12" in found["数据库"]["what"]


def test_little_room_a_slow_clock_an_old_python_and_missing_parts_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    monkeypatch.setattr(doctor, "ROOM", 10**9)
    assert next(doctor._folder()).level == "bad"
    monkeypatch.setattr(doctor, "PYTHON", (9, 0))
    assert next(doctor._python()).level == "bad"
    monkeypatch.setattr(
        doctor.metadata, "requires", lambda name: ["Django>=5", "no-such-thing[x]>=1", 'other; extra == "dev"']
    )
    (found,) = doctor._packages()
    assert found.level == "bad" and "no-such-thing" in found.what and "other" not in found.what
    monkeypatch.setattr(doctor.Path, "stat", lambda self: os.stat_result((0,) * 8 + (4_000_000_000, 0)))
    assert next(doctor._clock()).level == "bad"


def test_a_taken_port_is_told(monkeypatch):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(doctor, "PORT", taken.getsockname()[1])
        taken.settimeout(5)
        (found,) = doctor._port()
        assert found.level == "warn" and "占用" in found.what


def test_a_check_that_falls_over_is_a_finding():
    def broken():
        raise RuntimeError("哎呀")
        yield

    (found,) = doctor._safely("试", broken)
    assert found.level == "bad" and "哎呀" in found.what and found.fix
