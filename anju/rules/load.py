"""Read a rulebook file into a Book, checked and with its worked cases run, or refuse it with every problem at once, each with its line."""

from __future__ import annotations

import hashlib
from pathlib import Path

from anju.problems import Refused
from anju.rules.book import check
from anju.rules.book.loader import _line, _Loader
from anju.rules.book.schema import (  # fmt: skip
    Book,
)
from anju.rules.book.tree import read_tree


def load_book(path: Path | str) -> Book:
    """The book in that file. Refused carries every problem found, each with file and line."""
    path = Path(path)
    return load_text(path.read_bytes(), "/".join(path.parts[-3:]))


def load_text(content: bytes, file: str) -> Book:
    """The same from the file's bytes; the digest is the SHA-256 of exactly these bytes."""
    tree, report = read_tree(content, file)
    book = _Loader(report).book(tree, hashlib.sha256(content).hexdigest())
    check.check(book, report)
    if report.problems:
        raise Refused(*sorted(report.problems, key=_line))
    return book
