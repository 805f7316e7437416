"""From what a cell shows to an exact number. Pure; nothing here knows about files."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from anju import quantities
from anju.quantities import ABOUT, OR_SO, OVER, trim_zeros
from anju.workbooks.reading.cells import NO_TASK, NOT_APPLICABLE, NUMBER, UNREPORTED

BLANK, DASH, BAD = "blank", "dash", "bad"

WORDS = {
    **dict.fromkeys(("未报", "未上报", "未填报", "缺报", "待报", "尚未上报"), UNREPORTED),
    **dict.fromkeys(("无任务", "无此任务", "未下达任务", "没有任务"), NO_TASK),
    **dict.fromkeys(("不适用", "N/A", "n/a", "NA", "不涉及"), NOT_APPLICABLE),
}
# What is written around a number, and which of the stored words it means.
BEFORE = {**dict.fromkeys((ABOUT, "大约", "约为", "近"), ABOUT), **dict.fromkeys(("超", "超过", "逾"), OVER)}
AFTER = {**dict.fromkeys((OVER, "多", "以上"), OVER), **dict.fromkeys((OR_SO, "上下"), OR_SO)}
LONGEST = 30  # digits; more is a mistake of the keyboard, and no base unit holds it


class ParsedNumber(NamedTuple):
    """state: number, blank, dash, a word's state, or bad (flaw says why, in the user's words)."""

    state: str
    digits: int = 0
    places: int = 0
    unit: str = ""  # only when the cell itself names one: 5160万元, 138.8%
    approx: str = ""
    flaw: str = ""
    hidden: str = ""  # the exact value, when the format shows another one


_UNITS = sorted(
    (n for n in (*quantities.UNITS, *quantities.ALIASES, "万", "亿") if n not in ("", "1", "fen", "point")),
    key=len,
    reverse=True,
)
_NUMBER = re.compile(
    r"(?P<before>" + "|".join(sorted(BEFORE, key=len, reverse=True)) + r")?\s*"
    r"(?P<sign>[-−+]?)\s*(?P<whole>\d[\d, ]*|(?=\.\d))(?:\.(?P<fraction>\d+))?\s*"
    r"(?P<after>" + "|".join(AFTER) + r")?\s*(?P<unit>" + "|".join(map(re.escape, _UNITS)) + r")?\s*(?P<last>" + "|".join(AFTER) + r")?"
)  # fmt: skip
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+")
_DASH = re.compile(r"[-‐‑‒–—―−─/\\~]+")
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_CHINESE_DIGITS = set("〇零一二三四五六七八九十百千两")


def fold_text(text: str) -> str:
    """Full-width to half-width, odd spaces to plain ones, invisible characters away."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def parse_number(text: str) -> ParsedNumber:
    """A cell's text. Never raises: what is not a number comes back as `bad` with the reason."""
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST:  # nine cells in ten
        return ParsedNumber(NUMBER, int(text))
    folded = fold_text(text)
    if not folded:
        return ParsedNumber(BLANK)
    if _DASH.fullmatch(folded):
        return ParsedNumber(DASH)
    bare = folded.replace(" ", "").strip("()")
    if bare in WORDS:
        return ParsedNumber(WORDS[bare])
    match = _NUMBER.fullmatch(folded)
    if not match:
        return ParsedNumber(BAD, flaw=_flaw(folded))
    whole, fraction = match["whole"].strip(), match["fraction"] or ""
    if whole and not _GROUPED.fullmatch(whole):
        return ParsedNumber(BAD, flaw="千分位不是三位一节，可能少了一位，或两个数写在了一格")
    digits = re.sub(r"[, ]", "", whole) + fraction
    if len(digits) > LONGEST:
        return ParsedNumber(BAD, flaw="数字过长")
    approx = BEFORE.get(match["before"] or "", "") or AFTER.get(match["after"] or match["last"] or "", "")
    unit = match["unit"] or ""
    sign = -1 if match["sign"] in ("-", "−") else 1
    return ParsedNumber(NUMBER, sign * int(digits), len(fraction), unit and quantities.ALIASES.get(unit, unit), approx)


