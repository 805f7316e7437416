"""The one HTML of an official document: read, tidied, filled in, taken apart into sentences.

Its structure is told in docs/documents.md. Everything else (Word, PDF, Excel, checks, stale check, read back) starts here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml import etree, html

from anju.problems import Problem, Refused
from anju.trees import TREES

BLOCKS = ("p", "h1", "h2", "h3", "h4", "li", "th", "td")
INLINE = ("data", "span", "strong", "br")
KNOWN = {
    *BLOCKS,
    *INLINE,
    "article",
    "header",
    "section",
    "footer",
    "ol",
    "table",
    "thead",
    "tbody",
    "tr",
    "colgroup",
    "col",
}
SENTENCE_END = re.compile(r"(?<=[。；！？])")
SPACE = " \t\r\n\f"
DRAFT = "草稿"


def parse_article(text: str) -> html.HtmlElement:
    """The article of a document, white space tidied. Refused DOC-001 when it has none, DOC-002 for an element nobody lays out."""
    with TREES:
        root = html.document_fromstring(text) if text.strip() else None
    article = root.find(".//article") if root is not None else None
    if article is None:
        raise Refused(
            Problem(
                "DOC-001",
                "文书模板",
                '输出里没有 <article class="official">。',
                "请按 docs/documents.md 的结构写模板。",
            )
        )
    strange = sorted({node.tag for node in article.iter(etree.Element) if node.tag not in KNOWN})
    if strange:
        raise Refused(
            *(
                Problem("DOC-002", "文书模板", f"有不能排版的元素 <{tag}>。", "请改用 docs/documents.md 列出的元素。")
                for tag in strange
            )
        )
    etree.strip_tags(article, etree.Comment)
    for block in article.iter(*BLOCKS):
        tidy_space(block)
    return article


def serialise_article(article: html.HtmlElement) -> str:
    with TREES:
        return etree.tostring(article, encoding="unicode", method="html", with_tail=False)


def class_names(node: html.HtmlElement) -> list[str]:
    return (node.get("class") or "").split()


def find_by_class(node: html.HtmlElement, name: str) -> list[html.HtmlElement]:
    return [one for one in node.iter(etree.Element) if name in class_names(one)]


def element_text(node: html.HtmlElement) -> str:
    return "".join(node.itertext())


def tidy_space(block: html.HtmlElement) -> None:
    """Take out the white space of pretty-printed templates: a blank stays only between two Latin words."""
    slots: list[tuple[html.HtmlElement, str]] = []

    def walk(node: html.HtmlElement) -> None:
        slots.append((node, "text"))
        for child in node:
            if child.tag not in BLOCKS:
                walk(child)
            slots.append((child, "tail"))

    walk(block)
    characters = [
        (index, character) for index, (node, slot) in enumerate(slots) for character in getattr(node, slot) or ""
    ]
    kept: list[list[str]] = [[] for _ in slots]
    previous = ""
    for position, (index, character) in enumerate(characters):
        if character in SPACE:
            following = next((other for _, other in characters[position + 1 :] if other not in SPACE), "")
            if not (_latin(previous) and _latin(following)):
                continue
            character = " "
        kept[index].append(character)
        previous = character
    for (node, slot), letters in zip(slots, kept, strict=True):
        setattr(node, slot, "".join(letters) or None)


def _latin(character: str) -> bool:
    return character.isascii() and character not in SPACE and character != ""


def fill_number_and_date(text: str, number: str, on: date) -> str:
    """The signed text with 文号 and date put in: every .doc-number and every .date, and nothing else."""
    article = parse_article(text)
    article.set("data-state", "issued")
    for mark in find_by_class(article, "draft-mark"):
        mark.drop_tree()
    for node in find_by_class(article, "doc-number"):
        node.text = number
    for node in find_by_class(article, "date"):
        tail = "印发" if element_text(node).endswith("印发") else ""
        for child in list(node):
            node.remove(child)
        node.text = chinese_date(on) + tail
    return serialise_article(article)


def mark_draft(text: str) -> str:
    """A draft shows 草稿 where the 文号 will stand and leaves room for the date; a document without a red head shows it above its title."""
    article = parse_article(text)
    article.set("data-state", "draft")
    places = find_by_class(article, "doc-number")
    for node in places:
        node.text = DRAFT
    for node in find_by_class(article, "date"):
        if not element_text(node):
            node.text = "　　年　月　日"
    if not places:
        mark = etree.Element("p")
        mark.set("class", "draft-mark")
        mark.text = DRAFT
        article.insert(0, mark)
    return serialise_article(article)


def mark_signed(text: str) -> str:
    """A signed text is no draft: 待编号 stands where its 文号 will be."""
    article = parse_article(text)
    article.set("data-state", "signed")
    for mark in find_by_class(article, "draft-mark"):
        mark.drop_tree()
    for node in find_by_class(article, "doc-number"):
        node.text = "（待编号）"
    return serialise_article(article)


def chinese_date(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


# --- sentences ---------------------------------------------------------------


@dataclass(frozen=True)
class CitedFigure:
    """One figure as it is printed: its reference, its text, and where it begins in its sentence."""

    ref: str
    text: str
    start: int


@dataclass
class Sentence:
    """One sentence of the text, or one row of a table, with the figures it prints.

    where: as a reader finds it (正文第3段, 附件1 泽州县); part: of the document (正文, 附件1); cells of a row are joined by |.
    """

    where: str
    part: str
    text: str
    figures: list[CitedFigure] = field(default_factory=list)
    row: bool = False


def sentences(article: html.HtmlElement) -> Iterator[Sentence]:
    """Every sentence and every table row of the document, in reading order."""
    counts: dict[str, int] = {}
    for block in article.iter("p", "h1", "h2", "h3", "h4", "li", "tr"):
        where = part = _part(block)
        if block.tag == "tr":
            yield _row(block, part)
            continue
        if block.tag == "p" and not class_names(block):
            counts[part] = counts.get(part, 0) + 1
            where = f"{part}第{counts[part]}段"
        yield from _split(where, part, *text_with_figures(block))


def _part(block: html.HtmlElement) -> str:
    for above in block.iterancestors():
        if "annex" in class_names(above):
            marks = find_by_class(above, "annex-mark")
            return element_text(marks[0]) if marks else above.get("data-title", "附件")
        if above.tag in ("header", "footer"):
            return {"letterhead": "版头", "sign": "落款", "imprint": "版记"}.get(above.get("class", ""), "正文")
    return "正文"


def text_with_figures(block: html.HtmlElement) -> tuple[str, list[CitedFigure]]:
    """The block's text and its figures with their positions in it."""
    parts: list[str] = []
    figures: list[CitedFigure] = []

    def walk(node: html.HtmlElement) -> None:
        if node.tag == "data" and node.get("data-ref"):
            figures.append(CitedFigure(node.get("data-ref"), element_text(node), sum(map(len, parts))))
        parts.append(node.text or "")
        for child in node:
            walk(child)
            parts.append(child.tail or "")

    walk(block)
    return "".join(parts), figures


def _split(where: str, part: str, text: str, figures: list[CitedFigure]) -> Iterator[Sentence]:
    start = 0
    for piece in SENTENCE_END.split(text):
        if piece:
            inside = [
                CitedFigure(one.ref, one.text, one.start - start)
                for one in figures
                if start <= one.start < start + len(piece)
            ]
            yield Sentence(where, part, piece, inside)
        start += len(piece)
    if not text and figures:  # a block that holds nothing but an unknown figure
        yield Sentence(where, part, "", figures)


def _row(row: html.HtmlElement, part: str) -> Sentence:
    texts, figures, start = [], [], 0
    for cell in row.iter("th", "td"):
        text, inside = text_with_figures(cell)
        figures += [CitedFigure(one.ref, one.text, start + one.start) for one in inside]
        texts.append(text)
        start += len(text) + 1
    label = texts[0] if texts else ""
    return Sentence(f"{part} {label}".strip(), part, "|".join(texts), figures, row=True)
