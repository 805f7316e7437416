"""Documents that are signed and not issued."""

from datetime import date

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.people.scope import Operator, visible
from anju.documents.models import Document


def overdue(user: Operator, region: Region, on: date) -> list[OverdueItem]:
    """The region's own."""
    signed = visible(Document.objects.filter(state=Document.SIGNED, region=region), user).order_by("id")
    return [OverdueItem(region, one.title, one.get_absolute_url(), state="已签发，尚未印发") for one in signed]
