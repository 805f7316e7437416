"""What the checker says: contradictions, roundings, what it cannot tell; and the exact comparison of printed numbers behind it. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from anju.documents.checker.paper import PaperNumber, ReadPaper, ReadParagraph
from anju.quantities import divide_half_up, scaled_text, trim_zeros

CONTRADICTION, ROUNDING, UNCLEAR = "矛盾", "舍入", "未能核对"
AGREES, ROUNDED, CUT, WRONG = "agrees", "rounded", "cut", "wrong"
TRUNCATED = "截尾"
EASY_LETTERS = "0123456789"


@dataclass(frozen=True)
class Finding:
    """level: 矛盾, 舍入 or 未能核对. kind: what was looked at (合计, 比率, 截尾, …). printed, other: the two values. arithmetic: how it was worked out."""

    level: str
    kind: str
    where: str
    printed: str
    other: str
    arithmetic: str
    advice: str = ""
    anchor: int = -1
    paragraph: int = -1
    start: int = 0
    also: str = ""  # the other place
    serials: tuple[int, ...] = ()  # the numbers held against each other

    @property
    def sentence(self) -> str:
        return f"{self.arithmetic}{self.advice}"


@dataclass
class Report:
    """findings: in the paper's order. numbers: how many it has; checked: for how many something else agreed; open: what nothing could be held against."""

    name: str
    title: str
    findings: list[Finding] = field(default_factory=list)
    numbers: int = 0
    checked: int = 0
    open: list[tuple[str, str]] = field(default_factory=list)

    def of(self, level: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == level]

    @property
    def contradictions(self) -> list[Finding]:
        return self.of(CONTRADICTION)

    @property
    def roundings(self) -> list[Finding]:
        return self.of(ROUNDING)

    @property
    def unclear(self) -> list[Finding]:
        return self.of(UNCLEAR)


class Ledgerbook:
    """Collects findings, and which numbers something was held against."""

    def __init__(self, paper: ReadPaper) -> None:
        self.paper = paper
        self.checked: set[int] = set()
        self.accused: set[int] = set()
        self.findings: list[Finding] = []
        self._told: set[tuple[str, int, str]] = set()

    def covers(self, numbers: Iterable[PaperNumber]) -> None:
        self.checked |= {number.serial for number in numbers}

    def is_checked(self, number: PaperNumber) -> bool:
        return number.serial in self.checked

    def tell(
        self,
        level: str,
        kind: str,
        at: PaperNumber,
        other: str,
        arithmetic: str,
        *,
        advice: str = "",
        among: Sequence[PaperNumber] = (),
        also: str = "",
    ) -> None:
        """among: the numbers that the finding holds against each other."""
        key = (kind, at.serial, other)
        if key in self._told:
            return
        self._told.add(key)
        if level != UNCLEAR:
            self.covers([at, *among])
        if level == CONTRADICTION:
            self.accused |= {number.serial for number in (at, *among)}
        serials = tuple(number.serial for number in (at, *among))
        finding = Finding(
            level, kind, at.where, printed=at.shown, other=other, arithmetic=arithmetic, advice=advice, anchor=at.anchor, paragraph=at.paragraph,
            start=at.start, also=also, serials=serials,
        )  # fmt: skip
        self.findings.append(finding)

    def tell_words(
        self,
        kind: str,
        paragraph: ReadParagraph,
        at: int,
        *,
        printed: str,
        other: str,
        arithmetic: str,
        advice: str = "请核对。",
    ) -> None:
        """A contradiction of words, at that place of a paragraph."""
        anchor = paragraph.anchor_at(at)
        self.findings.append(
            Finding(
                CONTRADICTION,
                kind,
                paragraph.where,
                printed=printed,
                other=other,
                arithmetic=arithmetic,
                advice=advice,
                anchor=anchor,
            )
        )


# --- printed numbers against exact ones --------------------------------------


def exact_in(value: Fraction, number: PaperNumber, more: int = 2) -> str:
    """A base value in the number's unit, with some more decimals than it was printed with."""
    own = value / number.scale
    places = number.places + more
    return trim_zeros(scaled_text(divide_half_up(own.numerator * 10**places, own.denominator), places)) + number.unit


