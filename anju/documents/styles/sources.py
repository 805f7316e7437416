"""What rooms bring for styles to speak of: lists (problems found, nodes, entries overdue), annexes of their own, reminders for the writer.

PAPER_LISTS = ("anju.oversight.papers.lists:NODES",)      # in room.py; PAPER_ANNEXES, PAPER_REMINDERS likewise
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.safestring import SafeString

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.problems import Problem


@dataclass(frozen=True)
class PaperRequest:
    """For whom, of which place, period and options a paper is written. reminders: for the writer, may be added to; books: used, for the digest;
    kind: of the paper; memo: what a room has read for this writing and asks for again."""

    user: Actor
    region: Region
    period: str
    options: Mapping[str, Any]
    kind: str = ""
    reminders: list[Problem] = field(default_factory=list)
    books: list[Mapping[str, Any]] = field(default_factory=list)
    memo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PaperList:
    """A list that a style may go through. words, figures, truths: what each of its members tells; pieces: words of it in which figures stand; lists: members within.

    reader gives the members: {name: text, number as text, figure, pieces, or a list of such members}, with key: what it is called in a reference,
    and region: whose figures are meant while it is spoken of. A figure that each place has is a mapping: id of the region → figure.
    """

    code: str
    name: str
    reader: Callable[[PaperRequest], Iterable[Mapping[str, Any]]] = lambda request: ()
    words: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    truths: tuple[str, ...] = ()
    lists: Mapping[str, "PaperList"] = field(default_factory=dict)

    def members(self, request: PaperRequest) -> list[Mapping[str, Any]]:
        return list(self.reader(request))


@dataclass(frozen=True)
class PaperAnnex:
    """Annexes that a room lays out itself: writer gives (title, the markup of the section) for each, told how many annexes stand before them."""

    code: str
    name: str
    writer: Callable[[PaperRequest, int], Iterable[tuple[str, SafeString]]]

    def sections(self, request: PaperRequest, before: int) -> list[tuple[str, SafeString]]:
        return list(self.writer(request, before))


@dataclass(frozen=True)
class PaperReminder:
    """code: as a style names it. prose: about the free prose; text: about what its sentences print (references of their figures)."""

    code: str
    name: str
    prose: Callable[[dict[str, Any]], list[Problem]] = lambda prose: []
    text: Callable[[Actor, Region, str, set[str]], list[Problem]] = lambda user, region, period, told: []


@cache
def paper_lists() -> dict[str, PaperList]:
    return _by_code("paper_lists")


@cache
def paper_annexes() -> dict[str, PaperAnnex]:
    return _by_code("paper_annexes")


@cache
def paper_reminders() -> dict[str, PaperReminder]:
    return _by_code("paper_reminders")


def _by_code(kind: str) -> dict[str, Any]:
    """What the rooms bring of a kind, by code. ValueError when two have one."""
    found: dict[str, Any] = {}
    for source in registry.fetch_hooks(kind):
        if source.code in found:
            raise ValueError(f"two {kind} are called {source.code}")
        found[source.code] = source
    return found
