"""What an issued paper printed and the ledger says otherwise now; which papers were corrected by which."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from anju.core.people.scope import Actor, visible_rows
from anju.documents.models import Correction, Document
from anju.documents.queries import documents
from anju.documents.queries.stale import compare_texts, compose_now
from anju.documents.text.compose import text_digest
from anju.figures.models import CurrentFigure

KIND = "correction"


def find_differences(user: Actor, document: Document) -> list[dict[str, Any]]:
    """Sentences and rows whose figures are others now, as plain data. Refused where it cannot be written anew."""
    last = documents.find_version(user, document)
    return [
        {
            "where": one.where,
            "old": one.old,
            "new": one.new,
            "figures": [[change.ref, change.old, change.new] for change in one.figures],
        }
        for one in compare_texts(last.html, compose_now(user, document, last).html)
        if one.figures
    ]


def differences_digest(differences: list[dict[str, Any]]) -> str:
    said = [[one["where"], one["old"], one["new"]] for one in differences]
    return text_digest(json.dumps(said, ensure_ascii=False))


def count_changed_figures(user: Actor, found: Collection[Document]) -> dict[int, int]:
    """Of each document the figures of its newest version that rest on an observation which stands no more: two queries, where writing one anew
    takes a second."""
    cited = documents.cited_figures(user, found) if found else {}
    behind = {one for figures in cited.values() for figure in figures for one in figure["observations"]}
    stands = set(
        visible_rows(CurrentFigure.objects.all(), user)
        .filter(observation_id__in=behind)
        .values_list("observation_id", flat=True)
    )
    return {
        pk: len({one["ref"] for one in figures if not stands.issuperset(one["observations"])})
        for pk, figures in cited.items()
    }


def list_corrections(user: Actor) -> QuerySet[Correction]:
    return visible_rows(Correction.objects.select_related("original", "document", "region"), user)


def corrected_by(user: Actor, found: Collection[Document]) -> dict[int, Document]:
    """Of each document the newest issued paper that corrects it: one query."""
    rows = list_corrections(user).filter(
        original__in=[one.pk for one in found], state=Correction.ISSUED, document__state=Document.ISSUED
    )
    return {row.original_id: row.document for row in rows.order_by("id") if row.document is not None}


def open_correction(user: Actor, document: Document) -> Correction | None:
    """The one that is proposed or drafted."""
    waiting = (Correction.PROPOSED, Correction.DRAFTED)
    return list_corrections(user).filter(original=document, state__in=waiting).first()


def correction_papers(user: Actor, document: Document) -> list[Correction]:
    """Every correction of a document, the newest first; those that were given up too."""
    return list(list_corrections(user).filter(original=document))


def corrected_paper(user: Actor, document: Document) -> Document | None:
    """What a correction paper corrects."""
    row = list_corrections(user).filter(document=document).first()
    return row.original if row else None
