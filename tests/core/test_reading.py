"""One file of a person is read at a time, and a long one holds up nobody else."""

import threading
import time
from dataclasses import replace

import pytest
from django.db import connection

from anju.core import reading
from anju.core.people.scope import local_actor
from anju.core.reading import read_file_of
from anju.problems import Refused


def sleep_a_while(content: bytes) -> int:
    time.sleep(1.5)
    return len(content)


def read_in_thread(user, answers: list) -> threading.Thread:
    def run():
        try:
            answers.append(read_file_of(user, sleep_a_while, b"abc", file="甲.xlsx"))
        except Refused as refused:
            answers.append(refused.problems[0].code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_the_next_file_of_the_same_person_waits_and_is_then_refused(committed, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0)
    user, answers = local_actor(), []
    first = read_in_thread(user, answers)
    time.sleep(0.7)
    second = read_in_thread(user, answers)
    other = read_in_thread(replace(user, key="li.na"), answers)
    for thread in (first, second, other):
        thread.join()
    assert sorted(map(str, answers)) == ["3", "3", "READ-005"]


def test_the_turn_ends_with_the_reading_whatever_came_of_it(committed):
    user = local_actor()
    with pytest.raises(Refused):
        read_file_of(user, None, b"abc", file="甲.xlsx")
    assert read_file_of(user, len, b"abc", file="甲.xlsx") == 3
