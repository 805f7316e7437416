"""What is uploaded has a limit for each person, a name that can be kept, and is asked about where the office has a scanner."""

import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from anju.core.jobs import waiting_files
from anju.core.pages import uploads
from anju.core.pages.forms import LONGEST_NAME, PostedForm, clean_name
from anju.core.people.scope import Actor
from anju.problems import Refused

SOMEBODY = Actor("zhang.san", "张三", frozenset())


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANJU_HOME", str(tmp_path))
    return tmp_path


def refused_code(work) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.problems[0].code


def test_what_was_kept_is_found_again_and_goes_after_a_day(home):
    user = SOMEBODY
    digest = uploads.keep_upload(user, b"one")
    assert uploads.fetch_upload(digest) == b"one"
    old, [path] = time.time() - waiting_files.DAY - 1, (home / "uploads").glob(f"*/{digest}")
    os.utime(path, (old, old))
    with pytest.raises(KeyError):  # even before the worker has cleared it away
        uploads.fetch_upload(digest)
    young = uploads.keep_upload(user, b"two")
    assert path.exists() and waiting_files.clear_waiting_files() == 1
    assert not path.exists() and uploads.fetch_upload(young) == b"two"
    for gone in (digest, "../../access.json", "a" * 64, "", "a" * 5000, "\0"):
        with pytest.raises(KeyError):
            uploads.fetch_upload(gone)


def test_one_person_cannot_fill_the_disk_with_files_or_bytes(monkeypatch):
    user = SOMEBODY
    monkeypatch.setattr(waiting_files, "MOST_FILES", 3)
    for number in range(3):
        uploads.keep_upload(user, bytes([number]))
    uploads.keep_upload(user, bytes([2]))  # the same again takes no room
    assert refused_code(lambda: uploads.keep_upload(user, b"more")) == "FILE-001"
    monkeypatch.setattr(waiting_files, "MOST_FILES", 40)
    monkeypatch.setattr(waiting_files, "MOST_BYTES", 100)
    assert refused_code(lambda: uploads.keep_upload(user, b"x" * 100)) == "FILE-001"


def test_a_full_disk_takes_no_upload_and_says_so(monkeypatch):
    monkeypatch.setattr(waiting_files, "ROOM", 1 << 60)
    assert refused_code(lambda: uploads.keep_upload(SOMEBODY, b"x")) == "DB-005"


@pytest.mark.parametrize(
    "name", ["甲" * 5000 + ".xlsx", "甲\x00\x07\n乙.xlsx", "", "\u202etxt.exe", ".", "a" * 5000, "\ud800.xlsx"]
)
def test_a_name_that_cannot_be_kept_is_made_one_that_can(name):
    made = clean_name(name)
    assert made and len(made) <= LONGEST_NAME and made.isprintable()
    assert made.endswith(".xlsx") or not name.endswith(".xlsx")


def posted(content: bytes) -> PostedForm:
    file = SimpleUploadedFile("表.xlsx", content)
    return PostedForm(RequestFactory().post("/", {"file": file}))


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("exit 0", ""),
        ("exit 1", "FILE-002"),
        ("exit 2", "FILE-003"),
        ('grep -q virus "$1" && exit 1 || exit 0', "FILE-002"),
    ],
)
def test_the_office_s_scanner_decides(ending, code, tmp_path, monkeypatch):
    scanner = tmp_path / "scanner"
    scanner.write_text(f"#!/bin/sh\n{ending}\n")
    scanner.chmod(0o755)
    monkeypatch.setenv("ANJU_SCANNER", f"{scanner}")
    form = posted(b"a virus")
    file = form.file("file", "表")
    assert [problem.code for problem in form.problems] == ([code] if code else [])
    assert (file is None) == bool(code)


def test_a_scanner_that_is_not_there_lets_nothing_in(monkeypatch):
    monkeypatch.setenv("ANJU_SCANNER", "/there/is/none")
    form = posted(b"x")
    assert form.file("file", "表") is None and form.problems[0].code == "FILE-003"
    monkeypatch.delenv("ANJU_SCANNER")
    assert posted(b"x").file("file", "表").content == b"x"
