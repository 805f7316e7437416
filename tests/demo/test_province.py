"""The synthetic province: as large as asked, the same every time, clearly made up, and sound."""

import pytest

from anju.core.demo import MARK, ProvinceSize
from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.demo.province import generate_province
from anju.figures import catalogue
from anju.figures.models import CurrentFigure, Observation
from anju.figures.services import current
from anju.problems import Refused
from anju.returns.models import Cell, Return

pytestmark = pytest.mark.slow  # three seconds of the server each

SMALL = ProvinceSize(counties=12, projects=300, years=1, observations=30_000)
COUNTED = {"counties": 12, "projects": 300, "observations": 30_000, "returns": 12 * SMALL.months}


@pytest.fixture
def province(committed):
    with open_scope(local_actor()) as by:
        catalogue.load_catalogue(by=by)
    return generate_province(SMALL, say=lambda text: None)


def test_it_is_as_large_as_asked_and_a_second_run_adds_nothing(province):
    assert COUNTED.items() <= province.items()
    assert generate_province(SMALL, say=lambda text: None) == province
    with pytest.raises(Refused, match="DEMO-020"):
        generate_province(ProvinceSize(counties=13), say=lambda text: None)


def test_every_name_says_that_it_is_made_up_and_the_figures_are_sound(province):
    with open_scope(local_actor()) as user:
        made = Region.objects.filter(code__startswith="99")
        assert made.count() == 1 + 2 + 12 and all(MARK in region.name for region in made)
        checked = current.check_current(user)
        assert (checked.differing, checked.total) == (0, province["figures"])
        city = made.get(code="990100")
        key = {"measure": "shanty.start", "period": "2026-10", "calibre": ""}
        parts = CurrentFigure.objects.filter(region__parent=city, **key)
        assert (
            parts.count() > 5
            and sum(part.value for part in parts) == CurrentFigure.objects.get(region=city, **key).value
        )
        states = sorted(set(Return.objects.filter(region__in=made).values_list("state", "period")))
        assert states[0] == (Return.CITY, "2026-11") and {state for state, _ in states[1:]} == {Return.LOCKED}
        assert Cell.objects.filter(ret__state=Return.CITY, column="start").exists()
        corrected = Observation.objects.filter(supersedes__isnull=False)
        assert corrected.exists() and all(one.reason for one in corrected[:20])
