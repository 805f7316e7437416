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
    """Of those that lead to a page which is opened now."""
    for urge in urges:
        record_reading(by=by, urge=urge)
