"""Long work of this room, done in the background with its progress told."""

from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from anju import periods
from anju.core.jobs.queue import progress, register, register_daily
from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Operator
from anju.core.regions import tree
from anju.returns.forms.calendar import shifted
from anju.returns.queries import deadlines
from anju.returns.services import locking, overdue


@register("returns.close", "整期锁定报表")
def close(job: Any, *, by: Operator, region: str, form: str, period: str) -> str:
    """Lock all that waits for the city; what stands in the way of the others is told at the end."""
    here = tree.region(by, region)
    done = locking.close_month(
        by=by, region=here, form_code=form, period=period, progress=lambda at, of, text: progress(job, at, of, text)
    )
    query = {"region": region, "period": period, "form": form} | ({"left": len(done.refused)} if done.refused else {})
    return f"{path_of('returns:home')}?{urlencode(query)}"


@register_daily("returns.lateness", "统计上月报送情况")
def lateness(job: Any, *, by: Operator) -> str:
    """Who was late last month, as figures for the score table: city by city, so that each sees where its own numbers came from."""
    month = shifted(f"{timezone.localdate():%Y-%m}", -1)
    above = {office.region.parent_id for _, office, _ in deadlines.falling_in(by, month)}
    for at, region in enumerate(found := list(Region.objects.filter(pk__in=above).order_by("order", "id"))):
        progress(job, at, len(found), region.name)
        overdue.publish_overdue(by=by, region=region, month=month)
    return f"{path_of('returns:home')}?period={periods.year(month)}"
