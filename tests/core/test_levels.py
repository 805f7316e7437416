"""What a sentence calls the parts of a region."""

import pytest

from anju.core.models.region import Region
from anju.core.regions.levels import level_noun


@pytest.mark.parametrize(
    ("kinds", "noun"),
    [
        (["county", "county"], "县（市、区）"),
        (["county", "pseudo"], "县（市、区）"),
        (["city"], "市"),
        (["province", "province"], "省（区、市）"),
        (["city", "county"], "单位"),
        (["pseudo"], "单位"),
        ([], "单位"),
    ],
)
def test_parts_are_called_by_their_level_when_all_have_one(kinds, noun):
    assert level_noun(Region(kind=kind) for kind in kinds) == noun
