"""The latest figures up to a day, and what a region has when only its parts reported."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db import connection

from anju import periods as calendar
from anju.core.models.region import Region
from anju.core.people.scope import Actor, id_array, visible_rows
from anju.core.regions import tree
from anju.figures.figure import DerivedFigure, Figure, derive_figure, ratio_figure, total_figure
from anju.figures.models import CurrentFigure
from anju.figures.queries.current import FigureMapping, catalogue, current_figures
from anju.figures.references import RATIO, CombinedReference, SumReference


class LatestFigures:
    """The latest figures up to a day. Of each measure one period for all its regions, so that no August stands beside a July.

    A region that has no figure of its own has the sum of its parts.
    """

    def __init__(
        self, found: FigureMapping | dict, when: dict[str, str], year: str, sums: Mapping[tuple[str, int], Figure]
    ) -> None:
        self.found, self.when, self.year, self.sums = found, when, year, sums

    def period(self, code: str) -> str:
        """ "" when nothing was reported in that year up to the day."""
        return self.when.get(code, "")

    def __call__(self, code: str, region: Region) -> Figure:
        return self.sums.get((code, region.pk)) or self.found(code, region, self.when.get(code, self.year))


def latest_figures(user: Actor, codes: Collection[str], listed: Sequence[Region], on: date) -> LatestFigures:
    """Figures of these measures (no ratios) of the latest period of the year, up to that day, for which any of the regions or of their parts
    reported a number."""
    year, when = str(on.year), {}
    below = {one.pk: one for one in children_of(user, listed)} | {one.pk: one for one in listed}
    for code, period in reported_periods(user, below, codes, year):
        end = calendar.period_end(period)
        if end <= on and (code not in when or (end, len(period)) > (calendar.period_end(when[code]), len(when[code]))):
            when[code] = period
    found = current_figures(user, list(codes), listed, {year, *when.values()})
    by_period: dict[str, list[str]] = {}
    for code, period in when.items():
        by_period.setdefault(period, []).append(code)
    sums: dict[tuple[str, int], Figure] = {}
    for period, some in by_period.items():
        wanted = [(code, one) for code in some for one in listed if found(code, one, period).observation_id is None]
        sums |= sum_over_parts(user, wanted, period)
    return LatestFigures(found, when, year, sums)


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


def reported_periods(
    user: Actor, region_ids: Iterable[int], codes: Collection[str], year: str
) -> list[tuple[str, str]]:
    """(measure, period) of the year for which any of these regions reported a number, under no calibre."""
    ids = user.region_ids.intersection(region_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            REPORTED,
            {
                "regions": id_array(ids),
                "all": ids == user.region_ids,
                "codes": list(codes),
                "year": year,
                "next": str(int(year) + 1),
            },
        )
        return cursor.fetchall()


def latest_within(
    user: Actor, codes: Collection[str], listed: Sequence[Region], period: str
) -> tuple[dict[str, str], dict[tuple[str, int], Figure]]:
    """Of each measure the latest period within a quarter or month that ends with it, and the sums of those who reported nothing themselves."""
    first, end = calendar.period_bounds(period)
    found = latest_figures(user, codes, listed, end)
    when = {code: one for code, one in found.when.items() if calendar.period_end(one) >= first}
    return when, {key: figure for key, figure in found.sums.items() if key[0] in when}


def children_of(user: Actor, of: Iterable[Region]) -> list[Region]:
    under = tree.region_tree().under
    return [part for one in of for part in under.get(one.code, ()) if part.pk in user.region_ids]


def sum_over_parts(user: Actor, wanted: Collection[tuple[str, Region]], period: str) -> dict[tuple[str, int], Figure]:
    """The sums over the parts of regions that have no figure of their own; those without any part that reported are left out.

    A part counts when it was given a task or has reported; one that was given a task and did not report leaves the sum unknown.
    """
    wanted = [(code, region) for code, region in wanted if catalogue()[code].adds]
    places = {region.pk: region for _, region in wanted if region.kind != Region.Kind.COUNTY}
    if not places:
        return {}
    parts = {pk: tree.child_regions(user, place, calendar.period_end(period)) for pk, place in places.items()}
    everything = [one for some in parts.values() for one in some]
    if not everything:
        return {}
    codes = {code for code, region in wanted if region.pk in places}
    targets: dict[str, set[str]] = {}
    for measure in catalogue().values():
        if measure.target_of_id in codes and not measure.of_id:
            targets.setdefault(measure.target_of_id, set()).add(measure.code)
        if measure.numerator_id in codes and measure.denominator.target_of_id:
            targets.setdefault(measure.numerator_id, set()).add(measure.denominator_id)
    all_targets = {one for some in targets.values() for one in some}
    rows = visible_rows(CurrentFigure.objects.filter(region_id__in=[one.pk for one in everything]), user)
    asked = set(
        rows.filter(measure_id__in=all_targets, period=period[:4], value__gt=0).values_list("measure_id", "region_id")
    )
    told = set(rows.filter(measure_id__in=codes, calibre="", period=period).values_list("measure_id", "region_id"))
    found = current_figures(user, codes, everything, [period])
    deeper = [
        (code, one) for code, region in wanted for one in parts.get(region.pk, ())
        if one.kind != Region.Kind.COUNTY and (code, one.pk) not in told
    ]  # fmt: skip
    below = sum_over_parts(user, deeper, period) if deeper else {}
    made = {}
    for code, region in wanted:
        mine = [
            below.get((code, one.pk)) or found(code, one, period) for one in parts.get(region.pk, ())
            if (code, one.pk) in told or (code, one.pk) in below or any((target, one.pk) in asked for target in targets.get(code, ()))
        ]  # fmt: skip
        if any(one.known for one in mine):
            made[code, region.pk] = parts_total(total_figure(mine, region=region), code, region, period)
    return made


def parts_total(whole: Figure, code: str, region: Region, period: str) -> DerivedFigure:
    """A total as a figure with a reference of its own: nobody printed it."""
    texts = [part.text(None, None, True) or part.state_text for part in whole.parts]
    return derive_figure(
        whole, whole.parts[0].name, whole.exact, whole.parts, SumReference(code, region.code, period), "所属各地之和",
        substituted=" + ".join(texts) if whole.known else "", why=whole.why, period=period,
    )  # fmt: skip


def sum_figure(user: Actor, code: str, region: Region, period: str) -> Figure:
    """What a reference to such a sum means. LookupError when no part reported."""
    found = sum_over_parts(user, [(code, region)], period)
    if (code, region.pk) not in found:
        raise LookupError(code)
    return found[code, region.pk]


def rate_figure(code: str, actual: Figure, target: Figure, of: Figure) -> Figure:
    """The rate of figures of which one is a sum, with a reference of its own; `of` is the catalogue's, which lends its name and places."""
    made = ratio_figure(actual, target, of.places, "", of.name)
    reference = CombinedReference(RATIO, (actual.reference, target.reference))
    return derive_figure(
        made, of.name, made.exact, made.parts, reference, f"{actual.name} ÷ {target.name}", why=made.why, state=made.state,
        substituted=f"{actual.text(None, None, True)} ÷ {target.text(None, None, True)}" if made.known else "", kind="ratio",
    )  # fmt: skip
