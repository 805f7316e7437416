"""What waits of demands: an answer of the unit, then the word of who demanded it."""

from collections.abc import Iterator
from datetime import datetime

from anju.cases.kinds import CLOSED, OPEN
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import Reminder, announce_work, end_of_day
from anju.core.wording import read_day
from anju.oversight.models import Demand


def demand_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    rows = Demand.objects.exclude(case__state=CLOSED).select_related("case", "region", "organisation")
    for demand in visible_rows(rows, user):
        yield _reminder(demand)


def announce_demand(by: Actor, demand: Demand) -> None:
    """What waits of it now is told to whose turn it is, and to nobody else any more. Part of the act."""
    announce_work(by, demand.region, f"demand/{demand.pk}/", [] if demand.case.state == CLOSED else [_reminder(demand)])


def _reminder(demand: Demand) -> Reminder:
    waits = demand.case.state == OPEN
    person = f"，责任人{demand.person}" if demand.person else ""
    what = (
        f"{demand.leader}批示（{read_day(demand.due_on)}前答复{person}）：{demand.text}"
        if waits
        else f"{demand.region.name}（{demand.organisation}）已答复{demand.leader}批示，请办结或请再办：{demand.text}"
    )
    return Reminder(
        demand.region,
        "demands.answer" if waits else "instructions.give",
        f"demand/{demand.pk}/{'answer' if waits else 'close'}",
        what[:300],
        demand.get_absolute_url(),
        end_of_day(demand.due_on),
        organisation_id=demand.organisation_id if waits else demand.giver_id,
    )
