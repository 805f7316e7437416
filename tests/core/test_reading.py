"""One file of a person is read at a time, and a long one holds up nobody else."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from anju.core import reading
from anju.core.people.scope import local_actor
from anju.core.reading import read_file_of
from anju.problems import Refused
from tests.core.reading_work import wait_for_the_end


def read_in_thread(user, folder: Path, answers: list) -> threading.Thread:
    def run():
        try:
            answers.append(read_file_of(user, wait_for_the_end, b"abc", str(folder), file="甲.xlsx"))
        except Refused as refused:
            answers.append(refused.problems[0].code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for_begun(folder: Path, number: int) -> None:
    while len(list(folder.glob("begun-*"))) < number:
        time.sleep(0.02)


def test_the_next_file_of_the_same_person_waits_and_is_then_refused(committed, monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "PATIENCE", 0)
    user, answers = local_actor(), []
    first = read_in_thread(user, tmp_path, answers)
    wait_for_begun(tmp_path, 1)
    read_in_thread(user, tmp_path, answers).join()
    assert answers == ["READ-005"]
    other = read_in_thread(replace(user, key="li.na"), tmp_path, answers)
    wait_for_begun(tmp_path, 2)  # while the first is still read
    (tmp_path / "end").touch()
    for thread in (first, other):
        thread.join()
    assert answers == ["READ-005", 3, 3]


def test_the_turn_ends_with_the_reading_whatever_came_of_it(committed):
    user = local_actor()
    with pytest.raises(Refused):
        read_file_of(user, None, b"abc", file="甲.xlsx")
    assert read_file_of(user, len, b"abc", file="甲.xlsx") == 3
