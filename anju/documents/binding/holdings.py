"""What the ledger holds for a place and period, in the checker's base units, each with the way in which a style would ask for it again."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models.functions import Left

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.wording import period_label
from anju.documents.checker.paper import PaperNumber
from anju.documents.styles.language import times
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure, Measure
from anju.figures.queries.current import calibres, catalogue
from anju.figures.queries.standing import StandingFigures
from anju.quantities import trim_zeros, unit_of_measure

OWN = ""
HOMES = ("套", "户")
MONEY, AREA = 100, 10_000  # base units of one 元, one ㎡
LEFT, AMOUNT, GROWTH = "left", "amount", "growth"
SAME, LAST = "same-last-year", "last"
MOST_PLACES = 6
BEFORE = re.compile("上年|去年|上一年|同期|同比|增长|增加|减少|下降")
LAST_PERIOD = re.compile("上月|上期|上季|上个月|环比|较上")
AGAINST = {SAME: "比上年同期", LAST: "比上期"}


@dataclass(frozen=True)
class FigureMeant:
    """What a number of a paper stands for, as a style can say it. period: relative; "" is the paper's own. change: amount or growth against another
    period, or left (what a task still lacks)."""

    code: str
    region: str
    period: str = OWN
    calibre: str = ""
    change: str = ""
    against: str = ""

    def as_stored(self) -> dict[str, str]:
        return {key: value for key, value in asdict(self).items() if value}

    @classmethod
    def of_stored(cls, said: dict[str, Any]) -> "FigureMeant":
        return cls(**{key: str(value) for key, value in said.items() if key in cls.__dataclass_fields__})

    @property
    def coded(self) -> str:
        return f"{self.code}:{self.calibre}" if self.calibre else self.code


@dataclass(frozen=True)
class HeldFigure:
    """value: in the checker's base units (元, ㎡, percent). figures: what it is made of, the whole first."""

    meant: FigureMeant
    measure: Measure
    region: Region
    figures: tuple[Figure, ...]
    value: Fraction
    family: str

    @property
    def is_task(self) -> bool:
        return self.measure.target_of_id is not None

    @property
    def is_rate(self) -> bool:
        return self.measure.kind == Measure.Kind.RATIO

    @property
    def of_period(self) -> str:
        return self.figures[0].period

    @property
    def name(self) -> str:
        """某市2021年保障性安居工程完成投资（口径二）."""
        calibre = f"（{calibres().get(self.meant.calibre, self.meant.calibre)}）" if self.meant.calibre else ""
        change = {"": "", LEFT: "，还差", AMOUNT: "，增减", GROWTH: "，增减比例"}[self.meant.change]
        when = period_label(self.of_period, self.figures[0].kind)
        return f"{self.region.name}{when}{self.measure.name}{calibre}{AGAINST.get(self.meant.against, '')}{change}"

    def shown(self, number: PaperNumber) -> str:
        """In the unit in which the number is printed, with the decimals that it needs."""
        own = self.value / number.scale if number.scale else self.value
        places = number.places
        most = min(MOST_PLACES, places + 2) if self.is_rate or self.meant.change else MOST_PLACES
        while places < most and (own * 10**places).denominator != 1:
            places += 1
        scaled = own * 10**places
        digits = round_half_up(scaled)
        text = f"{abs(digits):0{places + 1}d}"
        text = (text[:-places] + "." + text[-places:]) if places else text
        return ("-" if digits < 0 else "") + trim_zeros(text) + number.unit


