"""What a person types into a field: the same numbers that a workbook's cells may hold, and a sum to be added up."""

import re
from fractions import Fraction

from anju import quantities
from anju.workbooks.files.numbers import BAD, LONGEST, NUMBER, ParsedNumber, fold_number, parse_number, unit_named

LONGEST_SUM = 200  # letters
DEEPEST = 20  # brackets in one another
_STEP = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([-+*/()]))")


class InvalidField(ValueError):
    """A text that will not do: what is wrong, and how to write it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


def read_typed_number(text: str, unit: str) -> ParsedNumber:
    """A typed number, counted in `unit`: １２, 1,020, 0.5亿 (among 万元: 5000), 56.6%, =100+20; also 未报, 无任务, 不适用, — and nothing.

    state and flaw are those of parse_number; digits and places are in `unit` however it was typed; approx is kept (约43).
    """
    folded = fold_number(text)
    parsed = _add_up(folded[1:]) if folded.startswith("=") else parse_number(text)
    if parsed.state != NUMBER or not parsed.unit:
        return parsed._replace(unit=unit) if parsed.state == NUMBER else parsed
    own = unit_named(parsed.unit, unit)
    if own is None:
        return ParsedNumber(BAD, flaw=f"单位“{parsed.unit}”与这一栏的“{unit}”对不上")
    if own == unit:
        return parsed._replace(unit=unit)
    exact = Fraction(parsed.digits, 10**parsed.places) * Fraction(
        quantities.unit_of_measure(own).factor, quantities.unit_of_measure(unit).factor
    )
    return _decimal(exact)._replace(approx=parsed.approx, unit=unit)


def read_quantity(text: str, unit_name: str) -> int | None:
    """A number as written, in that unit unless it names another of the same family; None for nothing. In base units."""
    found = read_typed_number(text, unit_name)
    if found.state == "blank":
        return None
    if found.state != NUMBER:
        raise InvalidField(f"“{text}”不是数：{found.flaw or '没有数字'}。", f"请写以{unit_name}计的数；不知道的留空。")
    if found.approx:
        raise InvalidField(f"“{text}”是约数。", "请写确数。")
    try:
        return quantities.to_base(found.digits, found.places, unit_name)
    except ValueError:
        raise InvalidField(f"“{text}”太细，{unit_name}记不下。", "请核对小数位。") from None


def _decimal(exact: Fraction) -> ParsedNumber:
    """An exact decimal; bad where there is none."""
    places, rest = 0, exact.denominator
    while places <= LONGEST and (10**places) % rest:
        places += 1
    digits = exact.numerator * 10**places // rest
    if places > LONGEST:
        return ParsedNumber(BAD, flaw="除不尽，请自己定保留几位小数")
    if len(str(abs(digits))) > LONGEST:
        return ParsedNumber(BAD, flaw="数字过长")
    return ParsedNumber(NUMBER, digits, places)


def _add_up(text: str) -> ParsedNumber:
    """100+20*(3-1): exact, of written numbers only. Never raises."""
    text = text.replace("×", "*").replace("÷", "/").replace("−", "-")
    steps, at = [], 0
    while at < len(text.rstrip()):
        if len(text) > LONGEST_SUM or not (match := _STEP.match(text, at)):
            return ParsedNumber(BAD, flaw="算式里只能有数、加减乘除和括号")
        steps.append(match[1] or match[2])
        at = match.end()
    try:
        value, rest = _sum(steps, 0, 0)
    except (ValueError, IndexError):
        return ParsedNumber(BAD, flaw="算式不完整")
    except ZeroDivisionError:
        return ParsedNumber(BAD, flaw="算式里除以了 0")
    return _decimal(value) if rest == len(steps) else ParsedNumber(BAD, flaw="算式不完整")


def _sum(steps: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    value, at = _product(steps, at, depth)
    while at < len(steps) and steps[at] in "+-":
        more, next_at = _product(steps, at + 1, depth)
        value, at = value + more if steps[at] == "+" else value - more, next_at
    return value, at


def _product(steps: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    value, at = _factor(steps, at, depth)
    while at < len(steps) and steps[at] in "*/":
        more, next_at = _factor(steps, at + 1, depth)
        value, at = value * more if steps[at] == "*" else value / more, next_at
    return value, at


def _factor(steps: list[str], at: int, depth: int) -> tuple[Fraction, int]:
    if depth > DEEPEST:
        raise ValueError("too deep")
    if steps[at] in "+-":
        value, after = _factor(steps, at + 1, depth + 1)
        return (-value if steps[at] == "-" else value), after
    if steps[at] == "(":
        value, after = _sum(steps, at + 1, depth + 1)
        if steps[after] != ")":
            raise ValueError("no closing bracket")
        return value, after + 1
    return Fraction(steps[at]), at + 1