def compare_value(number: PaperNumber, exact: Fraction, slack: Fraction = Fraction(0)) -> str:
    """agrees: it is the exact value rounded half-up to what is printed; cut: truncated; rounded: possible, since the other side is known to ± slack only; wrong."""
    off = abs(number.value - exact)
    if off == 0:
        return AGREES
    if number.slack and (off < number.slack or (off == number.slack and number.value > exact)):
        return AGREES
    if number.slack and 0 < exact - number.value < number.step:
        return CUT
    return ROUNDED if off <= number.slack + slack else WRONG


def sum_value(numbers: Sequence[PaperNumber]) -> tuple[Fraction, Fraction]:
    """Their sum, and by how much it may be off."""
    return sum((number.value for number in numbers), Fraction(0)), sum(
        (number.slack for number in numbers), Fraction(0)
    )


def compare_rate(rate: PaperNumber, part: PaperNumber, whole: PaperNumber) -> str:
    """part ÷ whole against a printed percentage."""
    if whole.value == 0:
        return WRONG
    exact = part.value / whole.value * 100
    if whole.value - whole.slack <= 0:
        return WRONG
    least = (part.value - part.slack) / (whole.value + whole.slack) * 100
    most = (part.value + part.slack) / (whole.value - whole.slack) * 100
    off = abs(rate.value - exact)
    if off < rate.slack or off == rate.slack or off == 0:
        return AGREES
    if 0 < exact - rate.value < rate.step:
        return CUT if least > rate.value + rate.slack or not (part.slack or whole.slack) else ROUNDED
    if least <= rate.value + rate.slack and most >= rate.value - rate.slack:
        return ROUNDED
    return WRONG


def compatible(left: PaperNumber, right: PaperNumber) -> bool:
    return left.family == right.family


# --- single slips of the keyboard --------------------------------------------


def slip_to(number: PaperNumber, low: Fraction, high: Fraction) -> str:
    """The number as it would read had one slip not happened, when that lies between low and high (base units): one digit, two digits
    exchanged, one digit too many or too few, or the unit ten thousand times off. "" when no single slip explains it."""
    for text in _slips(number.text):
        if low <= Fraction(text) * number.scale <= high:
            return text + number.unit
    for word, factor in (("万", 10_000), ("亿", 10**8)):
        if low <= number.value * factor <= high:
            return number.text + word + number.unit
        if low <= number.value / factor <= high:
            return f"{exact_in(number.value / factor, number, 6)}（单位相差{word}倍）"
    for factor in (10, 100):
        if number.places and (low <= number.value * factor <= high or low <= number.value / factor <= high):
            return "小数点移位"
    return ""


def _slips(text: str) -> Iterator[str]:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    if len(digits) > 14:
        return
    for index, letter in enumerate(digits):
        if letter == ".":
            continue
        for other in EASY_LETTERS:
            if other != letter:
                yield sign + digits[:index] + other + digits[index + 1 :]
        if index + 1 < len(digits) and digits[index + 1] not in (".", letter):
            yield sign + digits[:index] + digits[index + 1] + letter + digits[index + 2 :]
        if len(digits.replace(".", "")) > 1 and re.fullmatch(
            r"[0-9]+(?:\.[0-9]+)?", digits[:index] + digits[index + 1 :]
        ):
            yield sign + digits[:index] + digits[index + 1 :]
    for index in range(len(digits) + 1):
        for other in EASY_LETTERS:
            yield sign + digits[:index] + other + digits[index:]


def times_off(number: PaperNumber, exact: Fraction) -> str:
    """单位相差一万倍 and the like, or ""."""
    if not exact or not number.value:
        return ""
    for factor, word in ((10, "十"), (100, "百"), (10_000, "万"), (10**8, "亿")):
        for off in (number.value * factor - exact, number.value / factor - exact):
            if abs(off) <= max(number.slack, number.step / 2) * factor and abs(off) * 100 < abs(exact):
                return f"正好相差约{word}倍，单位或小数点可能写错。"
    return ""
