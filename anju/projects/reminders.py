"""Reminders of ledger entries that nobody has explained yet."""

from collections.abc import Iterator
from datetime import datetime, time

from django.utils import timezone

from anju.cases.models import Case
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import Reminder
from anju.projects.models import Entry
from anju.projects.queries.signals import ledger_names


def entry_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Due on the evening of the day that they were entered."""
    names = ledger_names()
    rows = visible_rows(Entry.objects.filter(case__state=Case.OPEN, case__opened_on__lte=timezone.localdate(at)), user)
    for row in rows.select_related("case", "project", "region"):
        what = f"{row.project.name}列入{names.get(row.case.ledger, row.case.ledger)}台账，尚未说明原因"
        due = timezone.make_aware(datetime.combine(row.case.opened_on, time(23, 59)))
        yield Reminder(
            row.region, "projects.edit", f"entry/{row.pk}", what, path_of("projects:project", row.project_id), due
        )
