"""Who reported late in a month, published as figures."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.tree import below
from anju.core.trail import trail
from anju.core.wording import period_label
from anju.figures.models import Source
from anju.figures.services.publications import PublishedFigure, publish_figures
from anju.returns.queries.deadlines import ReportingStatus, _of_month


@transaction.atomic
@trail.act("returns.publish_lateness")
def publish_overdue(*, by: Actor, region: Region, month: str, at: datetime | None = None) -> Source | None:
    """Publish who was late in a month as figures (报送及时情况), of every unit of the region and below, for the score table.

    What has not fallen due at that moment is not counted. The same again changes nothing.
    """
    at = at or timezone.now()
    counts: dict[int, tuple[Region, list[ReportingStatus]]] = {}
    for one in _of_month(by, below(by, region), month):
        if one.deadline <= at or one.first_submitted_at:
            counts.setdefault(one.region.pk, (one.region, []))[1].append(one)
    rows = []
    for here, listed in counts.values():
        days = [one.days_late(at) for one in listed]
        cited = "；".join(
            f"{one.form.name} {one.period} 首次上报 {_moment_text(one.first_submitted_at)}，期限 {_moment_text(one.deadline)}"
            for one in listed
        )
        for code, value, unit in (
            ("returns.due", len(listed), "次"), ("returns.late", sum(day > 0 for day in days), "次"), ("returns.late.days", sum(days), "天"),
        ):  # fmt: skip
            rows.append(PublishedFigure(code, here, month, value, unit, shown=str(value), cited=cited))
    title = f"{region.name}{period_label(month)}报表报送情况"
    source = publish_figures(
        by=by,
        kind=Source.Kind.RETURN,
        title=title,
        region=region,
        period=month,
        rows=rows,
        reason=title,
        origin=f"lateness:{month}",
    )
    if source is not None:
        trail.describe(
            obj=trail.Subject.of(source, title), after={"figures": len(rows), "source": source.pk}, region_id=region.pk
        )
    return source


def _moment_text(at: datetime | None) -> str:
    return "未报" if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
