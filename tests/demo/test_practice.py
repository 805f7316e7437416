"""The county to practise in has a month to fill on whatever day a newcomer begins."""

from datetime import date

import pytest

from anju.core.people.scope import local_actor, open_scope
from anju.demo.month import FORM
from anju.demo.practice import COUNTY, _month_to_fill, make_practice_county
from anju.figures.catalogue import load_catalogue
from anju.returns.models import Return
from anju.returns.services.opening import returns_asked_for


@pytest.mark.parametrize(
    ("today", "period"),
    [
        (date(2026, 11, 30), "2026-11"),
        (date(2026, 12, 1), "2026-11"),  # December's is asked for from its cut-off day on
        (date(2026, 12, 20), "2026-12"),
        (date(2027, 1, 3), "2026-12"),
    ],
)
def test_the_newest_month_asked_for_is_left(today, period):
    assert _month_to_fill(today) == period


@pytest.mark.slow
@pytest.mark.xdist_group("committed")
def test_on_the_first_of_a_month_the_clerk_has_something_to_do(committed):
    today = date(2026, 12, 1)
    with open_scope(local_actor()) as by:
        load_catalogue(by=by)
    make_practice_county(say=lambda *_: None, today=today)
    with open_scope(local_actor()) as by:
        wanted = {
            period
            for form, office, period in returns_asked_for(by, today)
            if form.code == FORM and office.region.code == COUNTY
        }
        locked = set(Return.objects.filter(region__code=COUNTY, state="locked").values_list("period", flat=True))
    assert wanted - locked == {"2026-11"}
