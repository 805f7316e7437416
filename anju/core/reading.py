"""Reading the files that people send: in a process of its own, one file of a person at a time, and what is large as a job.

Within `large_as_jobs()` (the middleware opens it for every page) a file over a megabyte is not read while the browser waits:
`ReadingPending` goes up to the middleware, which asks for the job and shows its progress; the page that asked finds the answer kept.
"""

import hashlib
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from anju import file_sizes
from anju.core.jobs import waiting_files
from anju.core.people.scope import Actor
from anju.isolation import SMALL, read_isolated
from anju.problems import Place, Problem, Refused

PATIENCE = 5  # seconds for which somebody's next file waits for the one before
DRAWING = 20  # the same where a page asks for several at once: its pictures, a paper in each of its formats
WAITERS = 5  # requests of one person that wait at a time; with the one that reads as many as a browser sends at once
LARGEST = waiting_files.MOST_BYTES // 4  # bytes of an answer that is kept: those of one page fit in beside each other
AGAIN = ("READ-001", "READ-002")  # time or memory did not suffice: on another day they may
R = TypeVar("R")

_as_jobs: ContextVar[bool] = ContextVar("large files are read as jobs", default=False)


@dataclass
class ReadingPending(Exception):
    """The file is too large to be read while the browser waits. key: of the answer; asked: what is to be done, pickled."""

    key: str
    file: str
    asked: bytes


@contextmanager
def large_as_jobs() -> Iterator[None]:
    token = _as_jobs.set(True)
    try:
        yield
    finally:
        _as_jobs.reset(token)


def read_file_of(user: Actor, work: Callable[..., R], content: bytes, *args: Any, file: str, **named: Any) -> R:
    """`work(content, *args, **named)` in a child, for that person. Refused READ-001 … READ-005; whatever is in the file, this process lives.

    The answer of a large file is kept for a day: check, marked copy and import of one upload read it once.
    """
    if len(content) <= SMALL:
        with turn_of(user, file):
            return read_isolated(work, content, *args, file=file, **named)
    asked = pickle.dumps((work, args, named), pickle.HIGHEST_PROTOCOL)
    what = f"{work.__module__}.{work.__qualname__} {file!r} {args!r} {named!r}"  # a pickle of the same differs from process to process
    key = answer_key(program_digest(), content, what)
    answer = kept_answer(user, key)
    if answer is None:
        if _as_jobs.get():
            raise ReadingPending(key, file, pickle.dumps((content, asked), pickle.HIGHEST_PROTOCOL))
        with turn_of(user, file):
            answer = read_and_keep(user, key, file, content, asked)
    kind, value = answer
    if kind == "refused":
        raise Refused(*value)
    result: R = value
    return result


def answer_key(program: bytes, content: bytes, what: str) -> str:
    """What another version of the program read is not read as this one's."""
    return hashlib.sha256(program + hashlib.sha256(content).digest() + what.encode()).hexdigest()


@cache
def program_digest() -> bytes:
    """Of the running program. The site asks for it when it starts: later an update may have laid down another."""
    return folder_digest(Path(__file__).parents[1])


