"""What this room does once a day: outcomes of whole tables that are old are dropped."""

from typing import Any

from anju.core.jobs.queue import register_daily_work
from anju.core.people.scope import Actor
from anju.runs.services import outcomes


@register_daily_work("runs.drop_old_outcomes", "清理到期的结果表")
def drop_old_outcomes(job: Any, *, by: Actor) -> None:
    outcomes.drop_old_outcomes(by=by)
