"""Figures as a paper of a period tells them: what stands for a year, a quarter or a month, from what was reported within it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.figures.figure import DerivedFigure, Figure
from anju.figures.models import Measure
from anju.figures.queries import current, latest

UNTIL_NOW = (Measure.Kind.CUMULATIVE, Measure.Kind.STOCK)  # December's is the year's


class StandingFigures:
    """Figures of a period. Within a year: of the quarter's or month's latest report, against the year's targets; sums where only parts reported.

    Of a whole year: its own, else what December counted since January or had at its end. Of a plan, or since the beginning: its own only.
    """

    def __init__(self, user: Actor, codes: Iterable[str], listed: Sequence[Region], period: str) -> None:
        codes, listed = list(codes), list(listed)
        self.region, self.period, self.year = listed[0], period, periods.target_period(period)
        catalogue = current.find_measures(user)
        stored = {(one, code.partition(":")[2]) for code in codes for one in behind(catalogue, code.partition(":")[0])}
        named = {one for one, _ in stored}
        self.targets = {code for code in named if catalogue[code].target_of_id}
        self.catalogue = catalogue
        self.asked = named - self.targets
        until_now = {
            one
            for one in self.asked
            if catalogue[one].kind in UNTIL_NOW or (period != self.year and catalogue[one].kind != Measure.Kind.FLOW)
        }
        until_now |= {
            f"{one}:{calibre}"
            for one, calibre in stored
            if one in until_now and calibre and current.accepts_calibre(catalogue[one], calibre)
        }
        # A plan, and what is counted since the beginning, are no part of a year: nothing reported within one stands for them.
        self.when = {} if periods.spans_years(period) else latest.periods_within(user, until_now, listed, period)
        if period == self.year:
            end = periods.period_end(period)
            self.when = {code: one for code, one in self.when.items() if periods.period_end(one) == end}
        sides = {f"{one}:{calibre}" for one, calibre in stored if current.accepts_calibre(catalogue[one], calibre)}
        self.found = current.current_figures(
            user, {*codes, *named, *sides}, listed, {period, self.year, *self.when.values()}
        )

    def reported_else(self, region: Region) -> bool:
        """Whether the region reported anything of what the text is about in this period."""
        return any(
            self.found(code, region, period).known
            for code, period in [*self.when.items(), *((code, self.period) for code in self.asked)]
        )

    def __call__(self, code: str, region: Region | None = None, calibre: str = "") -> Figure:
        region = region or self.region
        code, _, named = code.partition(":")
        calibre = calibre or named
        own = self.found(code, region, self.period, calibre)
        if own.observation_id is not None or (own.known and self.period == self.year):
            return own
        measure = self.catalogue[code]
        if measure.kind == Measure.Kind.RATIO:
            top, bottom = (
                self(side, region, calibre if current.accepts_calibre(self.catalogue[side], calibre) else "")
                for side in map(str, (measure.numerator_id, measure.denominator_id))
            )
            return own if own.known else latest.rate_figure(code, top, bottom, own)
        if code in self.targets:
            return self.found(code, region, self.year, calibre)
        newest = self.found(code, region, self.reported_period(code, calibre), calibre)
        return newest if newest.known or newest.observation_id is not None else own

    def reported_period(self, code: str, calibre: str) -> str:
        """The latest of the period for which it was reported; of a sum of measures where all of them have the same."""
        terms = list(behind(self.catalogue, code)) if self.catalogue[code].terms else [code]
        found = {
            self.when.get(under(*current.side_calibre(self.catalogue, one, calibre)), self.period) for one in terms
        }
        return found.pop() if len(found) == 1 else self.period


class FiguresUpTo:
    """Figures as they stood on a day: of each measure (code or code:calibre) the newest report of the year up to it, against the year's targets."""

    def __init__(self, user: Actor, codes: Iterable[str], listed: Sequence[Region], period: str) -> None:
        self.catalogue = current.find_measures(user)
        wanted = list(dict.fromkeys(codes))
        sides = {code: self.sides(code) for code in wanted if self.measure(code).kind == Measure.Kind.RATIO}
        sums = {
            code: self.terms(code)
            for code in [*wanted, *(top for top, _ in sides.values())]
            if self.measure(code).terms
        }
        tops = [top for top, _ in sides.values()]
        named = dict.fromkeys([*wanted, *tops, *(one for some in sums.values() for one in some)])
        done = [code for code in named if not self.measure(code).is_computed]
        targets = [code for code in done if self.measure(code).target_of_id]
        targets += [bottom for _, bottom in sides.values()]
        self.done = latest.latest_figures(
            user, [code for code in done if code not in targets], listed, periods.period_end(period)
        )
        self.when = {code: self.told_of(some) for code, some in sums.items()}
        self.when |= {
            code: self.when.get(top) or self.done.period(top) or self.done.year for code, (top, _) in sides.items()
        }
        self.found = current.current_figures(
            user, dict.fromkeys([*sides, *sums, *targets]), listed, {self.done.year, *self.when.values()}
        )
        self.targets = set(targets)

    def measure(self, code: str) -> Measure:
        return self.catalogue[current.split_calibre(code)[0]]

    def newest(self, code: str) -> str:
        """The period of which its figures are told; "" where nothing was reported."""
        return self.when.get(code) or self.done.period(code)

    def terms(self, code: str) -> list[str]:
        """The stored measures that a sum of measures is of, each under the calibre if it is published under it."""
        name, calibre = current.split_calibre(code)
        stored = behind(self.catalogue, name)
        return [under(*current.side_calibre(self.catalogue, one, calibre)) for one in stored]

    def told_of(self, terms: Iterable[str]) -> str:
        """The period that all of them were last reported for; the year where they differ."""
        found = {self.done.period(one) for one in terms if not self.measure(one).target_of_id}
        return (found.pop() if len(found) == 1 else "") or self.done.year

    def sides(self, code: str) -> tuple[str, str]:
        """Of a rate what was done and what was asked, each under the calibre if it is published under it."""
        name, calibre = current.split_calibre(code)
        measure = self.catalogue[name]
        top, bottom = (
            under(*current.side_calibre(self.catalogue, str(side), calibre))
            for side in (measure.numerator_id, measure.denominator_id)
        )
        return top, bottom

    def __call__(self, code: str, region: Region, calibre: str = "") -> Figure:
        name, named = current.split_calibre(code)
        code = under(name, calibre or named)
        if code in self.when and self.measure(code).terms:
            return self.found(code, region, self.when[code])
        if code in self.when:
            rate, (top, bottom) = self.found(code, region, self.when[code]), self.sides(code)
            actual = self(top, region)
            if isinstance(actual, DerivedFigure):  # a sum of parts: the catalogue's own rate knows nothing of it
                return latest.rate_figure(name, actual, self(bottom, region), rate)
            return rate
        if code in self.targets:
            return self.found(code, region, self.done.year)
        return self.done(code, region)


def behind(catalogue: Mapping[str, Measure], code: str) -> Iterator[str]:
    """The stored measures that a code is or is computed from."""
    measure = catalogue.get(code)
    if measure is None:
        return
    if not measure.is_computed:
        yield code
    for side in filter(None, (measure.numerator_id, measure.denominator_id, *measure.terms)):
        yield from behind(catalogue, side)


def under(code: str, calibre: str) -> str:
    return f"{code}:{calibre}" if calibre else code
