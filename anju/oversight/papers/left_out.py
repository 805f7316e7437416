"""A total that leaves parts out says so: whose numbers are not in the sum that stands for a region."""

from collections.abc import Collection

from anju.core.models.region import Region
from anju.figures.figure import UNREPORTED, DerivedFigure, Figure

PartFigures = tuple[Region, Figure, Figure]  # a part, its target, what it did


def names_left_out(total: Figure, parts: Collection[PartFigures]) -> tuple[str, ...]:
    """The parts that are not in a sum of those that reported, where nobody knows who was given a task.

    Where tasks were given out, one that has none is left out rightly, and one that has and did not report leaves the sum unknown.
    """
    if not isinstance(total, DerivedFigure) or any(target.known and target.exact for _, target, _ in parts):
        return ()
    counted = {part.region.pk for part in total.parts}
    return tuple(
        region.name
        for region, target, actual in parts
        if region.kind != Region.Kind.PSEUDO
        and region.pk not in counted
        and target.state == actual.state == UNREPORTED
        and not target.known
    )
