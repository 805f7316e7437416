"""From figures to rows: every input of a book gets its fact, exactly converted, with what it came from or what it lacks.

Nothing is rolled up silently: a sum is made only where a binding asks for one, and one unknown part makes it unknown and is named.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from anju import periods as calendar
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree as places
from anju.core.regions.levels import LEVELS
from anju.figures.figure import Figure, total_figure
from anju.figures.models import Measure
from anju.figures.queries import current
from anju.figures.queries.current import FigureMapping
from anju.problems import Problem, Refused
from anju.quantities import COUNTED, scaled_text, unit_of_measure
from anju.rules.book.schema import RELATIVE_PERIODS, Book, BookInput
from anju.runs.binding.bindings import Binding, BindingCase
from anju.runs.binding.facts import Fact, FactRow, JudgedValue, checked_fact, fact_from_figure, fact_from_judged

ROW_UNITS = {"money": "万元", "area": "㎡"}  # coarse enough to be read, fine enough for every figure of the family
Given = Mapping[str, Any]


# -- a book whose inputs name their measures: one row, the region itself


def bind_region(
    user: Actor, book: Book, region: Region, period: str, judged: Given, assumptions: Given, level: str = ""
) -> list[FactRow]:
    """The one row of a region, for a book whose inputs name their measures. level: whose targets, when several levels set them."""
    _check_input_names(book, judged, assumptions)
    catalogue = current.find_measures(user)
    codes = {name: _codes(book, item, catalogue, level) for name, item in book.inputs.items() if item.measure}
    wanted: dict[str, list[str]] = {}
    for name, listed in codes.items():
        wanted.setdefault(_period(book.inputs[name], period), []).extend(listed)
    figures = {when: _figures(user, book, listed, [region], [when]) for when, listed in wanted.items()}
    facts = {}
    for name, item in book.inputs.items():
        if name in codes:
            fact = _measured(item, [figures[_period(item, period)](code) for code in codes[name]], catalogue)
        elif name in judged:
            fact = fact_from_judged(item, JudgedValue.read(judged[name], user), f"“{item.label}”没有评判")
        else:
            fact = Fact(missing=(f"“{item.label}”{'没有评判' if item.judged else '没有给出'}",))
        if name in assumptions:
            fact = _assumed(item, fact, JudgedValue.read(assumptions[name], user, assumed=True))
        facts[name] = fact
    return [FactRow(region.code, region, facts)]


def _check_input_names(book: Book, judged: Given, assumptions: Given) -> None:
    problems = []
    for name in {**judged, **assumptions}:
        if name not in book.inputs:
            problems.append(missing_input_problem(book, name))
        elif name in judged and book.inputs[name].measure:
            where = f"《{book.title}》“{book.inputs[name].label}”"
            problems.append(
                Problem("RUN-003", where, "取自统计指标，不能另行评判。", "数有误的请更正指标；没有数的可按推定给出。")
            )
    if problems:
        raise Refused(*problems)


def missing_input_problem(book: Book, name: str) -> Problem:
    return Problem("RUN-002", f"《{book.title}》", f"没有“{name}”这个输入。", f"可给出的有：{'、'.join(book.inputs)}。")


def _period(item: BookInput, period: str) -> str:
    """year: the whole year's figure; one that is written out: that one's; otherwise the figure at the run's own period (cumulative since January
    where it is a month)."""
    if item.period == "year":
        return calendar.target_period(period)
    return period if not item.period or item.period in RELATIVE_PERIODS else item.period


def _codes(book: Book, item: BookInput, catalogue: Mapping[str, Measure], level: str) -> list[str]:
    """What to read for an input; for a target, under each level that may have set it."""
    if not item.target:
        return [f"{item.measure}:{item.calibre}" if item.calibre else item.measure]
    plans = [measure for measure in catalogue.values() if measure.target_of_id == item.measure]
    if not plans:
        raise _no_measure(book, f"{item.measure} 的目标指标")
    code = min(plans, key=lambda measure: bool(measure.of_id)).code  # the whole target before its breakdowns
    kinds = [item.calibre] if item.calibre else [level] if level else ["", *LEVELS]
    return [f"{code}:{kind}" if kind else code for kind in kinds]


def _figures(user: Actor, book: Book, codes: Iterable[str], regions: list[Region], periods: list[str]) -> FigureMapping:
    try:
        return current.reported_figures(user, codes, regions, periods)
    except KeyError as error:
        raise _no_measure(book, str(error.args[0])) from None


def _no_measure(book: Book, what: str) -> Refused:
    return Refused(
        Problem(
            "RUN-001",
            f"规则书《{book.title}》（{book.file}）",
            f"指标目录里没有 {what}。",
            "请核对规则书所写的指标代码，或在指标目录中补上。",
        )
    )


def _measured(item: BookInput, listed: list[Figure], catalogue: Mapping[str, Measure]) -> Fact:
    """One figure, or of a target's levels the one that was reported; two that differ are not chosen between."""
    reported = [figure for figure in listed if figure.observation_id is not None or figure.parts]
    if len({figure.exact for figure in reported}) > 1:
        levels = "、".join(f"{figure.calibre or '不分层级'} {figure.spoken()}" for figure in reported)
        return Fact(figures=tuple(reported), missing=(f"“{item.label}”有几个层级的目标（{levels}），请指明按哪一级",))
    figure = (reported or listed)[0]
    return fact_from_figure(item, figure, _families(figure, catalogue))


