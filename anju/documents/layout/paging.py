"""How high things stand on a page, near enough to choose: padding that lets a table fit, rows too high to stay whole, room for the 版记. Pure.

Heights are tenths of a point; Word and PDF set the same lines (`word_reference.py`, `official.typ`), so one reckoning serves both.
"""

from collections.abc import Sequence

from lxml import html

from anju.documents.layout.grid import SIZES, TableGrid, text_width
from anju.documents.layout.markup import class_names, element_text

PADDING, LEAST_PADDING = (
    58,
    25,
)  # above and below a cell's text, in hundredths of an em: usual, and where a table then fits on its page
LEAST_SIZE = 18  # half points: a table is not made smaller than 小五 to fit
LINE = 127  # a line of a table, in hundredths of an em
MARK, UNIT_LINE, NOTE_LINE, PARTS = 290, 200, 160, 310
TITLE_LINE, TURNED_TITLE_LINE, TITLE_ROOM, TURNED_TITLE_ROOM = 360, 280, 434, 80
IMPRINT_LINE, IMPRINT_ROOM = 280, 400


def height_beside(table: html.HtmlElement, turned: bool, title_lines: int, width: int) -> int:
    """What stands above and below a table within its annex."""
    height = title_lines * TURNED_TITLE_LINE + TURNED_TITLE_ROOM if turned else title_lines * TITLE_LINE + TITLE_ROOM
    for node in (*table.itersiblings(preceding=True), *table.itersiblings()):
        names = class_names(node)
        if "annex-mark" in names or "draft-mark" in names:
            height += MARK
        elif "unit-line" in names:
            height += UNIT_LINE
        elif "parts" in names:
            height += PARTS
        elif "table-note" in names:
            height += NOTE_LINE * max(1, -(-text_width(element_text(node)) * 105 // (width * 10)))
    return height


def row_heights(lines: Sequence[int], size: int, padding: int) -> list[int]:
    """size: of the text, in half points."""
    return [(line * LINE + 2 * padding) * size * 5 // 100 for line in lines]


def fit_to_page(grid: TableGrid, width: int, room: int) -> tuple[int, int]:
    """Text size and padding: the usual ones, or smaller ones where the whole table then stands on one page."""
    usual = grid.size(width)
    for size in (one for one in SIZES if one == usual or LEAST_SIZE <= one < usual):
        lines = grid.lines(width, size)
        if sum(row_heights(lines, size, PADDING)) <= room:
            return size, PADDING
        padding = (room - sum(row_heights(lines, size, 0))) * 100 // (2 * len(lines) * size * 5)
        if padding >= LEAST_PADDING:
            return size, min(padding, PADDING)
    return usual, PADDING


def torn_rows(grid: TableGrid, heights: Sequence[int], page: int) -> set[int]:
    """Rows that may break over two pages: those that are higher than half a page. All others stay whole."""
    return {row for row, height in enumerate(heights) if row >= grid.head and 2 * height > page}


def height_on_last_page(above: int, heights: Sequence[int], head: int, page: int) -> int:
    """Where a table ends that begins below `above` and goes on over pages under its repeated head."""
    top = sum(heights[:head])
    used = above + top
    for height in heights[head:]:
        if used + height > page:
            used = top
        used += height
    return used


def imprint_height(rows: int) -> int:
    return rows * IMPRINT_LINE + IMPRINT_ROOM
