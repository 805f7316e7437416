"""What the documents' room brings to styles of its own: every measure of which the ledger holds a figure for the paper's period, here or below, the
place's own measures among them. A style that goes through them names no measure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.documents.layout.annex import order_parts
from anju.documents.styles.language import times
from anju.documents.styles.sources import PaperList, PaperRequest
from anju.figures.figure import NUMBER, SHARE, Figure, exact_places
from anju.figures.models import CurrentFigure, Measure
from anju.figures.queries import current
from anju.figures.queries.standing import StandingFigures
from anju.quantities import unit_of_measure

NOW = ""  # the paper's own period, as StandingFigures reads it
BEFORE = ("same-last-year", "last", "year-1")
OF_ITS_PERIOD = (Measure.Kind.FLOW, Measure.Kind.RELATIVE)  # a later report does not stand for an earlier one
MOST_COLUMNS = 8  # of one annex
MEMO = "reported"

Key = tuple[str, str, str]  # code, calibre, period


@dataclass
class ReportedMeasure:
    """A measure with the figures that places have of it. period NOW: as it stands in the paper's."""

    measure: Measure
    calibre: str
    period: str
    figures: dict[int, Figure]

    def known(self, region: Region) -> bool:
        figure = self.figures.get(region.pk)
        return figure is not None and figure.known

    @property
    def name(self) -> str:
        calibre = f"（{current.calibres().get(self.calibre, self.calibre)}）" if self.calibre else ""
        return f"{self.measure.name}{calibre}"


@dataclass
class ReportedFigures:
    """All of them by key in the catalogue's order, and who has any."""

    request: PaperRequest
    whole: Region
    places: list[Region]
    every: dict[Key, ReportedMeasure] = field(default_factory=dict)

    def of(self, code: str, calibre: str = "", period: str = NOW) -> ReportedMeasure | None:
        return self.every.get((code, calibre, period))

    def target_of(self, said: ReportedMeasure) -> ReportedMeasure | None:
        """What was asked of it, of which its rate is taken."""
        codes = [one.code for one in current.catalogue().values() if one.target_of_id == said.measure.code]
        asked = (self.of(code, said.calibre, said.period) or self.of(code, "", said.period) for code in codes)
        return next((one for one in asked if one is not None), None)

    def rate_of(self, said: ReportedMeasure, target: ReportedMeasure | None) -> ReportedMeasure | None:
        if target is None:
            return None
        for one in current.catalogue().values():
            if one.numerator_id == said.measure.code and one.denominator_id == target.measure.code:
                return self.of(one.code, said.calibre, said.period) or self.of(one.code, "", said.period)
        return None

    def whole_of(self, said: ReportedMeasure) -> ReportedMeasure | None:
        """What it is a part of (其中), where that is told too."""
        return self.of(said.measure.of_id, said.calibre, said.period) if said.measure.of_id else None

    def families(self, keys: Iterable[Key]) -> Iterator[list[ReportedMeasure]]:
        """Each measure with its task, its rate and its parts behind it; every one of the keys once."""
        left = dict.fromkeys(keys)
        for key in list(left):
            if key not in left or ((above := self.whole_of(self.every[key])) and key_of(above) in left):
                continue
            if (done := self.done_of(self.every[key])) and key_of(done) in left:
                continue
            yield [one for one in self._family(self.every[key]) if left.pop(key_of(one), 0) is None]
        for key in left:  # whose whole or task goes round
            yield [self.every[key]]

    def done_of(self, said: ReportedMeasure) -> ReportedMeasure | None:
        """What answers this task, or what this rate is of."""
        code = said.measure.target_of_id or said.measure.numerator_id
        return self.of(code, said.calibre, said.period) if code else None

    def _family(self, said: ReportedMeasure) -> Iterator[ReportedMeasure]:
        target = self.target_of(said)
        yield from filter(None, (said, target, self.rate_of(said, target)))
        for one in self.every.values():
            if one is not said and self.done_of(one) is said:
                yield one
        for one in self.every.values():
            if self.whole_of(one) is said:
                yield from self._family(one)


def key_of(said: ReportedMeasure) -> Key:
    return said.measure.code, said.calibre, said.period


def reported_figures(request: PaperRequest) -> ReportedFigures:
    """Read once for each writing."""
    if MEMO not in request.memo:
        request.memo[MEMO] = _read(request)
    found: ReportedFigures = request.memo[MEMO]
    return found


