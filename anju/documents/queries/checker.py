"""A paper of anybody, looked through: in a child, then against the ledger in the asker's scope. Nothing is stored."""

from dataclasses import dataclass

from django.template.loader import render_to_string

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.documents.checker import annotation, inspection, ledger
from anju.documents.checker.findings import Ledgerbook, Report
from anju.documents.checker.paper import ReadPaper


@dataclass
class CheckedPaper:
    """ledger: how many of its numbers the ledger holds; None when it was not asked."""

    paper: ReadPaper
    report: Report
    ledger: int | None = None


def check_paper(user: Actor, content: bytes, name: str, region: Region | None = None, period: str = "") -> CheckedPaper:
    """Refused DOC-040, DOC-090 for what is no paper with text; READ-… as every file of strangers."""
    book: Ledgerbook = read_file_of(user, inspection.inspect_file, content, name, file=name)
    answered = ledger.check_ledger(user, book, region, period) if region is not None and period else None
    return CheckedPaper(book.paper, inspection.report_of(book), answered)


def annotate_paper(user: Actor, content: bytes, checked: CheckedPaper, form: str) -> bytes:
    """The annotated copy: docx with comments (of a Word file only), or html. Refused DOC-091 when a Word file does not take comments."""
    if form == "docx":
        name = checked.paper.name
        return read_file_of(user, annotation.annotate_word, content, checked.report, name, file=name)
    parts = annotation.marked_parts(checked.paper, checked.report)
    return render_to_string(
        "documents/annotated.html", {"report": checked.report, "parts": parts, "ledger": checked.ledger}
    ).encode()
