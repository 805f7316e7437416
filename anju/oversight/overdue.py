"""Demands that nobody answered in time."""

from datetime import date

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.people.scope import Actor
from anju.core.reminders import end_of_day
from anju.oversight.queries import instructions


def overdue_demands(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    return [
        OverdueItem(
            one.region, f"（{one.organisation}）没有答复{one.leader}批示：{one.text[:60]}", one.get_absolute_url(),
            due=end_of_day(one.due_on), days=(on - one.due_on).days,
        )
        for one in instructions.overdue_demand_rows(user, region, on)
    ]  # fmt: skip
