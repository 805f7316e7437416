"""That who was urged (催报) has read it: they opened the page that it leads to."""

from collections.abc import Iterable

from django.db import transaction

from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.returns.models import Urge, UrgeReading


@transaction.atomic
@trail.act("returns.read_urge")
def record_reading(*, by: Actor, urge: Urge) -> None:
    """Once a person and urge; of anybody else nothing is recorded."""
    if by.key not in urge.keys:
        return
    _, new = UrgeReading.objects.get_or_create(urge=urge, by=by.key, defaults={"region_id": urge.region_id})
    if new:
        trail.describe(obj=urge, region_id=urge.region_id)


def record_readings(by: Actor, urges: Iterable[Urge]) -> None:
    """Of those that stand on a page which is opened now, and went to this person."""
    mine = {urge.pk: urge for urge in urges if by.key in urge.keys}
    read = set(UrgeReading.objects.filter(urge__in=mine, by=by.key).values_list("urge_id", flat=True)) if mine else ()
    for urge in mine.values():
        if urge.pk not in read:
            record_reading(by=by, urge=urge)
