"""Reading the files that people send: in a process of its own, and one file of a person at a time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection

from anju.core.people.scope import Actor
from anju.isolation import read_isolated
from anju.problems import Place, Problem, Refused

PATIENCE = 5  # seconds for which somebody's next file waits for the one before
R = TypeVar("R")


def read_file_of(user: Actor, work: Callable[..., R], content: bytes, *args: Any, file: str, **named: Any) -> R:
    """`work(content, *args, **named)` in a child, for that person. Refused READ-001 … READ-005; whatever is in the file, this process lives."""
    with turn_of(user, file):
        return read_isolated(work, content, *args, file=file, **named)


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
