"""Sums that a sentence tells: what stands in brackets after a whole, 其中, 已…正在…. Pure."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from anju.documents.checker.findings import (
    AGREES,
    CONTRADICTION,
    CUT,
    ROUNDED,
    ROUNDING,
    TRUNCATED,
    UNCLEAR,
    WRONG,
    Ledgerbook,
    compare_value,
    compatible,
    exact_in,
    slip_to,
    sum_value,
    times_off,
)
from anju.documents.checker.paper import PaperNumber, ReadParagraph

PARTLY = re.compile(r"其中|包括|包含|^含|主要(?:是|为)")
AMONG = re.compile(r"其中")
NESTED = re.compile(r"^含|^其中|^包括")
DONE = re.compile(r"已|完成")
LEFT = re.compile(r"正在|尚未|尚有|未|剩余|还有|仍")
SHIFT = re.compile(r"同比|比上年|较上年|增长|下降|增加|减少|平均|户均|每|人均|最高|最低|以上|以下")
MANY = 1_000  # units of the last place from which a gap of one percent is no other part
KIND = "分项之和"


def check_sums(paper: Ledgerbook) -> None:
    for paragraph in paper.paper.paragraphs:
        if len(paragraph.numbers) < 3:
            continue
        for whole, parts in _bracketed(paragraph):
            _judge(paper, whole, [parts], exhaustive=not PARTLY.search(_inside(paragraph, parts[0])))
        for wholes, parts in _among(paragraph):
            _judge_among(paper, wholes, parts)
        for whole, parts in _split_in_two(paragraph):
            _judge(paper, whole, [parts], exhaustive=True)
        _quiet_sums(paper, paragraph)


# --- where sums are told -----------------------------------------------------


def _bracketed(paragraph: ReadParagraph) -> Iterator[tuple[PaperNumber, list[PaperNumber]]]:
    """49.03亿元（国开行21.552亿元、农发行27.478亿元）."""
    numbers = paragraph.numbers
    for index, whole in enumerate(numbers[:-2]):
        following = paragraph.text[whole.end : numbers[index + 1].start]
        opening = re.search(r"[（(]", following)
        if (
            opening is None
            or numbers[index + 1].depth != whole.depth + 1
            or re.search("[。；，]", following[: opening.start()])
        ):
            continue
        inside = []
        for number in numbers[index + 1 :]:
            if number.depth <= whole.depth:
                break
            if number.depth == whole.depth + 1:
                inside.append(number)
        parts = [one for one in inside if compatible(one, whole) and not SHIFT.search(one.before)]
        if len(parts) > 1 and _one_bracket(paragraph, whole, parts):
            yield whole, parts


def _one_bracket(paragraph: ReadParagraph, whole: PaperNumber, parts: Sequence[PaperNumber]) -> bool:
    between = paragraph.text[whole.end : parts[-1].start]
    return between.count("）") + between.count(")") < between.count("（") + between.count("(")


def _inside(paragraph: ReadParagraph, first: PaperNumber) -> str:
    begin = max(paragraph.text.rfind(sign, 0, first.start) for sign in "（(")
    return paragraph.text[begin + 1 : first.start]


def _among(paragraph: ReadParagraph) -> Iterator[tuple[list[PaperNumber], list[PaperNumber]]]:
    """Wholes that may be meant, the nearest first, and what follows 其中 in the same sentence on the same level."""
    for match in AMONG.finditer(paragraph.text):
        depth = _depth(paragraph.text, match.start())
        before = [one for one in paragraph.numbers if one.end <= match.start() and one.depth <= depth]
        after = []
        stop = re.search(r"[。！？]", paragraph.text[match.end() :])
        last = match.end() + stop.start() if stop else len(paragraph.text)
        for number in paragraph.numbers:
            if match.end() <= number.start < last:
                if number.depth < depth or (
                    number.start > match.end() and AMONG.search(paragraph.text[match.end() : number.start])
                ):
                    break
                if number.depth == depth and not SHIFT.search(number.before):
                    after.append(number)
        if after and before:
            sort = after[0].family
            parts = [one for one in after if one.family == sort and not one.approx]
            wholes = [one for one in reversed(before[-6:]) if one.family == sort]
            if len(parts) > 1 and wholes and sort not in ("%", "点"):
                yield wholes[:3], parts


def _depth(text: str, at: int) -> int:
    before = text[:at]
    return max(0, sum(before.count(sign) for sign in "（(") - sum(before.count(sign) for sign in "）)"))


def _split_in_two(paragraph: ReadParagraph) -> Iterator[tuple[PaperNumber, list[PaperNumber]]]:
    """21个问题，已完成整改18个，正在整改3个."""
    for whole, done, rest in zip(paragraph.numbers, paragraph.numbers[1:], paragraph.numbers[2:], strict=False):
        alike = (
            whole.family == done.family == rest.family
            and whole.sentence == done.sentence == rest.sentence
            and whole.depth == done.depth == rest.depth
        )
        if (
            alike
            and DONE.search(done.before)
            and not LEFT.search(done.before)
            and LEFT.search(rest.before)
            and not LEFT.search(whole.before)
        ):
            yield whole, [done, rest]


# --- judging -----------------------------------------------------------------


def _judge(paper: Ledgerbook, whole: PaperNumber, choices: list[list[PaperNumber]], *, exhaustive: bool) -> None:
    outcomes = [(judge_sum(whole, parts), parts) for parts in choices]
    for wanted in (AGREES, CUT, ROUNDED):
        for outcome, parts in outcomes:
            if outcome == wanted:
                tell_sum(paper, whole, parts, outcome)
                return
    parts = choices[0]
    if any(one.approx for one in (whole, *parts)):
        return
    total, _ = sum_value(parts)
    if exhaustive or total > whole.value or is_one_slip(whole, parts):
        tell_sum(paper, whole, parts, WRONG)
    else:
        _tell_short(paper, whole, parts)


def _judge_among(paper: Ledgerbook, wholes: list[PaperNumber], parts: list[PaperNumber]) -> None:
    prefixes = [parts[:count] for count in range(len(parts), 1, -1)]
    for whole in wholes:
        for wanted in (AGREES, CUT, ROUNDED):
            for some in prefixes:
                if judge_sum(whole, some) == wanted and (wanted == AGREES or len(some) == len(parts)):
                    tell_sum(paper, whole, some, wanted)
                    return
    whole = wholes[0]
    if any(one.approx for one in (whole, *parts)):
        return
    total, slack = sum_value(parts)
    alike = [one for one in parts if one.sentence == parts[0].sentence]
    if is_one_slip(whole, parts) or (len(alike) > 1 and len(alike) < len(parts) and is_one_slip(whole, alike)):
        tell_sum(paper, whole, parts if is_one_slip(whole, parts) else alike, WRONG)
    elif total - slack > whole.value + whole.slack and all(one.value < whole.value for one in parts):
        paper.tell(
            UNCLEAR,
            KIND,
            whole,
            exact_in(total, whole),
            f"“其中”各项相加为{exact_in(total, whole)}，大于{whole.shown}。",
            advice="各项有交叉的可以不改；没有交叉的请核对。",
            among=parts,
        )
    elif total < whole.value:
        _tell_short(paper, whole, parts)


def _tell_short(paper: Ledgerbook, whole: PaperNumber, parts: Sequence[PaperNumber]) -> None:
    total, _ = sum_value(parts)
    paper.tell(
        UNCLEAR,
        KIND,
        whole,
        exact_in(total, whole),
        f"列出的{len(parts)}项相加为{exact_in(total, whole)}，不到{whole.shown}。",
        advice="没有列全的不必改。",
        among=parts,
    )


def judge_sum(whole: PaperNumber, parts: Sequence[PaperNumber]) -> str:
    total, slack = sum_value(parts)
    return compare_value(whole, total, slack)


def is_one_slip(whole: PaperNumber, parts: Sequence[PaperNumber]) -> str:
    """Whether a single slip in one of the numbers explains the gap, and chance does not: which number it would be."""
    total, slack = sum_value(parts)
    gap = abs(total - whole.value)
    finest = min(one.step for one in (whole, *parts))
    if whole.value / finest < MANY and gap * 5 > whole.value:
        return ""
    if (
        gap * (20 if total > whole.value else 100) <= whole.value
    ):  # no other part is so small; parts that overlap are off by more
        return exact_in(total, whole)
    round_numbers = all((one.value / finest) % 100 == 0 for one in (whole, *parts))
    if round_numbers:
        return ""
    room = slack + whole.slack
    if fixed := slip_to(whole, total - slack - whole.slack, total + slack + whole.slack):
        return fixed
    for part in parts:
        needed = whole.value - (total - part.value)
        if needed > 0 and (fixed := slip_to(part, needed - room, needed + room)):
            return fixed
    return ""


def tell_sum(
    paper: Ledgerbook, whole: PaperNumber, parts: Sequence[PaperNumber], outcome: str, words: str = "各项"
) -> None:
    total, _ = sum_value(parts)
    shown = exact_in(total, whole)
    sum_text = " + ".join(part.shown for part in parts[:12]) + (" + …" if len(parts) > 12 else "")
    arithmetic = f"{sum_text} = {shown}，印作{whole.shown}。"
    if outcome == AGREES:
        paper.covers([whole, *parts])
        if total != whole.value:
            paper.tell(ROUNDING, "进位", whole, shown, arithmetic, advice="四舍五入后相符。", among=parts)
    elif outcome == CUT:
        paper.tell(ROUNDING, TRUNCATED, whole, shown, arithmetic, advice="是截尾，没有四舍五入。", among=parts)
    elif outcome == ROUNDED:
        paper.tell(ROUNDING, "进位", whole, shown, arithmetic, advice=f"相差在{words}四舍五入的误差之内。", among=parts)
    else:
        off = exact_in(abs(total - whole.value), whole)
        arithmetic = f"{sum_text} = {shown}，与{whole.shown}相差{off}。"
        paper.tell(
            CONTRADICTION,
            KIND,
            whole,
            shown,
            arithmetic,
            advice=times_off(whole, total) or _hint(whole, parts),
            among=parts,
        )


def _hint(whole: PaperNumber, parts: Sequence[PaperNumber]) -> str:
    total, slack = sum_value(parts)
    for part in parts:
        needed = whole.value - (total - part.value)
        if needed > 0 and (fixed := slip_to(part, needed - whole.slack - slack, needed + whole.slack + slack)):
            return f"{part.shown}若为{fixed}则相符。"
    return "请核对。"


def _quiet_sums(paper: Ledgerbook, paragraph: ReadParagraph) -> None:
    """A whole followed by two to six of its kind that add up to it exactly: they are checked, whatever the words."""
    numbers = [one for one in paragraph.numbers if one.family not in ("%", "点", "分", "倍")]
    for index, whole in enumerate(numbers):
        following = [
            one
            for one in numbers[index + 1 : index + 8]
            if one.family == whole.family and abs(one.sentence - whole.sentence) < 2
        ]
        for count in range(2, len(following) + 1):
            parts = following[:count]
            total, _ = sum_value(parts)
            if total == whole.value and whole.value / whole.step >= 10 and all(one.value for one in parts):
                paper.covers([whole, *parts])
                break
    for index in range(2, len(numbers)):  # …，共计
        whole = numbers[index]
        if re.search("共|合计|总", whole.before):
            for count in range(2, min(index, 6) + 1):
                parts = numbers[index - count : index]
                if all(one.family == whole.family for one in parts) and sum_value(parts)[0] == whole.value != Fraction(
                    0
                ):
                    paper.covers([whole, *parts])
                    break
