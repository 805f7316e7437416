"""Long lists: shown a page at a time, and whole as an Excel file that says what the page says.

The file is read off the page itself: its columns, filters and scope are the page's, so that no list has a second way of being put together.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from lxml import html

from anju.core.pages.files import file_response
from anju.core.pages.request import Request
from anju.problems import Problem
from anju.trees import TREES
from anju.workbooks.writing.lists import ListCell, WrittenList, write_lists
from anju.workbooks.writing.tables import PrintedNumber

KEY, ENDING = "export", "xlsx"
MOST = 5_000  # rows in one file
UNSEEN = ("no-copy", "no-print", "visually-hidden", "explain")
UNREAD = ("form", "button", "input", "select", "script")
APART = ("block-line", "small")
NUMBER = re.compile(
    r"(?P<digits>[+−-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?)(?P<percent>%)?(?P<mark>推定)?"
)
LONGEST = 15  # digits that Excel keeps


def is_export(request: Request) -> bool:
    return request.method == "GET" and request.GET.get(KEY) == ENDING


def is_whole(request: Request, count: int) -> bool:
    """Whether a list of so many rows is to be read whole, as a file. More than a file takes: its page is shown and says so."""
    if is_export(request) and count > MOST:
        request.anju_export_problem = Problem(
            "LIST-001",
            "导出",
            f"这个列表有{count:,}行，一次最多导出{MOST:,}行，没有导出。",
            "请先筛选，或换到下一级区划，再导出。",
        )
        return False
    return is_export(request)


def list_page(request: Request, rows: Any, size: int) -> Page:
    """The rows of the asked page; all of them when the list leaves as a file."""
    paginator = Paginator(rows, size)
    if is_whole(request, paginator.count):
        return Paginator(rows, MOST).get_page(1)
    return paginator.get_page(request.GET.get("page"))


def exported(request: Request, response: TemplateResponse) -> HttpResponse:
    """The tables of a page as a file where ?export=xlsx asks for them; else the page, with the reason when they may not be."""
    if not is_export(request) or response.status_code != 200:
        return response
    problem = getattr(request, "anju_export_problem", None)
    if problem is not None:
        response.context_data = {**(response.context_data or {}), "problems": [problem]}
        response.status_code = 422
        return response
    content = response.render().content.decode()
    with TREES:
        page = html.document_fromstring(content)
    main = next(iter(page.xpath("//main")), page)
    heading = "".join(next(iter(main.xpath(".//h1")), html.Element("h1")).itertext()).strip() or "列表"
    words, filtered = request.GET.get("rows", "").strip(), request.GET.get("table", "")
    lists = [
        _read_list(table, words if table.get("id") == filtered else "")
        for table in main.xpath(".//table[contains(concat(' ', @class, ' '), ' sheet ')]")
    ]
    lists = [one for one in lists if one.cells]
    if not lists:
        return response
    return file_response(write_lists(heading, lists), f"{heading[:80]}.{ENDING}")


def _read_list(table: html.HtmlElement, words: str) -> WrittenList:
    """A table as cells where they stand. words: what was typed over the table to filter its rows in the browser."""
    cells: list[ListCell] = []
    taken: set[tuple[int, int]] = set()
    place = head = 0
    for row in table.iter("tr"):
        if _has_class(row, UNSEEN):
            continue
        in_head = row.getparent().tag == "thead"
        if not in_head and words and words not in "".join(row.itertext()):
            continue
        column = 0
        for cell in row.iterchildren("th", "td"):
            if _has_class(cell, UNSEEN):
                continue
            while (place, column) in taken:
                column += 1
            rows, columns = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(place + y, column + x) for y in range(rows) for x in range(columns)}
            text = _cell_text(cell)
            value, mark = (text, "") if in_head or cell.tag == "th" else _cell_value(text)
            cells.append(ListCell(place, column, rows, columns, value, mark))
            column += columns
        place += 1
        head += in_head
    return WrittenList(_list_title(table), head, cells if place > head else [])


def _list_title(table: html.HtmlElement) -> str:
    """What stands over the table: the title of its block, else its name for readers of the screen."""
    for above in table.iterancestors("section", "div", "details"):
        title = next(iter(above.xpath("./h2 | ./summary")), None)
        if title is not None:
            return " ".join("".join(title.itertext()).split())
    return next((name for above in table.iterancestors() if (name := above.get("aria-label"))), "")


def _has_class(node: html.HtmlElement, names: tuple[str, ...]) -> bool:
    return any(name in names for name in (node.get("class") or "").split())


def _cell_text(cell: html.HtmlElement) -> str:
    """What is read in a cell, a line for each line; buttons and what is not printed left out."""
    lines = "".join(_pieces(cell)).split("\n")
    return "\n".join(line for text in lines if (line := " ".join(text.split())))


def _pieces(node: html.HtmlElement) -> Iterator[str]:
    yield (node.text or "") if node.tag == "pre" else (node.text or "").replace("\n", " ")
    for child in node:
        if isinstance(child.tag, str) and child.tag not in UNREAD and not _has_class(child, UNSEEN):
            apart = _has_class(child, APART) or child.tag in ("li", "p", "br", "pre", "details", "small")
            yield "\n" if apart else ""
            yield from _pieces(child)
            yield "\n" if apart else ""
        yield (child.tail or "").replace("\n", " ")


def _cell_value(text: str) -> tuple[str | PrintedNumber, str]:
    """A number as one, with its 推定 behind it; all else as it reads."""
    match = NUMBER.fullmatch(text)
    if not match:
        return text, ""
    digits = re.sub(r"[,.+]", "", match["digits"]).replace("−", "-")
    if len(digits) > LONGEST or (
        digits.lstrip("-")[:1] == "0" and not match["fraction"] and len(digits.lstrip("-")) > 1
    ):
        return text, ""  # 0012 is a code
    places = len(match["fraction"] or "")
    return PrintedNumber(int(digits), places, bool(match["percent"])), f"（{match['mark']}）" if match["mark"] else ""
