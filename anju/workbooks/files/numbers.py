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
UNSEEN = "数字格式把它藏起来了，看不见"
LONGEST_TEXT = 100  # letters of a cell that may be a number, with its unit and its thousands
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
_BEFORE, _AFTER = "|".join(sorted(BEFORE, key=len, reverse=True)), "|".join(AFTER)
_SPACED_UNITS = "|".join(
    rf"{unit[0]} +{re.escape(unit[1:])}|{re.escape(unit)}" if unit[0] in "万亿" and unit[1:] else re.escape(unit)
    for unit in _UNITS
)  # 5.6 万 元
_NUMBER = re.compile(
    rf"(?P<before>{_BEFORE})?\s*(?P<sign>[-−+]?)\s*¥?\s*(?P<whole>[0-9][0-9,]*)(?:\.(?P<fraction>[0-9]+))?\s*"
    rf"(?P<after>{_AFTER})?\s*(?P<unit>{_SPACED_UNITS})?\s*(?P<last>{_AFTER})?[。;]?"
)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+")  # 0,583 is no number of thousands
# 1亿2000万, 3万5千套, 5万余户: numbers with magnitudes, the larger first, and what is counted behind the last.
_NOUNS = "|".join(sorted({re.escape(unit) for unit in _UNITS if unit[0] not in "十百千万亿"}, key=len, reverse=True))
# Every term but the last ends in a magnitude: otherwise the ways to part a row of digits double with each of them.
_COMPOUND = re.compile(
    rf"(?P<before>{_BEFORE})?\s*(?P<sign>[-−+]?)\s*¥?\s*(?P<terms>(?:[0-9][0-9,]*(?:\.[0-9]+)?(?:{_AFTER})?(?:[百千]?[万亿][百千]?|[百千]))+(?:[0-9][0-9,]*(?:\.[0-9]+)?)?)"
    rf"(?P<after>{_AFTER})?\s*(?P<noun>{_NOUNS})?\s*(?P<last>{_AFTER})?[。;]?"
)
_TERM = re.compile(rf"([0-9][0-9,]*)(?:\.([0-9]+))?({_AFTER})?([百千]?亿|[百千]?万|千|百)?")
_POWERS = {"百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "百亿": 10, "千亿": 11, "": 0}
_DASH = re.compile(r"[-‐‑‒–—―−─﹘﹣/\\~]+")
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFFE5: 0xA5}
_SPACES = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_NARROW = {**_FULL_WIDTH, **_INVISIBLE}
# Thousands apart by a thin space (千分空), which stands for nothing else.
_THIN_GROUPS = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:[\u2005\u2006\u2008-\u200a\u202f][0-9]{3})+(?![0-9])")
_CHINESE_DIGITS = set("〇零一二三四五六七八九十百千两")


def fold_text(text: str) -> str:
    """Of words: full-width to half-width, odd spaces to plain ones, invisible characters away. Never of numbers: ① would become 1."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).strip()


def fold_number(text: str) -> str:
    """Of numbers: full-width forms, thin spaces between thousands, other spaces; a superscript or a circled digit stays what it is."""
    return text.strip() if text.isascii() else join_thousands(text.translate(_NARROW)).translate(_SPACES).strip()


def join_thousands(text: str) -> str:
    """Take out thin spaces between thousands. 100 200 with a plain or no-break space stays: it could be two numbers."""
    return _THIN_GROUPS.sub(lambda number: re.sub(r"\s", "", number[0]), text)


def parse_number(text: str) -> ParsedNumber:
    """A cell's text. Never raises: what is not a number comes back as `bad` with the reason."""
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST:  # nine cells in ten
        return ParsedNumber(NUMBER, int(text))
    folded = fold_number(text)
    if not folded:
        return ParsedNumber(BLANK)
    if _DASH.fullmatch(folded):
        return ParsedNumber(DASH)
    bare = folded.replace(" ", "").strip("()")
    if bare in WORDS:
        return ParsedNumber(WORDS[bare])
    if len(folded) > LONGEST_TEXT:
        return ParsedNumber(BAD, flaw="数字过长" if re.fullmatch("[0-9,.]+", folded) else _flaw(folded[:LONGEST_TEXT]))
    match = _NUMBER.fullmatch(folded)
    if not match:
        return _compound(folded) or ParsedNumber(BAD, flaw=_flaw(folded))
    whole, fraction = match["whole"].strip(), match["fraction"] or ""
    if not _GROUPED.fullmatch(whole):
        return ParsedNumber(BAD, flaw="千分位不是三位一节，可能少了一位，或两个数写在了一格")
    digits = whole.replace(",", "") + fraction
    if len(digits) > LONGEST:
        return ParsedNumber(BAD, flaw="数字过长")
    approx = BEFORE.get(match["before"] or "", "") or AFTER.get(match["after"] or match["last"] or "", "")
    unit = (match["unit"] or "").replace(" ", "")
    sign = -1 if match["sign"] in ("-", "−") else 1
    return ParsedNumber(NUMBER, sign * int(digits), len(fraction), unit and quantities.ALIASES.get(unit, unit), approx)


