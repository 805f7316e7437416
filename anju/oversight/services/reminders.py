"""Reminders before a deadline (到期提醒): what the rooms say is due, written once a day; of this room's own, nodes that are near and not reached."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from anju.core import registry
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import may, permissions
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.core.reminders import Reminder
from anju.core.trail import trail
from anju.core.wording import read_day
from anju.documents.layout.annex import read_declarations
from anju.figures.models import Node
from anju.figures.queries import nodes as node_queries
from anju.oversight.models import Notice

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
        for row in visible_rows(Notice.objects.filter(done_at=None).select_for_update(), by)
    }
    over = [row.pk for key, row in standing.items() if key not in wanted]
    Notice.objects.filter(pk__in=over).update(done_at=at)
    changed = 0
    for key, row in standing.items():  # a deadline that was put off, a gap that became smaller
        said = wanted.get(key)
        if said and (said.what, said.due) != (row.what, row.due):
            changed += Notice.objects.filter(pk=row.pk).update(what=said.what, due=said.due)
    new = [
        Notice(region=one.region, act=one.act, key=one.key, what=one.what, link=one.link, due=one.due, at=at)
        for key, one in wanted.items() if key not in standing
    ]  # fmt: skip
    Notice.objects.bulk_create(new)
    if new or over or changed:
        trail.describe(
            obj=trail.Subject("oversight.reminders", str(timezone.localdate(at)), f"{timezone.localdate(at)}的提醒"),
            after={"new": len(new), "done": len(over), "changed": changed},
        )
    return RemindResult(len(new), len(over))


def node_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Every county that is short of a node which is near, or of which nobody knows; counties are asked through the plan's own region."""
    on, lead = timezone.localdate(at), read_declarations(LEADS)["nodes_days"]
    near = visible_rows(Node.objects.filter(on__gte=on, on__lte=on + timedelta(days=lead)), user)
    tops = Region.objects.filter(pk__in=near.values("document__region_id")).order_by("order", "id")
    for top in tops:
        below = tree.child_regions(user, top, on)
        for one in node_queries.year_nodes(user, top, on, below).coming:
            if not one.binding or (one.node.on - on).days > lead:
                continue
            for gap in one.parts or (one.whole,):
                if gap.asked and not gap.reached:
                    short = (
                        f"还差{gap.shortfall.text(None, None, True)}{gap.shortfall.unit}"
                        if gap.shortfall.known
                        else "完成数未报"
                    )
                    what = f"{gap.region.name}{read_day(one.node.on)}前{gap.target.name}完成{one.goal}，{short}"
                    link = f"{path_of('figures:targets')}?region={gap.region.code}&period={on.year}"
                    yield Reminder(
                        gap.region, "projects.edit", f"node/{one.node.pk}", what, link, _evening(one.node.on)
                    )


def _evening(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(23, 59)))


# -- reading and putting away --------------------------------------------------------------------------------------------------


def list_reminders(user: Actor, places: Iterable[int] | None = None) -> list[Notice]:
    """What waits for this user, the earliest deadline first: only what they may do themselves, and did not put away."""
    found = _open_reminders(user)
    return [
        row
        for row in (found if places is None else found.filter(region_id__in=places))
        if may(user, row.act, row.region_id)
    ]


def count_reminders(user: Actor) -> int:
    """How many, for the bar: one query."""
    return sum(may(user, act, region) for act, region in _open_reminders(user).values_list("act", "region_id"))


def _open_reminders(user: Actor) -> QuerySet[Notice]:
    mine = [act for act in permissions() if may(user, act)]
    return visible_rows(Notice.objects.filter(done_at=None, act__in=mine).exclude(seen__contains=[user.key]), user)


@transaction.atomic
@trail.act("reminders.put_away")
def put_reminder_away(*, by: Actor, notice_id: int) -> Notice:
    """知道了: this user is not told again; it stays for everybody else who may do it. Notice.DoesNotExist when it is not theirs."""
    row: Any = next((one for one in list_reminders(by) if one.pk == notice_id), None)
    if row is None:
        raise Notice.DoesNotExist(f"没有提醒 {notice_id}")
    row = Notice.objects.select_for_update().get(pk=row.pk)
    if by.key not in row.seen:
        row.seen = [*row.seen, by.key]
        row.save(update_fields=["seen"])
        trail.describe(obj=row, region_id=row.region_id)
    return row