def _read(request: PaperRequest) -> ReportedFigures:
    user, whole, on = request.user, request.region, periods.period_end(request.period)
    below = [*_in_order(request, tree.child_regions(user, whole, on))]
    rows = list(
        CurrentFigure.objects.filter(
            region_id__in=({whole.pk} | {one.pk for one in below}) & user.region_ids, state__in=(NUMBER, SHARE)
        ).values_list("measure_id", "calibre_id", "period", "region_id")
    )
    every, earlier = current.catalogue(), _earlier(request.period)
    told = [row for row in rows if _belongs(every[row[0]], row[2], request.period, earlier)]
    having = {row[3] for row in told}
    found = ReportedFigures(request, whole, [whole, *(one for one in below if one.pk in having)])
    standing = _standing(
        found,
        [row for row in told if row[2] == request.period or not (row[2] in earlier or periods.spans_years(row[2]))],
    )
    of_periods = {
        (code, calibre, period)
        for code, calibre, period, place in told
        if period in earlier
        or (periods.spans_years(period) and period != request.period)
        or (
            every[code].target_of_id is None
            and period != request.period
            and _superseded(standing, every[code], calibre, period, place)
        )
    }
    found.every = dict(sorted({**standing, **_of_periods(found, of_periods)}.items(), key=lambda pair: _place(pair[0])))
    return found


def _place(key: Key) -> tuple[str, int, str, str]:
    """The paper's own period first, then by period; within it the catalogue's order."""
    code, calibre, period = key
    return period, current.catalogue()[code].order, code, calibre


def _in_order(request: PaperRequest, parts: list[Region]) -> Iterator[Region]:
    """Everything below, each followed by its own parts."""
    for part in order_parts(parts, request.options.get("order", ())):
        yield part
        on = periods.period_end(request.period)
        yield from _in_order(request, tree.child_regions(request.user, part, on))


def _earlier(period: str) -> list[str]:
    found = []
    for relative in BEFORE:
        try:
            found.append(times.shift_period(period, relative))
        except ValueError:  # of a day, the one before
            continue
    return list(dict.fromkeys(found))


def _belongs(measure: Measure, stored: str, period: str, earlier: list[str]) -> bool:
    """Whether a paper of the period tells what was reported of the stored one: its own, of a part of it, the year's task, of a plan that it lies in,
    of a period with which it is compared."""
    (first, last), (begins, ends) = periods.period_bounds(period), periods.period_bounds(stored)
    if periods.spans_years(period):
        return stored == period
    if periods.spans_years(stored):
        return (begins <= last <= ends) if not stored.endswith("-A") else first <= ends <= last
    if stored == periods.target_period(period):
        return stored == period or measure.target_of_id is not None
    within = first <= begins and ends <= last
    latest = ends <= last and begins.year == first.year and stored not in earlier  # since January, up to an earlier day
    return within or stored in earlier or (latest and measure.kind == Measure.Kind.CUMULATIVE and ends >= first)


def _superseded(
    standing: Mapping[Key, ReportedMeasure], measure: Measure, calibre: str, period: str, place: int
) -> bool:
    """Whether what stands now leaves that report untold: it is of a month of its own, or the place reported nothing later."""
    now = standing.get((measure.code, calibre, NOW))
    figure = now.figures.get(place) if now else None
    if figure is None or not figure.known:
        return True
    return figure.period != period and measure.kind in OF_ITS_PERIOD


def _standing(found: ReportedFigures, told: list[Any]) -> dict[Key, ReportedMeasure]:
    """As they stand in the paper's period, rates that follow from them among them."""
    every = current.catalogue()
    wanted = {(code, calibre) for code, calibre, _, _ in told}
    for measure in every.values():
        for calibre in {calibre for code, calibre in wanted if code in current.sides_of(measure)}:
            wanted.add((measure.code, calibre))
    coded = [f"{code}:{calibre}" if calibre else code for code, calibre in wanted]
    if not coded:
        return {}
    reader = StandingFigures(found.request.user, coded, found.places, found.request.period)
    read = (
        ReportedMeasure(every[code], calibre, NOW, {one.pk: reader(code, one, calibre=calibre) for one in found.places})
        for code, calibre in wanted
    )
    return {key_of(one): one for one in read if any(figure.known for figure in one.figures.values())}


def _of_periods(found: ReportedFigures, keys: set[Key]) -> dict[Key, ReportedMeasure]:
    coded = {f"{code}:{calibre}" if calibre else code for code, calibre, _ in keys}
    mapping = current.current_figures(found.request.user, coded, found.places, {period for _, _, period in keys})
    read = (
        ReportedMeasure(
            current.catalogue()[code],
            calibre,
            period,
            {one.pk: mapping(code, one, period, calibre) for one in found.places},
        )
        for code, calibre, period in keys
    )
    return {key_of(one): one for one in read if any(figure.known for figure in one.figures.values())}


# -- as a style goes through them


def unit_word(figure: Figure | None) -> str:
    """What is printed behind the digits; a percentage brings its own sign."""
    name = unit_of_measure(figure.unit).name if figure is not None else ""
    return "" if name in ("%", "1") else name


