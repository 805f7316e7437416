"""Reading documents: what is there, and what it said."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.documents.layout import markup
from anju.documents.models import Document, Version


def list_documents(
    user: Actor, region: Region | None = None, kind: str = "", state: str = "", period: str = ""
) -> QuerySet[Document]:
    """The user's documents, newest first."""
    asked = {"region": region, "kind": kind, "state": state, "period": period}
    return visible_rows(
        Document.objects.filter(**{key: value for key, value in asked.items() if value}), user
    ).select_related("region")


def find_document(user: Actor, pk: int) -> Document:
    """Document.DoesNotExist when there is none or it is another region's."""
    return list_documents(user).get(pk=pk)


def list_versions(user: Actor, document: Document) -> QuerySet[Version]:
    """Newest first."""
    return visible_rows(Version.objects.filter(document=document), user).order_by("-serial")


def find_version(user: Actor, document: Document, serial: int | None = None) -> Version:
    """The newest version, or that one."""
    found = list_versions(user, document) if serial is None else list_versions(user, document).filter(serial=serial)
    version = found.first()
    if version is None:
        raise Version.DoesNotExist(f"{document} 没有第 {serial} 版")
    return version


def cited_figures(user: Actor, found: Collection[Document]) -> dict[int, list[dict[str, Any]]]:
    """The figures that the newest version of each document cites, by the document's id: one statement, and none of the texts."""
    rows = (
        visible_rows(Version.objects.filter(document__in=found), user)
        .order_by("document_id", "-serial")
        .distinct("document_id")
    )
    return dict(rows.values_list("document_id", "figures"))


def document_text(document: Document, version: Version) -> str:
    """The version as it is shown and put into files today: a signed text without the mark of a draft."""
    return markup.mark_signed(version.html) if document.state == Document.SIGNED else version.html
