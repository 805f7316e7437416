"""A figure that a formula of a table made: calc:%|1|(a - b) / b|亿元 ref;亿元 ref. Papers keep such texts for ever."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from anju.documents.tables.formulas import FormulaError, Value, column_names, evaluate, read_formula
from anju.figures.figure import PERCENT_BASE, DerivedFigure, Figure, derive_figure
from anju.figures.queries.references import resolve_reference
from anju.figures.references import FigureReference, ReferenceKind
from anju.quantities import UNITS, unit_of_measure

MOST_PARTS = 40


@dataclass(frozen=True, slots=True)
class CalculatedReference(FigureReference):
    """unit, places: of the result. parts: what the formula's names mean, in the order in which it first names them. units: in which each counts."""

    prefix = "calc"

    unit: str
    places: int
    formula: str
    units: tuple[str, ...]
    parts: tuple[FigureReference, ...]

    @classmethod
    def read(cls, body: str) -> Self | None:
        unit, _, rest = body.partition("|")
        places, _, rest = rest.partition("|")
        formula, _, refs = rest.partition("|")
        texts = [text.partition(" ")[::2] for text in refs.split(";")]
        try:
            names = column_names(formula)
            units = tuple(name for name, _ in texts)
            if (
                not UNITS.keys() >= {unit, *units}
                or not re.fullmatch("[0-6]", places)
                or not 0 < len(names) == len(texts) <= MOST_PARTS
            ):
                return None
            return cls(unit, int(places), formula, units, tuple(FigureReference.parse(text) for _, text in texts))
        except (FormulaError, LookupError):
            return None

    def write(self) -> str:
        return f"{self.unit}|{self.places}|{self.formula}|{';'.join(f'{unit} {part}' for unit, part in zip(self.units, self.parts, strict=True))}"


def counted_in(figures: Mapping[str, Figure], shown: Mapping[str, str], unit: str) -> dict[str, str]:
    """The unit that each name counts in: the result's where it is of its kind, else that of the first of its kind. shown: each one's own."""
    chosen = {unit_of_measure(unit).family: unit} if unit else {}
    return {
        name: chosen.setdefault(unit_of_measure(figure.unit).family, shown.get(name) or figure.unit)
        for name, figure in figures.items()
    }


def values_of(figures: Mapping[str, Figure], units: Mapping[str, str]) -> dict[str, Value]:
    """What each name counts; a percentage as its ratio."""
    return {
        name: None
        if figure.exact is None
        else figure.exact / (PERCENT_BASE if units[name] == "%" else unit_of_measure(units[name]).factor)
        for name, figure in figures.items()
    }


def calculate(
    formula: str, figures: Mapping[str, Figure], units: Mapping[str, str], name: str, unit: str, places: int
) -> DerivedFigure:
    """The figure that a formula makes of figures. units: in which each counts (`counted_in`)."""
    names = column_names(formula)
    value = evaluate(read_formula(formula), values_of(figures, units))
    exact = (
        None
        if value is None or isinstance(value, bool)
        else Fraction(value) * (PERCENT_BASE if unit == "%" else unit_of_measure(unit).factor)
    )
    parts = tuple(figures[key] for key in names)
    reference = CalculatedReference(
        unit, places, formula, tuple(units[key] for key in names), tuple(part.reference for part in parts)
    )
    words = re.sub(
        "[a-z][a-z0-9_]*", lambda match: f"〔{figures[match[0]].name}〕" if match[0] in names else match[0], formula
    )
    more: dict[str, Any] = {"unit": unit, "places": places, "kind": "", "family": unit_of_measure(unit).family}
    if exact is None and all(part.known for part in parts):
        more["why"] = "分母为 0"
    return derive_figure(parts[0], name, exact, parts, reference, words, **more)


def reference_kinds() -> tuple[ReferenceKind, ...]:
    """The references that this room reads."""
    return (ReferenceKind(CalculatedReference, calculated_figure),)


def calculated_figure(user: Any, reference: CalculatedReference) -> DerivedFigure:
    """What such a reference means to a user."""
    names = column_names(reference.formula)
    figures = {name: resolve_reference(user, part) for name, part in zip(names, reference.parts, strict=True)}
    units = dict(zip(names, reference.units, strict=True))
    return calculate(reference.formula, figures, units, "按公式算出的数", reference.unit, reference.places)
