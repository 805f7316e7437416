"""Stretches of pages that are written in Python: a template takes several times as long, and a page may have thousands of cells."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from django.utils.safestring import SafeString

from anju.core.pages.layout.figures import door
from anju.core.pages.layout.markup import element, join, markup, optional, slot, writer
from anju.core.pages.layout.sheets import Sheet, SheetCell
from anju.core.pages.request import Request

write_row = writer(element("tr", markup("cells"), css=slot("css"), id=optional("key")), "\n")
write_first = writer(element("th", markup("text"), scope="row", css=slot("css")))
write_cell = writer(
    element("td", markup("text"), css=slot("css"), title=optional("note"), data_label=optional("label"))
)
write_link = writer(element("a", markup("text"), href=slot("href")))
write_choice = writer(element("li", element("a", slot("text"), href=slot("href"), aria_current=optional("current"))))
write_unbroken = writer(element("span", slot("text"), css="nowrap"))


def sheet_rows(sheet: Sheet) -> SafeString:
    """The body of core/sheet.html."""
    return join(
        write_row(
            css=row.css,
            key=f"row-{row.key}" if row.key else "",
            cells=join(_cell(cell) if number else _first(cell) for number, cell in enumerate(row.cells)),
        )
        for row in sheet.rows
    )


def _first(cell: SheetCell) -> SafeString:
    return write_first(css=f"first {cell.css}", text=_linked(cell))


def _cell(cell: SheetCell) -> SafeString:
    if cell.figure:
        return write_cell(css="fig", note="", label=cell.label, text=door(cell))
    return write_cell(css=cell.css, note=cell.note, label=cell.label, text=_linked(cell))


def _linked(cell: SheetCell) -> str:
    return write_link(href=cell.href, text=cell.text) if cell.href else cell.text


def choices(request: Request, key: str, listed: Iterable[tuple[str, str, bool]]) -> SafeString:
    """This page elsewhere or at another time: entries of a menu. listed: (what the address says, what people read, whether it is here)."""
    rest = urlencode(
        {name: values for name, values in request.GET.lists() if name not in ("page", key) and values != [""]},
        doseq=True,
    )
    base = f"{request.path}?{rest}{'&' if rest else ''}{key}="
    return join(
        write_choice(href=f"{base}{quote(code)}", current="true" if current else "", text=text)
        for code, text, current in listed
    )


def unbroken(text: str) -> SafeString:
    """A text in which no line ends within a period: 2021年1—8月 stays whole."""
    pieces = re.split(r"(（?\d{4}年\d+—\d+月）?)", text)
    return join(write_unbroken(text=piece) if place % 2 else piece for place, piece in enumerate(pieces))
