"""How a table lies on its page: upright where its content can be read so, else turned, else on a larger sheet."""

from lxml import etree, html  # type: ignore[import-untyped]

from anju.documents.layout.annex import Annex, AnnexCell
from anju.documents.layout.article import PageFormat
from anju.documents.layout.grid import TableGrid
from anju.documents.text.printing import FigureFormat, figure_text

NAMES = {PageFormat.UPRIGHT: "upright", PageFormat.TURNED: "landscape", PageFormat.WIDE: "wide"}
READABLE = 18  # half points: 小五; a table is turned before its text becomes smaller


def page_of(annex: Annex, said: str) -> str:
    """upright, landscape or wide. said: what the declaration wants; auto asks the content."""
    if said != "auto":
        return said
    grid = TableGrid(table_element(annex))
    for page in (PageFormat.UPRIGHT, PageFormat.TURNED):
        if grid.size(page.width) >= READABLE and grid.fits(page.width, READABLE):
            return NAMES[page]
    return NAMES[PageFormat.TURNED] if grid.fits(PageFormat.TURNED.width, 15) else NAMES[PageFormat.WIDE]


def table_element(annex: Annex) -> html.HtmlElement:
    """The table's texts and spans, without doors: enough to measure it."""
    table = html.Element("table")
    head, body = etree.SubElement(table, "thead"), etree.SubElement(table, "tbody")
    for line in annex.head:
        row = etree.SubElement(head, "tr")
        for cell in line:
            etree.SubElement(
                row, "th", {"rowspan": str(cell.rowspan), "colspan": str(cell.colspan)}
            ).text = cell.heading
    for under in annex.rows:
        row = etree.SubElement(body, "tr")
        if annex.numbered:
            etree.SubElement(row, "th").text = under.number
        if under.span:
            etree.SubElement(row, "th", {"rowspan": str(under.span)}).text = under.group
        etree.SubElement(row, "th", {"colspan": "2"} if annex.grouped and not under.inside else {}).text = under.label
        for one in under.cells:
            etree.SubElement(row, "td").text = cell_text(one)
    return table


def cell_text(cell: AnnexCell) -> str:
    """What is printed in a cell."""
    return cell.text if cell.figure is None else figure_text(cell.figure, FigureFormat.of(cell.show))
