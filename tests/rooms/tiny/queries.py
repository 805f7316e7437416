"""Reading benches, and what the house asks this room."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import Reminder
from tests.rooms.tiny.models import Bench


def benches(user: Actor) -> list[Bench]:
    return list(visible_rows(Bench.objects.select_related("region"), user))


def notices(user: Actor) -> int:
    """Broken benches."""
    return visible_rows(Bench.objects.filter(broken=True), user).count()


def reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    for bench in visible_rows(Bench.objects.filter(broken=True).select_related("region"), user):
        yield Reminder(bench.region, "projects.edit", f"bench/{bench.pk}", f"{bench.name}待修", "/benches/", at)


def overdue(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    rows = visible_rows(Bench.objects.filter(broken=True, region=region), user)
    return [OverdueItem(region, bench.name, "/benches/", state="待修") for bench in rows]


def uses(user: Actor, figure: Any, reference: str) -> list[dict[str, str]]:
    return [{"href": "/benches/", "text": f"{bench.name}的铭牌"} for bench in benches(user)]


def places(user: Actor) -> list[Region]:
    return [bench.region for bench in benches(user)]


def periods(user: Actor, region: Region) -> list[str]:
    return ["1999"]


def holds(user: Actor, ledger: str, items: Sequence[Any]) -> dict[int, dict[str, str]]:
    """Where there is a bench, the number of flats of a project stands."""
    if ledger != "projects":
        return {}
    there = {bench.region_id: bench.name for bench in benches(user)}
    return {item.pk: {"units": there[item.region_id]} for item in items if item.region_id in there}
