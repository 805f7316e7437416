"""A large file is read by one job of a person at a time, in their turn; two tabs share it, and whatever is gone can be sent again."""

import os
import threading
import time
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections

from anju.core import reading
from anju.core.jobs import queue, waiting_files
from anju.core.jobs.reading import JOB, ask_reading
from anju.core.models.job import Job
from anju.core.people.scope import local_actor, open_scope
from anju.core.reading import ReadingPending, large_as_jobs, read_file_of, turn_of
from anju.isolation import SMALL
from anju.problems import Refused
from tests.core.reading_work import give_back, take_too_much_at_first, wait_for_the_end
from tests.core.test_reading import read_in_thread, wait_for_begun

pytestmark = pytest.mark.xdist_group("committed")
PAGE = "/imports/"


@pytest.fixture
def user(committed, monkeypatch, tmp_path):
    """The machine's operator, with a data folder of the test's own."""
    monkeypatch.setenv("ANJU_HOME", str(tmp_path / "home"))
    return local_actor()


def large(sign: str) -> bytes:
    return sign.encode() * (SMALL + 1)


def pending(user, content: bytes, work=len, *args) -> ReadingPending:
    with large_as_jobs(), pytest.raises(ReadingPending) as raised:
        read_file_of(user, work, content, *args, file="甲.xlsx")
    return raised.value


def ask(user, asked: ReadingPending) -> Job | None:
    with open_scope(user):
        return ask_reading(by=user, pending=asked, page=PAGE)


