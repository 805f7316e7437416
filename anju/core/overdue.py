"""What is overdue in a room (逾期事项), in the words that lists and papers share. The rooms find it; oversight puts it together."""

from dataclasses import dataclass
from datetime import date, datetime

from anju.core.models.region import Region


@dataclass(frozen=True)
class OverdueItem:
    """One thing: an entry of a ledger, since a day, for so many days; or what had to be done by a moment (due); or what waits in a state.

    who: whose it is to do. ledger: what people call it. period: of a return. link: "" when there is no page of it yet.
    """

    region: Region
    what: str
    link: str
    ledger: str = ""
    since: date | None = None
    days: int = 0
    due: datetime | None = None
    period: str = ""
    state: str = ""
    reason: str = ""
    who: str = ""
