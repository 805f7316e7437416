"""What goes wrong with a machine is told as what it is: half-written keys, damaged backups, two sites on one folder, a full disk."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.test import Client

from anju.core.console import doctor
from anju.core.database import server
from anju.core.database.backup import check_backup
from anju.core.database.postgres import SUPERUSER, Cluster
from anju.core.database.secret_key import read_passwords, secret_key
from anju.problems import Refused
from tests import template_clusters
from tests.cast import person, sign_in
from tests.core import clusters
from tests.ports import free_port

CODE = Path(__file__).parents[2]


def anju(place, *words):
    return subprocess.run(
        [sys.executable, "-m", "anju", *words], cwd=CODE, env=os.environ | {"ANJU_HOME": str(place)}, capture_output=True, text=True, check=False
    )  # fmt: skip


@pytest.mark.parametrize("left", [b"", b"\0" * 64, b"abc", b"\n", "密钥密钥密钥密钥密钥密钥密钥密钥密钥密钥".encode()])
def test_a_secret_key_that_is_not_whole_is_told_and_never_used(left, tmp_path, monkeypatch):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    assert len(secret_key()) > 32
    (tmp_path / "secret.key").write_bytes(left)
    with pytest.raises(Refused) as refused:
        secret_key()
    assert refused.value.problems[0].code == "DB-025"
    found = [one for one in doctor._folder() if one.level == doctor.BAD]
    assert any("密钥文件" in one.what for one in found)


@pytest.mark.parametrize(
    "left",
    [b"", b"{", b'{"postgres": "', b"[]", b"{}", b"null", b'{"postgres": 5}', b"\0\0\0", b"9" * 5000, b"[" * 50_000],
)
def test_passwords_that_are_not_whole_are_told(left, tmp_path, monkeypatch):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    (tmp_path / "access.json").write_bytes(left)
    with pytest.raises(Refused) as refused:
        read_passwords(tmp_path / "access.json")
    assert refused.value.problems[0].code == "DB-026"
    found = [one for one in doctor._folder() if one.level == doctor.BAD]
    assert any("密码的文件" in one.what for one in found)


@pytest.mark.processes
def test_a_damaged_password_file_is_told_by_every_command_and_mended_as_told():
    place = clusters.upgraded()
    try:
        (place / "access.json").write_text("{")
        for words in (("db", "start"), ("db", "status"), ("doctor",)):
            said = anju(place, *words)
            assert "密码的文件" in said.stdout + said.stderr and "Traceback" not in said.stderr, words
        assert anju(place, "db", "stop").returncode == 0
        (place / "access.json").unlink()
        assert anju(place, "db", "start").returncode == 0
    finally:
        clusters.remove(place)


@pytest.mark.processes
def test_a_backup_holds_the_office_s_files_and_a_damaged_one_is_told(tmp_path):
    old, new, file = clusters.upgraded(), clusters.initialised(), tmp_path / "备份"
    try:
        (old / "maps" / "甲市").mkdir(parents=True)
        (old / "maps" / "甲市" / "表.yaml").write_text("map: x\n", "utf-8")
        (old / "workdays.yaml").write_text("2026: {off: [], worked: []}\n", "utf-8")
        assert anju(old, "db", "backup", str(file)).returncode == 0
        whole = file.read_bytes()
        spoilt = tmp_path / "坏的"
        middle = len(whole) // 2
        for content in (
            whole[:middle],
            whole[:-30],
            whole[:100],
            whole[:middle] + b"\0" * 200 + whole[middle + 200 :],
            whole[:4],
        ):
            spoilt.write_bytes(content)
            with pytest.raises(Refused) as refused:
                check_backup(spoilt)
            assert refused.value.problems[0].code in ("DB-024", "DB-020")
            said = anju(new, "db", "restore", str(spoilt))
            assert said.returncode == 1 and "备份文件" in said.stderr and "Traceback" not in said.stderr
        (new / "workdays.yaml").write_text("2027: {off: [], worked: []}\n", "utf-8")
        assert anju(new, "db", "restore", str(file)).returncode == 0, "nothing of the damaged ones is in the way"
        assert (new / "maps" / "甲市" / "表.yaml").read_text("utf-8") == "map: x\n"
        assert "2027" in (new / "workdays.yaml").read_text("utf-8"), "what is there stays"
        noted = old / "backups" / "last.json"
        assert json.loads(noted.read_text("utf-8"))["file"] == str(file)
        file.write_bytes(whole[:middle])
        assert "残缺或已损坏" in anju(old, "doctor").stdout or "还没有办理过" in anju(old, "doctor").stdout
    finally:
        clusters.remove(old)
        clusters.remove(new)


@pytest.mark.processes
def test_a_backup_of_an_earlier_version_is_restored_and_checked(tmp_path):
    old, new, file = clusters.upgraded(), clusters.initialised(), tmp_path / "旧备份"
    try:
        dump = (
            "from anju.core.console import command; command.set_up_django(); from pathlib import Path; from anju.core.database import backup;"
            f"backup.run_program(Path('x'), 'pg_dump', '--format=custom', '--no-owner', '--file={file}')"
        )
        done = subprocess.run(
            [sys.executable, "-c", dump], cwd=CODE, env=os.environ | {"ANJU_HOME": str(old)}, check=False
        )
        assert done.returncode == 0 and file.read_bytes()[:5] == b"PGDMP"
        cut = tmp_path / "断的"
        cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        assert "DB-024" in anju(new, "db", "restore", str(cut)).stderr
        assert anju(new, "db", "restore", str(file)).returncode == 0
    finally:
        clusters.remove(old)
        clusters.remove(new)


@pytest.mark.processes
def test_of_two_who_serve_from_one_folder_only_the_last_may_stop_its_database():
    place = clusters.initialised()
    try:
        cluster = Cluster(place, fsync=False)
        cluster.start()
        first, second = cluster.share(), cluster.share()
        assert not cluster.is_last(first)
        os.close(second)
        assert cluster.is_last(first)
        os.close(first)
    finally:
        clusters.remove(place)


@pytest.mark.processes
def test_a_server_that_had_no_room_to_get_up_is_not_taken_for_a_stopped_one(monkeypatch):
    place = clusters.initialised()
    try:
        cluster = Cluster(place, fsync=False)
        cluster.start()
        clusters.kill(clusters.postmaster(cluster))
        time.sleep(0.2)
        (cluster.data / "postmaster.pid").unlink()  # as a server does that gives up its recovery
        assert not cluster.stopped()
        monkeypatch.setenv("ANJU_HOME", str(place))
        assert server.why_database_is_down() is None and cluster.answers(), "it is started again"
        cluster.stop()
        assert cluster.stopped() and server.why_database_is_down() is not None
    finally:
        clusters.remove(place)


def page(port: int) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_for(question, seconds: int = 300):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := question():
            return found
        time.sleep(0.5)
    raise AssertionError("waited in vain")


@pytest.mark.processes
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_after_a_full_disk_the_site_says_so_and_comes_back_by_itself(tmp_path):
    place = clusters.folder()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=711", "tmpfs", place], check=True)
    site = None
    try:
        template_clusters.copy_upgraded(place)
        port = free_port()
        log = tmp_path / "site.log"
        with log.open("w") as said:
            site = subprocess.Popen(
                [sys.executable, "-m", "anju", "serve", "--port", str(port)], cwd=CODE, env=os.environ | {"ANJU_HOME": str(place)}, stdout=said, stderr=said
            )  # fmt: skip
        wait_for(lambda: page(port)[0] == 200)
        subprocess.run(["dd", "if=/dev/zero", f"of={place / 'filler'}", "bs=1M"], capture_output=True, check=False)
        with suppress(psycopg.Error), psycopg.connect(**Cluster(place).connection(SUPERUSER), autocommit=True) as db:
            db.execute("CREATE TABLE large AS SELECT repeat(md5(n::text), 30) FROM generate_series(1, 2000000) n")
        with suppress(psycopg.Error), psycopg.connect(**Cluster(place).connection(SUPERUSER), autocommit=True) as db:
            db.execute("SELECT pg_switch_wal() FROM generate_series(1, 5)")
        clusters.kill(clusters.postmaster(Cluster(place)))  # as the full disk does, sooner or later
        status, text = wait_for(lambda: (found := page(port))[0] == 503 and found)
        assert "磁盘已满" in text and status == 503
        (place / "filler").unlink()
        wait_for(lambda: page(port)[0] == 200)
    finally:
        if site:
            site.terminate()
            site.wait()
        Cluster(place).stop()
        subprocess.run(["umount", place], check=True)


def test_private_pages_are_kept_by_no_browser(db):
    client = Client()
    sign_in(client, person("clerk"))
    for path in ("/", "/me/", "/sign-in/", "/there-is-no-such-page/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path
