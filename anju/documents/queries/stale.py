"""Which sentences of a document would be written otherwise today, and by which figures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from anju.core.people.scope import Actor
from anju.documents import kinds
from anju.documents.layout import markup
from anju.documents.layout.markup import Sentence
from anju.documents.models import Document, Version
from anju.documents.queries.documents import find_version
from anju.documents.text.compose import compose_document
from anju.documents.text.finishing import lacks_marks
from anju.documents.text.matching import match_texts

DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class FigureChange:
    """One figure of a sentence: what it said, what it says now; "" is blank or gone."""

    ref: str
    old: str
    new: str


@dataclass(frozen=True)
class StaleSentence:
    """A sentence or a row of a table that would be written otherwise today. old or new "" : it would come or go.

    where, part: as its sentence has them.
    """

    where: str
    part: str
    old: str
    new: str
    figures: tuple[FigureChange, ...]

    @property
    def told(self) -> str:
        if self.figures:
            return "，".join(f"{one.old or '空白'}→{one.new or '空白'}" for one in self.figures)
        return "这句话将不再出现" if not self.new else "这句话将有改动" if self.old else "将多出一句话"


def stale_sentences(user: Actor, document: Document) -> list[StaleSentence]:
    """The sentences of its newest version that differ from what the same style or template says of today's figures. Writes nothing."""
    last = find_version(user, document)
    return compare_texts(last.html, compose_now(user, document, last).html)


def compose_now(user: Actor, document: Document, last: Version) -> Any:
    """The document as it would be written today by the style it was written by, with the number and date it has."""
    made = compose_document(
        user, kinds.kind_behind(last), document.region, document.period, last.options, last.prose,
        marked=not lacks_marks(last.html),
    )  # fmt: skip
    if document.number and document.issued_on:
        made.html = markup.fill_number_and_date(made.html, document.number, document.issued_on)
    return made


def compare_texts(old: str, new: str) -> list[StaleSentence]:
    """Two texts of one document, sentence by sentence."""
    found: list[StaleSentence] = []
    for left, right, changes in pair_sentences(old, new):
        there = left or right
        assert there is not None, "a pair has a side"
        old_text, new_text = left.text if left else "", right.text if right else ""
        found.append(StaleSentence(there.where, there.part, old_text, new_text, changes))
    return found


def pair_sentences(old: str, new: str) -> Iterator[tuple[Sentence | None, Sentence | None, tuple[FigureChange, ...]]]:
    """The sentences and rows that differ, with those of their figures that do."""
    before, after = (list(markup.sentences(markup.parse_article(text))) for text in (old, new))

    def key(sentence: Sentence) -> str:
        return sentence.where if sentence.row else DIGITS.sub("#", sentence.text)  # rows by their place

    for left, right in match_texts(before, after, key):
        if not (left and right and left.text == right.text):
            yield left, right, _changes(left, right)


def _changes(left: Sentence | None, right: Sentence | None) -> tuple[FigureChange, ...]:
    """Figures of the same reference in their order; one that came or went is blank on the other side."""
    sides: list[dict[str, list[str]]] = []
    for sentence in (left, right):
        texts: dict[str, list[str]] = {}
        for one in sentence.figures if sentence else ():
            texts.setdefault(one.ref, []).append(one.text)
        sides.append(texts)
    changes = []
    for ref in dict.fromkeys((*sides[0], *sides[1])):
        old, new = sides[0].get(ref, []), sides[1].get(ref, [])
        for index in range(max(len(old), len(new))):
            before, after = (side[index] if index < len(side) else "" for side in (old, new))
            if before != after:
                changes.append(FigureChange(ref, before, after))
    return tuple(changes)