def _flaw(text: str) -> str:
    if re.fullmatch(r"[\dOoIl.,]+", text) and re.search(r"\d", text) and re.search(r"[OoIl]", text):
        return "把字母 O、I、l 当成了数字 0、1"
    if re.fullmatch(r"\(\s*[\d.,]+\s*\)", text):
        return "括号里的数是负数还是说明，分不清"
    if text.startswith("#"):
        return "这一格是出错的公式"
    if text == "无":
        return "“无”是 0、是没有任务、还是没有报，分不清"
    if _CHINESE_DIGITS & set(text) and not re.search(r"\d", text):
        return "用了汉字数字"
    if len(re.findall(r"\d+(?:\.\d+)?", text)) > 1:
        return "一格里写了不止一个数"
    return "不是数字"


class NumberFormat(NamedTuple):
    """What a number format shows: kind general | number | percent | date | text; least and most decimals."""

    kind: str
    least: int = 0
    most: int = 0


GENERAL = NumberFormat("general")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|!.')


@lru_cache(maxsize=512)
def read_number_format(code: str) -> NumberFormat:
    """Read an Excel format code. Scaled formats (0, for thousands) are taken as general: the stored value counts."""
    first = code.split(";")[0]
    if re.search(r"\[(?:h+|m+|s+)\]", first, re.IGNORECASE):
        return NumberFormat("date")
    plain = _LITERAL.sub("", first)
    if not plain or plain.strip().lower() == "general":
        return GENERAL
    if plain.strip() == "@":
        return NumberFormat("text")
    if re.search(r"[ymdhs]|上午|年|月|日", plain.lower().replace("general", "")):
        return NumberFormat("date")
    if (
        not re.search(r"[0#?]", plain)
        or "/" in plain
        or "e+" in plain.lower()
        or re.search(r"[0#?],+(?:[^0#?,]|$)", plain)
    ):
        return GENERAL
    decimals = re.search(r"\.([0#?]*)", plain)
    shown = decimals[1] if decimals else ""
    return NumberFormat("percent" if "%" in plain else "number", shown.count("0"), len(shown))


def plain_number(value: float, least: int, most: int) -> tuple[int, int, str] | None:
    """(digits, places, text) of an ordinary number: the short way of from_cell, for files of a million cells; None: go the long way."""
    if value.is_integer():
        if abs(value) >= 1e15:
            return None
        whole = int(value)
        return (whole * 10**least, least, f"{whole}.{'0' * least}") if least else (whole, 0, str(whole))
    text = repr(value)
    head, _, tail = text.partition(".")
    if len(text) > 15 or len(tail) > most or "e" in text or "n" in text:
        return None
    if len(tail) < least:
        tail = tail.ljust(least, "0")
        text = f"{head}.{tail}"
    return int(head + tail), len(tail), text


def number_from_cell(value: object, fmt: NumberFormat) -> ParsedNumber:
    """A number that Excel holds, as its format shows it: 9.1 under 0.00 is 9.10; 0.9401 under 0.0% is 94.0 %.

    Excel keeps binary fractions; fifteen significant digits are what it lets a user type, so noise beyond them goes.
    """
    exact = Decimal(f"{value:.15g}")
    if not exact.is_finite():
        return ParsedNumber(BAD, flaw="不是数字")
    if fmt.kind == "percent":
        exact *= 100
    _sign, figures, exponent = exact.normalize().as_tuple()
    actual = max(0, -exponent)  # type: ignore[operator]
    if len(figures) + max(0, exponent) > LONGEST or actual > LONGEST:  # type: ignore[operator]
        return ParsedNumber(BAD, flaw="数字过长")
    places = min(max(actual, fmt.least), max(fmt.most, fmt.least)) if fmt.kind in ("number", "percent") else actual
    shown = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) if places < actual else exact
    digits = int(shown.scaleb(places))
    hidden = trim_zeros(f"{exact:f}") if places < actual else ""
    return ParsedNumber(NUMBER, digits, places, "%" if fmt.kind == "percent" else "", hidden=hidden)
