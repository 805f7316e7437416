"""Excel: every annex table a sheet, with the merged heads of the page, its numbers as numbers in the format they are printed in."""

import re
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from lxml import html

from anju.documents.layout.article import PageFormat
from anju.documents.layout.grid import NUMBER, TableCell, TableGrid
from anju.documents.layout.markup import class_names, element_text, find_by_class

FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
WIDTH = (88, 130, 200)  # characters of Excel's default type across each kind of page


def annex_xlsx(article: html.HtmlElement) -> bytes:
    """A workbook with a sheet for each table of the annexes (of the whole document when it has no annex)."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    formats = ExcelFormats(book)
    used: set[str] = set()
    for annex in find_by_class(article, "annex") or [article]:
        for table in annex.iter("table"):
            name = _sheet_name(annex, used)
            _write(book.add_worksheet(name), formats, annex, table)
    if not used:
        book.add_worksheet("无附表")
    book.close()
    return out.getvalue()


class ExcelFormats:
    """One Excel format for each look, made when first asked for."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple, object] = {}

    def __call__(self, **look):
        key = tuple(sorted(look.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_name": "仿宋", "font_size": 11, "valign": "vcenter", **look})
        return self.made[key]


def _sheet_name(annex: html.HtmlElement, used: set[str]) -> str:
    marks = find_by_class(annex, "annex-mark")
    wanted = (
        FORBIDDEN.sub("", annex.get("data-title") or (element_text(marks[0]) if marks else "") or "附表").strip()[:28]
        or "附表"
    )
    name, count = wanted, 1
    while name.lower() in used:
        count += 1
        name = f"{wanted}{count}"
    used.add(name.lower())
    return name


def cell_number(cell: TableCell) -> tuple[Decimal, str] | None:
    """The number a cell prints and Excel's format that prints it the same way; None for text."""
    match = NUMBER.match(cell.text)
    if not match:
        return None
    digits, decimals, percent = match["digits"].replace("−", "-"), len(match["decimals"] or ""), bool(match["percent"])
    value = Decimal(digits.replace(",", ""))
    form = ("#,##0" if "," in digits else "0") + ("." + "0" * decimals if decimals else "") + ("%" if percent else "")
    quoted = {name: f'"{match[name]}"' if match[name] else "" for name in ("before", "after", "assumed")}
    form = quoted["before"] + form + quoted["after"] + quoted["assumed"]
    return (value / 100 if percent else value), form


def _write(sheet, formats: ExcelFormats, annex: html.HtmlElement, table: html.HtmlElement) -> None:
    grid, page = TableGrid(table), PageFormat.of(annex)
    last, top = grid.columns - 1, 0

    def line(text: str, height: int, **look) -> None:
        nonlocal top
        if last:
            sheet.merge_range(top, 0, top, last, text, formats(**look))
        else:
            sheet.write_string(top, 0, text, formats(**look))
        sheet.set_row(top, height)
        top += 1

    for mark in find_by_class(annex, "annex-mark"):
        line(element_text(mark), 20, font_name="黑体", align="left")
    for title in annex.iter("h1"):
        line(element_text(title), 32, font_name="方正小标宋简体", font_size=16, align="center", text_wrap=True)
    for unit in find_by_class(annex, "unit-line"):
        line(element_text(unit), 18, align="right")
    above = [one for one in table.itersiblings(preceding=True) if "parts" in class_names(one)]
    for parts in reversed(above):
        line(_spread(parts), 18, align="left")
    for cell in grid.cells:
        _cell(sheet, formats, grid, cell, top)
    widths = [max(6, share * WIDTH[page] // 10_000) for share in grid.widths(page.width)]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for row, height in enumerate(_heights(grid, widths)):
        sheet.set_row(top + row, height)
    after = top + grid.rows
    below = [one for one in table.itersiblings() if "parts" in class_names(one)]
    for index, note in enumerate([*map(element_text, find_by_class(annex, "table-note")), *map(_spread, below)]):
        sheet.write_string(after + index, 0, note, formats(font_size=10))
    sheet.freeze_panes(top + grid.head, 1)
    if grid.head:
        sheet.repeat_rows(top, top + grid.head - 1)
    sheet.set_paper(8 if page == PageFormat.WIDE else 9)
    if page != PageFormat.UPRIGHT:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer("&C— &P —")


def _spread(parts: html.HtmlElement) -> str:
    return "　　　　".join(element_text(one) for one in parts)


def _heights(grid: TableGrid, widths: list[int]) -> list[int]:
    """Rows as high as their wrapped text needs: Excel does not find that out by itself for merged cells."""
    heights = [22] * grid.rows
    for cell in sorted(grid.cells, key=lambda one: one.rows):
        room = max(1, sum(widths[cell.column : cell.column + cell.columns]) - 1) * 5  # tenths of an em
        lacking = 8 + 15 * -(-cell.width // room) - sum(heights[cell.row : cell.row + cell.rows])
        if lacking > 0:
            heights[cell.row + cell.rows - 1] += lacking
    return [min(height, 400) for height in heights]


def _cell(sheet, formats: ExcelFormats, grid: TableGrid, cell: TableCell, top: int) -> None:
    head = cell.row < grid.head or cell.row in grid.total_rows
    look = {"border": 1, "align": grid.align(cell), "text_wrap": True, **({"font_name": "黑体"} if head else {})}
    number = None if cell.row < grid.head else cell_number(cell)
    if number:
        look.update(num_format=number[1], text_wrap=False)
    form = formats(**look)
    row, column = top + cell.row, cell.column
    if cell.rows > 1 or cell.columns > 1:
        sheet.merge_range(row, column, row + cell.rows - 1, column + cell.columns - 1, "", form)
    if number:
        sheet.write_number(row, column, number[0], form)
    elif cell.text:
        sheet.write_string(row, column, cell.text, form)
    else:
        sheet.write_blank(row, column, None, form)
