"""From a text to its numbers: with unit, printed precision, 约 and 余. Dates, numbers of papers and ordinals are none. Pure."""

import re
from fractions import Fraction

from anju.documents.checker.paper import CLAUSE_END, UNIT_SCALES, PaperNumber, ReadPaperCell, ReadParagraph

MULTIPLES = {"": 1, "十": 10, "百": 100, "千": 1_000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}  # fmt: skip
BASES = {  # unit → (family, base units of one)
    "元": ("money", 1), "套": ("home", 1), "户": ("home", 1), "㎡": ("area", 1), "平方米": ("area", 1), "m²": ("area", 1), "m2": ("area", 1), "公顷": ("area", 10_000),
    **{name: (name, 1) for name in ("个", "项", "处", "人", "次", "件", "条", "家", "台", "部", "所", "间", "名", "座", "宗", "笔", "批", "亩", "米", "吨", "期", "公里", "人次", "单元", "小区")},
    "栋": ("栋", 1), "幢": ("栋", 1),
}  # fmt: skip
SHARES = {"%": "%", "％": "%", "‰": "%", "个百分点": "点", "百分点": "点", "分": "分", "倍": "倍"}
FAMILIES = {name: family for name, (family, _) in BASES.items()} | SHARES
COUNTED_ONE_BY_ONE = set(FAMILIES) - {
    "元",
    "㎡",
    "平方米",
    "m²",
    "m2",
    "公顷",
    "%",
    "％",
    "‰",
    "倍",
    "亩",
    "米",
    "公里",
    "吨",
}
for _name, (_family, _one) in BASES.items():
    for _word, _times in MULTIPLES.items():
        UNIT_SCALES[_word + _name] = Fraction(_one * _times)
UNIT_SCALES |= {word: Fraction(times) for word, times in MULTIPLES.items() if word} | {
    name: Fraction(1) for name in SHARES
}
UNIT_SCALES["‰"] = Fraction(1, 10)

_MULTIPLE = "|".join(sorted(filter(None, MULTIPLES), key=len, reverse=True))
_NAMES = "|".join(map(re.escape, sorted((*BASES, *SHARES), key=len, reverse=True)))
UNIT = rf"(?:{_MULTIPLE})?(?:{_NAMES})|(?:{_MULTIPLE})"
NUMBER = re.compile(
    rf"(?P<before>约|近|超过|逾|超|至少|不足|不到|不少于|不低于|不超过|低于|高于|大于|小于|大约)?(?P<sign>[-−])?(?P<digits>[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?)"
    rf"(?P<after>余|多|来)?(?P<unit>{UNIT})?(?P<last>余|左右|以上|以下|以内|多)?"
)
NO_NUMBER_BEFORE = re.compile(r"(?:第|附件|附表|附|表|图|〔|\[|【|No\.?|编号|电话|邮编|[A-Za-z])$")
NO_NUMBER_AFTER = re.compile(
    r"^(?:年|月|日|号|〕|\]|】|时|岁|届|周年|世纪|条|款|章|[-—–~～][0-9]|[至到][0-9]{1,2}月|[、.．](?![0-9])[^0-9])"
)
PURE = re.compile(
    rf"^(?P<before>约|近|超)?(?P<sign>[-−+])?(?P<digits>[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?)(?P<unit>{UNIT})?(?P<last>余|左右)?[①-⑳*※]?$"
)
HEAD_UNIT = re.compile(rf"[（(](?:单位[：:])?({UNIT})(?:[、/，,（(][^（）()]*)*[)）]|单位[：:]({UNIT})|^({UNIT})$")
BRACKETS = {"（": 1, "(": 1, "）": -1, ")": -1}
SEPARATORS = re.compile(f"[{CLAUSE_END}]")


def number_from(match: re.Match[str], unit: str = "") -> PaperNumber:
    """unit: what stands over the number, when it has none of its own."""
    groups = match.groupdict()
    name = groups.get("unit") or unit
    digits = groups["digits"].replace(",", "")
    scale = UNIT_SCALES.get(name, Fraction(1))
    sign = -1 if (groups.get("sign") or "") in ("-", "−") else 1
    step = Fraction(1, 10 ** len(digits.partition(".")[2])) * scale
    exact = "." not in digits and (name in COUNTED_ONE_BY_ONE or (not name and scale == 1))
    base = name.lstrip("十百千万亿")
    family = FAMILIES.get(name) or FAMILIES.get(base) or name
    words = "".join(groups.get(key) or "" for key in ("before", "after", "last"))
    return PaperNumber(
        text=("-" if sign < 0 else "") + digits,
        value=sign * Fraction(digits) * scale,
        step=step,
        slack=Fraction(0) if exact else step / 2,
        unit=name,
        family=family,
        approx=words,
    )


def read_numbers(paragraph: ReadParagraph) -> None:
    """Put every number of a paragraph into it."""
    depths = _depths(paragraph.text)
    ends = [(begin, begin + len(text), index) for index, begin, text in paragraph.sentences()]
    previous = 0
    for match in NUMBER.finditer(paragraph.text):
        start = match.start("digits")
        if not _is_number(paragraph.text, match):
            continue
        number = number_from(match)
        number.where, number.anchor, number.start, number.end = (
            paragraph.where,
            paragraph.anchor_at(start),
            start,
            match.end(),
        )
        number.depth = depths[start]
        begin, _, number.sentence = next(one for one in ends if one[0] <= start < one[1])
        number.before = _words_before(paragraph.text, max(begin, previous), match.start())
        previous = match.end()
        paragraph.numbers.append(number)


def _is_number(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start("digits")], text[match.end() :]
    if NO_NUMBER_BEFORE.search(before[-4:]) or re.search(r"[0-9][-—–~～至到]+$", before[-4:]):
        return False
    if match["unit"] in ("分",) and after.startswith("之"):
        return False
    if match["unit"]:
        return not (match["unit"] in ("条", "期", "批", "次", "项") and before.endswith("第"))
    if NO_NUMBER_AFTER.match(after):
        return False
    return bool(before) and (before[-1:] not in ".-—–~～/") and not after.startswith(("/", "×", "—", "-"))


def _depths(text: str) -> list[int]:
    depth, depths = 0, []
    for letter in text:
        depth = max(0, depth + min(0, BRACKETS.get(letter, 0)))
        depths.append(depth)
        depth += max(0, BRACKETS.get(letter, 0))
    return [*depths, depth]


def _words_before(text: str, begin: int, at: int) -> str:
    """What the number counts, as its clause says: the words since the clause began; further back when they are too few."""
    words = text[begin:at]
    pieces = [piece for piece in SEPARATORS.split(words) if piece]
    if not pieces:
        return ""
    tail = pieces[-1]
    if len(tail) < 3 and len(pieces) > 1:
        tail = pieces[-2] + tail
    return tail[-40:]


def read_cell(cell: ReadPaperCell, unit: str) -> None:
    """A cell that is nothing but a number, in its own unit or in the one that stands over it."""
    match = PURE.match(cell.text)
    if match:
        number = number_from(match, unit)
        number.anchor, number.row, number.column = cell.anchor, cell.row, cell.column
        cell.number = number


def unit_in_head(text: str) -> str:
    """The unit that a head, or a line above a table, names. "" for none."""
    match = HEAD_UNIT.search(text)
    return next(filter(None, match.groups()), "") if match else ""
