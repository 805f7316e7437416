"""更正通报: proposed when figures of an issued paper change, drafted from the differences, or left with a reason."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.documents.base import hold_document
from anju.documents.models import Correction, Document
from anju.documents.queries import corrections, documents
from anju.documents.reminders import announce_correction
from anju.documents.services.documents import write_document
from anju.problems import Place, Problem, Refused, length_problems

CORRECT = "documents.correct"
LONGEST_REASON = 400  # characters
TAKEN = ("organs", "addressee", "copies", "disclosure", "printed_by", "signatories")  # from the original


@transaction.atomic
@trail.act("documents.propose_corrections")
def propose_corrections(*, by: Actor) -> list[Correction]:
    """Propose a correction for every issued paper of whose figures some stand no more and print otherwise now; take back what prints the same
    again. What was dismissed, or corrected, with the same differences is not proposed again. Repeated it changes nothing.
    """
    issued = list(
        visible_rows(Document.objects.filter(state=Document.ISSUED).exclude(kind=corrections.KIND), by)
        .select_related("region")
        .order_by("id")
    )
    changed = corrections.count_changed_figures(by, issued)
    standing = {row.original_id: row for row in corrections.list_corrections(by).filter(state=Correction.PROPOSED)}
    proposed, lapsed = [], 0
    for document in issued:
        row = standing.get(document.pk)
        if not changed.get(document.pk) and row is None:
            continue
        try:
            differences = corrections.find_differences(by, document)
        except Refused:  # its kind is gone, or a figure cannot be printed: it is read by hand
            continue
        digest = corrections.differences_digest(differences)
        if not differences:
            if row is not None:
                move(row, "lapse_correction", by=by, on=timezone.localdate())
                announce_correction(by, row)
                lapsed += 1
        elif row is not None:
            if row.digest != digest:
                row.differences, row.digest = differences, digest
                row.save(update_fields=["differences", "digest"])
                announce_correction(by, row)
                proposed.append(row)
        elif not _is_settled(by, document, digest):
            proposed.append(_propose(by, document, differences))
    if proposed or lapsed:
        after = {"documents": [str(one.original) for one in proposed], "lapsed": lapsed}
        trail.describe(obj=trail.Subject("documents.corrections", "", "更正建议"), after=after)
    return proposed


@transaction.atomic
@trail.act("documents.draft_correction")
def draft_correction(*, by: Actor, document: Document) -> Document:
    """起草更正通报: the paper from the differences as they are now, with the organs and addressee of the original. Drafted already: that draft.

    Refused: DOC-044 not issued, or a correction itself; DOC-045 nothing is printed otherwise now.
    """
    require_permission(by, CORRECT, document.region_id, str(document))
    document = hold_document(by, document)
    row = _held(by, document)
    if row is not None and row.state == Correction.DRAFTED and row.document is not None:
        return row.document
    differences = _differences(by, document)
    if row is None:
        row = _propose(by, document, differences)
    before = documents.find_version(by, document).options
    options = {key: before[key] for key in TAKEN if before.get(key)} | {"original": document.pk}
    paper = write_document(
        by=by, kind=corrections.KIND, region=document.region, period=document.period, options=options, prose={},
    )  # fmt: skip
    row.document, row.by, row.differences = paper, by.key, differences
    row.digest = corrections.differences_digest(differences)
    row.save(update_fields=["document", "by", "differences", "digest"])
    move(row, "draft_correction", by=by, on=timezone.localdate())
    trail.describe(
        obj=trail.Subject.of(document), after={"correction": paper.pk, "places": len(differences)},
        region_id=document.region_id,
    )  # fmt: skip
    announce_correction(by, row)
    return paper


@transaction.atomic
@trail.act("documents.dismiss_correction")
def dismiss_correction(*, by: Actor, document: Document, reason: str) -> Correction:
    """不更正: these differences are left as they were printed, for a reason. Others are proposed anew.

    Refused: DOC-044, DOC-045 as above, DOC-046 without the reason; STATE-001 when it is drafted already.
    """
    require_permission(by, CORRECT, document.region_id, str(document))
    document = hold_document(by, document)
    if not reason.strip():
        where = Place(f"公文 {document}", field="不更正的理由")
        raise Refused(Problem("DOC-046", where, "没有写为什么不更正。", "请写明理由，它会留在记录里。"))
    where = Place(f"公文 {document}", field="不更正的理由")
    if problems := length_problems("DOC-046", where, reason, LONGEST_REASON):
        raise Refused(*problems)
    row = _held(by, document)
    differences = _differences(by, document)
    if row is None:
        row = _propose(by, document, differences)
    row.differences, row.digest = differences, corrections.differences_digest(differences)
    row.reason, row.by = reason.strip(), by.key
    move(row, "dismiss_correction", by=by, on=timezone.localdate(), reason=row.reason)
    row.save(update_fields=["reason", "by", "differences", "digest"])
    announce_correction(by, row)
    return row


def _held(by: Actor, document: Document) -> Correction | None:
    """The open one, held until the act is done."""
    waiting = (Correction.PROPOSED, Correction.DRAFTED)
    held = corrections.list_corrections(by).select_for_update(of=("self",))
    return held.filter(original=document, state__in=waiting).first()


def _differences(by: Actor, document: Document) -> list[dict[str, Any]]:
    if document.state != Document.ISSUED or document.kind == corrections.KIND:
        fix = "只有印发了、没有撤回的公文才更正；更正通报本身再有变化的，对原件再更正。"
        raise Refused(Problem("DOC-044", f"公文 {document}", "不能发更正通报。", fix))
    differences = corrections.find_differences(by, document)
    if not differences:
        raise Refused(Problem("DOC-045", f"公文 {document}", "印发后数字没有变化，没有可更正的。", "无需办理。"))
    return differences


def _propose(by: Actor, document: Document, differences: list[dict[str, Any]]) -> Correction:
    row = Correction.objects.create(
        original=document, region=document.region, differences=differences, by=by.key,
        digest=corrections.differences_digest(differences), at=timezone.now(),
    )  # fmt: skip
    announce_correction(by, row)
    return row


def _is_settled(by: Actor, document: Document, digest: str) -> bool:
    """Was that decided already: drafted, dismissed, or corrected by a paper that stands?"""
    for row in corrections.correction_papers(by, document):
        if row.state == Correction.DRAFTED:
            return True
        if row.state == Correction.DISMISSED and row.digest == digest:
            return True
        stands = row.document is not None and row.document.state == Document.ISSUED
        if row.state == Correction.ISSUED and stands and row.digest == digest:
            return True
    return False
