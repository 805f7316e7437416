"""What waits or warns, for the leader's page and the lists: findings of the latest runs, documents and their state."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from anju.core.models.region import Region
from anju.core.people.scope import Operator, visible
from anju.core.templatetags.anju import day
from anju.documents import kinds
from anju.documents import queries as documents
from anju.documents.models import Document
from anju.figures.models import CurrentFigure
from anju.problems import Refused
from anju.runs.queries import runs
from anju.runs.queries.findings import Finding, Pending

CSS = {Document.SIGNED: "on", Document.ISSUED: "on", Document.WITHDRAWN: "bad"}
FIRST = 2  # findings of a rule that a leader reads before opening the rest


@dataclass(frozen=True)
class Warnings:
    found: list[Finding]
    pending: list[Pending] = field(default_factory=list)
    ran: bool = False

    @property
    def groups(self) -> list["Group"]:
        """By rule, in the order of their gravest finding: ten counties with one trouble are one trouble."""
        grouped: dict[tuple[str, str], Group] = {}
        for one in self.found:
            grouped.setdefault((one.subject, one.condition), Group(one.title, one.colour, one.propose)).found.append(
                one
            )
        return list(grouped.values())


@dataclass
class Group:
    title: str
    colour: str
    propose: str
    found: list[Finding] = field(default_factory=list)

    @property
    def first(self) -> list[Finding]:
        return self.found[:FIRST]

    @property
    def rest(self) -> list[Finding]:
        return self.found[FIRST:]


def warnings(user: Operator, region: Region, period: str) -> Warnings:
    """What the newest warnings and checks of the region found, the gravest first."""
    ran = runs.standing(user, region, period)
    return Warnings(runs.found_by(*ran), runs.pending(*ran), bool(ran))


@dataclass(frozen=True)
class Paper:
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


def paper(user: Operator, document: Document) -> Paper:
    return listed(user, [document])[0]


def listed(user: Operator, found: Iterable[Document]) -> list[Paper]:
    """Documents with their state; a stale one says how many of its figures no longer stand."""
    rows = list(found)
    old = changed(user, [one for one in rows if one.state != Document.WITHDRAWN])
    return [_paper(one, old.get(one.pk, 0)) for one in rows]


def _paper(document: Document, old: int) -> Paper:
    try:
        kind = kinds.kind(document.kind).name
    except Refused:  # its kind is gone: it can still be read
        kind = document.kind
    note = f"{document.number}，{day(document.issued_on)}" if document.number else ""
    if old:
        return Paper(
            document,
            kind,
            old,
            f"{document.state_text}·过期",
            "bad",
            f"成稿后{old}个数有变化" + (f"；{note}" if note else ""),
        )
    return Paper(document, kind, old, document.state_text, CSS.get(document.state, ""), note)


def changed(user: Operator, found: Collection[Document]) -> dict[int, int]:
    """Of each document the figures of its newest version that rest on an observation which stands no more: two queries, where writing one anew
    takes a second."""
    cited = documents.cited(user, found) if found else {}
    behind = {one for figures in cited.values() for figure in figures for one in figure["observations"]}
    stands = set(
        visible(CurrentFigure.objects, user).filter(observation_id__in=behind).values_list("observation_id", flat=True)
    )
    return {
        pk: len({one["ref"] for one in figures if not stands.issuperset(one["observations"])})
        for pk, figures in cited.items()
    }


def papers(user: Operator, region: Region, period: str = "") -> list[Paper]:
    return listed(user, documents.documents(user, region, period=period))
