"""What is overdue in a region and all below it: entries of the project ledgers, returns past their deadline, documents signed and not issued."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from anju.core import regions
from anju.core.models import Region
from anju.core.scope import Operator, visible, within
from anju.documents.models import Document
from anju.projects.models import Entry
from anju.projects.queries import below
from anju.projects.signals import ledger_names
from anju.returns import queries as returns
from anju.returns.queries import Due


@dataclass(frozen=True)
class LedgerLine:
    """An entry that nobody closed out. days: since it was entered."""

    entry: Entry
    ledger: str
    days: int


@dataclass
class Overdue:
    entries: list[LedgerLine] = field(default_factory=list)
    returns: list[Due] = field(default_factory=list)
    papers: list[Document] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.entries) + len(self.returns) + len(self.papers)

    @property
    def by_ledger(self) -> list[tuple[str, int]]:
        """Ledgers with the number of their open entries, the most first."""
        return Counter(one.ledger for one in self.entries).most_common()


def overdue(user: Operator, region: Region, on: date) -> Overdue:
    """As of that day, the oldest first."""
    places = below(user, region)
    rows = (
        within(visible(Entry.objects.exclude(state=Entry.CLOSED), user), places)
        .filter(opened_on__lte=on)
        .select_related("project")
    )
    names, known, entries = ledger_names(), regions.known().by_id, []
    for row in rows.only("ledger", "state", "reason", "opened_on", "region", "project__name").order_by(
        "opened_on", "id"
    ):
        row.region = known[row.region_id]
        entries.append(LedgerLine(row, names.get(row.ledger, row.ledger), (on - row.opened_on).days))
    # What was late on a day long past nobody knows any more: returns are told of as of now.
    late = (
        [one for one in returns.due(user, timezone.now(), region) if one.hours_left < 0]
        if on >= timezone.localdate()
        else []
    )
    papers = list(visible(Document.objects.filter(state=Document.SIGNED, region=region), user).order_by("id"))
    return Overdue(entries, late, papers)