def _families(figure: Figure, catalogue: Mapping[str, Measure]) -> set[str]:
    """Families of units the figure may be counted in: its own, and those the catalogue counts one for one with it (套 and 户)."""
    measure = catalogue.get(figure.code)
    return {figure.family, *(unit_of_measure(name).family for name in (measure.units if measure else ()))}


def _assumed(item: BookInput, fact: Fact, judged: JudgedValue) -> Fact:
    """An assumption fills what is not known; it never replaces a figure."""
    if fact.value is not None:
        raise Refused(
            Problem(
                "RUN-003", f"“{item.label}”", f"已有 {fact.value}，不能再推定。", "数有误的请更正指标；请去掉这条推定。"
            )
        )
    return fact_from_judged(item, judged, f"“{item.label}”没有给出")


# -- a warning or check: many rows, made by its bindings


def bind_all(
    user: Actor, book: Book, entries: Iterable[Binding], region: Region, period: str, given: Given
) -> list[FactRow]:
    """Rows of every binding of the book, over the region and what is below it."""
    below = places.child_regions(user, region, calendar.period_end(period))
    catalogue = current.find_measures(user)
    calibres = current.calibres()
    rows: list[FactRow] = []
    for entry in entries:
        rows += _Spread(
            user=user,
            book=book,
            entry=entry,
            region=region,
            below=below,
            period=period,
            given=given,
            catalogue=catalogue,
            calibres=calibres,
        ).rows()
    return rows


