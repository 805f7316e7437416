"""Documents that are signed and not issued."""

from datetime import date

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.people.scope import Actor, visible_rows
from anju.documents.models import Document


def overdue_documents(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    """The region's own."""
    signed = visible_rows(Document.objects.filter(state=Document.SIGNED, region=region), user).order_by("id")
    return [OverdueItem(region, one.title, one.get_absolute_url(), state="已签发，尚未印发") for one in signed]