def run_in_thread(job: Job) -> threading.Thread:
    def run():
        try:
            queue.run_job(job.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def state_of(job: Job) -> Job:
    return Job.objects.using("owner").get(pk=job.pk)


def wait_until(true, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_locked(where: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND {where}")
        return cursor.fetchone() is not None


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_two_tabs_that_ask_at_once_share_one_job(user):
    asked, jobs = pending(user, large("a")), []

    def second():
        jobs.append(ask(user, asked))
        connection.close()

    with open_scope(user):
        jobs.append(ask_reading(by=user, pending=asked, page=PAGE))
        thread = threading.Thread(target=second)
        thread.start()
        wait_until(lambda: len(jobs) == 2 or is_locked("NOT granted"))
    thread.join()
    assert jobs[0] == jobs[1]


def test_who_asks_when_it_has_been_read_meanwhile_needs_no_job(user):
    asked = pending(user, large("a"))
    queue.run_job(ask(user, asked).pk)
    assert ask(user, asked) is None
    with large_as_jobs():
        assert read_file_of(user, len, large("a"), file="甲.xlsx") == SMALL + 1


def test_a_second_job_for_what_is_read_ends_well(user):
    job = ask(user, pending(user, large("a")))
    with open_scope(user):
        second = queue.enqueue(user, JOB, **job.args)
    for one in (job, second):
        queue.run_job(one.pk)
    assert {state_of(job).state, state_of(second).state} == {Job.State.DONE}


def test_what_is_gone_is_to_be_sent_again(user, tmp_path):
    job = ask(user, pending(user, large("a")))
    [asked] = (tmp_path / "home/readings").glob("*/*.asked")
    asked.unlink()
    queue.run_job(job.pk)
    ended = state_of(job)
    assert ended.state == Job.State.FAILED and "READ-011" in ended.message and "请重新上传" in ended.message
    again = ask(user, pending(user, large("a")))
    assert again.pk != job.pk and again.open


def test_a_person_has_one_job_open_at_a_time(user):
    first, second = pending(user, large("a")), pending(user, large("b"))
    job = ask(user, first)
    assert ask(user, second) == job and Job.objects.using("owner").filter(name=JOB).count() == 1
    queue.run_job(job.pk)
    own = ask(user, second)
    assert own != job and own.args["key"] == second.key


def test_the_job_is_read_in_the_person_s_turn(user, monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "PATIENCE", 0)
    job = ask(user, pending(user, large("a"), wait_for_the_end, str(tmp_path)))
    thread = run_in_thread(job)
    wait_for_begun(tmp_path, 1)
    with pytest.raises(Refused, match="READ-005"):
        read_file_of(user, len, b"small", file="乙.xlsx")
    (tmp_path / "end").touch()
    thread.join()
    assert state_of(job).state == Job.State.DONE


def test_the_job_waits_for_the_person_s_other_file_and_says_so(user, tmp_path):
    answers = []
    first = read_in_thread(user, tmp_path, answers)
    wait_for_begun(tmp_path, 1)
    job = ask(user, pending(user, large("a")))
    thread = run_in_thread(job)
    wait_until(lambda: "另一个文件" in state_of(job).message)
    (tmp_path / "end").touch()
    for one in (first, thread):
        one.join()
    assert answers == [3] and state_of(job).state == Job.State.DONE


def test_a_stopped_job_ends_its_child_too(user, tmp_path):
    job = ask(user, pending(user, large("a"), wait_for_the_end, str(tmp_path)))
    thread = run_in_thread(job)
    wait_for_begun(tmp_path, 1)
    [begun] = tmp_path.glob("begun-*")
    child = int(begun.name.partition("-")[2])
    assert lives(child)
    Job.objects.using("owner").filter(pk=job.pk).update(stop=True)
    thread.join()
    assert state_of(job).state == Job.State.STOPPED
    wait_until(lambda: not lives(child), 20)  # long before its time is over


def test_that_the_machine_did_not_manage_is_not_kept(user, tmp_path):
    job = ask(user, pending(user, large("a"), take_too_much_at_first, str(tmp_path)))
    queue.run_job(job.pk)
    ended = state_of(job)
    assert ended.state == Job.State.FAILED and "READ-002" in ended.message
    assert ask(user, pending(user, large("a"), take_too_much_at_first, str(tmp_path))) == job
    with open_scope(user):
        queue.retry_job(by=user, job_id=job.pk)
    queue.run_job(job.pk)
    assert state_of(job).state == Job.State.DONE


def test_an_answer_of_yesterday_or_of_another_version_is_none(user, tmp_path):
    content = large("a")
    assert read_file_of(user, len, content, file="甲.xlsx") == SMALL + 1
    [answer] = (tmp_path / "home/readings").glob("*/*.answer")
    what = "builtins.len '甲.xlsx' () {}"
    assert answer.stem == reading.answer_key(reading.program_digest(), content, what)
    assert answer.stem != reading.answer_key(b"another", content, what)
    old = time.time() - waiting_files.DAY - 1
    os.utime(answer, (old, old))
    assert reading.kept_answer(user, answer.stem) is None
    assert answer.exists()
    queue.sweep()  # as the worker does every minute
    assert not answer.exists()


def test_every_file_of_the_program_makes_its_version(tmp_path):
    (tmp_path / "rooms").mkdir()
    file = tmp_path / "rooms" / "reader.py"
    file.write_text("1")
    before = reading.folder_digest(tmp_path)
    (tmp_path / "rooms" / "reader.pyc").write_text("compiled")
    assert reading.folder_digest(tmp_path) == before
    file.write_text("2")
    changed = reading.folder_digest(tmp_path)
    file.rename(tmp_path / "reader.py")
    assert len({before, changed, reading.folder_digest(tmp_path)}) == 3


def test_the_oldest_answers_make_room_for_the_next(user, monkeypatch, tmp_path):
    monkeypatch.setattr(waiting_files, "MOST_FILES", 3)
    for number in range(5):
        reading.keep_reading(user, f"{number}", "answer", b"12345")
        path = reading.reading_path(user, f"{number}", "answer")
        os.utime(path, (time.time() + number - 10,) * 2)
    folder = waiting_files.person_folder(waiting_files.READINGS, user)
    assert sorted(path.stem for path in folder.iterdir()) == ["2", "3", "4"]
    monkeypatch.setattr(waiting_files, "MOST_BYTES", 16)
    reading.keep_reading(user, "5", "answer", b"1234567")
    assert sorted(path.stem for path in folder.iterdir()) == ["4", "5"]


def test_an_answer_too_large_to_be_kept_is_refused(user, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 10)
    with pytest.raises(Refused, match="READ-010"):
        read_file_of(user, give_back, large("a"), file="甲.xlsx")


def test_a_full_disk_keeps_nothing_and_says_so(user, monkeypatch, tmp_path):
    monkeypatch.setattr(waiting_files, "ROOM", 1 << 60)
    with pytest.raises(Refused, match="DB-005"):
        ask(user, pending(user, large("a")))
    assert (
        not list((tmp_path / "home/readings").glob("*/*")) and not Job.objects.using("owner").filter(name=JOB).exists()
    )


def test_a_turn_ends_even_in_a_transaction_that_failed(user, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0)
    with pytest.raises(DatabaseError), open_scope(user), turn_of(user, "甲.xlsx"), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    answers = []

    def other():
        answers.append(read_file_of(user, len, b"abc", file="乙.xlsx"))
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert answers == [3]


def test_only_a_few_requests_of_a_person_wait(user, monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "WAITERS", 1)
    monkeypatch.setattr(reading, "PATIENCE", 60)
    answers = []
    first = read_in_thread(user, tmp_path, answers)
    wait_for_begun(tmp_path, 1)
    second = read_in_thread(user, tmp_path, answers)
    wait_until(lambda: is_locked("classid = hashtext('anju.reading.0')::oid"))
    read_in_thread(user, tmp_path, answers).join()
    assert answers == ["READ-005"]  # at once, while the second still waits
    (tmp_path / "end").touch()
    for one in (first, second):
        one.join()
    assert answers == ["READ-005", 3, 3]
