"""What is overdue in a region and all below it: entries of the project ledgers, returns past their deadline, documents signed and not issued."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils import timezone

from anju.core.models import Region
from anju.core.scope import Operator, visible, within
from anju.documents.models import Document
from anju.oversight import dues
from anju.oversight.dues import Due
from anju.projects.models import Entry
from anju.projects.queries import below
from anju.runs.folders import library


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
    rows = within(visible(Entry.objects.exclude(state=Entry.CLOSED), user), places).filter(opened_on__lte=on).select_related("project", "region")
    names = {book.subject: book.title for book in library().books}
    entries = [LedgerLine(row, names.get(row.ledger, row.ledger), (on - row.opened_on).days) for row in rows.order_by("opened_on", "id")]
    now = timezone.make_aware(datetime.combine(on, time.max))
    returns = [one for one in dues.returns(user, min(now, timezone.now())) if one.region.pk in places and one.late]
    papers = list(visible(Document.objects.filter(state=Document.SIGNED, region=region), user).order_by("id"))
    return Overdue(entries, returns, papers)
