"""Read a rulebook file into a Book, checked and with its worked cases run, or refuse it with every problem at once, each with its line."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from anju.problems import Problem, Refused
from anju.rules.book import check
from anju.rules.book.loader import BookLoader
from anju.rules.book.schema import (  # fmt: skip
    Book,
)
from anju.rules.book.tree import ProblemReport, check_characters, read_tree
from anju.rules.engine.examples import example_failures
from anju.rules.language.versions import LANGUAGE


def load_book(path: Path | str) -> Book:
    """The book in that file. Refused carries every problem found, each with file and line."""
    path = Path(path)
    return load_text(path.read_bytes(), "/".join(path.parts[-3:]))


def load_text(content: bytes, file: str, language: int = LANGUAGE) -> Book:
    """The same from the file's bytes; the digest is the SHA-256 of exactly these bytes. language: that a stored copy was stored with."""
    book, problems = read_book(content, file, language)
    if problems:
        raise Refused(*problems)
    return book


def read_book(content: bytes, file: str, language: int = LANGUAGE) -> tuple[Book, list[Problem]]:
    """What could be read of a book, and all that is wrong with it, by line. Refused what is no YAML at all."""
    tree, report = read_tree(content, file)
    if language > 1:
        check_characters(tree)
    loader = BookLoader(report, language)
    book = loader.book(tree, hashlib.sha256(content).hexdigest())
    check.check_book(book, report, loader.failed)
    if not report.problems:
        run_examples(book, report)
    return book, sorted(report.problems, key=lambda problem: problem.where.line)


@lru_cache(maxsize=128)
def read_once(content: bytes, file: str) -> tuple[Book, tuple[Problem, ...]]:
    """The same, kept: when one file of many is edited the others are not read again. Nobody changes a book."""
    book, problems = read_book(content, file)
    return book, tuple(problems)


def run_examples(book: Book, report: ProblemReport) -> None:
    """Run the book's worked cases; what does not come out as written is a problem at the case's line."""
    for example in book.examples:
        where = f"examples“{example.name}”"
        try:
            for what in example_failures(book, example):
                report.add("BOOK-045", example.line, where, what, "请核对算例与规则，二者必有一处不对。")
        except Refused as refused:
            for problem in refused.problems:
                report.add("BOOK-045", example.line, where, problem.what, problem.fix)
