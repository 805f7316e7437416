"""Rulebooks (规则书) and the engine that runs them. Pure: no Django, no clock, no random; dates come in as arguments."""

from anju.rules import reference
from anju.rules.library import Library
from anju.rules.load import load_book, load_text
from anju.rules.population import Outcome, Statement, run_table
from anju.rules.running import PASSED, PENDING, REFUSED, Run, RunRow, quickest, run
from anju.rules.schema import Book
from anju.rules.telling import Explained, Reason, explain

__all__ = [
    "PASSED", "PENDING", "REFUSED", "Book", "Explained", "Library", "Outcome", "Reason", "Run", "RunRow", "Statement",
    "explain", "load_book", "load_text", "quickest", "reference", "run", "run_table",
]  # fmt: skip
