"""Units of what is printed: the words behind a figure and the heads over it name the unit that its digits are in, or the text is refused."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import html

from anju.documents.layout.grid import TableGrid
from anju.documents.layout.markup import class_names, element_text
from anju.figures.figure import Figure
from anju.figures.queries.current import catalogue
from anju.problems import Problem
from anju.quantities import ALIASES, UNITS, unit_of_measure

NAMED = {name: name for name in UNITS if not name.isascii()} | {
    alias: name for alias, name in ALIASES.items() if alias and name != "1"
}
BY_LENGTH = sorted(NAMED, key=len, reverse=True)
BRACKETED = re.compile(r"（([^（）]+)）")
SELF_SAID = ("%", "1", "point")  # the digits bring their sign, or have no unit to agree with


def unit_named_at(text: str) -> str:
    """The unit whose name the text begins with, "" for none."""
    word = next((name for name in BY_LENGTH if text.startswith(name)), "")
    return NAMED.get(word, "")


def families_of(figure: Any) -> set[str]:
    """What a figure may be counted in: its measure's own unit, and those that the measure is counted in besides (一套即一户)."""
    if not isinstance(figure, Figure) or not figure.family:
        return set()
    code = figure.code or next((part.code for part in figure.parts if part.family == figure.family), "")
    measure = catalogue().get(code) if figure.kind != "ratio" else None
    besides = {unit_of_measure(name).family for name in measure.units} if measure else set()
    return {figure.family, unit_of_measure(figure.unit or "1").family, *besides}


def interchangeable(left: str, right: str, families: set[str]) -> bool:
    """Of these families one of the one unit is one of the other: 户 and 套 of a measure counted in both; never 万户 and 套."""
    a, b = unit_of_measure(left), unit_of_measure(right)
    return a.factor == b.factor and (a.family == b.family or {a.family, b.family} <= families)


def check_units(article: html.HtmlElement, cited: dict[str, Any]) -> list[Problem]:
    """A problem (DOC-036) for each figure whose digits are in another unit than the words behind it or the heads over it say."""
    return [*_text_problems(article, cited), *_table_problems(article, cited)]


def _text_problems(article: html.HtmlElement, cited: dict[str, Any]) -> Iterator[Problem]:
    for block in article.iter("p", "h1", "h2", "h3", "h4", "li"):
        for node in block.iter("data"):
            named = unit_named_at(_text_behind(node, block))
            yield from _compare(node, cited, [named] if named else [], element_text(block)[:20], "后面写的单位")


def _text_behind(node: html.HtmlElement, block: html.HtmlElement) -> str:
    words = node.tail or ""
    while not words and node is not block:
        following = node.getnext()
        if following is not None:
            return words + element_text(following) if following.tag != "data" else words
        node = node.getparent()
        words += "" if node is block else node.tail or ""
    return words


def _table_problems(article: html.HtmlElement, cited: dict[str, Any]) -> Iterator[Problem]:
    for table in article.iter("table"):
        grid, over = TableGrid(table), _units_above(table)
        heads = sorted((cell for cell in grid.cells if cell.row < grid.head), key=lambda head: -head.row)
        labels = {cell.row: cell.text for cell in reversed(grid.cells)}
        for cell in grid.cells:
            if cell.row < grid.head or (node := cell.element.find(".//data")) is None:
                continue
            above = [head.text for head in heads if head.column <= cell.column < head.column + head.columns]
            named = next((units for text in above if (units := units_in(text))), over)
            yield from _compare(
                node, cited, named, f"附表 {labels[cell.row]}“{'·'.join(reversed(above))}”", "表头写的单位"
            )


def units_in(text: str) -> list[str]:
    """The units that a head names in brackets: 开工（套） → 套; 套（户） → 套, 户."""
    return [NAMED[word] for inside in BRACKETED.findall(text) for word in re.split("[、，/]", inside) if word in NAMED]


def _units_above(table: html.HtmlElement) -> list[str]:
    """Of the line above the table: 单位：套（户）."""
    line = next((one for one in table.itersiblings(preceding=True) if "unit-line" in class_names(one)), None)
    text = element_text(line).rpartition("单位：")[2] if line is not None else ""
    return [*filter(None, [unit_named_at(text)]), *units_in(text)]


def _compare(
    node: html.HtmlElement, cited: dict[str, Any], named: list[str], where: str, which: str
) -> Iterator[Problem]:
    """named: the units that the text allows; none when it says nothing."""
    figure, unit = cited.get(node.get("data-ref", "")), node.get("data-unit", "")
    families = families_of(figure)
    if not unit or not families or unit in SELF_SAID:
        return
    said = f"“{figure.name}”印作 {element_text(node)}，单位是“{unit}”"
    fix = "请把引用、模板里的单位与文字、表头写成一样，再拟稿。"
    if unit_of_measure(unit).family not in families:
        yield Problem("DOC-036", where, f"{said}，这个数不用这个单位计量。", fix)
    elif named and not any(interchangeable(unit, one, families) for one in named):
        yield Problem("DOC-036", where, f"{said}，{which}是“{'、'.join(named)}”。", fix)
