"""Tables that nearly every page asks and that change a few times a year (regions, measures), kept in memory until they change.

A trigger gives a table another mark in the transaction that changes it. What is kept belongs to a mark, so whoever reads sees
the rows of their own transaction: nobody sees what another has not committed, or what was rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Generic, TypeVar

from django.db import connection

Contents = TypeVar("Contents")


class CachedTable(Generic[Contents]):
    """What `read` makes of a table; called, it gives what stands now. All threads share it: nobody may change it."""

    def __init__(self, table: str, read: Callable[[], Contents]) -> None:
        self.table = table
        self.read = lru_cache(maxsize=2)(lambda mark: read())

    def __call__(self) -> Contents:
        marks = getattr(connection, "anju_marks", None) or _marks()
        return self.read(marks[self.table])


@contextmanager
def pin_cache() -> Iterator[None]:
    """The marks are asked once for all of a page or a table, and not for every question. Within another it changes nothing."""
    if getattr(connection, "anju_marks", None) is not None:
        yield
        return
    connection.anju_marks = _marks()
    try:
        yield
    finally:
        reset_cache()


def reset_cache() -> None:
    """Whoever changes such a table within a page says so."""
    connection.anju_marks = None


def _marks() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, mark::text FROM core_mark")
        return dict(cursor.fetchall())
