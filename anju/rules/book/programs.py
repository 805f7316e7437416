"""What is made of a book once and used again: its program for one set of values, texts of its formulas."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

from anju.rules.book.lower import Program, lower_book
from anju.rules.book.order import order_steps
from anju.rules.book.parameters import fingerprint
from anju.rules.book.schema import Book, Value

Made = TypeVar("Made")


class Cache(Generic[Made]):
    """The last ones used, shared by threads: nobody changes what comes out of it. What raises is not kept."""

    def __init__(self, size: int) -> None:
        self.size, self.lock = size, Lock()
        self.kept: OrderedDict[Hashable, Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        made = make()
        with self.lock:
            self.kept[key] = made
            if len(self.kept) > self.size:
                self.kept.popitem(last=False)
        return made


_PROGRAMS: Cache[Program] = Cache(256)


def book_key(book: Book) -> str:
    """What a book's text means: its bytes under its language."""
    return f"{book.language} {book.digest}"


def program_of(book: Book, values: Mapping[str, Value]) -> Program:
    """The book lowered for one set of parameter values. Whoever uses it looks at its errors."""
    key = (book_key(book), fingerprint(values))
    return _PROGRAMS.get(key, lambda: lower_book(book, values, order_steps(book)))
