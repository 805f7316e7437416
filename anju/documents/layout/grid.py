"""A table of an annex as a grid: who stands where after rowspan and colspan, what is a number, how wide each column wants to be."""

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import html

from anju.documents.layout.markup import class_names, element_text
from anju.quantities import ABOUT, OR_SO, OVER

ASSUMED = "*"  # behind a figure of a table that is 推定; a note below the table says so
NUMBER = re.compile(
    rf"^(?P<before>(?:{ABOUT})?)(?P<digits>[+\-−]?\d[\d,]*(?:\.(?P<decimals>\d+))?)(?P<after>{OVER}|{OR_SO})?(?P<percent>%?)(?P<assumed>{re.escape(ASSUMED)}?)$"
)
# Sizes of table text in half points, the largest that fits is taken: 小四, 五号, 小五, 六号半, 六号. Below that nobody can read it.
SIZES = (24, 21, 18, 16, 15)
PADDING = 5  # tenths of an em that a cell's two sides take
LONG = 140  # tenths of an em: a text longer than this is a sentence and stands left
LABEL = 80  # tenths of an em: the longest names of counties stay in one line
HEAD_LINES = 8  # a head may wrap to so many lines before its column is made wider for it
# What signs of a number take in the bundled font, in hundredths of an em; 仿宋_GB2312 takes 50 for each and is never wider in sum.
SIGNS = {".": 30, ",": 30, "%": 95}


@dataclass(frozen=True)
class TableCell:
    row: int
    column: int
    rows: int
    columns: int
    text: str
    element: html.HtmlElement

    @property
    def number(self) -> bool:
        return bool(NUMBER.match(self.text))

    @property
    def width(self) -> int:
        if self.number:
            return -(-sum(SIGNS.get(sign, 57) for sign in self.text) // 10)
        return text_width(self.text)


def text_width(text: str) -> int:
    """Width of a line of text in tenths of an em: Han and full-width signs count 10, digits and Latin letters 5."""
    return sum(5 if character < "⺀" and character not in "—…“”‘’·" else 10 for character in text)


class TableGrid:
    """One table. head: rows of its thead; cells: every cell once, with the place it begins and what it covers."""

    def __init__(self, table: html.HtmlElement) -> None:
        self.table = table
        self.cells: list[TableCell] = []
        taken: set[tuple[int, int]] = set()
        rows = list(table.iter("tr"))
        self.head = sum(1 for row in rows if row.getparent().tag == "thead")
        self.rows = len(rows)
        self.total_rows = {index for index, row in enumerate(rows) if "total" in class_names(row)}
        for index, row in enumerate(rows):
            column = 0
            for element in row.iter("th", "td"):
                while (index, column) in taken:
                    column += 1
                down, across = int(element.get("rowspan", 1)), int(element.get("colspan", 1))
                taken |= {(index + y, column + x) for y in range(down) for x in range(across)}
                self.cells.append(TableCell(index, column, down, across, element_text(element).strip(), element))
                column += across
        self.columns = 1 + max((column for _, column in taken), default=0)

    def body(self, column: int) -> list[TableCell]:
        return [cell for cell in self.cells if cell.row >= self.head and cell.column == column and cell.columns == 1]

    def align(self, cell: TableCell) -> str:
        """Heads centred; numbers right; labels and short words centred; sentences left."""
        if cell.row < self.head:
            return "center"
        if cell.number or "num" in class_names(cell.element):
            return "right"
        return "left" if "text" in class_names(cell.element) or cell.width > LONG else "center"

    @cached_property
    def _needs(self) -> list[tuple[int, int]]:
        """For each column, in tenths of an em: what it cannot do without, and what it would like."""
        needs = []
        for column in range(self.columns):
            heads = [
                cell.width
                for cell in self.cells
                if cell.row < self.head and cell.column == column and cell.columns == 1
            ]
            longest = max((cell.width for cell in self.body(column)), default=0)
            if longest > LONG:
                need, want = (
                    max(80, min(longest // 8, 200)),
                    min(longest, 400),
                )  # eight lines, if twenty characters a line allow it
            elif longest > LABEL and not any(cell.number for cell in self.body(column)):
                need, want = max(LABEL, -(-longest // 30) * 10), longest  # a long label may stand in three lines
            else:
                need = want = longest
            head = max(heads, default=0)
            least = max(need, 20, -(-head // HEAD_LINES // 10) * 10, min(head, 60) if column == 0 else 0)
            likes = head if head <= 40 else -(-head // 30) * 10  # a short head in one line, a long one in three
            needs.append((least + PADDING, max(want, least, likes) + PADDING))
        for group in self._alike():
            most = tuple(max(needs[column][side] for column in group) for side in (0, 1))
            for column in group:
                needs[column] = most
        return needs

    def lines(self, width: int, size: int = 0) -> list[int]:
        """How many lines each row takes in a table that is so many tenths of a point wide, in the text size that it has there or another."""
        room, shares = width * 2 // (size or self.size(width)), self.widths(width, size)
        lines = [1] * self.rows
        for cell in sorted(self.cells, key=lambda one: one.rows):
            inside = room * sum(shares[cell.column : cell.column + cell.columns]) // 10_000 - PADDING
            needed = max(-(-text_width(part) // max(inside, 10)) for part in cell.text.split("\n")) if cell.text else 1
            here = slice(cell.row, cell.row + cell.rows)
            lines[cell.row + cell.rows - 1] += max(0, needed - sum(lines[here]))
        return lines

    def _alike(self) -> list[list[int]]:
        """Columns of one kind under the same words: they get the same width."""
        groups: dict[tuple[str, bool], list[int]] = {}
        for cell in self.cells:
            if cell.row + cell.rows == self.head and cell.columns == 1:
                percent = any(one.text.endswith("%") for one in self.body(cell.column))
                groups.setdefault((cell.text, percent), []).append(cell.column)
        return list(groups.values())

    def size(self, width: int) -> int:
        """The text's size in half points for a table that is so many tenths of a point wide."""
        need = sum(least for least, _ in self._needs)
        return next((size for size in SIZES if need * size <= width * 2), SIZES[-1])

    def fits(self, width: int, size: int) -> bool:
        """Whether every column gets what it cannot do without, in a table so many tenths of a point wide with text of so many half points."""
        return sum(least for least, _ in self._needs) * size <= width * 2

    def widths(self, width: int, size: int = 0) -> list[int]:
        """Columns' shares of the table in hundredths of a percent, 10000 together; width in tenths of a point."""
        room = width * 2 // (size or self.size(width))  # tenths of an em
        least, wish = [one for one, _ in self._needs], [max(pair) for pair in self._needs]
        if sum(wish) <= room or sum(least) >= room:
            base = wish if sum(wish) <= room else least
        else:
            spare, asked = room - sum(least), sum(wish) - sum(least)
            base = [a + (b - a) * spare // asked for a, b in zip(least, wish, strict=True)]
        shares = [one * 10_000 // sum(base) for one in base]
        shares[0] += 10_000 - sum(shares)
        return shares
