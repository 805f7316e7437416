"""Reading a generated document back: which figure stands in which part, which cell of which table says what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import html

from anju.documents.layout.grid import ASSUMED

NUMERAL = re.compile(r"^([一二三四五六七八九十]+)、")
SUB = re.compile(r"^（([一二三四五六七八九十]+)）")


@dataclass
class Part:
    """A part of the document (一, 二（三）, 总述, 版头 …): its text, and each figure with the words that follow it."""

    text: str = ""
    figures: list[str] = field(default_factory=list)

    def take(self, printed: str) -> bool:
        """Whether a figure reads so, unit included; each figure of the text answers for one printed number only."""
        if (
            printed == "零"
        ):  # said by a rule's sentence, in which it is a word and no figure, once for each place that it names
            before, zero, after = self.text.partition("建成率为零")
            said = re.split("[；。]", before)[-1]
            others = said.partition("、")[2]
            self.text = before.removesuffix(said) + (others + zero if others else "") + after
            return bool(zero)
        for place, said in enumerate(self.figures):
            if said.startswith(printed):
                del self.figures[place]
                return True
        return False


def parts(page: str) -> dict[str, Part]:
    """The text by parts. An annexed plan has parts of its own numerals; tables are not read here."""
    article = html.document_fromstring(page).find(".//article")
    found: dict[str, Part] = {}
    key, chapter = "总述", ""
    for block in article.iter("p", "h1", "h2", "h3", "li"):
        above = [str(one.get("class") or "") for one in block.iterancestors()]
        text = squeeze(block)
        if "letterhead" in above:
            place = "版头"
        elif "sign" in above:
            place = "落款"
        elif "imprint" in above:
            place = "版记"
        elif block.tag == "h1":
            inside = any(name.startswith("annex") for name in above)
            place, key = ("附件", "方案") if inside else ("标题", key)
        elif block.tag == "h2" and (numeral := NUMERAL.match(text)):
            place = key = chapter = numeral[1]
        elif block.tag == "h3" and (numeral := SUB.match(text)):
            place = key = f"{chapter}（{numeral[1]}）"
        else:
            place = key
        part = found.setdefault(place, Part())
        part.text += text
        for figure in block.iter("data"):
            if "fig" in (figure.get("class") or "").split():
                part.figures.append(figure.text_content().strip() + following(figure, block))
    return found


def squeeze(node: html.HtmlElement) -> str:
    return re.sub(r"\s+", "", node.text_content())


def following(figure: html.HtmlElement, block: html.HtmlElement) -> str:
    """The words right after a figure in its paragraph."""
    words, node = figure.tail or "", figure
    while not words.strip() and node is not block:
        node = node.getparent()
        words += node.tail or "" if node is not block else ""
    return re.sub(r"\s+", "", words)


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: dict[str, dict[str, str]]
    lines: list[list[str]]  # every body row laid out on the grid


def tables(page: str) -> list[Table]:
    """Every annex table: columns named by the path of their heads, rows by their label."""
    article = html.document_fromstring(page).find(".//article")
    return [_table(section, table) for section in article.iter("section") for table in section.iter("table")]


def _table(section: html.HtmlElement, table: html.HtmlElement) -> Table:
    head, body = _grid(table.find("thead")), _grid(table.find("tbody"))
    width = len(head[0])
    paths = ["/".join(dict.fromkeys(line[place] for line in head)) for place in range(width)]
    first = next(place for place in range(width) if paths[place] != paths[0]) if len(set(paths)) > 1 else 1
    rows = {line[first - 1]: dict(zip(paths[first:], line[first:], strict=True)) for line in body}
    return Table(squeeze(section.find("h1")), paths[first:], rows, body)


def _grid(rows: html.HtmlElement) -> list[list[str]]:
    """The rows with every merged cell repeated in each place it covers."""
    grid: dict[tuple[int, int], str] = {}
    lines = list(rows.iter("tr"))
    for down, row in enumerate(lines):
        across = 0
        for cell in row.iter("th", "td"):
            while (down, across) in grid:
                across += 1
            for y in range(int(cell.get("rowspan") or 1)):
                for x in range(int(cell.get("colspan") or 1)):
                    grid[down + y, across + x] = unmarked(cell)
    return [[grid[down, across] for across in _widths(grid, down)] for down in range(len(lines))]


def unmarked(cell: html.HtmlElement) -> str:
    """A cell without the mark that we put behind what is 推定: the original has none."""
    assumed = any("assumed" in (one.get("class") or "").split() for one in cell.iter("data"))
    return squeeze(cell).removesuffix(ASSUMED) if assumed else squeeze(cell)


def _widths(grid: dict[tuple[int, int], str], down: int) -> Iterator[int]:
    return iter(sorted(across for y, across in grid if y == down))
