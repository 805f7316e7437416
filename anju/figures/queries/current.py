"""Reading the figures that stand now: stored, summed and divided."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from django.db.models.functions import Left

from anju import periods as calendar
from anju.core.database.cache import CachedTable
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree as places
from anju.core.regions.levels import LEVELS
from anju.figures.figure import (
    NOTHING_TO_ADD,
    NUMBER,
    OUTSIDE,
    PERCENT_BASE,
    SHARE,
    STATES,
    UNREPORTED,
    UNSORTED,
    DerivedFigure,
    Figure,
    derive_figure,
    ratio_figure,
    total_figure,
    unknown_names,
    with_exact_value,
)
from anju.figures.models import REFERENCES, Calibre, CurrentFigure, Measure, Observation
from anju.figures.references import SumReference
from anju.quantities import unit_of_measure


class FigureKey(NamedTuple):
    code: str
    region_id: int
    period: str
    calibre: str


class CurrentRow(NamedTuple):
    """What stands under a key; the fields are columns of the table of current figures."""

    state: str
    value: int | None
    unit: str = ""
    places: int = 0
    assumed: bool = False
    approx: str = ""
    observation_id: int | None = None


NOTHING_REPORTED = CurrentRow(UNREPORTED, value=None)


class FigureMapping(Mapping[FigureKey, Figure]):
    """What `current_figures` gives: every asked key is there, the unknown ones as unknown figures. Each is made when it is looked at, from rows read already.

    Call it to look one up: f("shanty.start"), f("invest.done:cal2", county), f("shanty.start.rate", county, "2020").
    Region and period left out are the first that were asked for. KeyError for what was not asked.
    """

    def __init__(
        self, wanted: Sequence[tuple[str, str]] = (), regions: Sequence[Region] = (), periods: Sequence[str] = (),
        make: Callable[[FigureKey, Region], Figure] | None = None,
    ) -> None:  # fmt: skip
        self._wanted, self._periods = dict.fromkeys(wanted), dict.fromkeys(periods)
        self._regions = {region.pk: region for region in regions}
        self._make = make
        self._made: dict[FigureKey, Figure] = {}

    def __call__(self, code: str, region: Region | None = None, period: str | None = None, calibre: str = "") -> Figure:
        code, named = split_calibre(code)
        where = region.pk if region is not None else next(iter(self._regions), None)
        return self[FigureKey(code, where, period or next(iter(self._periods), ""), calibre or named)]

    def __getitem__(self, key: FigureKey) -> Figure:
        made = self._made.get(key)
        if made is None:
            code, region_id, period, calibre = key
            if (
                self._make is None
                or (code, calibre) not in self._wanted
                or region_id not in self._regions
                or period not in self._periods
            ):
                raise KeyError(key)
            made = self._made[key] = self._make(key, self._regions[region_id])
        return made

    def __iter__(self) -> Iterator[FigureKey]:
        for period in self._periods:
            for region_id in self._regions:
                for code, calibre in self._wanted:
                    yield FigureKey(code, region_id, period, calibre)

    def __len__(self) -> int:
        return len(self._periods) * len(self._regions) * len(self._wanted)


def split_calibre(code: str) -> tuple[str, str]:
    """A code with its calibre: invest.done:cal2."""
    name, _, calibre = code.partition(":")
    return name, calibre


def _catalogue() -> dict[str, Measure]:
    found = {measure.code: measure for measure in Measure.objects.all()}
    for measure in found.values():
        for name in REFERENCES:
            if code := getattr(measure, f"{name}_id"):
                setattr(measure, name, found[code])
    return found


catalogue = CachedTable("figures_measure", _catalogue)
calibres = CachedTable("figures_calibre", lambda: dict(Calibre.objects.values_list("code", "name")))


def find_measures(user: Actor, codes: Collection[str] | None = None) -> dict[str, Measure]:
    """The catalogue's measures by code (all of them without codes), in its order. Unknown codes are left out."""
    return {code: measure for code, measure in catalogue().items() if codes is None or code in codes}


def accepts_calibre(measure: Measure, calibre: str) -> bool:
    """A measure is published under no calibre or under those it declares; a target also under the level that set it."""
    return not calibre or calibre in measure.calibres or (measure.target_of_id is not None and calibre in LEVELS)


def current_figure(user: Actor, code: str, region: Region, period: str, calibre: str = "") -> Figure:
    """The current figure: stored, or computed (ratio, sum) from what is current. KeyError when there is no such measure."""
    return current_figures(user, [f"{code}:{calibre}" if calibre else code], [region], [period])(code, calibre=calibre)


