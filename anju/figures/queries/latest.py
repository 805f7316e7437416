"""The latest figures up to a day, and what a region has when only its parts reported."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db import connection

from anju import periods as calendar
from anju.core.models.region import Region
from anju.core.people.scope import Actor, id_array
from anju.core.regions import tree
from anju.figures.figure import Figure, derive_figure, ratio_figure
from anju.figures.queries.current import FigureKey, FigureMapping, catalogue, current_figures, sum_parts
from anju.figures.references import RATIO, CombinedReference, SumReference


class LatestFigures:
    """The latest figures up to a day. Of each measure one period for all its regions, so that no August stands beside a July.

    A region that has no figure of its own has the sum of its parts.
    """

    def __init__(self, found: FigureMapping | dict, when: dict[str, str], year: str) -> None:
        self.found, self.when, self.year = found, when, year

    def period(self, code: str) -> str:
        """ "" when nothing was reported in that year up to the day."""
        return self.when.get(code, "")

    def __call__(self, code: str, region: Region) -> Figure:
        return self.found(code, region, self.when.get(code, self.year))


def latest_figures(
    user: Actor, codes: Collection[str], listed: Sequence[Region], on: date, complete: bool = False
) -> LatestFigures:
    """Figures of these measures (code or code:calibre, no ratios) of the latest period of the year, up to that day, for which any of the regions or of their parts
    reported a number. complete: the latest for which the first of the regions has a figure, where there is one."""
    year = str(on.year)
    candidates = candidate_periods(user, codes, listed, on)
    when = {code: some[0] for code, some in candidates.items()}
    if complete and listed:
        when = complete_periods(user, candidates, listed[0])
    return LatestFigures(current_figures(user, list(codes), listed, {year, *when.values()}), when, year)


def candidate_periods(user: Actor, codes: Collection[str], listed: Sequence[Region], on: date) -> dict[str, list[str]]:
    """Of each measure the periods of the year up to that day for which any of the regions or of their parts reported a number, the latest first."""
    below = {one.pk: one for one in children_of(user, listed)} | {one.pk: one for one in listed}
    candidates: dict[str, list[str]] = {}
    for code, period in reported_periods(user, below, codes, str(on.year)):
        if calendar.period_end(period) <= on and not calendar.spans_years(period):
            candidates.setdefault(code, []).append(period)
    for some in candidates.values():
        some.sort(key=lambda one: (calendar.period_end(one), len(one)), reverse=True)
    return candidates


def complete_periods(user: Actor, candidates: Mapping[str, Sequence[str]], region: Region) -> dict[str, str]:
    """Of each measure (code or code:calibre) the first of these periods for which the region has a figure, and the first of all where none has.

    While its parts report a new month one after the other, a region has no total of it: the last complete one stands meanwhile.
    """
    chosen = {code: periods[0] for code, periods in candidates.items()}
    left = {code: list(periods) for code, periods in candidates.items() if len(periods) > 1}
    while left:
        found = current_figures(user, left, [region], {periods[0] for periods in left.values()})
        for code, periods in list(left.items()):
            figure = found(code, region, periods[0])
            if figure.known or figure.observation_id is not None:
                chosen[code] = periods[0]
            if figure.known or figure.observation_id is not None or len(periods) == 1:
                del left[code]
            else:
                periods.pop(0)
    return chosen


# A province has tens of thousands of figures a year, of which a page asks only which periods there are: looked up key by key in an index
# (current_told), the next period of each measure that the user sees and then, where that is not all they see, the first of the regions that has it, never read through.
REPORTED = """
WITH RECURSIVE step AS (
  SELECT code, (SELECT min(c.period) FROM figures_current AS c WHERE c.measure_id = code AND c.period >= %(year)s AND c.period < %(next)s
    AND c.calibre_id = '' AND c.state = 'number') AS period
  FROM unnest(%(codes)s::text[]) AS code
  UNION ALL
  SELECT code, (SELECT min(c.period) FROM figures_current AS c WHERE c.measure_id = step.code AND c.period > step.period AND c.period < %(next)s
    AND c.calibre_id = '' AND c.state = 'number')
  FROM step WHERE period IS NOT NULL
)
SELECT code, period FROM step WHERE period IS NOT NULL AND (%(all)s OR (SELECT true FROM figures_current AS c WHERE c.measure_id = step.code
  AND c.period = step.period AND c.calibre_id = '' AND c.state = 'number' AND c.region_id = ANY(%(regions)s::int[]) LIMIT 1))
"""


REPORTED_UNDER = """
SELECT DISTINCT measure_id || ':' || calibre_id, period FROM figures_current WHERE region_id = ANY(%(regions)s::int[]) AND state = 'number'
  AND period >= %(year)s AND period < %(next)s AND measure_id || ':' || calibre_id = ANY(%(under)s)
"""


def reported_periods(
    user: Actor, region_ids: Iterable[int], codes: Collection[str], year: str
) -> list[tuple[str, str]]:
    """(measure, period) of the year for which any of these regions reported a number: under no calibre, or of code:calibre under that."""
    ids = user.region_ids.intersection(region_ids)
    asked = {
        "regions": id_array(ids),
        "all": ids == user.region_ids,
        "codes": [code for code in codes if ":" not in code],
        "under": [code for code in codes if ":" in code],
        "year": year,
        "next": str(int(year) + 1),
    }
    with connection.cursor() as cursor:
        cursor.execute(REPORTED, asked)
        found: list[tuple[str, str]] = cursor.fetchall()
        if asked["under"]:
            cursor.execute(REPORTED_UNDER, asked)
            found += cursor.fetchall()
    return found


def periods_within(user: Actor, codes: Collection[str], listed: Sequence[Region], period: str) -> dict[str, str]:
    """Of each measure (code or code:calibre) the latest period within a quarter or month for which any of the regions or of their parts reported a number."""
    first, end = calendar.period_bounds(period)
    found = candidate_periods(user, codes, listed, end)
    return {code: some[0] for code, some in found.items() if calendar.period_end(some[0]) >= first}


def children_of(user: Actor, of: Iterable[Region]) -> list[Region]:
    under = tree.region_tree().under
    return [part for one in of for part in under.get(one.code, ()) if part.pk in user.region_ids]


def sum_figure(user: Actor, reference: SumReference, region: Region) -> Figure:
    """What a reference to such a sum means. LookupError when no part reported."""
    key = FigureKey(reference.code, region.pk, reference.period, reference.calibre)
    if reference.code not in catalogue() or not (found := sum_parts(user, [(key, region)])):
        raise LookupError(str(reference))
    return found[key]


def rate_figure(code: str, actual: Figure, target: Figure, of: Figure) -> Figure:
    """The rate of figures of which one is a sum, with a reference of its own; `of` is the catalogue's, which lends its name and places."""
    made = ratio_figure(actual, target, of.places, "", of.name)
    reference = CombinedReference(RATIO, (actual.reference, target.reference))
    return derive_figure(
        made, of.name, made.exact, made.parts, reference, f"{actual.name} ÷ {target.name}", why=made.why, state=made.state,
        substituted=f"{actual.text(None, None, True)} ÷ {target.text(None, None, True)}" if made.known else "", kind="ratio",
    )  # fmt: skip
