"""What changed since a document was written, as it is told: a sentence in full, a row of a table by the names of its columns."""

from dataclasses import dataclass

from anju.documents.layout import markup
from anju.documents.layout.annex_heads import annex_heads
from anju.documents.queries.stale import StaleSentence


@dataclass(frozen=True)
class StaleSummary:
    where: str
    what: str
    sentence: str = ""


def summarise_stale(found: list[StaleSentence], text: str) -> list[StaleSummary]:
    """text: the document as it stands, whose annexes name their columns."""
    heads = annex_heads(markup.parse_article(text))
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