def reported_measures(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """What the place itself has, its parts by dimension within it. A task and a rate stand with what was done, alone where nothing was."""
    found = reported_figures(request)
    here = {key: one for key, one in found.every.items() if one.known(found.whole)}
    beside: set[Key] = set()
    heads: list[ReportedMeasure] = []
    parts: dict[Key, list[ReportedMeasure]] = {}
    for said in here.values():
        target = found.target_of(said)
        beside |= {key_of(one) for one in (target, found.rate_of(said, target)) if one and key_of(one) in here}
    for key, said in here.items():
        if key in beside:
            continue
        above = found.whole_of(said)
        if above is not None and key_of(above) in here and key_of(above) not in beside:
            parts.setdefault(key_of(above), []).append(said)
        else:
            heads.append(said)
    for number, said in enumerate(heads, 1):
        below = [
            _member(found, part, place, part.measure.member if part.measure.of_id == said.measure.code else "")
            for place, part in enumerate(_deep(parts, said), 1)
        ]
        yield _member(found, said, number, "") | {"parts": below}


def _deep(parts: Mapping[Key, list[ReportedMeasure]], said: ReportedMeasure) -> Iterator[ReportedMeasure]:
    for part in parts.get(key_of(said), ()):
        yield part
        yield from _deep(parts, part)


def _member(found: ReportedFigures, said: ReportedMeasure, number: int, name: str) -> dict[str, Any]:
    target = found.target_of(said)
    rate = found.rate_of(said, target)
    now = found.of(said.measure.code, said.calibre)
    figure = said.figures[found.whole.pk]
    label = period_label(said.period, said.measure.kind) if said.period else ""
    earlier = bool(said.period) and said.period in _earlier(found.request.period)
    return {
        "key": number,
        "name": name if name and not said.calibre else said.name,
        "unit": unit_word(figure),
        "target_unit": unit_word(target.figures[found.whole.pk]) if target else "",
        "of_period": label,
        "amount": said.figures,
        "target": target.figures if target else {},
        "rate": rate.figures if rate else {},
        "now": now.figures if now and earlier else {},
        "earlier": earlier,
        "of_other_period": bool(said.period) and not earlier,
        "has_task": target is not None and target.known(found.whole),
        "is_task": said.measure.target_of_id is not None,
        "is_money": figure.family == "money",
        "is_rate": figure.family in ("%", "point"),
    }


def reported_places(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """The place and whoever below it has a figure; those further down stand in a little."""
    found = reported_figures(request)
    base = len(tree.region_path(found.whole)) + 1
    for region in found.places:
        deeper = max(0, len(tree.region_path(region)) - base)
        yield {"key": region.code, "name": "　" * deeper + region.name, "region": region}


def reported_sheets(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """Annexes that hold every column of which a part of the place has a figure, a family of measures beside each other. None where the place has no
    part that reported: the text says it all."""
    found = reported_figures(request)
    if len(found.places) < 2:
        return
    sheets: list[list[ReportedMeasure]] = []
    keys = [key for key, one in found.every.items() if any(one.known(region) for region in found.places[1:])]
    for family in found.families(keys):
        if sheets and len(sheets[-1]) + len(family) <= MOST_COLUMNS and sheets[-1][0].period == family[0].period:
            sheets[-1] += family
        else:
            sheets += [family[at : at + MOST_COLUMNS] for at in range(0, len(family), MOST_COLUMNS)]
    for number, sheet in enumerate(sheets, 1):
        more = "等" if len(sheet) > 1 else ""
        label = period_label(sheet[0].period, sheet[0].measure.kind) if sheet[0].period else ""
        columns = [_column(one, place) for place, one in enumerate(sheet, 1)]
        yield {"key": number, "name": f"{sheet[0].name}{more}", "of_period": label, "columns": columns}


def _column(said: ReportedMeasure, number: int) -> dict[str, Any]:
    """In one unit, which is told once above it: that in which the place printed it, or most of its parts."""
    known = [figure for figure in said.figures.values() if figure.known]
    units = Counter(figure.unit for figure in known)
    unit = known[0].unit if len(units) == 1 else units.most_common(1)[0][0]
    figures = {pk: _in_unit(figure, unit) for pk, figure in said.figures.items()}
    word = "%" if unit == "%" else unit_word(replace(known[0], unit=unit))
    return {"key": number, "name": said.name, "unit": word, "amount": figures}


def _in_unit(figure: Figure, unit: str) -> Figure:
    if not figure.known or figure.unit == unit:
        return figure
    return replace(figure, unit=unit, places=exact_places(figure, unit))


FIGURES = ("amount", "target", "rate", "now")
WORDS = ("name", "unit", "target_unit", "of_period")
TRUTHS = ("earlier", "of_other_period", "has_task", "is_task", "is_money", "is_rate")
REPORTED_MEASURES = PaperList(
    "reported-measures", "本期有数的指标", reported_measures, words=WORDS, figures=FIGURES, truths=TRUTHS,
    lists={"parts": PaperList("parts", "其中的各项", words=WORDS, figures=FIGURES, truths=TRUTHS)},
)  # fmt: skip
REPORTED_PLACES = PaperList("reported-places", "本期有数的地方", reported_places, words=("name",))
REPORTED_SHEETS = PaperList(
    "reported-sheets", "各地指标的附表", reported_sheets, words=("name", "of_period"),
    lists={"columns": PaperList("columns", "附表的各栏", words=("name", "unit"), figures=("amount",))},
)  # fmt: skip