def current_figures(
    user: Actor, codes: Iterable[str], regions: Iterable[Region], periods: Iterable[str]
) -> FigureMapping:
    """The one answer to what a figure is, here and then: for pages, papers, exports and commands. Many at once: every code (`code` or
    `code:calibre`) for every region and period.

    A place that reported nothing itself has the sum of its parts, a rate that of the sums. KeyError when there is no such measure.
    """
    return _figures(user, codes, regions, periods, summed=True)


def reported_figures(
    user: Actor, codes: Iterable[str], regions: Iterable[Region], periods: Iterable[str]
) -> FigureMapping:
    """Only what the places reported themselves, and what is computed of it: for rules and checks, which ask for a sum where they want one."""
    return _figures(user, codes, regions, periods, summed=False)


def _figures(
    user: Actor, codes: Iterable[str], regions: Iterable[Region], periods: Iterable[str], summed: bool
) -> FigureMapping:
    wanted = list(dict.fromkeys(split_calibre(code) for code in codes))
    regions, periods = list(regions), list(periods)
    if not regions or not periods:
        return FigureMapping()
    outside = {region.pk for region in regions if not sees_whole(user, region)}
    every = having_measures(code for code, _ in wanted)
    leaves = {leaf for code, calibre in wanted for leaf in _leaves(every, code, calibre)}
    rows = _current(user, leaves, regions, {*periods, *(period[:4] for period in periods)})
    shares = _shares(user, rows, regions)
    absent = [
        (FigureKey(code, region.pk, period, calibre), region)
        for code, calibre in leaves
        if summed and (every[code].adds or every[code].weight_id) and every[code].target_of_id is None
        for region in regions
        if region.kind != Region.Kind.COUNTY and region.pk not in outside
        for period in periods
        if (code, region.pk, period, calibre) not in rows
    ]
    sums = sum_parts(user, absent) if absent else {}

    def make(key: FigureKey, region: Region) -> Figure:
        figure = _read(every, rows, shares, sums, key, region)
        if figure.state == UNREPORTED and region.pk in outside:
            return replace(figure, outside=True, why=OUTSIDE)
        return figure

    return FigureMapping(wanted, regions, periods, make)


def sees_whole(user: Actor, region: Region) -> bool:
    """Does the user see every row of the region and of all its parts? Of another there is no sum: the parts that they see are not the whole."""
    return region.pk in user.region_ids and places.region_tree().below(region.code) <= user.region_ids


def having_measures(codes: Iterable[str]) -> Mapping[str, Measure]:
    """The catalogue, in which all of these are."""
    every = catalogue()
    if unknown := set(codes) - every.keys():
        raise KeyError(f"没有统计指标 {'、'.join(sorted(unknown))}")
    return every


def sides_of(measure: Measure) -> list[str]:
    if measure.kind == Measure.Kind.RATIO:
        return [measure.numerator_id, measure.denominator_id]
    return list(measure.terms)


def side_calibre(every: Mapping[str, Measure], code: str, calibre: str) -> tuple[str, str]:
    """A calibre asked of a computed figure goes to those of its sides that are published under it."""
    measure = every[code]
    return code, calibre if measure.is_computed or accepts_calibre(measure, calibre) else ""


def _leaves(every: Mapping[str, Measure], code: str, calibre: str) -> Iterator[tuple[str, str]]:
    if not every[code].is_computed:
        yield code, calibre
    for side in sides_of(every[code]):
        yield from _leaves(every, *side_calibre(every, side, calibre))


def _current(
    user: Actor, leaves: set[tuple[str, str]], regions: Iterable[Region], periods: Collection[str]
) -> dict[FigureKey, CurrentRow]:
    rows = CurrentFigure.objects.filter(
        region_id__in={region.pk for region in regions} & user.region_ids,
        period__in=periods,
        measure_id__in={code for code, _ in leaves},
        calibre_id__in={calibre for _, calibre in leaves},
    ).values_list("measure_id", "region_id", "period", "calibre_id", *CurrentRow._fields)
    # A Key is such a tuple, and takes four times as long to make.
    return {row[:4]: CurrentRow._make(row[4:]) for row in rows}


