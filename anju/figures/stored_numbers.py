"""From a number as it was printed to what is stored: base units, the printed unit and decimals. Never rounded, never guessed."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from anju.figures.figure import NUMBER, SHARE
from anju.figures.models import Measure, Observation
from anju.figures.queries.current import accepts_calibre
from anju.problems import Place, Problem, Refused
from anju.quantities import COUNTED, to_base, unit_of_measure
from anju.workbooks.files.typed import read_typed_number

LONGEST = 40  # decimals or zeros; no unit has as many
LARGEST, LARGEST_COUNT = (
    10**17,
    10**12,
)  # base units: a thousand million million 元, ten million square kilometres; a million million homes


@dataclass(frozen=True)
class StoredNumber:
    """What an observation keeps of a number."""

    measure: Measure
    calibre: str
    state: str
    value: int | None
    unit: str
    places: int
    approx: str
    increment: int | None = None
    share: Fraction | None = None

    @property
    def share_of(self) -> Measure | None:
        return self.measure.share_of if self.share is not None else None

    @cached_property
    def columns(self) -> dict[str, Any]:
        """As fields of Observation."""
        share = self.share
        return {
            "measure": self.measure, "calibre_id": self.calibre, "state": self.state, "value": self.value, "unit": self.unit,
            "places": self.places, "approx": self.approx, "increment": self.increment, "share_of": self.share_of,
            "share_numerator": share.numerator if share is not None else None,
            "share_denominator": share.denominator if share is not None else None,
        }  # fmt: skip

    def added_to(self, before: Observation) -> "StoredNumber":
        """The sum in force after an addition; printed with the finer of the two precisions when the units agree."""
        places = max(self.places, before.places) if self.unit == before.unit else self.places
        return replace(self, value=before.value + self.value, increment=self.value, places=places)


def unit_families(measure: Measure) -> set[str]:
    """Families of units the measure may be printed in: its own, and those counted one for one with it (套 and 户)."""
    return {unit_of_measure(name).family for name in (measure.unit, *measure.units)}


def store_number(
    measure: Measure, calibre: str, where: Place | str, value: Any, unit_name: str, state: str, approx: str = ""
) -> StoredNumber:
    """One number. Refused with what is wrong with it. value: text, int or Decimal as printed; a Fraction for a share."""
    unit_name = unit_name or measure.unit
    if flaw := placement_problem(measure, calibre, where):
        raise Refused(flaw)
    if isinstance(value, Fraction):
        return store_share(measure, calibre, where, value, 0, approx)
    if state != NUMBER:
        return StoredNumber(
            measure=measure, calibre=calibre, state=state, value=None, unit=measure.unit, places=0, approx=""
        )
    try:
        number, places = _typed(value, unit_name) if isinstance(value, str) else _exact(value)
    except (TypeError, ValueError) as error:
        raise Refused(
            Problem(
                "FIG-049",
                where,
                f"“{value}”不是数{'：' if str(error) else ''}{error}。" if value not in (None, "") else "没有写数。",
                "请只写数字，如 1413 或 9.51，不写单位，也不写“约”“余”；没有数的另选状态。",
            )
        ) from None
    if unit_name in ("%", "％") and "%" not in unit_families(measure):
        return store_share(measure, calibre, where, Fraction(number, 100 * 10**places), places, approx)
    base, problem = to_base_units(measure, where, number, places, unit_name)
    if problem:
        raise Refused(problem)
    return StoredNumber(
        measure=measure,
        calibre=calibre,
        state=NUMBER,
        value=base,
        unit=unit_of_measure(unit_name).name,
        places=places,
        approx=approx,
    )


def _typed(text: str, unit_name: str) -> tuple[int, int]:
    """Digits and places of a typed number, counted in that unit. ValueError says what is wrong, "" when there is nothing to say."""
    typed = read_typed_number(text, unit_name)
    if typed.state != NUMBER or typed.approx:
        raise ValueError(typed.flaw)
    return typed.digits, typed.places


def _exact(value: int | Decimal) -> tuple[int, int]:
    """Digits and places. ValueError for what is no number, or has a power of ten that would keep the machine busy for hours."""
    sign, digits, exponent = Decimal(value).as_tuple() if isinstance(value, int | Decimal) else (0, (), "n")
    if not isinstance(exponent, int) or abs(exponent) > LONGEST:
        raise ValueError
    number = (-1 if sign else 1) * int("".join(map(str, digits)))
    return (number * 10**exponent, 0) if exponent > 0 else (number, -exponent)


def store_share(
    measure: Measure, calibre: str, where: Place | str, share: Fraction, places: int, approx: str = ""
) -> StoredNumber:
    """A target set as a share of another figure. Refused FIG-015 when the catalogue does not say of which."""
    if measure.share_of_id is None:
        raise Refused(
            Problem(
                "FIG-015", where, f"“{measure.name}”的单位是{measure.unit}，不能写成比例。", f"请写成{measure.unit}数。"
            )
        )
    return StoredNumber(
        measure=measure, calibre=calibre, state=SHARE, value=None, unit="%", places=places, approx=approx, share=share
    )


def placement_problem(measure: Measure, calibre: str, where: Place | str) -> Problem | None:
    """A computed measure is never stored; a calibre must be one that the measure is published under."""
    if measure.is_computed:
        return Problem(
            "FIG-019",
            where,
            f"“{measure.name}”由其他指标算出，不存储。",
            "请录入它的分子、分母或分项；公布的数只用来核对。",
        )
    if not accepts_calibre(measure, calibre):
        return Problem(
            "FIG-013", where, f"“{measure.name}”没有口径“{calibre}”。", "请核对口径；新的口径要先写进指标目录。"
        )
    return None


def to_base_units(
    measure: Measure, where: Place | str, digits: int, places: int, unit_name: str
) -> tuple[int, Problem | None]:
    """digits × 10^-places in that unit as base units, or what is wrong."""
    try:
        named = unit_of_measure(unit_name)
    except KeyError:
        return 0, Problem("FIG-015", where, f"不认识计量单位“{unit_name}”。", f"“{measure.name}”请用{measure.unit}。")
    if named.family not in unit_families(measure):
        return 0, Problem(
            "FIG-015",
            where,
            f"单位“{unit_name}”与“{measure.name}”的单位“{measure.unit}”不是一类。",
            "请核对是不是填错了列。",
        )
    try:
        base = to_base(digits, places, unit_name)
    except ValueError as error:
        return 0, Problem("FIG-016", where, f"{error}。", "请核对小数位；系统不替人舍入。")
    if abs(base) > (LARGEST_COUNT if named.family in COUNTED else LARGEST):
        return 0, Problem("FIG-017", where, "数字太大，不会是真的。", "请核对单位，是不是把元写成了亿元。")
    return base, None
