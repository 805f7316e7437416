"""Figures that a style computes of others: difference, ratio, share, growth. Exact; unknown when one of them is, which it names."""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from anju.core.wording import period_label
from anju.documents.styles.language import times
from anju.documents.styles.language.schema import FigureSpec
from anju.documents.styles.values import units
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.references import StyleReference
from anju.figures.figure import NEVER_ADDED, DerivedFigure, Figure, derive_figure
from anju.figures.queries.changes import reach_alike
from anju.figures.references import DIFFERENCE, RATIO, CombinedReference, FigureReference, MeasureReference
from anju.problems import Place, Problem, Refused
from anju.quantities import unit_of_measure
from anju.rules.language.formula import Name, Quotient, Sum

if TYPE_CHECKING:
    from anju.documents.styles.values.paper import ComputedPaper

PERCENT, PLAIN = "%", "1"
EARLIER = ("same-last-year", "last")
DEFAULT_PLACES = 1  # of what is divided


class FormulaFigures:
    def __init__(self, paper: "ComputedPaper") -> None:
        self.paper = paper
        self.units: dict[int, str | None] = {}

    def check_units(self) -> None:
        """Refused DOC-076 for every formula of the style that adds or compares two units, or comes to another than it says."""
        style, problems = self.paper.style, []
        formulas = [(name, spec, spec.formula) for name, spec in style.figures.items() if spec.formula]
        formulas += [
            (f"{listed}.{name}", spec, spec.formula)
            for listed, one in style.lists.items()
            for name, spec in one.figures.items()
            if spec.formula
        ]
        for name, spec, formula in formulas:
            try:
                self.factor(spec, self.counted_in(formula.expr))
            except units.UnitError as error:
                problems.append(self.problem(name, spec, error))
        if problems:
            raise Refused(*problems)

    def problem(self, name: str, spec: FigureSpec, error: Exception) -> Problem:
        file = self.paper.style.file
        place = Place(f"{file} 第 {spec.line} 行 {name}", file=file, line=spec.line, field=name)
        text = f"公式“{spec.formula.text}”" if spec.formula else f"“{spec.sum or spec.measure}”"
        return Problem("DOC-076", place, f"{text}：{error}。", "请在 figures 里给它们写同一个 unit，或改公式。")

    def counted_in(self, expr: Any, frame: Frame | None = None) -> str | None:
        return units.unit_of(expr, lambda name: self.unit_of_name(name, frame))

    def unit_of_name(self, name: str, frame: Frame | None) -> str | None:
        """ANY for what can only be told when there is a figure: a member's own, a measure that an option chooses."""
        if frame is not None:
            value = self.paper.value(name, frame)
            return self.paper.unit(name, value, frame) if isinstance(value, Figure) else units.ANY
        spec = self.paper.spec(name, None)
        if spec is None:
            return units.ANY
        if spec.unit:
            return spec.unit
        if spec.measure and "{" not in spec.measure:
            measure = self.paper.readers.catalogue.get(spec.measure.partition(":")[0])
            return str(measure.unit) if measure is not None else units.ANY
        if spec.sum or spec.first:
            return self.unit_of_name(spec.sum or spec.first[0], None)
        if spec.formula is None:
            return units.ANY
        key = id(spec)
        if key not in self.units:
            self.units[key] = self.counted_in(spec.formula.expr)
        return self.units[key]

    def factor(self, spec: FigureSpec, counted: str | None) -> int:
        """Base units that one of the formula's result is. A ratio said in % is a hundredfold."""
        unit = spec.unit or (counted if counted != units.ANY else None) or PLAIN
        if counted in (None, unit, units.ANY):
            return unit_of_measure(unit).factor
        if counted == PLAIN and unit == PERCENT:
            return 100 * unit_of_measure(PERCENT).factor
        if unit_of_measure(unit).family != unit_of_measure(counted).family:
            raise units.UnitError(f"算出来的单位是“{counted}”，写的单位是“{unit}”")
        return unit_of_measure(counted).factor

    def figure(self, name: str, spec: FigureSpec, frame: Frame) -> DerivedFigure:
        paper, formula = self.paper, spec.formula
        assert formula is not None
        parts = {one: paper.value(one, frame) for question, one in formula.names() if question == ""}
        figures = tuple(figure for figure in parts.values() if isinstance(figure, Figure))
        try:
            counted = self.counted_in(formula.expr, frame)
            factor = self.factor(spec, counted)
        except units.UnitError as error:
            raise Refused(self.problem(name, spec, error)) from error
        unit = spec.unit or (counted if counted != units.ANY else None) or PLAIN
        value = paper.come_to(formula, frame)
        exact = Fraction(value) * factor if isinstance(value, Decimal) else None
        uneven = self.uneven(parts, frame)
        if uneven:
            exact = None
        of = (
            figures[0]
            if figures
            else Figure(code="", name=spec.label or name, region=frame.region, period=paper.request.period)
        )
        said = {
            "unit": unit_of_measure(unit).name if unit != "point" else unit, "family": unit_of_measure(unit).family, "period": paper.request.period,
            "places": self.places(spec, unit, figures), "kind": "ratio" if unit_of_measure(unit).family in NEVER_ADDED else of.kind,
            "approx": next((part.approx for part in figures if part.approx), ""), "substituted": self.substituted(formula.text, parts),
        }  # fmt: skip
        if exact is None and (states := [part.state for part in figures if not part.known]):
            said |= {"state": states[0]}
        if exact is None and figures and all(part.known for part in figures):
            said |= {"why": uneven or "分母为 0"}
        return derive_figure(
            of,
            spec.label or formula.text,
            exact,
            figures,
            self.reference(name, spec, frame, figures),
            formula.text,
            **said,
        )

    def uneven(self, parts: dict[str, Any], frame: Frame) -> str:
        """Why a measure is not compared with itself of a period before: one of the two reaches less far into its period. "" where they go together."""
        asked: dict[str, tuple[str, str, Figure]] = {}
        for name, part in parts.items():
            spec = self.paper.spec(name, frame)
            if spec is None or not spec.measure or spec.latest or not isinstance(part, Figure) or not part.known:
                continue
            if spec.period in ("", "own", *EARLIER):
                asked[name] = (spec.measure, times.shift_period(self.paper.request.period, spec.period), part)
        for before, (measure, of_before, was) in asked.items():
            spec = self.paper.spec(before, frame)
            for same, of_now, now in asked.values() if spec and spec.period in EARLIER else ():
                if (
                    same == measure
                    and of_now > of_before
                    and not reach_alike(now.period, of_now, was.period, of_before)
                ):
                    return f"本期报到{period_label(now.period)}，上一次是{period_label(was.period)}，不能比较"
        return ""

    def places(self, spec: FigureSpec, unit: str, figures: tuple[Figure, ...]) -> int:
        if spec.places is not None:
            return spec.places
        same = [part.places for part in figures if part.known and unit_of_measure(part.unit) == unit_of_measure(unit)]
        return max(same) if same else DEFAULT_PLACES if unit in (PERCENT, PLAIN) else 0

    def reference(self, name: str, spec: FigureSpec, frame: Frame, figures: tuple[Figure, ...]) -> FigureReference:
        """A difference of two periods and a ratio are called by their parts, as elsewhere; all else by the style."""
        assert spec.formula is not None
        expr, refs = spec.formula.expr, [part.reference for part in figures]
        if len(refs) == 2 and all(isinstance(one, MeasureReference) for one in refs):
            match expr:
                case Sum(((1, Name(_)), (-1, Name(_)))) if figures[0].period != figures[1].period:
                    return CombinedReference(DIFFERENCE, (refs[0], refs[1]))
                case Quotient(Name(_), Name(_)) if (
                    spec.unit == PERCENT and (spec.places or DEFAULT_PLACES) == DEFAULT_PLACES
                ):
                    return CombinedReference(RATIO, (refs[0], refs[1]))
        return StyleReference.of(self.paper, name, frame)

    def substituted(self, text: str, parts: dict[str, Any]) -> str:
        """The formula with the figures put in; "" while one is unknown."""
        if any(isinstance(part, Figure) and not part.known for part in parts.values()):
            return ""
        for name in sorted(parts, key=len, reverse=True):
            part = parts[name]
            if isinstance(part, Figure):
                text = text.replace(name, f"{part.text(None, None, True)}{'' if part.unit == PLAIN else part.unit}")
        return text
