"""A figure by its parts: rolled up over places, broken down by dimension, over periods."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from anju import periods as calendar
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree as places
from anju.figures.figure import UNREPORTED, Figure, ratio_figure, total_figure
from anju.figures.models import Measure
from anju.figures.queries.current import (
    accepts_calibre,
    catalogue,
    current_figure,
    current_figures,
    difference_figure,
    having_measures,
    published_places,
    side_calibre,
    sides_of,
)


def roll_up(
    user: Actor, code: str, region: Region, period: str, calibre: str = "", parts: Iterable[Region] | None = None
) -> Figure:
    """The sum over the region's parts (or these parts). Unknown when one is, and then `missing` names them.

    A ratio is the ratio of the two sums, never a sum of ratios.
    """
    below = list(places.child_regions(user, region, calendar.period_end(period)) if parts is None else parts)
    if not below:
        return replace(
            current_figure(user, code, region, period, calibre),
            state=UNREPORTED,
            value=None,
            fraction=None,
            parts=(),
            why="没有下级区划",
        )
    every = having_measures([code])
    measure = every[code]
    if not measure.adds and measure.kind != Measure.Kind.RATIO:
        blank = replace(current_figure(user, code, region, period, calibre), state=UNREPORTED, observation_id=None)
        return replace(blank, value=None, fraction=None, parts=(), why=f"{measure.name}不能相加")
    sides = [":".join(filter(None, side_calibre(every, side, calibre))) for side in sides_of(measure)]
    wanted = f"{code}:{calibre}" if calibre else code
    found = current_figures(user, [wanted, *sides], below, [period])

    def summed(name: str) -> Figure:
        return total_figure((found(name, part) for part in below), region=region)

    if measure.kind == Measure.Kind.RATIO:
        top, bottom = map(summed, sides)
        rate = ratio_figure(top, bottom, published_places(measure, region) or 0, measure.code, measure.name)
        return replace(rate, calibre=calibre)
    return summed(wanted)


@dataclass(frozen=True)
class Breakdown:
    """One dimension of a figure. remainder: 未归类, what the parts leave of the whole (negative: they are more than it)."""

    dimension: str
    whole: Figure
    parts: tuple[Figure, ...]
    remainder: Figure
    complete: bool = False

    @property
    def balanced(self) -> bool | None:
        """None when it cannot be told. A dimension that is not complete may leave a remainder, never exceed its whole."""
        left = self.remainder.exact
        return None if left is None else left == 0 if self.complete else left >= 0


def break_down(user: Actor, code: str, region: Region, period: str, calibre: str = "") -> list[Breakdown]:
    """The parts of a figure by dimension, each dimension by itself: they do not mix. Members never reported are left out."""
    members = [measure for measure in catalogue().values() if measure.of_id == code]
    known = {(measure.code, calibre if accepts_calibre(measure, calibre) else "") for measure in members}
    found = current_figures(
        user, [f"{code}:{calibre}", *(f"{name}:{kind}" for name, kind in known)], [region], [period]
    )
    whole = found(code, calibre=calibre)
    result = []
    for dimension in dict.fromkeys(measure.dimension for measure in members):
        group = [measure for measure in members if measure.dimension == dimension]
        every = (found(m.code, calibre=calibre if accepts_calibre(m, calibre) else "") for m in group)
        if parts := tuple(part for part in every if part.observation_id is not None or part.parts):
            result.append(Breakdown(dimension, whole, parts, difference_figure(whole, parts), group[0].complete))
    return result


def figure_series(user: Actor, code: str, region: Region, periods: Iterable[str], calibre: str = "") -> list[Figure]:
    """The same figure over periods, in the order asked."""
    wanted = list(periods)
    found = current_figures(user, [f"{code}:{calibre}"], [region], wanted)
    return [found(code, region, period, calibre) for period in wanted]
