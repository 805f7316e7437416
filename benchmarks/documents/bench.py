"""A circular with four annexes in Word, PDF and Excel, warm, beside python-docx and openpyxl writing the same rows bare.

    python -m benchmarks.documents.bench [times]

The bare libraries get the rows ready made and lay nothing out: no fonts, merged heads, sections, page numbers, PDF. Medians; ratios
of one run travel between machines, seconds do not.
"""

import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).parents[2] / "tests" / "documents" / "data" / "circular.html"
ALLOWED = 2  # seconds for all three formats, warm


def median(act: Callable[[], Any], times: int) -> float:
    act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main(times: int = 7) -> list[str]:
    """Lines of a Markdown table."""
    import docx
    import openpyxl

    from anju.documents.layout import markup
    from anju.documents.layout.grid import TableGrid
    from anju.documents.writers import formats

    text = FIXTURE.read_text(encoding="utf-8")
    article = markup.parse_article(text)
    paragraphs = [markup.element_text(one) for one in article.iter("p", "h1", "h2", "h3", "li")]
    tables = [
        [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]
        for grid in map(TableGrid, article.iter("table"))
    ]

    def bare_word() -> None:
        document = docx.Document()
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
        for rows in tables:
            table = document.add_table(len(rows), max(map(len, rows)))
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, value in zip(row.cells, cells, strict=False):
                    cell.text = value
        document.save(BytesIO())

    def bare_excel() -> None:
        book = openpyxl.Workbook()
        for rows in tables:
            sheet = book.create_sheet()
            for row in rows:
                sheet.append(row)
        book.save(BytesIO())

    bare = {"docx": median(bare_word, times), "xlsx": median(bare_excel, times)}
    lines = ["| 一份通报、四个附表 | 本系统 | 对照 | 倍数 |", "|---|---|---|---|"]
    for name, title in (("docx", "Word"), ("pdf", "PDF"), ("xlsx", "Excel")):
        own = median(lambda name=name: formats.WRITERS[name](text, "通报"), times)
        beside = bare.get(name)
        told = f"{beside * 1000:.0f} ms | {own / beside:.1f}" if beside else "— | —"
        lines.append(f"| {title} | {own * 1000:.0f} ms | {told} |")
    whole, both = (
        median(lambda: formats.write_formats(text, ("docx", "pdf", "xlsx"), "通报"), times),
        sum(bare.values()),
    )
    lines.append(
        f"| 三种一起 | {whole * 1000:.0f} ms | {both * 1000:.0f} ms（只有 Word、Excel，不排版） | {whole / both:.1f} |"
    )
    lines.append("")
    lines.append(f"三种一起不超过 {ALLOWED} s：{'是' if whole <= ALLOWED else '否'}")
    return lines


if __name__ == "__main__":
    sys.stdout.write("\n".join(main(*map(int, sys.argv[1:]))) + "\n")
