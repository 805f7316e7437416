"""The same table on the page, in Word, in PDF and in Excel: opened again and compared cell by cell."""

from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pdfplumber
import pytest

from anju.documents.layout import markup
from anju.documents.layout.annex import Annex, AnnexCell, AnnexColumn, AnnexRow
from anju.documents.layout.article import PageFormat
from anju.documents.layout.grid import TableGrid
from anju.documents.tables.alone import table_article
from anju.documents.tables.lying import page_of
from anju.documents.writers import formats
from tests.documents.tables.test_filling import ASKED, COUNTIES, DONE, RATE, table


@pytest.fixture
def article(fill):
    declared = table(
        {
            "head": "开工情况",
            "columns": [ASKED, DONE, {"head": "差额（套）", "key": "left", "formula": "asked - done"}],
        },
        {"head": "率", "columns": [RATE, {"head": "名次", "rank": {"of": "rate"}}]},
        rows=[{"regions": COUNTIES, "group": "所属"}, {"lines": [{"label": "其他", "code": "shanty.start"}]}],
        total={"partial": True},
    )
    return table_article(fill(declared))


def grid_of(article):
    [element] = markup.parse_article(article).iter("table")
    return TableGrid(element)


def cells(grid):
    """Every cell's text by its place."""
    return {(one.row, one.column): one.text for one in grid.cells}


def test_word_has_every_cell_where_the_page_has_it(article):
    grid = grid_of(article)
    [table] = docx.Document(BytesIO(formats.to_docx(article))).tables
    assert {place: table.cell(*place).text.strip() for place in cells(grid)} == cells(grid)


def test_excel_has_every_cell_with_its_merges_and_its_numbers_as_numbers(article):
    grid = grid_of(article)
    sheet = openpyxl.load_workbook(BytesIO(formats.annex_xlsx(article))).worksheets[0]
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == grid.cells[0].text)
    merged = {str(one) for one in sheet.merged_cells.ranges}
    for one in grid.cells:
        cell = sheet.cell(top + one.row, one.column + 1)
        value = cell.value
        if one.number:
            times = 100 if one.text.endswith("%") else 1
            assert Decimal(str(value)) * times == Decimal(one.text.rstrip("%"))
        else:
            assert (value or "") == one.text
        if one.rows > 1 or one.columns > 1:
            end = sheet.cell(top + one.row + one.rows - 1, one.column + one.columns).coordinate
            assert f"{cell.coordinate}:{end}" in merged


def test_pdf_prints_every_row_with_its_cells_in_order(article):
    grid = grid_of(article)
    with pdfplumber.open(BytesIO(formats.to_pdf(article))) as file:
        [printed] = [found for page in file.pages for found in page.extract_tables()]
    squeezed = [["".join((one or "").split()) for one in row] for row in printed]
    for place, text in cells(grid).items():
        assert squeezed[place[0]][place[1]].replace("−", "-") == text


def wide(columns: int, rows: int = 14, text: str = "12345") -> Annex:
    heads = tuple(AnnexColumn(f"第{number}项完成数量（套）", code="x") for number in range(columns))
    lines = [
        AnnexRow(f"第{number}县", tuple(AnnexCell(None, text=text, number=True) for _ in heads))
        for number in range(rows)
    ]
    return Annex("各县情况", heads, lines, corner="县区")


@pytest.mark.parametrize(("columns", "page"), [(5, "upright"), (18, "landscape"), (30, "wide")])
def test_a_table_is_turned_when_its_content_needs_it(columns, page):
    assert page_of(wide(columns), "auto") == page


def test_thirteen_counties_stand_on_one_landscape_page():
    annex = wide(18)
    annex.page = page_of(annex, "auto")
    article = table_article(annex)
    section = next(markup.parse_article(article).iter("section"))
    assert PageFormat.of(section) == PageFormat.TURNED
    with pdfplumber.open(BytesIO(formats.to_pdf(article))) as file:
        [page] = file.pages
        [found] = page.extract_tables()
    assert page.width > page.height
    assert len(found) == len(annex.head) + 14


def test_a_long_table_repeats_its_head_on_every_page():
    annex = wide(6, rows=90)
    annex.page = page_of(annex, "auto")
    with pdfplumber.open(BytesIO(formats.to_pdf(table_article(annex)))) as file:
        assert len(file.pages) > 1
        assert all(page.extract_tables()[0][0][0] == "县区" for page in file.pages)


def test_heads_have_no_level_that_says_nothing(fill):
    annex = fill(table({"head": "", "columns": [ASKED]}, {"head": "率", "columns": [{**RATE, "head": "合计"}]}))
    assert [[cell.heading for cell in line] for line in annex.head] == [["县区", "任务（套）", "率"]]
