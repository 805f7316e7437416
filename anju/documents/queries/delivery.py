"""To whom a paper was sent and who signed for it; its sealed scans."""

from collections.abc import Sequence

from django.db.models import QuerySet

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions import tree
from anju.documents.models import Delivery, Document, SealedScan


def list_deliveries(user: Actor) -> QuerySet[Delivery]:
    """Without the texts, the newest first."""
    rows = Delivery.objects.select_related("region", "organisation").defer("html")
    return visible_rows(rows, user).order_by("-sent_at", "region__order", "id")


def find_delivery(user: Actor, pk: int) -> Delivery:
    """With its text. Delivery.DoesNotExist when there is none or it is another region's."""
    return visible_rows(Delivery.objects.select_related("region", "organisation"), user).get(pk=pk)


def deliveries_of(user: Actor, document: Document) -> list[Delivery]:
    return list(list_deliveries(user).filter(document=document).order_by("region__order", "region_id", "id"))


def received_in(user: Actor, region: Region) -> QuerySet[Delivery]:
    """What the offices of a region were sent."""
    return list_deliveries(user).filter(region=region)


def is_receiver(user: Actor, delivery: Delivery) -> bool:
    theirs = user.posts is None or delivery.organisation_id in user.organisation_ids
    return theirs and may(user, "documents.receive", delivery.region_id)


def list_receivers(user: Actor, document: Document, sent: Sequence[Delivery]) -> list[Organisation]:
    """Offices of the region but the sender's own, and the housing ones below, that do not have it yet."""
    below = tree.region_ids_below(user, document.region)
    standing = visible_rows(Organisation.objects.filter(ended_on=None).select_related("region"), user)
    offices = rows_within(standing, {document.region_id, *below})
    there = {*user.organisation_ids, *(one.organisation_id for one in sent)}
    return [
        one
        for one in offices.exclude(pk__in=there).order_by("region__order", "region_id", "id")
        if one.region_id == document.region_id or one.kind == Organisation.Kind.HOUSING
    ]


def list_scans(user: Actor, document: Document) -> list[SealedScan]:
    rows = SealedScan.objects.filter(document=document).select_related("file").defer("file__content")
    return list(visible_rows(rows, user))


def find_scan(user: Actor, document: Document, pk: int) -> SealedScan:
    return visible_rows(SealedScan.objects.filter(document=document).select_related("file"), user).get(pk=pk)
