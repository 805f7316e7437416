"""What several services of this room share: a paper held until the act is done, the correction that a paper brings about."""

from datetime import date

from django.db import connection

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.documents.models import Correction, Document
from anju.documents.queries import corrections
from anju.documents.reminders import announce_correction


def hold_document(by: Actor, document: Document) -> Document:
    """The paper as it stands now, held until the act is done: two at once come one after the other. Others may go on referring to it."""
    held = Document.objects.select_for_update(of=("self",), no_key=True).select_related("region")
    return visible_rows(held, by).get(pk=document.pk)


def hold_drafting(kind: str, region: Region, period: str) -> None:
    """Until the act is done nobody else drafts that paper: a second click writes the draft of the first anew, and begins none beside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('anju_draft'), hashtext(%s))", [f"{kind} {region.pk} {period}"]
        )


def settle_correction(by: Actor, document: Document, on: date) -> None:
    """A correction paper is issued: what it corrects is corrected, as it stands now. Part of the act; of any other paper nothing."""
    held = Correction.objects.select_for_update(of=("self",)).select_related("original", "region")
    correction = visible_rows(held.filter(document=document, state=Correction.DRAFTED), by).first()
    if correction is None:
        return
    correction.differences = corrections.find_differences(by, correction.original)
    correction.digest = corrections.differences_digest(correction.differences)
    correction.save(update_fields=["differences", "digest"])
    move(correction, "issue_correction", by=by, on=on)
    announce_correction(by, correction)
