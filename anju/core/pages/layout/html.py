"""Stretches of pages that are written in Python: a template takes several times as long, and a page may have thousands of cells."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from anju.core.pages.layout.escaping import escaped
from anju.core.pages.layout.figures import door
from anju.core.pages.layout.sheets import Sheet
from anju.core.pages.request import Request


def sheet_rows(sheet: Sheet) -> SafeString:
    """The body of core/sheet.html."""
    made = []
    for row in sheet.rows:
        key = f' id="row-{escaped(row.key)}"' if row.key else ""
        made.append(f'<tr class="{escaped(row.css)}"{key}>')
        for number, cell in enumerate(row.cells):
            label = f' data-label="{escaped(cell.label)}"' if cell.label else ""
            if number and cell.figure:
                made.append(f'<td class="fig"{label}>{escaped(door(cell))}</td>')
                continue
            text = escaped(cell.text)
            text = f'<a href="{escaped(cell.href)}">{text}</a>' if cell.href else text
            if number:
                note = f' title="{escaped(cell.note)}"' if cell.note else ""
                made.append(f'<td class="{escaped(cell.css)}"{note}{label}>{text}</td>')
            else:
                made.append(f'<th scope="row" class="first {escaped(cell.css)}">{text}</th>')
        made.append("</tr>\n")
    return mark_safe("".join(made))  # every piece was escaped above


def choices(request: Request, key: str, listed: Iterable[tuple[str, str, bool]]) -> SafeString:
    """This page elsewhere or at another time: entries of a menu. listed: (what the address says, what people read, whether it is here)."""
    rest = urlencode(
        {name: values for name, values in request.GET.lists() if name not in ("page", key) and values != [""]},
        doseq=True,
    )
    base = escaped(f"{request.path}?{rest}{'&' if rest else ''}{key}=")
    made = (
        f'<li><a href="{base}{quote(code)}"{" aria-current=true" * current}>{escaped(text)}</a></li>'
        for code, text, current in listed
    )
    return mark_safe("".join(made))


def unbroken(text: str) -> SafeString:
    """A text in which no line ends within a period: 2021年1—8月 stays whole."""
    return mark_safe(re.sub(r"（?\d{4}年\d+—\d+月）?", r'<span class="nowrap">\g<0></span>', conditional_escape(text)))
