"""Daily work of this room."""

from typing import Any

from django.utils import timezone

from anju.core.jobs.queue import register_daily
from anju.core.pages.addresses import front_page
from anju.core.people.scope import Operator
from anju.oversight.services import reminders


@register_daily("oversight.remind", "到期提醒")
def remind(job: Any, *, by: Operator) -> str:
    reminders.remind(by=by, at=timezone.now())
    return front_page()
