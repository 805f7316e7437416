"""A fact: the value of one input of one row, and where it came from. Conversion between units is exact or refused."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.figures.figure import NO_TASK, Figure
from anju.problems import Problem, Refused
from anju.quantities import scaled_text, unit_of_measure
from anju.rules.book.schema import NUMBER, BookInput

GENERIC = "1"  # an input of this unit takes any measure, counted in the row's own unit


@dataclass(frozen=True)
class JudgedValue:
    """A value given by a named person (人工评判), or assumed (推定), with what it rests on."""

    value: Any
    by: str = ""
    evidence: str = ""
    assumed: bool = False

    @classmethod
    def read(cls, given: Any, user: Actor, assumed: bool = False) -> "JudgedValue":
        """A plain value, a mapping with value, by and evidence, or one already read."""
        if isinstance(given, cls):
            return given
        if isinstance(given, Mapping):
            return cls(
                given["value"],
                str(given.get("by") or user.name),
                str(given.get("evidence") or ""),
                bool(given.get("assumed", assumed)),
            )
        return cls(given, user.name, "", assumed)


@dataclass(frozen=True)
class Fact:
    """value: as the engine takes it (decimal text in the input's unit), None when unknown; missing says in Chinese what lacks."""

    value: Any = None
    figures: tuple[Figure, ...] = ()
    assumed: bool = False
    by: str = ""
    evidence: str = ""
    missing: tuple[str, ...] = ()

    @property
    def observed(self) -> bool:
        """Was anything ever reported, even if only 未报, or given by a person?"""
        return (not self.figures and self.value is not None) or any(
            leaf.observation_id is not None for figure in self.figures for leaf in stored_figures(figure)
        )

    def stored(self) -> dict[str, Any]:
        """As plain data for the run's record."""
        content: dict[str, Any] = {"value": None if self.value is None else str(self.value)}
        if self.figures:
            content["figures"] = [_figure(leaf) for figure in self.figures for leaf in stored_figures(figure)]
        if self.by:
            content |= {"by": self.by, "evidence": self.evidence}
        return (
            content
            | ({"assumed": True} if self.assumed else {})
            | ({"missing": list(self.missing)} if self.missing else {})
        )


@dataclass(frozen=True)
class FactRow:
    """One row to judge. key: unique within the run; region: whom it is about."""

    key: str
    region: Region
    facts: Mapping[str, Fact]

    def values(self) -> dict[str, Any]:
        return {"key": self.key} | {name: fact.value for name, fact in self.facts.items()}

    def stored(self) -> dict[str, Any]:
        facts = {name: fact.stored() for name, fact in self.facts.items()}
        return {"key": self.key, "region": self.region.code, "name": self.region.name, "facts": facts}

    def missing(self, names: Iterable[str] | None = None) -> list[str]:
        """What lacks, by name, of these inputs or of all."""
        wanted = self.facts if names is None else [name for name in names if name in self.facts]
        return list(dict.fromkeys(text for name in wanted for text in self.facts[name].missing))


def stored_figures(figure: Figure) -> list[Figure]:
    """The stored figures that a sum or ratio was made of; itself when it is stored."""
    return [leaf for part in figure.parts for leaf in stored_figures(part)] if figure.parts else [figure]


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "code": figure.code, "name": figure.name, "calibre": figure.calibre, "region": figure.region.code, "region_name": figure.region.name,
        "period": figure.period, "text": figure.text(), "unit": figure.unit, "places": figure.places, "state": figure.state,
        "assumed": figure.assumed, "observation": figure.observation_id,
    }  # fmt: skip


def unknown_figures(figure: Figure) -> tuple[str, ...]:
    """Which stored figures are not known, each with its region and why."""
    unknown = [leaf for leaf in stored_figures(figure) if not leaf.known and leaf.state != NO_TASK]
    return tuple(f"{leaf.region.name}“{leaf.name}”{leaf.why or leaf.state_text}" for leaf in unknown) or (
        f"{figure.name}{figure.why}",
    )


def fact_from_figure(item: BookInput, figure: Figure, families: Collection[str], row_unit: str = "") -> Fact:
    """The figure in the input's declared unit. 无任务 is a task of none; whatever else is not a number stays unknown.

    families: in which units the figure may be counted. row_unit: the one in which a generic input (unit "1") counts.
    Refused: RUN-004 another kind of unit, RUN-005 finer than the book allows.
    """
    assumed = any(leaf.assumed for leaf in stored_figures(figure))
    if figure.exact is None:
        if figure.state == NO_TASK:
            return Fact("0", (figure,), assumed)
        return Fact(None, (figure,), assumed, missing=unknown_figures(figure))
    wanted = unit_of_measure(row_unit if item.unit == GENERIC and row_unit else item.unit)
    if wanted.family not in families:
        what = f"规则书要的单位是{wanted.name}，指标“{figure.name}”的单位是{figure.unit}。"
        raise Refused(
            Problem("RUN-004", f"{figure.region.name}“{item.label}”", what, "请改规则书的 unit 或所取的指标。")
        )
    return Fact(_text(item, figure.exact / wanted.factor, figure), (figure,), assumed)


def checked_fact(item: BookInput, figure: Figure, families: Collection[str], row_unit: str = "") -> Fact:
    """The same for a check that nobody asked for: what the book cannot take is not checked, and that is said; it stops nothing else."""
    try:
        fact = fact_from_figure(item, figure, families, row_unit)
    except Refused as refused:
        return _unchecked(figure, "".join(problem.what for problem in refused.problems))
    if fact.value is not None and item.range and not item.range[0] <= Decimal(fact.value) <= item.range[1]:
        low, high = (f"{end.normalize():f}" for end in item.range)
        return _unchecked(figure, f"{fact.value} 不在规则书所写的 {low} 至 {high} 之内。")
    return fact


def _unchecked(figure: Figure, why: str) -> Fact:
    return Fact(
        None, (figure,), figure.assumed, missing=(f"{figure.region.name}“{figure.name}”没有核对：{why.rstrip('。')}",)
    )


def _text(item: BookInput, value: Fraction, figure: Figure) -> str:
    scaled = value * 10**item.places
    if scaled.denominator != 1:
        what = f"{figure.text()}{figure.unit} 换成{unit_of_measure(item.unit).name}后比规则书声明的 {item.places} 位小数更细。"
        raise Refused(
            Problem("RUN-005", f"{figure.region.name}“{item.label}”", what, "请在规则书中增加 places；不能悄悄舍去。")
        )
    return scaled_text(scaled.numerator, item.places)


def fact_from_judged(item: BookInput, judged: JudgedValue, missing: str) -> Fact:
    """What a person gave. None stays unknown."""
    value = judged.value
    if isinstance(value, float):
        raise Refused(
            Problem("RUN-006", f"“{item.label}”", f"{value} 是浮点数，不精确。", '请加引号写成文字，例如 "0.5"。')
        )
    if value is not None and item.type == NUMBER:
        value = str(value) if not isinstance(value, Decimal) else f"{value:f}"
    return Fact(value, (), judged.assumed, judged.by, judged.evidence, () if value is not None else (missing,))
