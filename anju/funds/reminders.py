"""What is due of quotas: a receipt to stamp, a paper to confirm, money that stays too long; and telling it at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.core.reminders import Reminder, announce_work, end_of_day
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.queries.quotas import HeldQuota, held_quotas, standing_lines


def quota_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Of every region that the user sees."""
    on = timezone.localdate(at)
    lines = standing_lines().filter(received_on=None, item=None).select_related("document", "region")
    for line in visible_rows(lines, user):
        yield _to_receive(line)
    waiting = QuotaDocument.objects.filter(
        known=QuotaDocument.Known.PAPER, confirmed_at=None, voided_at=None
    ).select_related("region")
    for document in visible_rows(waiting, user):
        yield _to_confirm(document)
    holding = set(visible_rows(standing_lines().filter(item=None), user).values_list("region_id", flat=True))
    regions = [region for region in tree.region_tree().all if region.pk in holding]
    yield from map(_to_hand_on, (one for one in held_quotas(user, regions, on) if one.left and one.says))


def announce_quota(by: Actor, document: QuotaDocument) -> None:
    """What a new or confirmed document asks of others, told as part of the act."""
    wanted = [_to_confirm(document)] if document.waits else []
    announce_work(by, document.region, f"quota-paper/{document.pk}", wanted)
    lines = document.lines.select_related("document", "region")
    for line in lines.filter(item=None).exclude(region_id=document.region_id):
        announce_receipt(by, line)


def announce_receipt(by: Actor, line: QuotaLine) -> None:
    announce_work(
        by,
        line.region,
        f"quota-line/{line.pk}",
        [] if line.received_on or line.document.voided_at else [_to_receive(line)],
    )


def _to_receive(line: QuotaLine) -> Reminder:
    what = f"{line.document}已下达到{line.region.name}，请填收到日期签收"
    link = _page(line.region, line.document.budget_year)
    entered = timezone.localdate(line.document.at)
    return Reminder(line.region, "funds.receive", f"quota-line/{line.pk}", what, link, end_of_day(entered))


def _to_confirm(document: QuotaDocument) -> Reminder:
    what = f"{document.by_name}登记的指标文件{document}，请对照扫描件确认"
    link, entered = path_of("funds:document", document.pk), timezone.localdate(document.at)
    return Reminder(
        document.region, "funds.confirm", f"quota-paper/{document.pk}", what, link, end_of_day(entered), hidden_from=(document.by,)
    )  # fmt: skip


def _to_hand_on(held: HeldQuota) -> Reminder:
    """What the book of the clock says of what is left; due on the last day that it allows, today where an own book does not reckon it."""
    assert held.outcome is not None
    due = held.until - timedelta(days=int(held.outcome.values.get("over") or 0))
    line = held.line
    link = _page(line.region, line.document.budget_year)
    return Reminder(line.region, "funds.hand_down", f"quota-left/{line.pk}", held.says[:300], link, end_of_day(due))


def _page(region: Region, year: int) -> str:
    return f"{path_of('funds:quotas')}?region={region.code}&period={year}"
