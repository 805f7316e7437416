"""A county to practise in (练习县): made up, with about thirty projects, targets of the year and three months of returns, the newest left to fill."""

import datetime
from fractions import Fraction

from django.db.models import Sum
from django.utils import timezone

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import local_actor, open_scope
from anju.core.regions import tree
from anju.demo.province import FORM, MARK, ProvinceSize, Say, generate_province
from anju.figures.models import CurrentFigure
from anju.figures.services import nodes, observations, targets
from anju.projects.models import Project
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.models import Return
from anju.returns.services import locking

COUNTY, CITY = "990120", "990100"
PROJECTS = 120  # of two counties; a bit more than half of this and last year's are under way
TARGETS = {
    "shanty.start.target": ("shanty", "units"),
    "prh.start.target": ("prh", "units"),
    "old.households.target": ("old", "households"),
}


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
        waiting = sorted(
            set(Return.objects.filter(region__parent=city, state=Return.CITY).values_list("period", flat=True))
        )
    for period in waiting:
        locking.lock_month(by=by, region=city, form_code=FORM, period=period)
    say(f"往月报表 {len(waiting)} 期已锁定，最近一期留给您填")
    with open_scope(by):
        _targets(by, city, today)
        return tree.find_region(by, COUNTY)


def _month_to_fill(today: datetime.date) -> str:
    """The newest month whose return is asked for on that day: before the cut-off the running month's is not yet."""
    spec = next(one for one in forms.shipped_specs() if one.code == FORM)
    return calendar.periods_around(spec, today)[0]


def _targets(by, city: Region, today: datetime.date) -> None:
    """What was planned for the year, county by county, and two nodes on the way."""
    year, number = str(today.year), f"{MARK}保办〔{today.year}〕1号"
    if CurrentFigure.objects.filter(region=city, measure__in=TARGETS, period=year).exists():
        return
    paper = targets.register_target_document(
        by=by,
        number=number,
        title=f"关于下达{year}年度目标任务的通知（{MARK}）",
        level="city",
        region=city,
        issued_on=datetime.date(today.year, 2, 20),
    )
    for measure, (kind, field) in TARGETS.items():
        planned = (
            Project.objects.filter(region__parent=city, kind=kind, year=today.year)
            .values("region")
            .annotate(planned=Sum(field))
        )
        counts = {row["region"]: row["planned"] for row in planned}
        for region, value in [
            (city, sum(counts.values())),
            *((Region.objects.get(pk=pk), value) for pk, value in counts.items()),
        ]:
            observations.enter_figure(by=by, measure=measure, region=region, period=year, value=value, document=paper)
    for month, day, share in ((6, 30, Fraction(4, 5)), (9, 30, Fraction(1))):
        nodes.set_node(
            by=by, document=paper, measure="shanty.start", on=datetime.date(today.year, month, day), share=share
        )
