"""Documents that print a figure."""

from anju.core.people.scope import Actor, visible_rows
from anju.documents.models import Document, Version
from anju.figures.figure import Figure

MOST = 8  # the newest


def documents_using(user: Actor, figure: Figure, reference: str) -> list[dict[str, str]]:
    """Those whose newest version prints it."""
    printed = visible_rows(Version.objects, user).filter(figures__contains=[{"ref": reference}])
    papers = visible_rows(Document.objects.filter(pk__in=printed.values_list("document_id", flat=True)), user)
    return [
        {"href": one.get_absolute_url(), "text": f"{one.title}（{one.state_text}）"}
        for one in papers.order_by("-id")[:MOST]
    ]