def _shares(
    user: Actor, rows: dict[FigureKey, CurrentRow], regions: list[Region]
) -> dict[FigureKey, tuple[Fraction, Figure]]:
    """For targets set as a share: the fraction and the figure it is taken of, read at the same region and period."""
    keys = {row.observation_id: FigureKey(*key) for key, row in rows.items() if row.state == SHARE}
    if not keys:
        return {}
    found = Observation.objects.filter(pk__in=keys).values_list(
        "pk", "share_numerator", "share_denominator", "share_of_id"
    )
    stored = {keys[pk]: (Fraction(top, bottom), of) for pk, top, bottom, of in found}
    bases = current_figures(user, {of for _, of in stored.values()}, regions, {key.period for key in stored})
    by_id = {region.pk: region for region in regions}
    return {key: (fraction, bases(of, by_id[key.region_id], key.period)) for key, (fraction, of) in stored.items()}


def _read(every: Mapping[str, Measure], rows: dict, shares: dict, sums: dict, key: FigureKey, region: Region) -> Figure:
    measure = every[key.code]
    if not measure.terms and measure.numerator_id is None:  # most are said, not computed
        return sums.get(key) or build_figure(measure, region, key.period, key.calibre, rows.get(key), shares.get(key))
    sides = [_side_key(every, rows, side, key) for side in sides_of(measure)]
    parts = [_read(every, rows, shares, sums, side, region) for side in sides]
    if measure.kind == Measure.Kind.RATIO:
        places = published_places(measure, region) or 0
        return replace(ratio_figure(*parts, places, measure.code, measure.name), calibre=key.calibre)
    summed = replace(total_figure(parts, measure.code, measure.name), unit=measure.unit, calibre=key.calibre)
    return summed if measure.places is None else replace(summed, places=measure.places)


def published_places(measure: Measure, region: Region) -> int | None:
    """The decimals that a computed figure has here: what the place says, or the nearest above it, else the catalogue."""
    one = places.region_tree().by_id.get(region.pk) if measure.local_places else None
    while one is not None:
        if own := measure.local_places.get(one.code):
            return int(own["places"])
        one = one.parent
    return measure.places


def _side_key(every: Mapping[str, Measure], rows: dict, code: str, key: FigureKey) -> FigureKey:
    """A rate of a month or quarter is of the year's target, unless that period has a target of its own; that of a plan is of the plan's."""
    code, calibre = side_calibre(every, code, key.calibre)
    own = FigureKey(code, key.region_id, key.period, calibre)
    return (
        own._replace(period=calendar.target_period(key.period)) if every[code].target_of_id and own not in rows else own
    )


def sum_parts(user: Actor, absent: Sequence[tuple[FigureKey, Region]]) -> dict[FigureKey, DerivedFigure]:
    """The sums over the parts of places that have no figure of their own, of averages the weighed average; those without any part that reported are
    left out.

    A part counts when it was given a task or has reported the measure for any period of that year; where none was given a task, every part
    counts that is no pseudo-unit. One that counts and did not report for this period leaves the sum unknown. There is no sum of a place of
    which the user does not see every part.
    """
    absent = [(key, region) for key, region in absent if sees_whole(user, region)]
    parts = {
        (region.pk, period): places.child_regions(user, region, calendar.period_end(period))
        for region, period in {(region.pk, key.period): (region, key.period) for key, region in absent}.values()
    }
    every = catalogue()
    listed = [(key, region) for key, region in absent if parts[region.pk, key.period]]
    averages = {
        key: average
        for key, region in listed
        if every[key.code].weight_id and (average := average_parts(user, key, region, parts[region.pk, key.period]))
    }
    asked = [(key, region) for key, region in listed if not every[key.code].weight_id]
    if not asked:
        return averages
    below = {one.pk: one for some in parts.values() for one in some}
    codes, calibres = {key.code for key, _ in asked}, {key.calibre for key, _ in asked}
    targets: dict[str, set[str]] = {}
    for measure in every.values():
        if measure.target_of_id in codes and not measure.of_id:
            targets.setdefault(measure.target_of_id, set()).add(measure.code)
        if measure.numerator_id in codes and every[measure.denominator_id].target_of_id:
            targets.setdefault(measure.numerator_id, set()).add(measure.denominator_id)
    years, whole = {key.period[:4] for key, _ in asked}, {calendar.target_period(key.period) for key, _ in asked}
    reported = CurrentFigure.objects.filter(
        region_id__in=below.keys() & user.region_ids, measure_id__in=codes, state=NUMBER
    )
    within = reported.filter(
        period__gte=min(years), period__lt=str(int(max(years)) + 1)
    )  # an index knows where a year ends
    within = within.exclude(period__regex=calendar.SPANNING)  # a plan's figure is no report of its first year
    named = ("measure_id", "region_id", "calibre_id")
    told = set(within.values_list(*named, Left("period", 4)).distinct())
    if plans := whole - years:
        told |= set(reported.filter(period__in=plans).values_list(*named, "period"))
    if not told and all(one.kind == Region.Kind.COUNTY for one in below.values()):
        return averages
    leaves = {(code, calibre) for code in codes for calibre in calibres} | {
        (one, "") for some in targets.values() for one in some
    }
    rows = _current(user, leaves, below.values(), {*years, *(key.period for key, _ in asked)})
    given = {(code, pk, period) for (code, pk, period, calibre), row in rows.items() if row.value and not calibre}
    deeper = {
        own: below[own.region_id]
        for key, region in asked
        for one in parts[region.pk, key.period]
        if one.kind != Region.Kind.COUNTY and (own := key._replace(region_id=one.pk)) not in rows
    }
    sums = sum_parts(user, list(deeper.items())) if deeper else {}
    found = {}
    for key, region in asked:
        mine, year = [], calendar.target_period(key.period)
        tasked = {
            one.pk
            for one in parts[region.pk, key.period]
            if any((target, one.pk, year) in given for target in targets.get(key.code, ()))
        }
        for one in parts[region.pk, key.period]:
            own = key._replace(region_id=one.pk)
            counts = one.pk in tasked if tasked else one.kind != Region.Kind.PSEUDO
            if counts or own in sums or own in rows or (key.code, one.pk, key.calibre, year) in told:
                mine.append(sums.get(own) or build_figure(every[key.code], one, key.period, key.calibre, rows.get(own)))
        if any(one.known for one in mine):
            found[key] = parts_total(total_figure(mine, region=region), key, every[key.code])
    return found | averages


