"""What waits or warns, for the leader's page and the lists: findings of the latest runs, documents and their state."""

from dataclasses import dataclass, field

from anju.core.models import Region
from anju.core.scope import Operator
from anju.core.templatetags.anju import day
from anju.documents import kinds
from anju.documents import queries as documents
from anju.documents.models import Document
from anju.problems import Refused
from anju.runs import queries as runs
from anju.runs.findings import Finding, Pending

CSS = {Document.SIGNED: "on", Document.ISSUED: "on", Document.WITHDRAWN: "bad"}
FIRST = 8  # findings a leader reads before opening the rest


@dataclass(frozen=True)
class Warnings:
    found: list[Finding]
    pending: list[Pending] = field(default_factory=list)
    ran: bool = False

    @property
    def first(self) -> list[Finding]:
        return self.found[:FIRST]

    @property
    def rest(self) -> list[Finding]:
        return self.found[FIRST:]


def warnings(user: Operator, region: Region, period: str) -> Warnings:
    """What the newest warnings and checks of the region found, the gravest first."""
    ran = runs.standing(user, region, period)
    found = runs.findings(user, region, period)
    return Warnings(found, runs.pending(user, region, period), bool(ran))


@dataclass(frozen=True)
class Paper:
    """A document in a list. note: what is to be known before opening it."""

    document: Document
    kind: str
    stale: int | None
    state: str
    css: str
    note: str

    @property
    def href(self) -> str:
        return f"/documents/{self.document.pk}/"


def paper(user: Operator, document: Document) -> Paper:
    """A document with its state; a stale one says how many sentences the ledger no longer bears out."""
    try:
        kind = kinds.kind(document.kind).name
        old = len(documents.stale(user, document)) if document.state != Document.WITHDRAWN else 0
    except Refused:  # its kind is gone, or its prose cites what is not there any more: it can still be read
        kind, old = document.kind, None
    note = f"{document.number}，{day(document.issued_on)}" if document.number else ""
    if old:
        return Paper(document, kind, old, f"{document.state_text}·过期", "bad", f"成稿后{old}处数字有变化" + (f"；{note}" if note else ""))
    return Paper(document, kind, old, document.state_text, CSS.get(document.state, ""), note)


def papers(user: Operator, region: Region, period: str = "") -> list[Paper]:
    return [paper(user, one) for one in documents.documents(user, region, period=period)]