def _compound(text: str) -> ParsedNumber | None:
    """1亿2000万 → 12000万: each part whole, smaller than one of the part before. None where it is none, or could be read otherwise (3万5)."""
    match = _COMPOUND.fullmatch(text)
    if match is None:
        return None
    terms = [term for term in _TERM.finditer(match["terms"]) if term[0]]
    powers = [_POWERS[term[4] or ""] for term in terms]
    if "".join(term[0] for term in terms) != match["terms"] or max(powers) < 4:
        return None  # 5千 among 万元 could be 5000元 or 5000万元
    places, total = 0, 0
    for number, (term, power) in enumerate(zip(terms, powers, strict=True)):
        last = number == len(terms) - 1
        digits = term[1].replace(",", "") + (term[2] or "")
        if not _GROUPED.fullmatch(term[1]) or (not last and (term[2] or term[3])) or len(digits) > LONGEST:
            return None
        if number and not (power < powers[number - 1] and len(term[1].replace(",", "")) <= powers[number - 1] - power):
            return None
        if number and power == 0 and len(term[1].replace(",", "")) != powers[number - 1]:
            return None  # 3万5套: 30005 or 35000; 1亿2000: another 万 may be meant
        if last:
            places = len(term[2] or "")
            total = total * 10**places + int(digits) * 10**power
        else:
            total += int(digits) * 10**power
    noun = match["noun"] or ""
    least = "万" if powers[-1] < 8 else "亿"
    places += _POWERS[least]
    while places and total % 10 == 0 and places > max(0, _POWERS[least] - powers[-1]) + len(terms[-1][2] or ""):
        total, places = total // 10, places - 1
    unit = least + noun
    if noun and unit not in quantities.UNITS and quantities.ALIASES.get(unit, "") not in quantities.UNITS:
        return None
    approx = BEFORE.get(match["before"] or "", "") or AFTER.get(
        terms[-1][3] or match["after"] or match["last"] or "", ""
    )
    sign = -1 if match["sign"] in ("-", "−") else 1
    return ParsedNumber(NUMBER, sign * total, places, quantities.ALIASES.get(unit, unit), approx)


def _flaw(text: str) -> str:
    if re.fullmatch(r"[0-9OoIl.,]+", text) and re.search(r"[0-9]", text) and re.search(r"[OoIl]", text):
        return "把字母 O、I、l 当成了数字 0、1"
    if re.fullmatch(r"\(\s*[0-9.,]+\s*\)", text):
        return "括号里的数是负数还是说明，分不清"
    if text.startswith("#"):
        return "这一格是出错的公式"
    if text == "无":
        return "“无”是 0、是没有任务、还是没有报，分不清"
    if marks := sorted({letter for letter in text if _is_mark(letter)}):
        return f"有“{'、'.join(marks)}”这样的注释记号或序号，不能当数字"
    if re.match(r"[-−+]?\s*\.\s*[0-9]", text):
        return "小数点前面没有数字，可能漏了一位"
    if re.search(r"[0-9]\s*\.(?![0-9])", text):
        return "小数点后面没有数字，可能漏了一位"
    if re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", text):
        return "是科学记数法"
    if re.search(r"[0-9][ \t]+[0-9]", text):
        return "数字中间有空格，分不清是千分位还是两个数"
    if _CHINESE_DIGITS & set(text) and not re.search(r"[0-9]", text):
        return "用了汉字数字"
    if len(re.findall(r"[0-9]+(?:\.[0-9]+)?", text)) > 1:
        return "一格里写了不止一个数"
    if re.match(r"[-−+]?[0-9]", text):
        return "数的后面只能写单位、%、余、多、左右"
    return "不是数字"