def average_parts(user: Actor, key: FigureKey, region: Region, parts: Sequence[Region]) -> DerivedFigure | None:
    """The average over a place's parts: Σ value×weight ÷ Σ weight. Unknown when a value or a weight of any is; a part that weighs nothing, or to which
    neither applies, does not count. None when no part has a value."""
    measure = catalogue()[key.code]
    weigher, weighing = side_calibre(catalogue(), measure.weight_id, key.calibre)
    codes = [":".join(filter(None, side)) for side in ((key.code, key.calibre), (weigher, weighing))]
    read = current_figures(user, codes, parts, [key.period])
    pairs = []
    for part in parts:
        value = read(key.code, part, key.period, key.calibre)
        weight = read(weigher, part, key.period, weighing)
        silent = value.observation_id is None and weight.observation_id is None and not (value.known or weight.known)
        if (silent and part.kind == Region.Kind.PSEUDO) or {value.state, weight.state} & {*NOTHING_TO_ADD}:
            continue
        if weight.known and not weight.exact:
            continue
        pairs.append((value, weight))
    values = tuple(value for value, _ in pairs)
    if not any(value.known for value in values):
        return None
    whole = build_figure(measure, region, key.period, key.calibre, None, None)
    local = published_places(measure, region)
    whole = replace(whole, places=max(value.places for value in values) if local is None else local)
    unknown = [one for pair in pairs for one in pair if not one.known]
    exact = None
    if not unknown and (total := sum(weight.exact for _, weight in pairs)):  # type: ignore[misc]
        exact = sum((value.exact * weight.exact for value, weight in pairs), Fraction(0)) / total  # type: ignore[operator]
    names = "、".join(f"{one.region.name}“{one.name}”" for one in unknown)
    told = sum(value.known and weight.known for value, weight in pairs)
    above = " + ".join(f"{value.text(None, None, True)}×{weight.text(None, None, True)}" for value, weight in pairs)
    below = " + ".join(weight.text(None, None, True) for _, weight in pairs)
    return derive_figure(
        whole, measure.name, exact, tuple(one for pair in pairs for one in pair),
        SumReference(key.code, region.code, key.period, key.calibre), f"所属各地以“{catalogue()[measure.weight_id].name}”为权数的加权平均",
        substituted="" if unknown else f"（{above}）÷（{below}）", why=f"缺：{names}" if unknown else "" if exact is not None else "权数之和为0",
        reported=f"已报{told}/{len(pairs)}" if unknown else "", calibre=key.calibre,
        approx=next((one.approx for pair in pairs for one in pair if one.approx), ""),
    )  # fmt: skip


