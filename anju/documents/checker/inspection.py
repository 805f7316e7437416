"""A paper looked through by every check. Pure; what the ledger knows is added by anju.documents.checker.ledger."""

from anju.documents.checker import claims, crossing, dates, rates, reading, sums, tables
from anju.documents.checker.findings import CONTRADICTION, ROUNDING, TRUNCATED, UNCLEAR, Ledgerbook, Report
from anju.documents.checker.paper import ReadPaper
from anju.problems import ASK, Problem
from anju.workbooks.repair import RepairProposal, propose_repairs

SUMS = ("分项之和", TRUNCATED)
OF_CLAIMS = "用语"  # a draft's claims are held against its figures: DOC-101
AS_WRITTEN = "请核对；确需这样写的可以保留，这里只作提醒。"
ORDER = {CONTRADICTION: 0, ROUNDING: 1, UNCLEAR: 2}


def inspect_file(content: bytes, name: str = "上传的文件") -> Ledgerbook:
    """Read and look through; for read_file_of, which runs it in a child."""
    return look_through(reading.read_paper(content, name))


def inspect_paper(paper: ReadPaper) -> Report:
    return report_of(look_through(paper))


def look_through(paper: ReadPaper) -> Ledgerbook:
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
    findings = sorted(book.findings, key=lambda one: (ORDER[one.level], one.serials[:1] or (-1,)))
    return Report(
        book.paper.name,
        book.paper.title,
        findings,
        numbers=len(numbers),
        checked=len(numbers) - len(left),
        open=[(number.where, number.shown) for number in left],
    )


def remind_of(html: str) -> list[Problem]:
    """What a draft of ours says against itself, for the writer: sums DOC-104, everything else DOC-105."""
    report = inspect_paper(reading.read_html(html))
    return [
        Problem(
            "DOC-104" if one.kind in SUMS else "DOC-105", one.where, f"{one.printed}：{one.sentence}", AS_WRITTEN, ASK
        )
        for one in report.findings
        if (one.level == CONTRADICTION and one.kind != OF_CLAIMS) or one.kind == TRUNCATED
    ]


def repair_tables(content: bytes, name: str = "上传的文件") -> list[tuple[str, str, RepairProposal]]:
    """(table, label of the row, proposal) for each damaged cell of a paper's tables."""
    proposals = []
    for table in reading.read_paper(content, name).tables:
        rows = [
            [cell.text if (cell := table.cells.get((row, column))) else "" for column in range(table.columns)]
            for row in range(table.head, table.rows)
        ]
        proposals += [(table.name, table.labels.get(table.head + one.row, ""), one) for one in propose_repairs(rows)]
    return proposals
