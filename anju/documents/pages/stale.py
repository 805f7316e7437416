"""What changed since a document was written, as it is told: a sentence in full, a row of a table by the names of its columns."""

from dataclasses import dataclass

from lxml import html

from anju.documents.layout import markup
from anju.documents.queries.stale import StaleSentence


@dataclass(frozen=True)
class StaleSummary:
    where: str
    what: str
    sentence: str = ""


def summarise_stale(found: list[StaleSentence], text: str) -> list[StaleSummary]:
    """text: the document as it stands, whose annexes name their columns."""
    article = markup.parse_article(text)
    heads = {
        section.get("data-title", ""): annex_column_names(section) for section in markup.find_by_class(article, "annex")
    }
    return [summarise_sentence(one, heads) for one in found]


def summarise_sentence(one: StaleSentence, heads: dict[str, list[str]]) -> StaleSummary:
    names = heads.get(one.part, [])
    if not names or "|" not in one.old + one.new:
        return StaleSummary(one.where, one.told, one.old if one.figures else "")
    old, new = one.old.split("|"), one.new.split("|")
    if len(old) != len(new) or len(old) > len(names):
        return StaleSummary(one.where, one.told)
    named = zip(names[-len(old) :], old, new, strict=True)  # a group's name to the left stands in its first row only
    return StaleSummary(one.where, "，".join(f"{name} {a or '空白'}→{b or '空白'}" for name, a, b in named if a != b))


def annex_column_names(section: html.HtmlElement) -> list[str]:
    """The names of an annex's columns, each with the headings above it: 租赁补贴·发放量."""
    grid: list[list[str]] = []
    for number, line in enumerate(section.iterfind(".//thead/tr")):
        for head in line.iter("th", "td"):
            while len(grid) <= number:
                grid.append([])
            column = next(i for i in range(len(grid[number]) + 1) if i == len(grid[number]) or not grid[number][i])
            for down in range(int(head.get("rowspan", 1))):
                while len(grid) <= number + down:
                    grid.append([])
                row = grid[number + down]
                row += [""] * (column + int(head.get("colspan", 1)) - len(row))
                for across in range(int(head.get("colspan", 1))):
                    row[column + across] = markup.element_text(head) or " "
    return ["·".join(dict.fromkeys(name for name in names if name.strip())) for names in zip(*grid, strict=False)]
