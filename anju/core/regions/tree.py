"""Regions (区划): the tree of them, found by code and date; what lies below, above and beside."""

from collections.abc import Iterable
from datetime import date

from anju.core.database.cache import CachedTable
from anju.core.models.region import Region
from anju.core.people.scope import Actor

NATION = "100000"


class RegionTree:
    """All regions, of every time, as a tree. Their objects are shared: nobody changes them."""

    def __init__(self) -> None:
        self.all = list(Region.objects.all())
        self.by_id = {region.pk: region for region in self.all}
        self.by_code: dict[str, list[Region]] = {}
        self.under: dict[
            str, list[Region]
        ] = {}  # a region that was renamed has a row for each name, and its parts stay its parts
        for region in self.all:
            self.by_code.setdefault(region.code, []).append(region)
            if region.parent_id:
                region.parent = self.by_id[region.parent_id]
                self.under.setdefault(region.parent.code, []).append(region)
        self._below: dict[str, frozenset[int]] = {}

    def below(self, code: str) -> frozenset[int]:
        """The ids of the region and all below it, of every time."""
        if code not in self._below:
            codes = dict.fromkeys([code])
            todo = [code]
            while todo:
                more = [one.code for one in self.under.get(todo.pop(), ()) if one.code not in codes]
                codes.update(dict.fromkeys(more))
                todo += more
            self._below[code] = frozenset(one.pk for each in codes for one in self.by_code.get(each, ()))
        return self._below[code]


region_tree = CachedTable("core_region", RegionTree)


def regions_in_force(regions: Iterable[Region], on: date | None) -> list[Region]:
    """Those valid on that day; without a day, those that have not ended."""
    if on is None:
        return [one for one in regions if one.valid_until is None]
    return [one for one in regions if one.valid_from <= on and (one.valid_until is None or one.valid_until > on)]


def find_region(user: Actor, code: str, on: date | None = None) -> Region:
    """The region of that code on that day. Region.DoesNotExist when there is none or it is none of the user's places."""
    regions = regions_in_force(region_tree().by_code.get(code, ()), on)
    if not regions or regions[0].pk not in user.places:
        raise Region.DoesNotExist(f"没有区划 {code}" + (f"（{on}）" if on else ""))
    return regions[0]


def child_regions(user: Actor, region: Region, on: date | None = None) -> list[Region]:
    """Directly below, in order; of the user's places. A province of which the list has no parts reports nothing here, and has no row in a table."""
    under = region_tree().under
    return [
        child
        for child in regions_in_force(under.get(region.code, ()), on)
        if child.pk in user.places and (child.kind != Region.Kind.PROVINCE or child.code in under)
    ]


def descendant_regions(user: Actor, region: Region, on: date | None = None) -> list[Region]:
    """Everything below at any depth, in order; of the user's places. Without a day: of every time, those in force first."""
    every = region_tree()
    mine = user.places & every.below(region.code)
    parts = [part for part in every.all if part.pk in mine and part.code != region.code]
    return (
        regions_in_force(parts, on)
        if on
        else sorted(parts, key=lambda part: (part.valid_until is not None, part.order, part.pk))
    )


def region_ids_below(user: Actor, region: Region) -> frozenset[int]:
    """The ids of the region and all below it, of every time; of those whose rows the user sees."""
    return user.region_ids & region_tree().below(region.code)


def below(user: Actor, region: Region) -> frozenset[int]:
    """The region and all below it, of every time, as ids. Outside the scope it does not exist."""
    if region.pk not in user.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    return region_ids_below(user, region) | {region.pk}


def region_path(region: Region) -> list[Region]:
    """The region and what is above it, nearest first. Not bound by a user's scope: rules come down from above."""
    here: Region | None = region_tree().by_id[region.pk]
    path = []
    while here is not None:
        path.append(here)
        here = here.parent
    return path


def region_path_codes(region: Region) -> list[str]:
    """Codes nearest first, the nation's (100000) last: what `Library.find` takes."""
    return [row.code for row in region_path(region)]