def parts_total(whole: Figure, key: FigureKey, measure: Measure) -> DerivedFigure:
    """A total as a figure with a reference of its own: nobody printed it."""
    texts = [part.text(None, None, True) or part.state_text for part in whole.parts]
    told = sum(part.known or part.state in NOTHING_TO_ADD for part in whole.parts)
    reported = "" if whole.known else f"已报{told}/{len(whole.parts)}"
    return derive_figure(
        whole, measure.name, whole.exact, whole.parts, SumReference(key.code, whole.region.code, key.period, key.calibre), "所属各地之和",
        substituted=" + ".join(texts) if whole.known else "", why="" if whole.known else f"{reported}，{whole.why}", reported=reported,
        period=key.period, calibre=key.calibre, approx=whole.approx, whole=measure.of_id or "", dimension=measure.dimension, member=measure.member,
    )  # fmt: skip


def build_figure(
    measure: Measure,
    region: Region,
    period: str,
    calibre: str,
    row: CurrentRow | None,
    share: tuple[Fraction, Figure] | None = None,
) -> Figure:
    """row: what stands; None when nothing was ever reported. share: of a target set as a share, the fraction and what it is taken of."""
    stands = row or NOTHING_REPORTED
    number, own = stands.state == NUMBER, unit_of_measure(measure.unit)
    result = Figure(
        code=measure.code,
        name=measure.name,
        region=region,
        period=period,
        calibre=calibre,
        state=stands.state,
        value=stands.value,
        unit=unit_of_measure(stands.unit).name if number else own.name,
        places=stands.places if number else measure.places or 0,
        assumed=stands.assumed,
        approx=stands.approx,
        observation_id=stands.observation_id,
        why="" if number else "未报" if row is None else STATES.get(stands.state, "状态不明"),
        kind=measure.kind,
        family=own.family,
        whole=measure.of_id or "",
        dimension=measure.dimension,
        member=measure.member,
    )
    if stands.state != SHARE:
        return result
    fraction, base = share
    result = replace(
        result, state=UNREPORTED, parts=(base,), assumed=stands.assumed or base.assumed, unit=base.unit, places=base.places, why=""
    )  # fmt: skip
    if base.exact is None:
        return replace(result, missing=(base.name,), why=f"缺：{base.name}")
    return with_exact_value(result, fraction * base.exact)


def observation_figure(row: Observation, measure: Measure | None = None) -> Figure:
    """An observation as it was said: a share as its percentage of the base, whatever the base is now."""
    measure = measure or row.measure
    stands = CurrentRow(
        state=row.state, value=row.value, unit=row.unit, places=row.places, assumed=row.assumed, approx=row.approx, observation_id=row.pk
    )  # fmt: skip
    if row.state != SHARE:
        return build_figure(measure, row.region, row.period, row.calibre_id, stands)
    fraction = Fraction(row.share_numerator, row.share_denominator)
    said = build_figure(
        measure, row.region, row.period, row.calibre_id, stands._replace(state=NUMBER, value=0, unit="%")
    )
    return replace(with_exact_value(said, PERCENT_BASE * fraction), state=SHARE)


def difference_figure(whole: Figure, parts: Collection[Figure], name: str = UNSORTED) -> Figure:
    """whole − parts as a figure; unknown when one of them is, which it names."""
    left = replace(
        whole, code="", name=name, observation_id=None, parts=(whole, *parts), value=None, fraction=None, state=UNREPORTED
    )  # fmt: skip
    summed = total_figure(parts, region=whole.region) if parts else None
    unknown = [part for part in parts if not part.known and part.state not in NOTHING_TO_ADD]
    if whole.exact is None or unknown:
        missing = (*(() if whole.known else (whole.name,)), *unknown_names(unknown, (whole, *parts)))
        return replace(left, missing=missing, why=f"缺：{'、'.join(missing)}")
    taken = summed.exact if summed is not None and summed.exact is not None else Fraction(0)
    places = max(
        [
            whole.places,
            *(
                part.places
                for part in parts
                if part.known and unit_of_measure(part.unit).factor == unit_of_measure(whole.unit).factor
            ),
        ]
    )
    result = with_exact_value(left, whole.exact - taken)
    return replace(
        result,
        places=places,
        why="",
        assumed=whole.assumed or bool(summed and summed.assumed),
        fraction=result.fraction if result.fraction.denominator != 1 else None,
    )
