"""A figure as everyone above reads it, and its exact arithmetic. Pure: no database, no float, one rounding per division."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.functional import cached_property  # functools' takes a lock at each first use

from anju.figures.references import RATIO, TOTAL, CombinedReference, FigureReference, MeasureReference
from anju.quantities import APPROXIMATE, divide_half_up, places_needed, scaled_text, unit_of_measure

NUMBER, UNREPORTED, NO_TASK, NOT_APPLICABLE, SHARE = "number", "unreported", "no_task", "not_applicable", "share"
STATES = {NUMBER: "有数", UNREPORTED: "未报", NO_TASK: "无任务", NOT_APPLICABLE: "不适用", SHARE: "按比例"}
NEVER_ADDED = ("%", "point", "1")  # families of rates, scores and coefficients
HARDLY_ADDED = ("天", "月", "年", "岁")  # how long or how old: added where it is counted up over a time, as 迟报天数 is
NOTHING_TO_ADD = (NO_TASK, NOT_APPLICABLE)  # said by the unit itself, so a total may leave it out; 未报 it may not
UNSORTED = "未归类"
OUTSIDE = "不在您的查看范围"
PERCENT_BASE = 100 * unit_of_measure("%").factor


@dataclass(frozen=True)
class Figure:
    """One value of one measure for one region and period, or a sum or ratio of such.

    value: base units (anju.quantities); None is unknown, never 0. unit, places: as it was printed, or as the catalogue declares.
    fraction: the exact value of a computed figure, of which value is rounded half-up to the base unit; text() rounds from it once.
    parts: what a sum, ratio or share was made of. missing: names of the parts that are not known. why: why it is blank, in Chinese.
    outside: of a place of which the user does not see everything: what is not there may be there for others.
    """

    code: str
    name: str
    region: Any  # core's Region
    period: str
    calibre: str = ""
    state: str = UNREPORTED
    value: int | None = None
    unit: str = "1"
    places: int = 0
    assumed: bool = False
    approx: str = ""
    observation_id: int | None = None
    parts: tuple["Figure", ...] = ()
    fraction: Fraction | None = None
    missing: tuple[str, ...] = ()
    why: str = ""
    kind: str = ""
    family: str = ""  # what may be added together: the family of the measure's own unit
    whole: str = ""  # code of the measure this one is a part of
    dimension: str = ""
    member: str = ""
    outside: bool = False

    @property
    def known(self) -> bool:
        return self.value is not None

    @cached_property
    def exact(self) -> Fraction | None:
        """The unrounded value in base units: compare with this."""
        return self.fraction if self.fraction is not None else None if self.value is None else Fraction(self.value)

    @property
    def reference(self) -> FigureReference:
        """What it is called where it is cited; a ratio or sum that no measure is, by its parts."""
        if self.code or not self.parts:
            return MeasureReference(self.code, self.region.code, self.period, self.calibre)
        return CombinedReference(RATIO if self.kind == "ratio" else TOTAL, tuple(part.reference for part in self.parts))

    @property
    def state_text(self) -> str:
        if self.outside:
            return OUTSIDE
        return STATES.get(self.state, "状态不明")  # an earlier version stored what it could not read

    @property
    def spoken_or_state(self) -> str:
        return self.spoken() or self.state_text

    def text(self, unit_name: str | None = None, places: int | None = None, grouping: bool = False) -> str:
        """Digits only, half-up; "" when unknown. As printed unless asked otherwise (another unit without places: exact digits)."""
        exact = self.value if self.fraction is None else self.fraction  # a whole number is its own numerator, over 1
        if exact is None:
            return ""
        wanted = unit_name or self.unit
        if places is None:
            places = (
                self.places
                if wanted == self.unit or unit_of_measure(wanted) == unit_of_measure(self.unit)
                else exact_places(self, wanted)
            )
        scaled = divide_half_up(exact.numerator * 10**places, exact.denominator * unit_of_measure(wanted).factor)
        return scaled_text(scaled, places, grouping)

    def spoken(self, unit_name: str | None = None, places: int | None = None, grouping: bool = False) -> str:
        """With its 约 or 余 and its unit: 约5.3万个, 700余个. "" when unknown."""
        digits, name = self.text(unit_name, places, grouping), unit_of_measure(unit_name or self.unit).name
        if not digits:
            return ""
        before, middle, after = APPROXIMATE[self.approx]
        return f"{before}{digits}{middle}{'' if name == '1' else name}{after}"


@dataclass(frozen=True)
class DerivedFigure(Figure):
    """A figure that no measure of the catalogue is, computed of its parts. ref: what it is called where it is cited.

    formula: in words; substituted: with figures put in. reported: how many of the parts a sum waits for have reported (已报1/2).
    """

    ref: FigureReference | None = None
    formula: str = ""
    substituted: str = ""
    reported: str = ""

    @property
    def reference(self) -> FigureReference:
        return self.ref or super().reference


def derive_figure(
    of: Figure,
    name: str,
    exact: Fraction | None,
    parts: tuple[Figure, ...],
    ref: FigureReference,
    formula: str,
    **more: Any,
) -> DerivedFigure:
    """A figure in the unit and places of another. Unknown without a value: it names the parts that are not known."""
    missing = tuple(part.name for part in parts if not part.known) if exact is None else ()
    said = {
        "period": of.period, "unit": of.unit, "places": of.places, "kind": of.kind, "family": of.family,
        "assumed": any(part.assumed for part in parts), "why": f"缺：{'、'.join(missing)}" if missing else "",
    }  # fmt: skip
    blank = DerivedFigure(
        code="", name=name, region=of.region, parts=parts, missing=missing, ref=ref, formula=formula, **(said | more)
    )
    if exact is None:
        return blank
    return replace(with_exact_value(blank, exact), fraction=exact if exact.denominator != 1 else None)


def exact_places(figure: Figure, unit_name: str) -> int:
    """Decimals needed to print the value in that unit without rounding (a computed fraction: its own places)."""
    if figure.fraction is not None and figure.fraction.denominator != 1:
        return figure.places
    return places_needed(figure.value or 0, unit_name)


def with_exact_value(figure: Figure, fraction: Fraction) -> Figure:
    """The figure with that exact value; value is it, half-up to the base unit."""
    return replace(
        figure, state=NUMBER, fraction=fraction, value=divide_half_up(fraction.numerator, fraction.denominator)
    )


def unknown_names(unknown: Iterable[Figure], among: Iterable[Figure]) -> tuple[str, ...]:
    """How the unknown of these parts are called: by what tells the parts apart, region or measure."""
    regions, measures = {part.region.pk for part in among}, {part.name for part in among}
    if len(measures) == 1:
        return tuple(dict.fromkeys(part.region.name for part in unknown))
    return tuple(
        dict.fromkeys(f"{part.region.name}“{part.name}”" if len(regions) > 1 else part.name for part in unknown)
    )


def ratio_figure(numerator: Figure, denominator: Figure, places: int, code: str = "", name: str = "") -> Figure:
    """numerator ÷ denominator in %, half-up to places when printed. Blank over 0, and when either side is unknown."""
    result = Figure(
        code=code,
        name=name or f"{numerator.name}÷{denominator.name}",
        region=numerator.region,
        period=numerator.period,
        calibre=numerator.calibre or denominator.calibre,
        unit="%",
        places=places,
        assumed=numerator.assumed or denominator.assumed,
        approx=numerator.approx or denominator.approx,
        parts=(numerator, denominator),
        kind="ratio",
        family="%",
    )
    for side in (denominator, numerator):
        if side.state in NOTHING_TO_ADD:
            return replace(result, state=side.state, why=f"{side.name}：{side.state_text}")
    unknown = [side for side in (numerator, denominator) if not side.known]
    if unknown:
        return replace(
            result, missing=tuple(side.name for side in unknown), why=f"缺：{'、'.join(side.name for side in unknown)}"
        )
    if numerator.family != denominator.family:
        raise ValueError(f"{numerator.code} and {denominator.code} are not counted in the same units")
    if denominator.exact == 0:
        return replace(result, state=NOT_APPLICABLE, why="分母为 0")
    return with_exact_value(result, PERCENT_BASE * numerator.exact / denominator.exact)


def total_figure(figures: Iterable[Figure], code: str = "", name: str = "", region: Any = None) -> Figure:
    """The sum. Unknown when one part is unknown, and names it; 无任务 and 不适用 add nothing.

    ValueError for what must not be added: other units, parts of two dimensions of one whole, stocks or cumulative figures of two periods.
    """
    parts = tuple(figures)
    if not parts:
        raise ValueError("a total of nothing has no unit")
    if len({part.family for part in parts}) > 1:
        raise ValueError("figures of different units are not added: " + "、".join(part.code for part in parts))
    for whole in {part.whole for part in parts if part.whole}:
        if len({part.dimension for part in parts if part.whole == whole}) > 1:
            raise ValueError(f"parts of {whole} by two dimensions do not mix")
    if len({part.period for part in parts}) > 1 and any(part.kind != "flow" for part in parts):
        raise ValueError("only flows are added over periods")
    first, calibres = parts[0], {part.calibre for part in parts}
    result = Figure(
        code=code or (first.code if len({part.code for part in parts}) == 1 else ""),
        name=name or first.name,
        region=region or first.region,
        period=first.period,
        calibre=calibres.pop() if len(calibres) == 1 else "",
        unit=first.unit,
        assumed=any(part.assumed for part in parts),
        approx=next((part.approx for part in parts if part.approx), ""),
        parts=parts,
        kind=first.kind,
        family=first.family,
    )
    unknown = [part for part in parts if not part.known and part.state not in NOTHING_TO_ADD]
    if unknown:
        missing = unknown_names(unknown, parts)
        return replace(result, missing=missing, why=f"缺：{'、'.join(missing)}")
    known = [part for part in parts if part.known]
    if not known:
        return replace(result, state=first.state, why=first.state_text)
    result = replace(result, unit=known[0].unit)
    summed = sum((part.exact for part in known), Fraction(0))
    same_unit = all(unit_of_measure(part.unit).factor == unit_of_measure(result.unit).factor for part in known)
    places = max(part.places for part in known) if same_unit else max(exact_places(part, result.unit) for part in known)
    return replace(
        with_exact_value(result, summed), places=places, fraction=summed if summed.denominator != 1 else None
    )
