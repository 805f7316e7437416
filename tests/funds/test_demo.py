"""What the practice city shows of money holds on every day of the year, and made again changes nothing."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions.tree import find_region
from anju.funds.demo import FUNDS
from anju.funds.queries import quotas
from tests.cast import CITY


@pytest.mark.parametrize(
    "today", [date(2026, 1, 1), date(2026, 1, 20), date(2026, 11, 30), timezone.localdate() + timedelta(days=9)]
)
def test_it_holds_on_every_day(scope, today):
    city: Region = find_region(scope, CITY)
    for _ in range(2):
        FUNDS.practise(by=scope, city=city, today=today, say=lambda *_: None)
    with open_scope(local_actor()) as by:
        held = quotas.held_quotas(by, [city], min(today, timezone.localdate()), today.year)
    assert [one.line.amount for one in held] == [6000 * 10**6, 3800 * 10**6]
    assert held[1].given == 2140 * 10**6 and held[0].line.received_on <= held[1].line.received_on
