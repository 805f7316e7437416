"""Reminders before a deadline (到期提醒): what the rooms say is due, written once a day, and put away by who has read it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core import registry
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.oversight.models import SentReminder
from anju.oversight.queries import reminders

LEADS = Path(__file__).with_name("reminders.yaml")


@dataclass(frozen=True)
class RemindResult:
    new: int
    done: int


@transaction.atomic
@trail.act("reminders.write")
def write_reminders(*, by: Actor, at: datetime) -> RemindResult:
    """Write what is to be told today, and take back what is not due any more. Repeated on the same day it changes nothing."""
    wanted = {(one.region.pk, one.key): one for ask in registry.fetch_hooks("reminders") for one in ask(by, at)}
    standing = {
        (row.region_id, row.key): row
        for row in visible_rows(SentReminder.objects.filter(done_at=None).select_for_update(), by)
    }
    over = [row.pk for key, row in standing.items() if key not in wanted]
    SentReminder.objects.filter(pk__in=over).update(done_at=at)
    changed = 0
    for key, row in standing.items():  # a deadline that was put off, a gap that became smaller
        said = wanted.get(key)
        if said and (said.what, said.due) != (row.what, row.due):
            changed += SentReminder.objects.filter(pk=row.pk).update(what=said.what, due=said.due)
    new = [
        SentReminder(region=one.region, act=one.act, key=one.key, what=one.what, link=one.link, due=one.due, at=at)
        for key, one in wanted.items() if key not in standing
    ]  # fmt: skip
    SentReminder.objects.bulk_create(new)
    if new or over or changed:
        trail.describe(
            obj=trail.Subject("oversight.reminders", str(timezone.localdate(at)), f"{timezone.localdate(at)}的提醒"),
            after={"new": len(new), "done": len(over), "changed": changed},
        )
    return RemindResult(len(new), len(over))


@transaction.atomic
@trail.act("reminders.put_away")
def put_reminder_away(*, by: Actor, notice_id: int) -> SentReminder:
    """知道了: this user is not told again; it stays for everybody else who may do it. SentReminder.DoesNotExist when it is not theirs."""
    row: Any = next((one for one in reminders.list_reminders(by) if one.pk == notice_id), None)
    if row is None:
        raise SentReminder.DoesNotExist(f"没有提醒 {notice_id}")
    row = SentReminder.objects.select_for_update().get(pk=row.pk)
    if by.key not in row.seen:
        row.seen = [*row.seen, by.key]
        row.save(update_fields=["seen"])
        trail.describe(obj=row, region_id=row.region_id)
    return row
