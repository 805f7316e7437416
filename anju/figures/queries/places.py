"""Places and periods that there are figures for: what a page offers to choose from (core/pages/context.py)."""

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.figures.models import CurrentFigure, Source


def figure_regions(user: Actor) -> list[Region]:
    """Regions that figures were brought for, the latest brought last. Sources are few: figures are too many to look through."""
    brought = visible_rows(Source.objects.all(), user).filter(undone_at=None).values("region_id").distinct()
    return list(Region.objects.filter(id__in=brought).exclude(kind=Region.Kind.NATION).order_by("order", "id"))


def figure_periods(user: Actor, region: Region) -> list[str]:
    """Periods the region has figures for, the latest first."""
    return list(
        visible_rows(CurrentFigure.objects.all(), user)
        .filter(region=region)
        .values_list("period", flat=True)
        .distinct()
        .order_by("-period")
    )
