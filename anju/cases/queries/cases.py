"""Cases of a region and all below it."""

from anju.cases.models import Case
from anju.core.models.region import Region
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions import tree


def cases(user: Actor, region: Region, kind: str = "", ledger: str = "", state: str = "") -> list[Case]:
    """Of every room's ledgers unless a kind is named, the oldest of each region first. A region outside one's own is not found."""
    if region.pk not in user.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    asked = {"kind": kind, "ledger": ledger, "state": state}
    rows = rows_within(
        visible_rows(Case.objects.select_related("region"), user), tree.region_ids_below(user, region) | {region.pk}
    )
    return list(rows.filter(**{key: value for key, value in asked.items() if value}))


def case(user: Actor, pk: int) -> Case:
    return visible_rows(Case.objects.select_related("region"), user).get(pk=pk)
