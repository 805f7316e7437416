"""Quantities in running text: a number with its sign and its unit, a range, a share in words. Pure.

Only full-width forms and blanks are folded. A footnote mark (①, ²) is no digit: what NFKC makes of it would be another number.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from anju.quantities import ALIASES, UNITS
from anju.workbooks.files.numbers import join_thousands

FORMS = ("<wide>", "<narrow>", "<small>", "<noBreak>")
FOLDED = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (0x2011, *range(0xFE50, 0xFE70), *range(0xFF01, 0xFFEF))
    if unicodedata.decomposition(chr(code)).startswith(FORMS)
} | dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
DASHES = "-−–—‐‑‒―─➖"
BREAKS = re.compile(r"(?<=[0-9%])[^\S\n\t]*[\n\t]\s*(?=[0-9.])")  # two numbers under each other are not one
APART = re.compile(r"(?<=[0-9])\s+(?=[0-9])")
GROUPED = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
BLANKS = re.compile(r"\s+")

_NAMES = sorted(
    {name for name in (*UNITS, *ALIASES, "公顷", "亩", "‰", "‱", "个百分点", "百分点", "百分比") if name}
    - {"1", "fen", "point"},
    key=len,
    reverse=True,
)
_UNIT = rf"[十百千万亿兆]*(?:{'|'.join(map(re.escape, _NAMES))})|[十百千万亿兆]+"
_DIGITS = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_SIGN = rf"(?:(?<![0-9%])[{DASHES}]|[△▲▽▼±+负])?"
_MARK = r"(?:[①-⒛㉑-㉟㊱-㊿❶-❿⓪-⓿⁰¹²³⁴-⁹*※†‡]|[\[〔][0-9⁰¹²³⁴-⁹]{1,2}[\]〕])"
_NUMERAL = "[一二三四五六七八九十百千万两〇零]{1,9}"
QUANTITY = re.compile(
    rf"(?P<number>{_SIGN}{_DIGITS}(?:%?(?:[{DASHES}~～/×]|至|到){_DIGITS})*(?:余|多|来)?)(?P<mark>{_MARK}*)(?P<unit>{_UNIT})?"
    rf"|{_NUMERAL}分之{_NUMERAL}(?:点{_NUMERAL})?"
)
_DASH = re.compile(f"[{DASHES}]")
_HEAD_UNIT = re.compile(rf"[（(](?:单位:)?({_UNIT})[)）]|单位:({_UNIT})(?![^\W_])")


@dataclass(frozen=True)
class TextToken:
    """A quantity of a text, or one of its letters. text: without its unit, signs made alike. mark: of a footnote, between the two."""

    start: int
    end: int
    text: str
    unit: str = ""
    mark: str = ""
    quantity: bool = True


def plain_text(text: str) -> str:
    """The text as it is compared: full-width forms made half-width, thousands joined, no blanks; a line or space between two numbers is a /."""
    text = BREAKS.sub("/", join_thousands(text.translate(FOLDED)).replace("\xa0", " "))
    text = APART.sub("/", text)
    return GROUPED.sub("", BLANKS.sub("", text))


def mask_quantities(text: str) -> str:
    """A plain text by its words alone."""
    return QUANTITY.sub("#", text)


def read_tokens(text: str, words: Iterable[str] = ()) -> list[TextToken]:
    """A plain text as quantities and single letters. words: what counts as a quantity here besides (二分之一, 全部, —)."""
    return list(_tokens(text, sorted({word for word in words if word}, key=len, reverse=True)))


def _tokens(text: str, words: list[str]) -> Iterator[TextToken]:
    spoken = re.compile("|".join(map(re.escape, words))) if words else None
    at = 0
    while at < len(text):
        match = QUANTITY.match(text, at)
        if match:
            number = _DASH.sub("-", match["number"] or match[0])
            yield TextToken(at, match.end(), number, unit_name(match["unit"] or ""), match["mark"] or "")
            at = match.end()
        elif spoken and (word := spoken.match(text, at)):
            yield TextToken(at, word.end(), word[0])
            at = word.end()
        else:
            yield TextToken(at, at + 1, text[at], quantity=False)
            at += 1


def unit_name(unit: str) -> str:
    """One name for a unit, however it is written: 平方米 is ㎡, 万平方米 is 万㎡."""
    return ALIASES.get(unit, unit) if unit else ""


def head_unit(text: str) -> str:
    """The unit that a head of a table or a line above it names: 投资（亿元）, 单位：套. "" when it names none."""
    match = _HEAD_UNIT.search(plain_text(text))
    return unit_name(match[1] or match[2] or "") if match else ""
