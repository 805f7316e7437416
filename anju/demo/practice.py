"""A county to practise in (练习县): made up, with about thirty projects, targets of the year and three months of returns, the newest left to fill."""

import datetime

from django.utils import timezone

from anju import periods
from anju.core.demo import ProvinceSize, Say, demo_parts
from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.demo.month import FORM
from anju.demo.province import generate_province
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms

COUNTY, CITY = "990120", "990100"
PROJECTS = 120  # of two counties; a bit more than half of this and last year's are under way


def make_practice_county(*, say: Say, today: datetime.date | None = None) -> Region:
    """The county, made if it is not there yet, the newest month asked for on `today` left to fill. Where a synthetic province stands, its first county is the one."""
    today = today or timezone.localdate()
    with open_scope(local_actor()) as by:
        there = Region.objects.filter(code=COUNTY).first()
    if there is None:
        last = periods.period_end(calendar.shift_period(_month_to_fill(today), -1))  # the month that was closed last
        before = last.replace(day=1) - datetime.timedelta(days=1)
        generate_province(
            ProvinceSize(counties=2, projects=PROJECTS, years=2, observations=0, until=before, months=3, waiting=3),
            say=say,
        )
    by = local_actor()  # with the regions that were just made
    with open_scope(by):
        city = tree.find_region(by, CITY)
    for part in demo_parts():
        part.practise(by=by, city=city, today=today, say=say)
    with open_scope(by):
        return tree.find_region(by, COUNTY)


def _month_to_fill(today: datetime.date) -> str:
    """The newest month whose return is asked for on that day: before the cut-off the running month's is not yet."""
    spec = next(one for one in forms.shipped_specs() if one.code == FORM)
    return calendar.periods_around(spec, today)[0]
