"""Exact quantities: units, conversion and rounding on integers. Below every room; no float anywhere.

A quantity is stored as an integer in the base of its unit's family (money: 分; area: 0.0001 ㎡; percent and points:
a millionth). What a document printed is kept beside it: the unit and the number of decimals.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitOfMeasure:
    """A unit users write. family: what may be added together; factor: how many base units make one."""

    name: str
    family: str
    factor: int


COUNTED = ("套", "户", "个", "栋", "部", "项", "人", "次", "处", "间", "天", "月", "年", "岁", "人次", "条", "档")

UNITS: dict[str, UnitOfMeasure] = {
    **{name: UnitOfMeasure(name, name, 1) for name in COUNTED},
    **{f"万{name}": UnitOfMeasure(f"万{name}", name, 10_000) for name in ("套", "户", "个", "人", "间")},
    "fen": UnitOfMeasure("fen", "money", 1),
    "元": UnitOfMeasure("元", "money", 100),
    "千元": UnitOfMeasure("千元", "money", 100_000),
    "万元": UnitOfMeasure("万元", "money", 1_000_000),
    "百万元": UnitOfMeasure("百万元", "money", 100_000_000),
    "千万元": UnitOfMeasure("千万元", "money", 1_000_000_000),
    "亿元": UnitOfMeasure("亿元", "money", 10_000_000_000),
    "㎡": UnitOfMeasure("㎡", "area", 10_000),
    "万㎡": UnitOfMeasure("万㎡", "area", 100_000_000),
    "%": UnitOfMeasure("%", "%", 1_000_000),
    "point": UnitOfMeasure("分", "point", 1_000_000),  # of a score; rulebooks call it point, for 分 is money as well
    "1": UnitOfMeasure("1", "1", 1_000_000),
}

ALIASES = {
    "平方米": "㎡", "m2": "㎡", "m²": "㎡", "万平方米": "万㎡", "万m²": "万㎡", "万m2": "万㎡",
    "％": "%", "百分比": "%", "幢": "栋", "户数": "户", "分": "point", "": "1",
}  # fmt: skip


# A number that was printed as not exact (约数): the word, and what of it stands before the digits, behind them, and behind the unit.
ABOUT, OVER, OR_SO = "约", "余", "左右"
APPROXIMATE = {"": ("", "", ""), ABOUT: (ABOUT, "", ""), OVER: ("", OVER, ""), OR_SO: ("", "", OR_SO)}


def unit_of_measure(name: str) -> UnitOfMeasure:
    """The unit of that name (aliases such as 平方米 included). KeyError when there is none."""
    return UNITS[ALIASES.get(name, name)]


def divide_half_up(numerator: int, denominator: int) -> int:
    """Exact integer quotient, ties away from zero (四舍五入). ZeroDivisionError when the denominator is 0."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    a, b = abs(numerator), abs(denominator)
    return sign * ((2 * a + b) // (2 * b))


def to_base(digits: int, places: int, unit_name: str) -> int:
    """digits × 10^-places in that unit, as an integer of base units.

    ValueError when the number is finer than the base (0.001 元): it is never rounded on the way in.
    """
    one: int = 10**places
    whole, rest = divmod(digits * unit_of_measure(unit_name).factor, one)
    if rest:
        raise ValueError(f"{digits}e-{places} {unit_name} 比本单位的最小记录单位更细")
    return whole


def scaled_text(scaled: int, places: int, grouping: bool = False) -> str:
    """An integer scaled by 10^places as decimal text: (2727, 2) → 27.27."""
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    whole = f"{int(whole):,}" if grouping else whole
    return f"{sign}{whole}{'.' + fraction if places else ''}"


def in_unit(base: int, unit_name: str, places: int, grouping: bool = False) -> str:
    """Base units as text in that unit, rounded half-up to places."""
    return scaled_text(divide_half_up(base * 10**places, unit_of_measure(unit_name).factor), places, grouping)


def places_needed(base: int, unit_name: str) -> int:
    """The decimals that print so many base units in that unit without rounding."""
    places, factor = 0, unit_of_measure(unit_name).factor
    while base * 10**places % factor:
        places += 1
    return places


def exact_text(base: int | None, unit_name: str, least: int = 0) -> str:
    """Base units as text in that unit with the decimals they need, and at least so many: (2727, "元") → 27.27. "" when unknown."""
    if base is None:
        return ""
    factor = unit_of_measure(unit_name).factor
    if factor == 1 and least <= 0:
        return str(base)
    places = max(least, places_needed(base, unit_name))
    return scaled_text(base * 10**places // factor, places)


def trim_zeros(text: str) -> str:
    """Decimal text without zeros at its end: 463.5800 → 463.58, 100 → 100."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratio_text(numerator: int, denominator: int, places: int, times: int = 100) -> str | None:
    """numerator ÷ denominator × times (100 for percent), half-up to places; None over a denominator of 0."""
    if denominator == 0:
        return None
    return scaled_text(divide_half_up(numerator * times * 10**places, denominator), places)


def separate_thousands(text: str, least: int = 0) -> str:
    """Decimal text with the thousands separated and at least so many decimals: (1234.5, 2) → 1,234.50."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.ljust(least, "0")
    return f"{sign}{int(whole):,}{'.' + fraction if fraction else ''}"
