"""What waits for the publisher: numbers that nobody has explained, papers whose figures changed after they were issued, styles to be published."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor, visible_rows
from anju.core.reminders import Reminder, announce_work
from anju.documents.models import Correction, Delivery, Document, DocumentNumber, OfficeStyle, Remark
from anju.documents.queries import corrections, numbers
from anju.documents.text.numbering import range_text
from anju.yaml_files import load_yaml

LEADS = Path(__file__).with_name("reminders.yaml")
GAP, CORRECTION, DELIVERY, STYLE, REMARK = "number-gap/", "correction/", "delivery/", "style/", "remark/"


def document_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Everything that waits."""
    with_numbers = Region.objects.filter(pk__in=DocumentNumber.objects.values("region_id").distinct())
    for region in with_numbers.filter(pk__in=user.region_ids):
        yield from gap_reminders(user, region, at)
    for row in corrections.list_corrections(user).filter(state__in=(Correction.PROPOSED, Correction.DRAFTED)):
        yield _correction_reminder(row)
    waiting = Delivery.objects.filter(received_at=None).select_related("region").defer("html")
    for delivery in visible_rows(waiting, user):
        yield _delivery_reminder(delivery)
    said = Remark.objects.filter(taken=None, document__state=Document.DRAFT).select_related("document__region")
    yield from _remark_reminders(visible_rows(said.order_by("id"), user))
    submitted = OfficeStyle.objects.filter(state=OfficeStyle.SUBMITTED).select_related("region").defer("text")
    for style in visible_rows(submitted, user):
        yield _style_reminder(style)


def announce_remarks(by: Actor, document: Document) -> None:
    """Whether what was said of a draft still waits. Part of the act."""
    waiting = Remark.objects.filter(document=document, taken=None).order_by("id")
    announce_work(by, document.region, f"{REMARK}{document.pk}/", _remark_reminders(visible_rows(waiting, by)))


def _remark_reminders(waiting: Iterable[Remark]) -> Iterator[Reminder]:
    """One for each draft, due some days after the first was said."""
    by_document: dict[Document, list[Remark]] = {}
    for one in waiting:
        by_document.setdefault(one.document, []).append(one)
    for document, some in by_document.items():
        what = f"《{document.title}》有{len(some)}条意见待答复：{some[0].by_name}，{some[0].where}"
        due = some[0].at + timedelta(days=lead_days("remark_days"))
        yield Reminder(
            document.region,
            "documents.write",
            f"{REMARK}{document.pk}/",
            what,
            f"{document.get_absolute_url()}#remarks",
            due,
        )


def gap_reminders(user: Actor, region: Region, at: datetime) -> Iterator[Reminder]:
    """One for each code and year. Due some days after the youngest number of the series was taken."""
    for series in numbers.list_series(user, [region]):
        if not (gaps := series.gaps):
            continue
        listed = "、".join(range_text(one.first, one.last) for one in gaps[:4]) + ("等" if len(gaps) > 4 else "")
        what = f"{region.name}{series.code}〔{series.year}〕{listed}空着，请说明原因"
        link = f"{path_of('documents:numbers')}?region={region.code}"
        due = max(row.at for row in series.rows) + timedelta(days=lead_days("gap_days"))
        yield Reminder(region, "documents.number", f"{GAP}{series.code}/{series.year}", what, link, due)


def announce_gaps(by: Actor, region: Region) -> None:
    """The gaps of a region as they are now. Part of the act that made or explained one."""
    announce_work(by, region, GAP, gap_reminders(by, region, timezone.now()))


def announce_correction(by: Actor, row: Correction) -> None:
    """Whether it still waits. Part of the act."""
    waits = row.state in (Correction.PROPOSED, Correction.DRAFTED)
    announce_work(by, row.region, f"{CORRECTION}{row.pk}/", [_correction_reminder(row)] if waits else [])


def announce_delivery(by: Actor, delivery: Delivery) -> None:
    """Whether it still waits to be signed for. Part of the act."""
    waits = [] if delivery.received_at else [_delivery_reminder(delivery)]
    announce_work(by, delivery.region, f"{DELIVERY}{delivery.pk}/", waits)


def announce_style(by: Actor, style: OfficeStyle) -> None:
    """Whether it still waits to be published. Part of the act."""
    waits = [_style_reminder(style)] if style.state == OfficeStyle.SUBMITTED else []
    announce_work(by, style.region, f"{STYLE}{style.pk}/", waits)


def _style_reminder(style: OfficeStyle) -> Reminder:
    due = style.drafted_at + timedelta(days=lead_days("style_days"))
    what, link = f"请核对、发布文书样式{style}", style.get_absolute_url()
    return Reminder(style.region, "documents.publish_style", f"{STYLE}{style.pk}/", what, link, due)


def _delivery_reminder(delivery: Delivery) -> Reminder:
    due = delivery.sent_at + timedelta(days=lead_days("receive_days"))
    return Reminder(
        delivery.region, "documents.receive", f"{DELIVERY}{delivery.pk}/", f"请签收：{delivery}", delivery.get_absolute_url(),
        due, organisation_id=delivery.organisation_id,
    )  # fmt: skip


def _correction_reminder(row: Correction) -> Reminder:
    what = f"{row.original}《{row.original.title}》印发后有{len(row.differences)}处数字变化"
    if row.state == Correction.DRAFTED and row.document is not None:
        what, link = f"{what}，更正通报已起草，请签发、印发", row.document.get_absolute_url()
    else:
        what, link = f"{what}，请起草更正通报或说明不更正", row.original.get_absolute_url()
    due = row.at + timedelta(days=lead_days("correction_days"))
    return Reminder(row.region, "documents.correct", f"{CORRECTION}{row.pk}/", what, link, due)


def lead_days(name: str) -> int:
    said: Any = load_yaml(LEADS.read_text("utf-8"), plain=True)
    return int(said[name])
