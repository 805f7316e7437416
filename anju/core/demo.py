"""What the rooms bring to the demonstration (DEMO in a room's room.py): their own file in a place's folder, what the practice county
shows of them, their share of the synthetic province.

Everything may be run again and then changes nothing.
"""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.scope import Actor

Say = Callable[[str], None]
MARK = "模拟"  # in the name of everything that is made up
PER_CITY = 10  # counties
UNDER_WAY = 34  # projects of a county


@dataclass(frozen=True)
class ProvinceSize:
    """How large: counties, projects, years of months up to the last full month, observations (corrections fill up what is asked; 0: none at all)."""

    counties: int = 120
    projects: int = 100_000
    years: int = 5
    observations: int = 3_000_000
    until: datetime.date = datetime.date(2026, 10, 31)
    months: int = 13  # of returns, up to the month after `until`
    waiting: int = 1  # of these so many wait for the city, the others are locked

    @property
    def cities(self) -> int:
        return -(-self.counties // PER_CITY)

    @property
    def first_year(self) -> int:
        return self.until.year - self.years + 1

    @property
    def open_in_thousand(self) -> int:
        """Of the last two years' projects so many are under way that a county has about thirty."""
        recent = self.projects * min(2, self.years) // self.years
        return min(1000, 1000 * UNDER_WAY * self.counties // max(recent, 1))


class DemoPart:
    """A room's part of the demonstration; it says what it has of these, the rest does nothing.

    steps: its sets of rows of the synthetic province, each made in a transaction of its own by the owner and told in a line. A step is
    called with a cursor, on which pg_temp.dice(words, sides) gives the same number for the same words every time, and the size; the
    regions, with codes that begin with 99, and their organisations are there, and the sets of the rooms before it.
    counts: what of it is told at the end, by name: the table, whose rows have a region_id, and the words behind the number (个项目).
    tables: which of its tables the database is to look at anew afterwards.
    """

    steps: tuple[Callable[[Any, ProvinceSize], str], ...] = ()
    counts: Mapping[str, tuple[str, str]] = {}
    tables: tuple[str, ...] = ()

    def load(self, *, by: Actor, folder: Path, region: Region, say: Say) -> None:
        """The room's own file in a place's folder, if there is one. Called when the place's tables are in, before its books are run; by
        the local operator, inside their scope. Refused with every problem of the file."""

    def practise(self, *, by: Actor, city: Region, today: datetime.date, say: Say) -> None:
        """What the practice county, the first of that city, shows of the room besides what is generated. Outside any scope."""


def demo_parts() -> tuple[DemoPart, ...]:
    """Of every room, the lower bands first."""
    return registry.fetch_hooks("demo")


def has_province_rows(cursor: Any, table: str) -> bool:
    """Whether a table has rows of the synthetic province: then its set is there and is not made again."""
    cursor.execute(
        f"SELECT EXISTS (SELECT FROM {table} JOIN core_region AS region ON region.id = region_id WHERE region.code LIKE '99%%')",
        [],
    )
    return bool(cursor.fetchone()[0])
