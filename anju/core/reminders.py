"""What a room wants somebody to be reminded of (到期提醒). The rooms say what is due; oversight writes it down and shows it."""

from dataclasses import dataclass
from datetime import datetime

from anju.core.models.region import Region


@dataclass(frozen=True)
class Reminder:
    """act: who may do it is reminded. key: names the thing, so that it is told once; begins with a word of the room's own."""

    region: Region
    act: str
    key: str
    what: str
    link: str
    due: datetime
