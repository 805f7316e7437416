"""The levels of regions as documents and sentences name them."""

from collections.abc import Iterable

from anju.core.models.region import Region

LEVELS = ("国家", "省", "市", "县")  # of who sets a target, from the highest down
NOUNS = {Region.Kind.PROVINCE: "省（区、市）", Region.Kind.CITY: "市", Region.Kind.COUNTY: "县（市、区）"}


def level_noun(parts: Iterable[Region]) -> str:
    """What a sentence calls these parts of a region: by their level when all have one, pseudo-units (市本级) apart, else 单位."""
    kinds = {part.kind for part in parts if part.kind in NOUNS}
    return NOUNS[Region.Kind(kinds.pop())] if len(kinds) == 1 else "单位"
