"""Documents in a list, with what is to be known before opening one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.wording import read_day
from anju.documents import kinds
from anju.documents.models import Document
from anju.documents.queries import documents
from anju.figures.models import CurrentFigure
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

    @property
    def href(self) -> str:
        return self.document.get_absolute_url()


def listed_document(user: Actor, document: Document) -> ListedDocument:
    return listed_documents(user, [document])[0]


def listed_documents(user: Actor, found: Iterable[Document]) -> list[ListedDocument]:
    """Documents with their state; a stale one says how many of its figures no longer stand."""
    rows = list(found)
    old = count_changed_figures(user, [one for one in rows if one.state != Document.WITHDRAWN])
    return [_paper(one, old.get(one.pk, 0)) for one in rows]


def _paper(document: Document, old: int) -> ListedDocument:
    try:
        kind = kinds.find_kind(document.kind).name
    except Refused:  # its kind is gone: it can still be read
        kind = document.kind
    note = f"{document.number}，{read_day(document.issued_on)}" if document.number else ""
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


def count_changed_figures(user: Actor, found: Collection[Document]) -> dict[int, int]:
    """Of each document the figures of its newest version that rest on an observation which stands no more: two queries, where writing one anew
    takes a second."""
    cited = documents.cited_figures(user, found) if found else {}
    behind = {one for figures in cited.values() for figure in figures for one in figure["observations"]}
    stands = set(
        visible_rows(CurrentFigure.objects, user)
        .filter(observation_id__in=behind)
        .values_list("observation_id", flat=True)
    )
    return {
        pk: len({one["ref"] for one in figures if not stands.issuperset(one["observations"])})
        for pk, figures in cited.items()
    }


def documents_of_period(user: Actor, region: Region, period: str = "") -> list[ListedDocument]:
    return listed_documents(user, documents.list_documents(user, region, period=period))
