"""Long work of this room, done in the background with its progress told."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from anju import periods
from anju.core.jobs.queue import register_daily_work, register_work, report_progress
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.returns.forms.calendar import shift_period
from anju.returns.queries import deadlines
from anju.returns.services import locking, overdue


@register_work("returns.close", "整期锁定报表")
def lock_period(job: Any, *, by: Actor, region: str, form: str, period: str, regions: Sequence[str] = ()) -> str:
    """Lock all that waits for the city, or those chosen; what stands in the way of the others is told at the end."""
    here = tree.find_region(by, region)
    done = locking.lock_month(
        by=by,
        region=here,
        form_code=form,
        period=period,
        regions=regions,
        progress=lambda at, of, text: report_progress(job, at, of, text),
    )
    query = {"region": region, "period": period, "form": form} | ({"left": len(done.refused)} if done.refused else {})
    return f"{path_of('returns:home')}?{urlencode(query)}"


@register_daily_work("returns.lateness", "统计上月报送情况")
def publish_lateness(job: Any, *, by: Actor) -> str:
    """Who was late last month, as figures for the score table: city by city, so that each sees where its own numbers came from."""
    month = shift_period(f"{timezone.localdate():%Y-%m}", -1)
    above = {office.region.parent_id for _, office, _ in deadlines.returns_due_in(by, month)}
    for at, region in enumerate(found := list(Region.objects.filter(pk__in=above).order_by("order", "id"))):
        report_progress(job, at, len(found), region.name)
        overdue.publish_overdue(by=by, region=region, month=month)
    return f"{path_of('returns:home')}?period={periods.period_year(month)}"
