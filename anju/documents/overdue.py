"""Documents that are signed and not issued; numbers that nobody has explained."""

from datetime import date

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor, visible_rows
from anju.documents.models import Document
from anju.documents.queries import numbers


def overdue_documents(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    """The region's own."""
    return [*_signed(user, region), *_unexplained(user, region)]


def _signed(user: Actor, region: Region) -> list[OverdueItem]:
    signed = visible_rows(Document.objects.filter(state=Document.SIGNED, region=region), user).order_by("id")
    return [OverdueItem(region, one.title, one.get_absolute_url(), state="已签发，尚未印发") for one in signed]


def _unexplained(user: Actor, region: Region) -> list[OverdueItem]:
    link = f"{path_of('documents:numbers')}?region={region.code}"
    return [OverdueItem(region, gap.text, link, state="空号没有说明") for gap in numbers.list_gaps(user, [region])]
