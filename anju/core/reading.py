"""Reading the files that people send: in a process of its own, one file of a person at a time, and what is large as a job.

Within `large_as_jobs()` (the middleware opens it for pages that are looked at) a file over a megabyte is not read while the browser waits:
`ReadingPending` goes up to the middleware, which asks for the job and shows its progress; the page that asked finds the answer kept.
"""

import hashlib
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection

from anju.core.database.folder import data_folder, explain_os_errors
from anju.core.people.scope import Actor
from anju.isolation import SMALL, read_isolated
from anju.problems import Place, Problem, Refused

PATIENCE = 5  # seconds for which somebody's next file waits for the one before
DAY = 24 * 60 * 60  # an answer is kept for so long
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
def large_as_jobs(yes: bool) -> Iterator[None]:
    token = _as_jobs.set(yes)
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
    key = hashlib.sha256(hashlib.sha256(content).digest() + what.encode()).hexdigest()
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


@contextmanager
def turn_of(user: Actor, file: str) -> Iterator[None]:
    """A person who sends ten files at once must not keep everybody waiting: the next is read when the one before is done."""
    keys = ["anju.reading", user.key]
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", keys)
            if cursor.fetchone() == (True,):
                break
            if time.monotonic() > until:
                raise Refused(
                    Problem(
                        "READ-005",
                        Place(file=file),
                        "您的上一个文件还没有读完，这一个没有读。",
                        "请等它读完，再打开本页。",
                    )
                )
            time.sleep(0.1)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", keys)


# -- what is kept of a large file -------------------------------------------------------------------------------------------------------


def read_and_keep(user: Actor, key: str, file: str, content: bytes, asked: bytes) -> tuple[str, Any]:
    """What came of it: read, or refused for what is in the file. Refused READ-001, READ-002 when the machine did not manage: that is not kept."""
    work, args, named = pickle.loads(asked)
    try:
        answer: tuple[str, Any] = "read", read_isolated(work, content, *args, file=file, **named)
    except Refused as refused:
        if any(one.code in AGAIN for one in refused.problems):
            raise
        answer = "refused", refused.problems
    keep_reading(user, key, "answer", pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
    return answer


def kept_answer(user: Actor, key: str) -> tuple[str, Any] | None:
    """None where there is none, or one that an earlier version of the program wrote."""
    with suppress(Exception):
        answer: tuple[str, Any] = pickle.loads(reading_path(user, key, "answer").read_bytes())
        return answer
    return None


def reading_path(user: Actor, key: str, kind: str) -> Path:
    return data_folder() / "readings" / hashlib.sha256(user.key.encode()).hexdigest()[:32] / f"{key}.{kind}"


def keep_reading(user: Actor, key: str, kind: str, content: bytes) -> None:
    """kind: what was asked, or the answer. What was left lying for a day goes."""
    path = reading_path(user, key, kind)
    with explain_os_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in path.parent.parent.rglob("*.*"):
            if old.is_file() and old.stat().st_mtime < time.time() - DAY:
                old.unlink(missing_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
