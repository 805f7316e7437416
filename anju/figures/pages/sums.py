"""Whether a total is still the sum of its parts: said wherever one of them is opened, the more so after a correction."""

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.core.regions.levels import level_noun
from anju.figures.figure import Figure, total_figure
from anju.figures.models import Measure
from anju.figures.pages.comparison import figure_distance
from anju.figures.queries import current
from anju.figures.queries import parts as parts_queries


def sum_remarks(user: Actor, figure: Figure, measure: Measure) -> list[str]:
    """A sentence for every total around this figure that is not the sum of its parts; none where a part is unknown."""
    if not figure.code or measure.is_computed or not measure.adds:
        return []
    said = []
    for place in (figure.region, figure.region.parent):
        if place is not None and place.pk in user.region_ids:
            said.append(place_sum_remark(user, figure, place))
    for code in filter(None, (measure.code, measure.of_id)):
        said += member_sum_remarks(user, figure, code)
    return [one for one in said if one]


def place_sum_remark(user: Actor, figure: Figure, place: Region) -> str:
    """各县之和3540，全市是3590. A part like 市本级 that reports nothing of this has no share in the sum."""
    key = f"{figure.code}:{figure.calibre}" if figure.calibre else figure.code
    below = tree.child_regions(user, place, periods.period_end(figure.period))
    if not below:
        return ""
    found = current.current_figures(user, [key], [place, *below], [figure.period])
    parts = [one for one in below if one.kind != Region.Kind.PSEUDO or found(key, one).observation_id is not None]
    whole = found(key, place)
    summed = parts_queries.roll_up(user, figure.code, place, figure.period, figure.calibre, parts) if parts else whole
    if not whole.known or not summed.known or whole.exact == summed.exact:
        return ""
    return sum_sentence(f"各{level_noun(parts)}之和", summed, place.name, whole)


def member_sum_remarks(user: Actor, figure: Figure, code: str) -> list[str]:
    """The 其中 of a figure, dimension by dimension, where they are more than it or ought to be all of it."""
    said = []
    for one in parts_queries.break_down(user, code, figure.region, figure.period, figure.calibre):
        if one.balanced is False:
            summed = total_figure(one.parts, region=figure.region)
            if summed.known:
                said.append(sum_sentence(f"各{one.dimension}之和", summed, one.whole.name, one.whole))
    return said


def sum_sentence(parts: str, summed: Figure, whole_name: str, whole: Figure) -> str:
    gap = figure_distance(summed, whole)
    texts = [one.text(whole.unit, max(summed.places, whole.places), True) for one in (summed, whole, gap)]
    return (
        f"{parts}{texts[0]}{whole.unit}，{whole_name}是{texts[1]}{whole.unit}，相差{texts[2]}{whole.unit}；请一并核对。"
    )
