"""Reminders before a deadline (到期提醒): what the rooms say is due, written once a day, and put away by who has read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import Reminder
from anju.core.trail import trail
from anju.oversight.models import SentReminder
from anju.oversight.queries import reminders


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
    new, over, changed = _settle(standing, wanted, at)
    if new or over or changed:
        trail.describe(
            obj=trail.Subject("oversight.reminders", str(timezone.localdate(at)), f"{timezone.localdate(at)}的提醒"),
            after={"new": new, "done": over, "changed": changed},
        )
    return RemindResult(new, over)


def announce_reminders(by: Actor, region: Region, prefix: str, wanted: list[Reminder]) -> None:
    """What an act just handed on, or ended: of the reminders whose keys begin so, exactly these stand. Part of that act, and of its row."""
    found = visible_rows(SentReminder.objects.filter(done_at=None, region=region).select_for_update(), by)
    standing = {(row.region_id, row.key): row for row in found if row.key.startswith(prefix)}
    _settle(standing, {(one.region.pk, one.key): one for one in wanted}, timezone.now(), anew=True)


def _settle(
    standing: dict[tuple[int, str], SentReminder],
    wanted: dict[tuple[int, str], Reminder],
    at: datetime,
    anew: bool = False,
) -> tuple[int, int, int]:
    """Write what is new, end what is not wanted any more, change what reads otherwise now: how many of each.

    anew: what reads otherwise is told again to who had put it away.
    """
    going_on = {key: row for key, row in standing.items() if key in wanted and wanted[key].link == row.link}
    over = [row.pk for key, row in standing.items() if key not in going_on]
    if over:
        SentReminder.objects.filter(pk__in=over).update(done_at=at)
    changed = 0
    for key, row in going_on.items():  # a deadline that was put off, a gap that became smaller
        said = wanted[key]
        if (said.what, said.due) != (row.what, row.due):
            seen = list(said.hidden_from) if anew else row.seen
            changed += SentReminder.objects.filter(pk=row.pk).update(what=said.what, due=said.due, seen=seen)
    new = [
        SentReminder(
            region=one.region,
            act=one.act,
            organisation_id=one.organisation_id,
            key=one.key,
            what=one.what[:300],
            link=one.link,
            due=one.due,
            at=at,
            seen=list(one.hidden_from),
        )
        for key, one in wanted.items()
        if key not in going_on
    ]
    SentReminder.objects.bulk_create(new)
    return len(new), len(over), changed


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