def round_half_up(value: Fraction) -> int:
    sign = -1 if value < 0 else 1
    return sign * ((2 * abs(value.numerator) + value.denominator) // (2 * value.denominator))


def checker_value(figure: Figure) -> tuple[Fraction, str]:
    """A known figure in the checker's base units, and the family there."""
    exact = figure.exact or Fraction(0)
    family = figure.family
    if family == "%":
        return exact / unit_of_measure("%").factor, "%"
    if family in ("point", "1"):
        return exact / unit_of_measure("1").factor, "分" if family == "point" else ""
    return exact / {"money": MONEY, "area": AREA}.get(family, 1), "home" if family in HOMES else family


class Holdings:
    """Every figure of a place, its parts and whoever else is named, of the paper's period and those near it."""

    def __init__(self, user: Actor, regions: Sequence[Region], period: str, spoken: Iterable[str]) -> None:
        """regions: the paper's own first. spoken: relative periods of which the paper may speak besides its own."""
        self.own, self.regions, self.period = regions[0], list(regions), period
        self.catalogue = dict(catalogue())
        coded = [
            *self.catalogue,
            *(f"{one.code}:{calibre}" for one in self.catalogue.values() for calibre in self.calibres_of(one)),
        ]
        self.readers: dict[str, StandingFigures] = {}
        self.held: dict[FigureMeant, HeldFigure] = {}
        seen: set[tuple[str, str, str]] = set()
        years = self.years_with_figures(user)
        for relative in dict.fromkeys([OWN, *spoken]):
            try:
                when = times.shift_period(period, relative)
            except ValueError:
                continue
            if relative and when[:4] not in years:
                continue
            self.readers[relative] = reader = StandingFigures(user, coded, self.regions, when)
            for each in coded:
                code, _, calibre = each.partition(":")
                for region in self.regions:
                    figure = reader(each, region)
                    if not figure.known or figure.exact is None:
                        continue
                    said = (each, region.code, figure.period)
                    if said in seen:
                        continue
                    seen.add(said)
                    self.keep(
                        FigureMeant(code, region.code, relative, calibre), region, (figure,), *checker_value(figure)
                    )

    def years_with_figures(self, user: Actor) -> set[str]:
        """Of years of which nobody here reported anything nothing is read."""
        ids = {region.pk for region in self.regions} & user.region_ids
        rows = CurrentFigure.objects.filter(region_id__in=ids).annotate(year=Left("period", 4))
        return set(rows.values_list("year", flat=True).distinct())

    def calibres_of(self, measure: Measure) -> list[str]:
        """Those under which it is published; of a rate those of its sides."""
        sides = [self.catalogue[code] for code in (measure.numerator_id, measure.denominator_id) if code]
        return list(dict.fromkeys([*measure.calibres, *(calibre for side in sides for calibre in side.calibres)]))

    def keep(
        self, meant: FigureMeant, region: Region, figures: tuple[Figure, ...], value: Fraction, family: str
    ) -> HeldFigure:
        held = self.held[meant] = HeldFigure(meant, self.catalogue[meant.code], region, figures, value, family)
        return held

    @cached_property
    def by_line(self) -> dict[tuple[str, str], dict[str, HeldFigure]]:
        """(code with calibre, relative period) → region's code → figure."""
        lines: dict[tuple[str, str], dict[str, HeldFigure]] = {}
        for meant, held in self.held.items():
            lines.setdefault((meant.coded, meant.period), {})[meant.region] = held
        return lines

    @cached_property
    def by_family(self) -> dict[str, list[HeldFigure]]:
        families: dict[str, list[HeldFigure]] = {}
        for one in self.held.values():
            families.setdefault(one.family, []).append(one)
        for members in families.values():
            members.sort(key=lambda one: one.value)
        return families

    def near(self, family: str, low: Fraction, high: Fraction) -> Iterator[HeldFigure]:
        members = self.by_family.get(family, [])
        begin = bisect_left(members, low, key=lambda one: one.value)
        end = bisect_right(members, high, key=lambda one: one.value)
        yield from members[begin:end]

    def look_up(self, meant: FigureMeant) -> HeldFigure | None:
        """What a choice means today; None when the ledger does not hold it."""
        if not meant.change:
            return self.held.get(meant) or self._read(meant)
        return self.changed(meant)

    def _read(self, meant: FigureMeant) -> HeldFigure | None:
        region = next((one for one in self.regions if one.code == meant.region), None)
        if region is None or meant.code not in self.catalogue or meant.period not in self.readers:
            return None
        try:
            figure = self.readers[meant.period](meant.coded, region)
        except KeyError:
            return None
        if not figure.known:
            return None
        value, family = checker_value(figure)
        return HeldFigure(meant, self.catalogue[meant.code], region, (figure,), value, family)

    def changed(self, meant: FigureMeant) -> HeldFigure | None:
        """A difference, a growth, or what a task lacks: of two figures that the ledger holds."""
        plain = FigureMeant(meant.code, meant.region, meant.period, meant.calibre)
        one = self.held.get(plain)
        measure = self.catalogue.get(meant.code)
        if one is None or measure is None:
            return None
        if meant.change == LEFT:
            task = next((code for code, each in self.catalogue.items() if each.target_of_id == meant.code), "")
            other = self._read(FigureMeant(task, meant.region)) if task else None
            value = other.value - one.value if other else None
        else:
            other = self._read(FigureMeant(meant.code, meant.region, meant.against, meant.calibre))
            value = one.value - other.value if other else None
        if other is None or value is None or (other.of_period == one.of_period and meant.change != LEFT):
            return None
        family = "点" if one.is_rate else one.family
        if meant.change == GROWTH:
            if not other.value:
                return None
            value, family = value / other.value * 100, "%"
        return HeldFigure(meant, measure, one.region, (*one.figures, *other.figures), value, family)


def relative_periods(period: str, text: str) -> list[str]:
    """Those of which a paper of that period speaks: 上年同期, 去年, 上月, 2020年."""
    shape, year = times.shape_of(period), int(period[:4])
    if periods.spans_years(period):
        return []
    found = [SAME] if shape != "year" and BEFORE.search(text) else []
    if shape not in ("day", "year") and LAST_PERIOD.search(text):
        found.append(LAST)
    if BEFORE.search(text) or f"{year - 1}年" in text:
        found.append("year-1")
    return found + [f"year-{ago}" for ago in range(2, 6) if f"{year - ago}年" in text]
