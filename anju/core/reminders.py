"""What a room wants somebody to be reminded of (到期提醒). The rooms say what is due; oversight writes it down and shows it.

Daily the rooms say everything (`reminders`); between two days an act that hands work on, or ends it, says at once what is due of its thing now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.scope import Actor


@dataclass(frozen=True)
class Reminder:
    """act: who may do it is reminded. key: names the thing, so that it is told once; begins with a word of the room's own.

    organisation_id: only its people are; None: all who may. hidden_from: user names of those who may not after all.
    """

    region: Region
    act: str
    key: str
    what: str
    link: str
    due: datetime
    organisation_id: int | None = None
    hidden_from: tuple[str, ...] = ()


def announce_work(by: Actor, region: Region, prefix: str, wanted: Iterable[Reminder]) -> None:
    """Of the region's reminders whose keys begin so, exactly these stand from now on: new work is told at once, and what is done is told
    no more. Called by an act, in its transaction."""
    listed = list(wanted)
    for write in registry.fetch_hooks("announcements"):
        write(by, region, prefix, listed)


def end_of_day(day: date) -> datetime:
    """The moment until which something that is due on a day may be done."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
