"""Documents in a list, with what is to be known before opening one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.wording import read_day
from anju.documents import kinds
from anju.documents.models import Document
from anju.documents.queries import corrections, documents
from anju.problems import Refused

CSS = {Document.SIGNED: "on", Document.ISSUED: "on", Document.WITHDRAWN: "bad"}


@dataclass(frozen=True)
class ListedDocument:
    """A document in a list. note: what is to be known before opening it."""

    document: Document
    kind: str
    stale: int
    state: str
    css: str
    note: str
    corrected: bool = False  # by a paper whose own figures stand

    @property
    def href(self) -> str:
        return self.document.get_absolute_url()


def listed_document(user: Actor, document: Document) -> ListedDocument:
    return listed_documents(user, [document])[0]


def listed_documents(user: Actor, found: Iterable[Document]) -> list[ListedDocument]:
    """Documents with their state; a stale one says how many of its figures no longer stand, one that was corrected by which paper."""
    rows = list(found)
    papers = corrections.corrected_by(user, rows)
    standing = [one for one in (*rows, *papers.values()) if one.state != Document.WITHDRAWN]
    old = corrections.count_changed_figures(user, standing)
    return [_paper(one, old.get(one.pk, 0), papers.get(one.pk), old) for one in rows]


def _paper(document: Document, old: int, corrected: Document | None, changed: Mapping[int, int]) -> ListedDocument:
    """corrected: the paper that corrects it; while that one's own figures stand, the document is not stale any more."""
    try:
        kind = kinds.find_kind(document.kind).name
    except Refused:  # its kind is gone: it can still be read
        kind = document.kind
    note = f"{document.number}，{read_day(document.issued_on)}" if document.number else ""
    if corrected is not None and not changed.get(corrected.pk):
        return ListedDocument(
            document,
            kind,
            0,
            f"{document.state_text}·已更正",
            "on",
            f"{note}；已由{corrected.number}更正",
            corrected=True,
        )
    if old:
        return ListedDocument(
            document,
            kind,
            old,
            f"{document.state_text}·过期",
            "bad",
            f"成稿后{old}个数有变化" + (f"；{note}" if note else ""),
        )
    return ListedDocument(document, kind, old, document.state_text, CSS.get(document.state, ""), note)


def documents_of_period(user: Actor, region: Region, period: str = "") -> list[ListedDocument]:
    return listed_documents(user, documents.list_documents(user, region, period=period))
