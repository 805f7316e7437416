"""After a paper is signed: its sealed scan is compared and kept; once issued it is sent to units, which sign for it."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.models.people import Organisation
from anju.core.people.permissions import missing_permission_problem, require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.reading import read_file_of
from anju.core.trail import trail
from anju.documents.base import hold_document
from anju.documents.models import Delivery, Document, SealedScan
from anju.documents.queries import delivery as delivery_queries
from anju.documents.queries import documents
from anju.documents.reminders import announce_delivery
from anju.documents.text import scans
from anju.problems import Place, Problem, Refused, length_problems

ISSUE, RECEIVE = "documents.issue", "documents.receive"
LONGEST_NOTE = 400  # characters
KINDS = {b"%PDF": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


@transaction.atomic
@trail.act("documents.keep_scan")
def keep_scan(*, by: Actor, document: Document, name: str, content: bytes) -> SealedScan:
    """Keep the sealed scan, compared with the text by its text layer where it has one.

    Refused: DOC-061 what is neither PDF, JPEG nor PNG, or too large; DOC-062 a draft has no seal.
    """
    require_permission(by, ISSUE, document.region_id, str(document))
    where = Place(f"扫描件《{name}》", file=name)
    if document.state not in (Document.SIGNED, Document.ISSUED):
        fix = "请先签发。"
        raise Refused(Problem("DOC-062", where, f"{document.state_text}的公文不用印。", fix))
    fix = "请降低扫描的分辨率，黑白或灰度即可。"
    if problems := file_sizes.too_large(len(content), file_sizes.SCAN, code="DOC-061", where=where, fix=fix):
        raise Refused(*problems)
    media = next((media for head, media in KINDS.items() if content.startswith(head)), None)
    if media is None:
        raise Refused(Problem("DOC-061", where, "内容不是 PDF、JPG 或 PNG。", "请扫描或拍照后存成其中一种。"))
    version = documents.find_version(by, document)
    layer = ""
    if media == KINDS[b"%PDF"]:
        layer = read_file_of(by, scans.read_text_layer, content, file=name)
    file = keep_file(by=by, region_id=document.region_id, name=name, content=content, media=media)
    read = scans.has_text(layer)
    scan = SealedScan.objects.create(
        document=document, region=document.region, file=file, digest=version.html_digest, has_text=read,
        missing=scans.missing_sentences(version.html, layer) if read else [], by=by.key,
    )  # fmt: skip
    after = {"file": file.name, "sha256": file.sha256, "text": read, "missing": len(scan.missing)}
    trail.describe(obj=document, after=after, region_id=document.region_id, digest=file.sha256)
    return scan


@transaction.atomic
@trail.act("documents.confirm_scan")
def confirm_scan(*, by: Actor, scan_id: int, note: str = "") -> SealedScan:
    """Somebody has compared the key figures with the scan. What the text layer says otherwise needs a note: DOC-063. Again changes nothing."""
    held = SealedScan.objects.select_for_update(of=("self",)).select_related("document")
    scan = visible_rows(held, by).get(pk=scan_id)
    require_permission(by, ISSUE, scan.region_id, str(scan.document))
    if scan.missing and not note.strip():
        fix = "请写明为什么不符仍算核对过（例如盖章压住了字）；确有出入的，重新打印、用印。"
        raise Refused(Problem("DOC-063", Place(str(scan), field="说明"), "文字与原文不符，没有写说明。", fix))
    if problems := length_problems("DOC-063", Place(str(scan), field="说明"), note, LONGEST_NOTE):
        raise Refused(*problems)
    if scan.confirmed_at is not None:
        return scan
    scan.note, scan.confirmed_by, scan.confirmed_at = note.strip(), by.key, timezone.now()
    scan.save(update_fields=["note", "confirmed_by", "confirmed_at"])
    trail.describe(obj=scan.document, after={"scan": scan.pk}, reason=scan.note, region_id=scan.region_id)
    return scan


@transaction.atomic
@trail.act("documents.send")
def send_document(*, by: Actor, document: Document, organisations: Collection[Organisation]) -> list[Delivery]:
    """Send an issued paper to units; those that have it already are passed over. Refused DOC-064 not issued, or to nobody."""
    require_permission(by, ISSUE, document.region_id, str(document))
    document = hold_document(by, document)  # two send at once, or one withdraws it
    if document.state != Document.ISSUED or document.issued_on is None or not organisations:
        what = "没有印发，不能发送。" if document.state != Document.ISSUED else "没有选收文单位。"
        raise Refused(Problem("DOC-064", f"公文 {document}", what, "印发以后选收文单位再发送。"))
    version = documents.find_version(by, document)
    there = set(Delivery.objects.filter(document=document).values_list("organisation_id", flat=True))
    sent = []
    for office in organisations:
        if office.pk in there:
            continue
        delivery = Delivery.objects.create(
            document=document, region=office.region, organisation=office, title=document.title, number=document.number,
            issued_on=document.issued_on, html=version.html, sent_by=by.key, sent_at=timezone.now(),
        )  # fmt: skip
        announce_delivery(by, delivery)
        sent.append(delivery)
    if sent:
        names = [one.organisation.name for one in sent]
        trail.describe(obj=document, after={"sent_to": names}, region_id=document.region_id, digest=version.html_digest)
    return sent


@transaction.atomic
@trail.act("documents.receive")
def receive_document(*, by: Actor, delivery_id: int) -> Delivery:
    """签收, by somebody of the unit. Again changes nothing. Refused ACT-001 for anybody else."""
    held = Delivery.objects.select_for_update(of=("self",)).select_related("region", "organisation")
    delivery = visible_rows(held, by).get(pk=delivery_id)
    if not delivery_queries.is_receiver(by, delivery):
        raise Refused(missing_permission_problem(RECEIVE, str(delivery)))
    if delivery.received_at is not None:
        return delivery
    delivery.received_by, delivery.received_at = by.key, timezone.now()
    delivery.received_name = signature(by, RECEIVE, delivery.region_id)[:80]
    delivery.save(update_fields=["received_by", "received_at", "received_name"])
    trail.describe(obj=delivery, after={"document": delivery.document_id}, region_id=delivery.region_id)
    announce_delivery(by, delivery)
    return delivery
