"""Daily work of this room."""

from typing import Any

from django.utils import timezone

from anju.core.jobs.queue import register_daily_work
from anju.core.pages.addresses import front_page_path
from anju.core.people.scope import Actor
from anju.oversight.services import reminders


@register_daily_work("oversight.remind", "到期提醒")
def write_reminders(job: Any, *, by: Actor) -> str:
    reminders.write_reminders(by=by, at=timezone.now())
    return front_page_path()