def folder_digest(folder: Path) -> bytes:
    """Of the names and contents of every file in it, but for what Python compiles."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


# -- one at a time ----------------------------------------------------------------------------------------------------------------------


@contextmanager
def turn_of(
    user: Actor, file: str, patience: float | None = None, meanwhile: Callable[[], None] | None = None
) -> Iterator[None]:
    """A person who sends ten files at once must not keep everybody waiting: the next is read when the one before is done. May be nested.

    meanwhile: what is called while it waits, by a worker; of requests only a few of one person wait, for they take threads of the site.
    Refused READ-005 when it waits too long, or when too many do.
    """
    with connection.cursor() as cursor:
        if not _try_lock(cursor, "anju.reading", user):
            _wait_for_turn(cursor, user, file, PATIENCE if patience is None else patience, meanwhile)
        try:
            yield
        finally:
            _unlock(cursor, "anju.reading", user)


def _wait_for_turn(
    cursor: CursorWrapper, user: Actor, file: str, patience: float, meanwhile: Callable[[], None] | None
) -> None:
    place = "anju.reading"
    if meanwhile is None:
        places = (f"anju.reading.{number}" for number in range(WAITERS))
        place = next((one for one in places if _try_lock(cursor, one, user)), "")
    until = time.monotonic() + patience
    try:
        while place and time.monotonic() <= until:
            if _try_lock(cursor, "anju.reading", user):
                return
            time.sleep(0.1)
            if meanwhile:
                meanwhile()
    finally:
        if place and meanwhile is None:
            _unlock(cursor, place, user)
    what = "您的上一个文件还没有读完，这一个没有读。"
    raise Refused(Problem("READ-005", Place(file=file), what, "请等它读完，再打开本页。"))


def _try_lock(cursor: CursorWrapper, name: str, user: Actor) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", [name, user.key])
    return bool(cursor.fetchone() == (True,))


def _unlock(cursor: CursorWrapper, name: str, user: Actor) -> None:
    try:
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", [name, user.key])
    except DatabaseError:  # a transaction that has failed takes no statement: the lock goes with the connection
        connection.close()


# -- what is kept of a large file -------------------------------------------------------------------------------------------------------


def read_and_keep(
    user: Actor, key: str, file: str, content: bytes, asked: bytes, meanwhile: Callable[[], None] | None = None
) -> tuple[str, Any]:
    """What came of it: read, or refused for what is in the file. Refused READ-001, READ-002 when the machine did not manage, READ-010 when
    it is too much to be kept: that is not kept."""
    work, args, named = pickle.loads(asked)
    try:
        answer: tuple[str, Any] = (
            "read",
            read_isolated(work, content, *args, file=file, meanwhile=meanwhile, **named),
        )
    except Refused as refused:
        if any(one.code in AGAIN for one in refused.problems):
            raise
        answer = "refused", refused.problems
    text = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    if len(text) > LARGEST:
        size, most = file_sizes.megabytes(len(text)), file_sizes.megabytes(LARGEST)
        what = f"读出来的内容有 {size} 兆，上限是 {most} 兆。"
        raise Refused(Problem("READ-010", Place(file=file), what, "请按地区或工作表分成几个文件，再上传。"))
    keep_reading(user, key, "answer", text)
    return answer


def kept_answer(user: Actor, key: str) -> tuple[str, Any] | None:
    """None where there is none, or only one of yesterday."""
    path = reading_path(user, key, "answer")
    with suppress(Exception):
        if waiting_files.is_waiting(path):
            answer: tuple[str, Any] = pickle.loads(path.read_bytes())
            return answer
    return None


def asked_of(user: Actor, key: str, file: str) -> tuple[bytes, bytes]:
    """The file's content and what is to be done with it. Refused READ-011 when they wait no longer."""
    try:
        asked: tuple[bytes, bytes] = pickle.loads(reading_path(user, key, "asked").read_bytes())
    except FileNotFoundError as gone:
        what = "上传的文件已经清走（只留一天），没有读。"
        raise Refused(Problem("READ-011", Place(file=file), what, "请重新上传。")) from gone
    return asked


def reading_path(user: Actor, key: str, kind: str) -> Path:
    return waiting_files.person_folder(waiting_files.READINGS, user) / f"{key}.{kind}"


def keep_reading(user: Actor, key: str, kind: str, content: bytes) -> None:
    """kind: what was asked, the answer, or the form that waits for it. Where a person has too much of them, the oldest go: each can be had again."""
    path = reading_path(user, key, kind)
    waiting = waiting_files.waiting_in(path.parent, but=path.name)
    while waiting and waiting_files.are_too_many(waiting, len(content)):
        oldest = next(iter(waiting))
        oldest.unlink(missing_ok=True)
        del waiting[oldest]
    waiting_files.write_waiting(path, content)
