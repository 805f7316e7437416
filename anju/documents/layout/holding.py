"""The signatures of a form stay with its table: for a format that cannot say so, they become a last row that the row above it holds."""

from typing import Any

from lxml import etree, html

from anju.documents.layout.grid import TableGrid, text_width
from anju.documents.layout.markup import class_names, element_text

MOST_NOTES = 20  # lines; longer notes go on by themselves


def hold_signature(marks: Any, table: html.HtmlElement, grid: TableGrid, width: int) -> tuple[int, int]:
    """Take the notes and the line of signers below a table into a row of it, tied to the row above by a column without width.

    The columns and rows of the table without them; (0, 0) when nobody signs below it.
    """
    below = signature_below(table)
    notes = [element_text(one) for one in below[:-1]]
    if not below or grid.rows <= grid.head or sum(text_width(text) // 400 + 1 for text in notes) > MOST_NOTES:
        return 0, 0
    rows = list(table.iter("tr"))
    etree.SubElement(table.find("colgroup"), "col", style="width:0.01%")
    for index, row in enumerate(rows):
        cell = etree.SubElement(row, "th" if index < grid.head else "td", {"typst-inset": "0pt"})
        if index == len(rows) - 1:
            cell.set("rowspan", "2")
    line = etree.SubElement(rows[-1].getparent(), "tr")
    cell = etree.SubElement(line, "td", {"colspan": str(grid.columns), "style": "text-align:left"})
    for text in notes:
        etree.SubElement(etree.SubElement(cell, "div", {"custom-style": "表注"}), "p").text = text
    signers = below[-1]
    etree.SubElement(cell, "pre", {"class": "raw"}).text = marks.parts([element_text(one) for one in signers], width)
    for node in below:
        node.getparent().remove(node)
    return grid.columns, grid.rows


def signature_below(table: html.HtmlElement) -> list[html.HtmlElement]:
    """The notes below a table and the signers under them, [] when there are no signers."""
    below = []
    for node in table.itersiblings():
        names = class_names(node)
        if "table-note" not in names and "parts" not in names:
            break
        below.append(node)
        if "parts" in names:
            return below
    return []