def _is_mark(letter: str) -> bool:
    """A footnote mark or a number of another kind: ① ² ㊿ ⒈ Ⅴ ½ ٣ * †."""
    return letter in "*†‡※§" or (
        not letter.isascii() and letter != "〇" and unicodedata.category(letter) in ("No", "Nd", "Nl")
    )


def unit_named(own: str, unit: str) -> str | None:
    """The unit that a number names for itself, in a place where `unit` is meant: 亿 among 万元 is 亿元. None: another kind of thing."""
    if own in ("万", "亿"):
        own += unit.lstrip("十百千万亿")
    if not own or own == unit:
        return unit
    known, wanted = (
        quantities.UNITS.get(own),
        quantities.UNITS.get(quantities.ALIASES.get(unit, unit)) if unit else None,
    )
    if known is None or (unit and (wanted is None or wanted.family != known.family)):
        return None
    return own


# --- number formats ------------------------------------------------------------


class FormatSection(NamedTuple):
    """One section of a number format. before, after: words and signs around the digits; scale: by how many powers of ten it shows less.

    least, most: decimals; form: digits | general | words (no digits at all); inner: something stands between the digits.
    """

    form: str
    before: str = ""
    after: str = ""
    least: int = 0
    most: int = 0
    percent: bool = False
    scale: int = 0
    coloured: bool = False
    inner: bool = False
    condition: str = ""  # >=10000

    @property
    def plain(self) -> bool:
        return self.form == "digits" and not (self.before or self.after or self.scale or self.inner or self.condition)


class NumberFormat(NamedTuple):
    """What a number format shows: kind general | number | percent | date | text | other; least and most decimals.

    sections: where a number may need more than kind and decimals to be understood; flaw: why nothing in such a cell counts (struck out).
    """

    kind: str
    least: int = 0
    most: int = 0
    sections: tuple[FormatSection, ...] = ()
    flaw: str = ""
    days: str = ""  # of a date: no, where it shows only the month
    text: tuple[str, str] | None = ("", "")  # what it writes around a text; None: it hides texts


