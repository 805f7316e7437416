"""The trail is kept: sealed by itself, its head outside of the machine, old acts in files that still join the chain; 体检 says when not."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import ProgrammingError, connections, transaction
from django.utils import timezone

from anju.cli import main
from anju.core.console import trail_checks
from anju.core.database.postgres import DATABASE, SUPERUSER, Cluster
from anju.core.models.trail import Trail, TrailArchive, TrailSeal
from anju.core.people.scope import local_actor, open_scope
from anju.core.trail import chain, keeping, sealing, trail
from anju.problems import Refused
from tests.core import clusters

CODE = Path(__file__).parents[2]
committed = pytest.mark.usefixtures("committed")


def write(*names):
    with open_scope(local_actor()) as by:
        for name in names:
            trail.record(by=by, act="jobs.retry", obj=trail.Subject("tests.thing", "", name))


def age(cluster, name, days):
    """As if that act had been done so many days ago, truly: the row says so too."""
    with psycopg.connect(**cluster.connection(SUPERUSER, DATABASE)) as db:
        db.execute("SET session_replication_role = replica")
        pk, content = db.execute("SELECT id, canonical FROM core_trail WHERE obj = %s", [name]).fetchone()
        at = timezone.now() - timedelta(days=days)
        said = chain.canonical_bytes(json.loads(content) | {"at": at.isoformat()})
        db.execute("UPDATE core_trail SET at = %s, canonical = %s WHERE id = %s", [at, said, pk])


def levels():
    with open_scope(local_actor()) as by:
        return [
            (one.name, one.level, one.what)
            for check in (trail_checks.check_chain, trail_checks.check_keeping)
            for one in check(by)
        ]


@pytest.fixture
def settings_file(tmp_path, monkeypatch):
    def say(**said):
        (tmp_path / "head.json").write_text(json.dumps(said))
        monkeypatch.setenv(keeping.HEAD, str(tmp_path / "head.json"))

    return say


# -- sealed by itself -------------------------------------------------------------------------------------------------------------------


@pytest.mark.processes
def test_a_worker_seals_what_was_done_without_being_asked():
    place = clusters.upgraded()
    code = (
        "from anju.core.console.command import set_up_django; set_up_django()\n"
        "from anju.core.jobs import worker; worker.SEALING = '* * * * * */2'; worker.do_jobs()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=CODE, env=os.environ | {"ANJU_HOME": str(place)})
    try:
        with psycopg.connect(**Cluster(place).connection(SUPERUSER, DATABASE), autocommit=True) as db:
            for number in (1, 2):
                db.execute(
                    "INSERT INTO core_trail (at, by, act, obj, canonical) VALUES (now(), 'x', 'x', 'x', '\\x7b7d')"
                )
                until = time.monotonic() + 120
                while db.execute("SELECT count(*) FROM core_trailseal").fetchone()[0] < number:
                    assert time.monotonic() < until, "an act stayed unsealed"
                    time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()
        clusters.remove(place)


@committed
def test_what_stands_unsealed_for_more_than_an_hour_is_a_fault(cluster):
    assert levels()[0][1] == "warn", "nothing was checked, and nothing is called good"
    write("a")
    assert levels()[0][1] == "warn" and "一条也没有" in levels()[0][2]
    age(cluster, "a", 1)
    name, level, what = levels()[0]
    assert (name, level) == ("留痕", "bad") and "1 条还没有封存" in what
    sealing.seal_trail()
    assert levels()[0][1] == "ok"
    write("b")
    assert levels()[0][1] == "ok" and "1 条等待封存" in levels()[0][2]


# -- the head leaves the machine ----------------------------------------------------------------------------------------------------------


@committed
def test_the_head_is_written_behind_the_last_whenever_the_chain_has_grown(tmp_path, settings_file):
    settings_file(file=str(tmp_path / "别处.txt"))
    assert keeping.keep_sealed() == 0 and not (tmp_path / "别处.txt").exists()
    heads = []
    for name in "ab":
        write(name)
        keeping.keep_sealed()
        keeping.keep_sealed()
        heads.append("{}:{}".format(*sealing.chain_head()))
    assert [line.split()[1] for line in (tmp_path / "别处.txt").read_text().splitlines()] == heads
    sealing.export_chain(tmp_path / "t")
    assert chain.verify_chain([tmp_path / "t"], heads).problems == []


@committed
def test_a_chain_that_was_written_anew_is_found_by_the_heads_outside(cluster, tmp_path, settings_file):
    """Whoever owns the database can hash it all anew; the file on another machine says otherwise, and 体检 reads it."""
    settings_file(file=str(tmp_path / "heads"))
    write("a", "b")
    keeping.keep_sealed()
    assert [level for _, level, _ in levels()] == ["ok", "ok"]
    with psycopg.connect(**cluster.connection(SUPERUSER, DATABASE)) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("UPDATE core_trail SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '\"a\"', '\"z\"'), 'UTF8'),"
                   " obj = replace(obj, 'a', 'z')")  # fmt: skip
        db.execute("DELETE FROM core_trailseal")
    sealing.seal_trail()
    name, level, what = levels()[-1]
    assert (name, level) == ("留痕保存", "bad") and "第 2 条的链头" in what


def one_mail(server):
    """A mail server for one letter: what it was given."""
    talk, _ = server.accept()
    file, got = talk.makefile("rwb"), []

    def say(text):
        file.write(text + b"\r\n")
        file.flush()

    say(b"220 x")
    for line in file:
        got.append(line.decode())
        word = line[:4].upper()
        if word == b"DATA":
            say(b"354 go")
            for more in file:
                if more == b".\r\n":
                    break
                got.append(more.decode())
            say(b"250 ok")
        elif word == b"QUIT":
            say(b"221 bye")
            break
        else:
            say(b"250 ok")
    talk.close()
    server.got = "".join(got)


@committed
def test_the_head_goes_out_by_mail_and_by_printer_and_that_is_an_act(tmp_path, settings_file, monkeypatch):

    class Server(socket.socket):
        got = ""

    server = Server()
    server.bind(("127.0.0.1", 0))
    server.listen()
    thread = threading.Thread(target=one_mail, args=[server])
    thread.start()
    lp = tmp_path / "lp"
    lp.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/printed; cat >> {tmp_path}/printed\n')
    lp.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    mail = {
        "server": f"127.0.0.1:{server.getsockname()[1]}",
        "from": "anju@example.cn",
        "to": ["a@example.cn", "b@example.cn"],
    }
    settings_file(mail=mail, print="办公室")
    write("a")
    sealing.seal_trail()
    head = "{}:{}".format(*sealing.chain_head())
    with open_scope(local_actor()) as by:
        assert keeping.send_head(by=by) == ["a@example.cn, b@example.cn", "办公室"]
        row = Trail.objects.get(act="trail.send_head")
    thread.join()
    server.close()
    assert head in server.got and "rcpt TO:<b@example.cn>" in server.got
    printed = (tmp_path / "printed").read_text()
    assert printed.startswith("-d 办公室") and head in printed
    assert row.said["after"]["head"] == head


@committed
def test_a_head_that_could_not_go_out_is_told_and_no_act_says_it_did(settings_file):
    write("a")
    settings_file(mail={"server": "127.0.0.1:1", "from": "a@b.cn", "to": "c@d.cn"}, print="没有的打印机")
    with open_scope(local_actor()) as by, pytest.raises(Refused) as refused:
        keeping.send_head(by=by)
    assert [problem.code for problem in refused.value.problems] == ["TRAIL-014", "TRAIL-014"]
    with open_scope(local_actor()):
        assert not Trail.objects.filter(act="trail.send_head").exists()


@pytest.mark.parametrize("said", ["", "{", "[]", "{}", '{"fax": 1}', '{"mail": "a@b.cn"}', '{"mail": {"server": "x"}}'])
def test_settings_of_the_head_that_say_nothing_known_are_refused(tmp_path, monkeypatch, said):
    (tmp_path / "h").write_text(said)
    monkeypatch.setenv(keeping.HEAD, str(tmp_path / "h"))
    with pytest.raises(Refused, match="TRAIL-014"):
        keeping.head_settings()


@committed
def test_wrong_settings_are_a_fault_of_the_installation(monkeypatch):
    monkeypatch.setenv(keeping.HEAD, "/nowhere/head.json")
    assert ("留痕保存", "bad") in [(name, level) for name, level, _ in levels()]


# -- how long -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["5", "0", "-6", "半年", "6.5", "６", "99999"])
def test_fewer_than_six_months_is_refused(monkeypatch, text):
    monkeypatch.setenv(keeping.MONTHS, text)
    with pytest.raises(Refused, match="TRAIL-013"):
        keeping.retention_months()


def test_six_months_ago_is_a_day_of_the_calendar():
    said = [
        ((2026, 8, 31), 6, (2026, 2, 28)), ((2024, 8, 31), 6, (2024, 2, 29)), ((2026, 3, 15), 6, (2025, 9, 15)), ((2026, 12, 31), 12, (2025, 12, 31)),
        ((2026, 1, 1), 24, (2024, 1, 1)),
    ]  # fmt: skip
    for day, months, wanted in said:
        assert keeping.months_before(datetime(*day, 3, tzinfo=UTC), months).date().timetuple()[:3] == wanted


@committed
def test_what_is_older_goes_to_a_file_that_joins_the_chain_and_the_chain_goes_on(
    cluster, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    monkeypatch.setenv(keeping.MONTHS, "6")
    monkeypatch.setattr("anju.core.console.commands.set_up_django", lambda **options: False)
    write("old-1", "old-2", "new-1", "new-2")
    for name in ("old-1", "old-2"):
        age(cluster, name, 200)
    sealing.seal_trail()
    head = "{}:{}".format(*sealing.chain_head())
    assert main(["trail", "rotate"]) == 0
    assert "第 1 至 2 条已转存" in capsys.readouterr().out
    with open_scope(local_actor()):
        archive = TrailArchive.objects.get()
        assert list(Trail.objects.order_by("id").values_list("obj", flat=True)) == ["new-1", "new-2", "留痕链头"]
        assert [seal.seq for seal in TrailSeal.objects.all()] == [3, 4]
    old = keeping.archive_folder() / archive.file
    assert old.stat().st_mode & 0o077 == 0
    assert main(["trail", "rotate"]) == 0
    assert "没有到期" in capsys.readouterr().out
    write("later")
    sealing.export_chain(tmp_path / "t")
    check = chain.verify_chain([old, tmp_path / "t"], [head])
    assert (check.problems, check.end[0], check.versions) == ([], 6, {3: 6})
    assert main(["trail", "verify", str(old), str(tmp_path / "t"), "--head", head]) == 0
    assert "第 1 至 6 条（第3版6条）" in capsys.readouterr().out
    assert main(["trail", "verify", str(tmp_path / "t")]) == 0
    assert "第 1 至 2 条不在里面" in capsys.readouterr().out
    assert [level for _, level, _ in levels()] == ["ok", "ok"] and sealing.check_trail() == []
    old.write_bytes(old.read_bytes().replace(b"old-1", b"old-9"))
    assert levels()[-2][:2] == ("留痕保存", "bad") and "转存时不同" in levels()[-2][2]
    old.unlink()
    assert "不在了" in levels()[-2][2]


@committed
def test_the_newest_link_stays_however_old_it_is(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    monkeypatch.setenv(keeping.MONTHS, "6")
    write("a", "b")
    for name in "ab":
        age(cluster, name, 400)
    sealing.seal_trail()
    with open_scope(local_actor()) as by:
        assert keeping.rotate_trail(by=by)[:2] == (1, 1)
    sealing.seal_trail()
    assert sealing.chain_head()[0] == 3


@committed
@pytest.mark.parametrize("statement", ["DELETE FROM core_trailseal WHERE seq > 1", "DELETE FROM core_trail", "UPDATE core_trail SET act = 'x'",
                                       "UPDATE core_trailseal SET hash = ''", "UPDATE core_trailarchive SET file = ''", "DELETE FROM core_trailarchive",
                                       "TRUNCATE core_trail CASCADE"])  # fmt: skip
def test_rotation_opens_the_way_out_for_what_was_written_and_for_nothing_else(
    cluster, tmp_path, monkeypatch, statement
):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    write("a", "b", "c")
    age(cluster, "a", 400)
    sealing.rotate_chain(tmp_path, timezone.now() - timedelta(days=200))
    with pytest.raises(ProgrammingError), transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(statement)


@committed
def test_nothing_leaves_when_the_file_cannot_be_written(cluster, tmp_path, monkeypatch):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    monkeypatch.setenv(keeping.MONTHS, "6")
    write("a", "b")
    age(cluster, "a", 400)
    (tmp_path / "trail").write_text("a file where the folder should be")
    with open_scope(local_actor()) as by, pytest.raises(Refused):
        keeping.rotate_trail(by=by)
    with open_scope(local_actor()):
        assert Trail.objects.count() == 2
