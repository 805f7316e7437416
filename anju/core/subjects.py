"""What can be looked for by name or number (SUBJECTS in a room's room.py): one search asks every room, within the user's scope."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from anju.core import registry
from anju.core.people.permissions import may
from anju.core.people.scope import Actor

MOST = 8  # of one kind; who finds more says more
LONGEST, WORDS = 100, 6
BRACKETS = str.maketrans(dict.fromkeys("〔〕[]【】()《》“”\"'、，,", " "))


@dataclass(frozen=True)
class SubjectMatch:
    """One thing: what it is called, what tells it from others of that name, its address. region_id: whose it is; None: of nobody alone."""

    text: str
    note: str
    href: str
    region_id: int | None = None
    region: str = ""  # the code that its address is to carry, where it does not say the place itself


@dataclass(frozen=True)
class FoundSubjects:
    """What was found of a kind. more: there is more of it."""

    label: str
    matches: list[SubjectMatch] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class Subject:
    """A kind of thing. label: what people call it. permission: of whoever may open it.

    search: called with the user and words; everything of the user's that contains them all, the best first. Lazy: it is asked for a few.
    """

    label: str
    permission: str
    search: Callable[[Actor, list[str]], Iterable[SubjectMatch]]

    def find(self, user: Actor, words: list[str]) -> FoundSubjects:
        """The first few, of regions where the user has a post for it; none of a kind that they may not open."""
        if not may(user, self.permission):
            return FoundSubjects(self.label)
        open_to = (
            match
            for match in self.search(user, words)
            if match.region_id is None or may(user, self.permission, match.region_id)
        )
        matches = list(islice(open_to, MOST + 1))
        return FoundSubjects(self.label, matches[:MOST], len(matches) > MOST)


def search_words(text: str) -> list[str]:
    """What was typed as words: full-width forms folded, brackets and control characters passed over (〔2022〕, [2022] and (2022) are one)."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST])
    shown = "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in folded)
    return shown.translate(BRACKETS).split()[:WORDS]


def search_subjects(user: Actor, words: list[str]) -> list[FoundSubjects]:
    """By kind, in the order of the rooms; kinds of which there is nothing are left out."""
    kinds = [subject.find(user, words) for subject in registry.fetch_hooks("subjects")] if words else []
    return [kind for kind in kinds if kind.matches]


def contains_all(words: list[str], *texts: str) -> bool:
    """Whether each word stands in one of the texts, capitals or not."""
    folded = [unicodedata.normalize("NFKC", text).lower() for text in texts]
    return all(any(word.lower() in text for text in folded) for word in words)