GENERAL = NumberFormat("general")
_TOKEN = re.compile(
    r'"(?P<words>[^"]*)"?|[\\!](?P<literal>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>general|g/通用格式)|(?P<mark>.)',
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_COMPARE = {
    "<": lambda a, b: a < b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
}  # fmt: skip
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|!.')
_MAGNITUDES = {4: "万", 8: "亿"}


@lru_cache(maxsize=512)
def read_number_format(code: str) -> NumberFormat:
    """Read an Excel format code."""
    return _read_sections(code)._replace(text=_around_text(_split(code)))


def _around_text(sections: list[list[re.Match[str]]]) -> tuple[str, str] | None:
    """What stands around a text: @"万元" shows 5 as 5万元. A fourth section without @ shows none."""
    for tokens in sections:
        if at := next((at for at, token in enumerate(tokens) if token["mark"] == "@"), None):
            return _words_of(tokens[:at]), _words_of(tokens[at + 1 :])
        if at == 0:
            return "", _words_of(tokens[1:])
    return None if len(sections) == 4 else ("", "")


def _words_of(tokens: list[re.Match[str]]) -> str:
    return "".join(token["words"] or token["literal"] or (token["mark"] or "").replace("@", "") for token in tokens)


def _read_sections(code: str) -> NumberFormat:
    first = code.split(";")[0]
    if re.search(r"\[(?:h+|m+|s+)\]", first, re.IGNORECASE):
        return NumberFormat("date")
    plain = _LITERAL.sub("", first)
    if plain.strip() == "@":
        return NumberFormat("text")
    if re.search(r"[ymdhs]|上午|年|月|日", re.sub("general|g/通用格式", "", plain.lower())):
        return NumberFormat("date", days="" if re.search("[dh日]", plain.lower()) or "y" not in plain.lower() else "no")
    if "/" in plain.replace("G/通用格式", "") or "e+" in plain.lower() or "e-" in plain.lower():
        return GENERAL  # a fraction, or scientific: the stored value counts
    sections = tuple(_section(tokens) for tokens in _split(code))
    if not sections or (len(sections) == 1 and sections[0] == FormatSection("words")):
        return GENERAL
    section = sections[0]
    if section.form == "general" and not (section.before or section.after or section.condition):
        return NumberFormat("general", sections=sections[1:] and sections)
    if section.plain or (
        section.form == "digits" and section.percent and section._replace(after="").plain and section.after == "%"
    ):
        return NumberFormat(
            "percent" if section.percent else "number", section.least, section.most, sections[1:] and sections
        )
    return NumberFormat("other", section.least, section.most, sections)


def _split(code: str) -> list[list[re.Match[str]]]:
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["mark"] == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    return sections[:4]


def _section(tokens: list[re.Match[str]]) -> FormatSection:
    """Walk over one section: what stands before, between and behind its digits."""
    before = after = condition = pending = ""
    form, least, most, commas, inner_places = "words", 0, 0, 0, -1
    percent = coloured = point = inner = False
    for token in tokens:
        mark, words = token["mark"] or "", token["words"] or token["literal"] or ""
        if bracket := token["bracket"]:
            if bracket.startswith("$"):
                words = bracket[1:].split("-")[0]
            elif match := _CONDITION.fullmatch(bracket):
                condition = match[1] + match[2]
            else:
                coloured = coloured or not bracket.lower().startswith("dbnum")
        if token["general"]:
            form = "general"
        elif mark and mark in "0#?":
            if form == "digits" and after:
                if after == "." and not point and inner_places < 0:
                    inner_places = 0  # 0!.0: a point that is only painted
                else:
                    inner = True
                after = ""
            form, commas = "digits", commas + (1 if point and pending else 0)
            pending = ""
            if inner_places >= 0:
                inner_places += 1
            elif point:
                least, most = least + (mark == "0"), most + 1
        elif mark == "." and form == "digits" and not point:
            point, commas, pending = True, commas + len(pending), ""
        elif mark == "," and form == "digits":
            pending += ","
        else:
            percent = percent or mark == "%"
            words = words or ("" if mark == " " else mark)
            if form == "words":
                before += words
            else:
                after += words
    commas += len(pending)
    painted = max(inner_places, 0)
    return FormatSection(
        form=form, before=_around(before), after=_around(after), least=least + painted, most=most + painted, percent=percent,
        scale=3 * commas + painted, coloured=coloured, inner=inner, condition=condition,
    )  # fmt: skip


def _around(text: str) -> str:
    return fold_number(text).replace(" ", "").replace("¥", "")


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
    """A number that Excel holds, as its format shows it: 9.1 under 0.00 is 9.10; 0.9401 under 0.0% is 94.0 %; 5 under 0"亿元" is 5亿元.

    Excel keeps binary fractions; fifteen significant digits are what it lets a user type, so noise beyond them goes.
    """
    exact = Decimal(f"{value:.15g}")
    if not exact.is_finite():
        return ParsedNumber(BAD, flaw="这不是一个数（NaN 或无穷大）")
    section = _section_for(exact, fmt.sections)
    if section is not None and (fmt.kind == "other" or exact < 0):
        return _shown_by(exact, section, own_sign=len(fmt.sections) < 2 or bool(fmt.sections[0].condition))
    percent = fmt.kind == "percent"
    return _round(
        exact * 100 if percent else exact,
        fmt.least,
        fmt.most if percent or fmt.kind == "number" else None,
        "%" if percent else "",
    )


def shown_words(value: str, fmt: NumberFormat) -> str:
    """A number that Excel holds as text, with what its format writes around it; other texts as they are."""
    if fmt.text == ("", "") or parse_number(value).state != NUMBER:
        return value
    return f"{value}（{UNSEEN}）" if fmt.text is None else f"{fmt.text[0]}{value.strip()}{fmt.text[1]}"


def text_from_cell(value: str, fmt: NumberFormat) -> ParsedNumber:
    """A text that Excel holds, read as it shows."""
    shown = shown_words(value, fmt)
    return ParsedNumber(BAD, flaw=UNSEEN) if shown is not value and fmt.text is None else parse_number(shown)


def _section_for(exact: Decimal, sections: tuple[FormatSection, ...]) -> FormatSection | None:
    """The section that shows this number. A zero is shown as the first shows it: 0;-0;;@ hides it, and it is 0 all the same."""
    if not any(section.condition for section in sections):
        return (sections[1] if exact < 0 and len(sections) > 1 else sections[0]) if sections else None
    for section in sections[:2]:
        match = _CONDITION.fullmatch(section.condition)
        if match is None or _COMPARE[match[1]](exact, Decimal(match[2])):
            return section
    return sections[min(2, len(sections) - 1)]


def _shown_by(exact: Decimal, section: FormatSection, own_sign: bool) -> ParsedNumber:
    """What a section with words, a scale or a sign shows. own_sign: Excel writes the minus of itself. Whatever could be read two ways is bad."""
    if section.form == "words":
        return ParsedNumber(BAD, flaw=f"数字格式把它显示成“{section.before}”" if section.before else UNSEEN)
    if section.inner:
        return ParsedNumber(BAD, flaw="数字格式在数字中间插了别的字")
    before, after = section.before, section.after
    if exact < 0 and not own_sign and not section.coloured and not re.search(r"[-(]$", before):
        return ParsedNumber(BAD, flaw="数字格式把负号藏起来了")
    if exact < 0 and ((before.endswith("(") and after.startswith(")")) or before.endswith("-")):
        before, after = before[:-1], after[1:] if after.startswith(")") else after
    if before.endswith("-") or (before + after).strip("-") != before + after:
        return ParsedNumber(BAD, flaw="数字格式显示的正负号和存的数不一样")
    scaled = (exact * 100 if section.percent else exact).scaleb(-section.scale)
    number = _round(scaled, section.least, None if section.form == "general" else section.most, "")
    if number.state == BAD:
        return number
    text = f"{before}{quantities.scaled_text(abs(number.digits), number.places)}{after}"
    shown = parse_number(text)
    if shown.state != NUMBER:
        return ParsedNumber(BAD, flaw=f"数字格式把它显示成“{text}”：{shown.flaw}")
    if (shown.digits, shown.places) != (abs(number.digits), number.places):
        return ParsedNumber(BAD, flaw=f"数字格式把它显示成“{text}”，实际存的是 {_plain(exact)}，分不清按哪一个")
    if section.scale and not shown.unit.startswith(_MAGNITUDES.get(section.scale, "?")):
        return ParsedNumber(BAD, flaw=f"数字格式把它缩小显示成 {text}，实际存的是 {_plain(exact)}，分不清按哪一个")
    hidden = number.hidden and _plain(scaled)
    return number._replace(unit=shown.unit, approx=shown.approx, hidden=hidden)


def _plain(exact: Decimal) -> str:
    """A decimal in full; of what is absurdly small or large its power of ten."""
    return trim_zeros(f"{exact:f}") if -12 < exact.adjusted() < LONGEST else f"{exact.normalize():E}"


def _round(exact: Decimal, least: int, most: int | None, unit: str) -> ParsedNumber:
    """Rounded to the decimals that are shown; all of them where most is None."""
    _sign, _figures, exponent = exact.normalize().as_tuple()
    actual = max(0, -exponent)  # type: ignore[operator]
    places = actual if most is None else min(max(actual, least), max(most, least))
    if exact.adjusted() >= LONGEST or places > LONGEST:
        return ParsedNumber(BAD, flaw=f"数字过长（{_plain(exact)}）")
    shown = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) if places < actual else exact
    return ParsedNumber(
        NUMBER, int(shown.scaleb(places)), places, unit, hidden=_plain(exact) if places < actual else ""
    )
