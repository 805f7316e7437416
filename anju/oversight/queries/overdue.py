"""What is overdue in a region and all below it, as the rooms say: entries of ledgers, what is past its deadline, what waits too long."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from anju.core import registry
from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.people.scope import Actor


@dataclass
class OverdueList:
    """entries: of ledgers, the oldest first; due: past a day; waiting: in a state that should have passed."""

    entries: list[OverdueItem] = field(default_factory=list)
    due: list[OverdueItem] = field(default_factory=list)
    waiting: list[OverdueItem] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.entries) + len(self.due) + len(self.waiting)

    @property
    def by_ledger(self) -> list[tuple[str, int]]:
        """Ledgers with the number of their open entries, the most first."""
        return Counter(one.ledger for one in self.entries).most_common()


def list_overdue(user: Actor, region: Region, on: date) -> OverdueList:
    """As of that day."""
    found = OverdueList()
    for ask in registry.fetch_hooks("overdue"):
        for one in ask(user, region, on):
            (found.entries if one.ledger else found.due if one.due else found.waiting).append(one)
    found.entries.sort(key=lambda one: one.since or on)
    return found
