"""The article as pandoc reads it: each paragraph named after its style, tables with widths, and the few things pandoc has no word for left to `FormatMarkup`.

Word and PDF take the same tree; what only one of them can say (a turned page, a red name, a 版记) is raw text of that format.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from lxml import etree, html

from anju.documents.layout import holding, paging
from anju.documents.layout.grid import TableGrid, text_width
from anju.documents.layout.markup import class_names, element_text, find_by_class
from anju.documents.layout.titles import balance_title

# GB/T 9704: the type area is 156 × 225 mm. In tenths of a point.
PORTRAIT, LANDSCAPE, WIDE = 4422, 6378, 9865
HEIGHTS = (6378, 4422, 6888)
TITLE, ANNEX_TITLE = 220, 180  # 2号; 小2号 on a turned page, where every line is taken from the table
STYLES = {
    "draft-mark": "草稿", "addressee": "主送机关", "annex-mark": "附件标记", "unit-line": "单位行", "table-note": "表注", "notes": "附注",
}  # fmt: skip


class PageFormat(IntEnum):
    """How a page lies: A4 upright, A4 turned, A3 turned (a form too wide for A4)."""

    UPRIGHT, TURNED, WIDE = range(3)

    @classmethod
    def of(cls, annex: html.HtmlElement) -> "PageFormat":
        names = class_names(annex)
        return cls.WIDE if "wide" in names else cls.TURNED if "landscape" in names else cls.UPRIGHT

    @property
    def width(self) -> int:
        return (PORTRAIT, LANDSCAPE, WIDE)[self]

    @property
    def height(self) -> int:
        return HEIGHTS[self]


class FormatMarkup(Protocol):
    """What a format says in its own words. Lengths are tenths of an em of body text, sizes half points.

    holds: what stands below a table is put into a last row of it, to be kept with the row above; a format that has other means says no.
    """

    holds: bool

    def organs(self, names: list[str], suffix: str, size: int) -> str: ...
    def number(self, number: str) -> str: ...
    def upward(self, number: str, names: list[str]) -> str: ...
    def attachment(self, name: str, number: str, first: bool, last: bool) -> str: ...
    def signature(self, name: str, right: int, first: bool) -> str: ...
    def date(self, text: str) -> str: ...
    def imprint(self, rows: list[str], organ: str, date: str, alone: bool, page: PageFormat) -> str: ...
    def turn(self, was: PageFormat | None, page: PageFormat) -> str: ...
    def parts(self, texts: list[str], width: int) -> str: ...
    def table(self, plan: "TablePlan") -> tuple[str, str]: ...


@dataclass(frozen=True)
class TablePlan:
    """How a table is set: text size in half points, columns in hundredths of a percent, rows of its head, rows of totals.

    torn: rows that may break over pages; padding: above and below a cell's text, in hundredths of an em; held: columns and rows of a table
    whose last row holds what is below it, (0, 0) for another.
    """

    size: int
    widths: list[int]
    head: int
    totals: list[int]
    width: int
    torn: list[int]
    padding: int
    held: tuple[int, int] = (0, 0)


@dataclass
class ArticleLayout:
    """source: for pandoc; tables: their plans in order; page: how the last one lies."""

    root: html.HtmlElement
    marks: FormatMarkup
    tables: list[TablePlan] = field(default_factory=list)
    page: PageFormat = PageFormat.UPRIGHT
    used: int = 0  # how much of the last page a table took, where one ended it

    @property
    def source(self) -> str:
        return etree.tostring(self.root, encoding="unicode", method="html")

    @property
    def width(self) -> int:
        return self.page.width

    def raw(self, text: str) -> None:
        if text:
            etree.SubElement(self.root, "pre", {"class": "raw"}).text = text

    def styled(self, style: str, node: html.HtmlElement) -> None:
        paragraph = etree.SubElement(etree.SubElement(self.root, "div", {"custom-style": style}), "p")
        _move(node, paragraph)

    def turn(self, page: PageFormat) -> None:
        """Begin a new page, turned or not. Nothing stands before the first one."""
        self.raw(self.marks.turn(self.page if len(self.root) else None, page))
        self.page, self.used = page, 0


def lay_out_article(article: html.HtmlElement, marks: FormatMarkup) -> ArticleLayout:
    """The whole document laid out for one format. Takes the article apart: parse it anew for another."""
    etree.strip_tags(
        article, "data"
    )  # where a figure comes from is for the preview; Word would lose it and pandoc reads twice as fast without
    sheet = ArticleLayout(etree.Element("div"), marks)
    _flow(sheet, article, annex=False)
    return sheet


def _flow(sheet: ArticleLayout, parent: html.HtmlElement, *, annex: bool) -> None:
    for node in list(parent):
        if node.getparent() is None:  # taken along by the table above it
            continue
        names = class_names(node)
        if "annex" in names:
            sheet.turn(PageFormat.of(node))
            _flow(sheet, node, annex=True)
        elif "imprint" in names:
            rows = sum(1 for _ in node.iter("p"))
            fits = sheet.used and sheet.used + paging.imprint_height(rows) <= sheet.page.height
            alone = sheet.page != PageFormat.UPRIGHT and not fits
            if alone:
                sheet.turn(PageFormat.UPRIGHT)
            _imprint(sheet, node, alone)
        elif "letterhead" in names:
            _letterhead(sheet, node)
        elif "sign" in names:
            _sign(sheet, node)
        elif "attachments" in names:
            items = [element_text(one) for one in node.iter("li")]
            for index, name in enumerate(items):
                sheet.raw(
                    sheet.marks.attachment(
                        name, f"{index + 1}." if len(items) > 1 else "", index == 0, index == len(items) - 1
                    )
                )
        elif node.tag in ("section", "header", "footer"):
            _flow(sheet, node, annex=annex)
        else:
            _block(sheet, node, annex=annex)


def _block(sheet: ArticleLayout, node: html.HtmlElement, *, annex: bool) -> None:
    if node.tag == "h1":
        _title(sheet, node, annex)
    elif node.tag in ("h2", "h3", "h4"):
        _move(node, etree.SubElement(sheet.root, f"h{int(node.tag[1]) - 1}"))
    elif node.tag == "table":
        _table(sheet, node)
    elif "parts" in class_names(node):
        sheet.raw(sheet.marks.parts([element_text(one) for one in node], sheet.width))
    elif element_text(node):
        sheet.styled(next((STYLES[one] for one in class_names(node) if one in STYLES), "Body Text"), node)


def _move(node: html.HtmlElement, into: html.HtmlElement) -> None:
    into.text = node.text
    for child in list(node):
        into.append(child)


def _title(sheet: ArticleLayout, node: html.HtmlElement, annex: bool) -> None:
    turned = sheet.page != PageFormat.UPRIGHT
    if node.find(".//br") is None:
        lines = _title_lines(sheet, node)
        node = etree.Element("p")
        node.text = lines[0]
        for line in lines[1:]:
            etree.SubElement(node, "br").tail = line
    sheet.styled(("附件标题横" if turned else "附件标题") if annex else "Title", node)


def _title_lines(sheet: ArticleLayout, node: html.HtmlElement) -> list[str]:
    turned = sheet.page != PageFormat.UPRIGHT
    room = sheet.width * 10 // (ANNEX_TITLE if turned else TITLE) - 10  # digits are wider in some fonts than in others
    return balance_title(element_text(node), room)


def _table(sheet: ArticleLayout, table: html.HtmlElement) -> None:
    grid = TableGrid(table)
    title = next((one for one in table.itersiblings(preceding=True) if one.tag == "h1"), None)
    titled = len(_title_lines(sheet, title)) if title is not None else 0
    beside = paging.height_beside(table, sheet.page != PageFormat.UPRIGHT, titled, sheet.width)
    size, padding = paging.fit_to_page(grid, sheet.width, sheet.page.height - beside)
    heights = paging.row_heights(grid.lines(sheet.width, size), size, padding)
    torn = paging.torn_rows(grid, heights, sheet.page.height)
    sheet.used = paging.height_on_last_page(beside, heights, grid.head, sheet.page.height)
    widths = grid.widths(sheet.width, size)
    group = etree.Element("colgroup")
    for share in widths:
        etree.SubElement(group, "col", style=f"width:{share // 100}.{share % 100:02}%")
    table.insert(0, group)
    for cell in grid.cells:
        cell.element.tag = "th" if cell.row < grid.head else "td"
        cell.element.set("style", f"text-align:{grid.align(cell)}")
        if cell.rows > 1 or cell.row in torn:
            cell.element.set("typst-breakable", "true")
    held = holding.hold_signature(sheet.marks, table, grid, sheet.width) if sheet.marks.holds else (0, 0)
    plan = TablePlan(
        size, widths, grid.head, sorted(grid.total_rows), sheet.width, torn=sorted(torn), padding=padding, held=held
    )
    sheet.tables.append(plan)
    before, after = sheet.marks.table(plan)
    table.tail = None
    sheet.raw(before)
    sheet.root.append(table)
    sheet.raw(after)


def _texts(node: html.HtmlElement, name: str) -> list[str]:
    return [text for one in find_by_class(node, name) if (text := element_text(one))]


def organ_size(text: str) -> int:
    """Height of the red name in half points: it is set narrow (66 %) and at most as wide as the type area."""
    return min(96, PORTRAIT * 2 * 100 // (max(text_width(text), 1) * 68))


def _letterhead(sheet: ArticleLayout, head: html.HtmlElement) -> None:
    names, suffix = _texts(head, "organ"), "".join(_texts(head, "suffix"))
    if len(names) == 1:
        names, suffix = [names[0] + suffix], ""
    if names:
        sheet.raw(sheet.marks.organs(names, suffix, organ_size(max(names, key=text_width) + suffix)))
    number = "".join(_texts(head, "doc-number"))
    if find_by_class(head, "signatory"):
        signatories = _texts(head, "name") or ["".join(_texts(head, "signatory")).partition("：")[2]]
        sheet.raw(sheet.marks.upward(number, signatories))
    elif names:
        sheet.raw(sheet.marks.number(number))


def _sign(sheet: ArticleLayout, foot: html.HtmlElement) -> None:
    """署名 over the date and centred on it, the date four characters from the edge; a long name keeps two characters of room."""
    date = "".join(_texts(foot, "date"))
    centre = 40 + text_width(date) // 2
    for index, organ in enumerate(_texts(foot, "organ")):
        sheet.raw(sheet.marks.signature(organ, max(20, centre - text_width(organ) // 2), index == 0))
    if date:
        sheet.raw(sheet.marks.date(date))


def _imprint(sheet: ArticleLayout, foot: html.HtmlElement, alone: bool) -> None:
    """版记: rows in the order they stand; the last holds the printing office and the date."""
    rows = [element_text(one) for one in foot.iter("p") if "print" not in class_names(one)]
    date = "".join(_texts(foot, "date"))
    date = date if date.endswith("印发") or not date else f"{date}印发"
    sheet.raw(sheet.marks.imprint(rows, "".join(_texts(foot, "organ")), date, alone, sheet.page))
