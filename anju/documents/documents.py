"""The official paper of this room itself: 更正通报, of any kind of paper."""

from typing import Any

from django.utils.safestring import SafeString

from anju.core.models.region import Region
from anju.core.pages.layout.markup import join
from anju.core.people.scope import Actor
from anju.documents.kinds import DocumentKind, register_kind
from anju.documents.layout import markup
from anju.documents.layout.annex_heads import annex_heads
from anju.documents.layout.markup import Sentence
from anju.documents.models import Document
from anju.documents.queries import corrections, documents
from anju.documents.queries.stale import compose_now, pair_sentences
from anju.documents.text.finishing import MARKS
from anju.documents.text.printing import printed_figure_html
from anju.problems import Problem, Refused

ENDS = "。；！？"


def gather_correction(user: Actor, region: Region, period: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the original printed, and what it would print now. Refused DOC-047 without an issued original."""
    original = _original(user, region, options)
    last = documents.find_version(user, original)
    now = compose_now(user, original, last)
    heads = annex_heads(markup.parse_article(last.html))
    changes = [
        change
        for left, right, changed in pair_sentences(last.html, now.html)
        if changed
        for change in _told(left, right, heads, now.cited)
    ]
    title = options.get("title") or f"关于更正《{original.title}》有关数据的通报"
    return {"title": title, "original": original, "changes": changes}


def _original(user: Actor, region: Region, options: dict[str, Any]) -> Document:
    number = options.get("original")
    found = documents.list_documents(user, region).filter(pk=number if isinstance(number, int) else 0).first()
    if found is None or found.state != Document.ISSUED:
        fix = "请从已印发的那件公文的页面上起草更正通报。"
        raise Refused(Problem("DOC-047", "更正通报的选项 original", "不是本区划一件已印发的公文。", fix))
    return found


def _told(
    left: Sentence | None, right: Sentence | None, heads: dict[str, list[str]], cited: dict[str, Any]
) -> list[dict[str, Any]]:
    """One line for a sentence; of a row one for each cell that differs, by the name of its column."""
    there = left or right
    assert there is not None, "a pair has a side"
    if not there.row or left is None or right is None:
        new = _quoted(right, cited, 0, len(right.text)) if right else ""
        return [{"where": there.where, "column": "", "old": _plain(left.text) if left else "", "new": new}]
    names, lines, start = heads.get(there.part, []), [], 0
    old_cells, new_cells = left.text.split("|"), right.text.split("|")
    names = names[-len(old_cells) :] if len(names) >= len(old_cells) else [""] * len(old_cells)
    for index, cell in enumerate(new_cells):
        before = old_cells[index] if index < len(old_cells) else ""
        if before != cell:
            column = names[index] if index < len(names) else ""
            new = _quoted(right, cited, start, start + len(cell))
            lines.append({"where": there.where, "column": column, "old": before or "空白", "new": new or "空白"})
        start += len(cell) + 1
    return lines


def _plain(text: str) -> str:
    """As it stands between quotation marks."""
    return text.rstrip(ENDS).replace("“", "‘").replace("”", "’")


def _quoted(sentence: Sentence, cited: dict[str, Any], start: int, end: int) -> SafeString | str:
    """A stretch of a sentence between quotation marks, its figures with where they come from. Marks of what is assumed are set again later."""
    made: list[object] = []
    at = start
    end = start + len(sentence.text[start:end].rstrip(ENDS))
    for figure in sentence.figures:
        if not start <= figure.start < end or not figure.text:
            continue
        made += [_unmarked(sentence.text[at : figure.start]), printed_figure_html(cited[figure.ref], figure.text)]
        at = figure.start + len(figure.text)
    return join([*made, _unmarked(sentence.text[at:end])])


def _unmarked(text: str) -> str:
    for mark in MARKS:
        text = text.replace(mark, "")
    return text.replace("“", "‘").replace("”", "’")


register_kind(
    DocumentKind(
        code=corrections.KIND,
        name="更正通报",
        template="documents/correction.html",
        gather=gather_correction,
        prose=("reasons", "requirements"),
        options=("original",),
        needs=("organs", "addressee"),
        apart="original",
    )
)