class _Spread:
    """One binding over one place: what to read is listed first, then read at once."""

    def __init__(
        self,
        *,
        user: Actor,
        book: Book,
        entry: Binding,
        region: Region,
        below: list[Region],
        period: str,
        given: Given,
        catalogue: Mapping[str, Measure],
        calibres: Mapping[str, str],
    ) -> None:
        self.user, self.book, self.entry = user, book, entry
        self.region, self.below, self.period = region, below, period
        self.given, self.catalogue = given, catalogue
        self.cases = entry.cases(catalogue, calibres)
        self.over = [
            *([region] if entry.over in ("self", "both") else []),
            *(below if entry.over in ("children", "both") else []),
        ]
        codes = {code for case in self.cases for spec in entry.inputs.values() for code in self.codes(case, spec)}
        self.found = _figures(user, book, sorted(codes), [region, *below], [period]) if codes else None

    def rows(self) -> list[FactRow]:
        cases = self.latest() if self.entry.each == "audits" else self.cases
        case_rows = (self.row(case, one) for one in self.over for case in cases)
        return [row for row in case_rows if all(row.facts[name].observed for name in self.entry.needs)]

    def latest(self) -> list[BindingCase]:
        """Audit years anyone reported on, the newest marked."""
        years = [
            case for case in self.cases
            if any(self.figure(f"audit.{case.words['year']}.found", one).observation_id is not None for one in (self.region, *self.below))
        ]  # fmt: skip
        newest = max((case.words["year"] for case in years), default="")
        return [
            BindingCase(case.key, {**case.words, "latest": "是" if case.words["year"] == newest else "否"})
            for case in years
        ]

    def codes(self, case: BindingCase, spec: Mapping[str, Any]) -> list[str]:
        for kind in ("figure", "above", "below"):
            if kind in spec:
                return [case.fill(spec[kind])]
        return self.members(case, spec) if "members" in spec else []

    def members(self, case: BindingCase, spec: Mapping[str, Any]) -> list[str]:
        whole, dimension = case.fill(spec["members"]), case.fill(spec["dimension"])
        return [
            measure.code
            for measure in self.catalogue.values()
            if measure.of_id == whole and measure.dimension == dimension
        ]

    def figure(self, code: str, region: Region) -> Figure:
        assert self.found is not None
        return self.found(code, region)

    def row(self, case: BindingCase, region: Region) -> FactRow:
        figures_of = {
            name: figure
            for name, spec in self.entry.inputs.items()
            if (figure := self.source(case, spec, region)) is not None
        }
        counted = next(iter(figures_of.values()), None)
        unit_name = ROW_UNITS.get(counted.family, counted.unit) if counted is not None else ""
        facts = {}
        for name, spec in self.entry.inputs.items():
            item = self.book.inputs[name]
            if name in figures_of:
                facts[name] = checked_fact(
                    item, figures_of[name], _families(figures_of[name], self.catalogue), unit_name
                )
            elif "half_step" in spec:
                facts[name] = self.half_step(item, [figures_of.get(one) for one in spec["half_step"]], unit_name)
            else:
                facts[name] = self.said(case, spec, item, region, unit_name)
        key = f"{region.code}/{case.key}" if case.key else region.code
        return FactRow(key, region, facts)

    def source(self, case: BindingCase, spec: Mapping[str, Any], region: Region) -> Figure | None:
        """The figure an input is taken from; None for what is no figure."""
        if "figure" in spec:
            return self.figure(case.fill(spec["figure"]), region)
        if "above" in spec:
            return self.figure(case.fill(spec["above"]), self.region)
        if "below" in spec:
            every = [self.figure(case.fill(spec["below"]), one) for one in self.below]
            # A pseudo-unit stands only in the tables that print it; a county that is left out of a table is missing from it.
            parts = [one for one in every if one.observation_id is not None or one.region.kind != Region.Kind.PSEUDO]
            return total_figure(parts, region=self.region) if parts else None
        if "members" in spec:
            every = [self.figure(code, region) for code in self.members(case, spec)]
            reported = [one for one in every if one.observation_id is not None]
            # One member alone is an 其中, not a classification, and what it leaves is no omission.
            return total_figure(every) if spec.get("all") else total_figure(reported) if len(reported) > 1 else None
        return None

    def said(self, case: BindingCase, spec: Mapping[str, Any], item: BookInput, region: Region, unit_name: str) -> Fact:
        if "region" in spec:
            return Fact((self.region if spec["region"] == "parent" else region).name)
        if "unit" in spec:
            return Fact(unit_of_measure(unit_name).name if unit_name else "")
        if "text" in spec:
            return Fact(case.fill(spec["text"]))
        judged = JudgedValue.read(self.given.get(spec.get("given", "")), self.user)
        return fact_from_judged(item, judged, f"“{item.label}”没有给出")

    def half_step(self, item: BookInput, pair: list[Figure | None], unit_name: str) -> Fact:
        """Half of the last printed digit, where the whole was printed coarser than its parts; counts must agree exactly."""
        whole, parts = pair
        if (
            whole is None
            or parts is None
            or whole.family in COUNTED
            or whole.exact is None
            or not _coarser(whole, parts)
        ):
            return Fact("0")
        half = Fraction(unit_of_measure(whole.unit).factor, 2 * 10**whole.places) / unit_of_measure(unit_name).factor
        scaled = half * 10**item.places
        return Fact(scaled_text(int(scaled), item.places))


def _coarser(whole: Figure, parts: Figure) -> bool:
    """Does any part need a digit that the whole was not printed with?"""
    step = Fraction(unit_of_measure(whole.unit).factor, 10**whole.places)
    return any((part.exact or Fraction(0)) % step for part in parts.parts)
