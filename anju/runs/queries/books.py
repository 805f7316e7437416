"""The rulebooks in use, and the one that applies to a region on a day."""

import hashlib
from datetime import date
from functools import lru_cache
from pathlib import Path

from anju.core.models.region import Region
from anju.core.regions import tree as places
from anju.problems import Refused
from anju.rules.book.order import dependencies
from anju.rules.book.schema import Book
from anju.rules.load import load_text
from anju.runs.binding.folders import book_folders, book_library
from anju.runs.models import Run

NOT_IN_FORCE = {"RULE-020", "RULE-002", "RULE-021"}


def find_book(kind: str, subject: str, region: Region, on: date) -> Book:
    """The nearest region's book in force that day. Refused RULE-020 when there is none, RULE-002 when it is suspended."""
    return book_library().find(kind, subject, places.region_path_codes(region), on)


def find_book_if_any(kind: str, subject: str, region: Region, on: date) -> Book | None:
    """None when no book is in force, it is suspended or does not load: a list of warnings goes on without it."""
    try:
        return find_book(kind, subject, region, on)
    except Refused as refused:
        if all(problem.code in NOT_IN_FORCE for problem in refused.problems):
            return None
        raise


def book_content(book: Book) -> bytes:
    """The file's bytes, by the digest they have to match."""
    for path in book_folders():
        for file in path.rglob(Path(book.file).name):
            data = file.read_bytes()
            if hashlib.sha256(data).hexdigest() == book.digest:
                return data
    raise LookupError(f"no file has the digest of {book.file}")


@lru_cache(maxsize=64)
def _read(digest: str, data: bytes, file: str, language: int) -> Book:
    return load_text(data, file, language)


def book_of_run(run: Run) -> Book:
    """The book as it was when the run used it, under the language of that day."""
    copy = run.book
    return _read(copy.digest, bytes(copy.content), copy.file, run.language)


def inputs_behind(book: Book, *names: str) -> list[str]:
    """The inputs that these steps or conditions rest on, through steps and parameters."""
    needed: dict[str, None] = {}
    waiting = list(names)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name in book.inputs:
            needed[name] = None
        elif item := book.steps.get(name) or book.conditions.get(name):
            waiting += sorted(dependencies(item.expr, book))
    return [name for name in book.inputs if name in needed]
