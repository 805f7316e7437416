"""A paper looked through by every check. Pure; what the ledger knows is added by anju.documents.checker.ledger."""

from anju.documents.checker import claims, crossing, dates, rates, reading, sums, tables
from anju.documents.checker.findings import CONTRADICTION, ROUNDING, UNCLEAR, Ledgerbook, Report
from anju.documents.checker.paper import Paper

ORDER = {CONTRADICTION: 0, ROUNDING: 1, UNCLEAR: 2}


def inspect_file(content: bytes, name: str = "上传的文件") -> tuple[Paper, Report]:
    """Read and look through; for read_file_of, which runs it in a child."""
    paper = reading.read_paper(content, name)
    return paper, inspect_paper(paper)


def inspect_paper(paper: Paper) -> Report:
    return report_of(look_through(paper))


def look_through(paper: Paper) -> Ledgerbook:
    book = Ledgerbook(paper)
    tables.check_tables(book)
    rates.check_rates(book)
    sums.check_sums(book)
    crossing.check_crossing(book)
    claims.check_claims(book)
    dates.check_dates(book)
    return book


def report_of(book: Ledgerbook) -> Report:
    numbers = list(book.paper.numbers())
    left = [number for number in numbers if number.serial not in book.checked]
    findings = sorted(book.findings, key=lambda one: ORDER[one.level])
    return Report(
        book.paper.name,
        book.paper.title,
        findings,
        numbers=len(numbers),
        checked=len(numbers) - len(left),
        open=[(number.where, number.shown) for number in left],
    )
