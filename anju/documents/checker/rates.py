"""Rates that a sentence tells: a of b is p %; a、b、c，分别完成任务的 p、q、r. Pure."""

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
    WRONG,
    Ledgerbook,
    compare_rate,
    exact_in,
    slip_to,
)
from anju.documents.checker.paper import PaperNumber, ReadParagraph
from anju.quantities import divide_half_up, scaled_text, trim_zeros

RATE_WORDS = re.compile(r"率|占|完成|达|比例|比重|的$|为$|分别")
GROWTH = re.compile(r"同比|增长|增幅|下降|降低|提高|比上年|较上年|上升|增加|减少|回落")
TARGET = re.compile(r"计划|任务|目标|应|下达|共|发现|总|授信|核定|需|要求|未建成|收到|筹措|申请")
DONE = re.compile(r"实际|完成|已|新?开工|新开|发放|建成|整改|支付|拨付|到位|交付|分配|入住|签约|开$")
LIKE_TARGET = re.compile(r"计划|任务|目标|下达")
RATE_OF = re.compile(r"([一-龥]{2})(?:比?率|比例)")
SHARE_OF = re.compile(r"占(?:全市|全省|全区|全县|全部|年度|本年|当年|我市|总)*([一-龥]{2,10}?)(?:的|总量|总数)?$")
BARE = ("%", "点", "分", "倍")
KIND = "比率"
REACH = 7


def check_rates(paper: Ledgerbook) -> None:
    for index, paragraph in enumerate(paper.paper.paragraphs):
        listed = set()
        for items, rates in _respectively(paragraph):
            _judge_list(paper, index, items, rates)
            listed |= {id(rate) for rate in rates}
        for place, rate in enumerate(paragraph.numbers):
            if rate.family == "%" and not rate.approx and id(rate) not in listed:
                _judge_rate(paper, index, place, rate)


# --- 分别 --------------------------------------------------------------------


def _respectively(paragraph: ReadParagraph) -> Iterator[tuple[list[PaperNumber], list[PaperNumber]]]:
    """Numbers before 分别 and the percentages after it."""
    for match in re.finditer("分别", paragraph.text):
        after = [one for one in paragraph.numbers if one.start > match.start()]
        rates = []
        for number in after:
            if number.family != "%" or (
                rates and not re.fullmatch(r"[、，和及与以]{1,2}", paragraph.text[rates[-1].end : number.start])
            ):
                break
            rates.append(number)
        begin = max(paragraph.text.rfind(sign, 0, match.start()) for sign in "。；！？")
        before = [
            one
            for one in paragraph.numbers
            if begin < one.start < match.start() and one.family not in BARE and one.depth == 0
        ]
        if len(rates) > 1 and before:
            yield before, rates


def _judge_list(paper: Ledgerbook, index: int, items: list[PaperNumber], rates: list[PaperNumber]) -> None:
    count = len(rates)
    if len(items) < count:
        if len(items) > 1:
            paper.tell(
                CONTRADICTION,
                "分别",
                rates[0],
                f"{len(items)}项",
                f"“分别”前面是{len(items)}个数，后面是{count}个百分比，对不上。",
                advice="请核对有没有漏写、多写。",
            )
        return
    own = items[-count:]
    earlier = _earlier_lists(paper.paper.paragraphs, index, own)
    if len(items) >= 2 * count:
        earlier.insert(0, items[-2 * count : -count])
    outcomes = [
        [compare_rate(rate, part, whole) for rate, part, whole in zip(rates, own, tasks, strict=True)]
        for tasks in earlier
    ]
    scored = [(sum(one != WRONG for one in outcome), -place) for place, outcome in enumerate(outcomes)]
    if not scored:
        return
    best, place = max(scored)
    if best * 2 < count or best == 0:
        return
    for rate, part, whole, outcome in zip(rates, own, earlier[-place], outcomes[-place], strict=True):
        tell_rate(paper, rate, part, whole, outcome)


def _earlier_lists(paragraphs: Sequence[ReadParagraph], index: int, own: list[PaperNumber]) -> list[list[PaperNumber]]:
    """Runs of numbers in the same units, in front of these."""
    wanted = [one.family for one in own]
    lists = []
    for paragraph in reversed(paragraphs[max(0, index - 4) : index + 1]):
        numbers = [one for one in paragraph.numbers if one.family not in BARE and one.depth == 0]
        for begin in range(len(numbers) - len(own), -1, -1):
            run = numbers[begin : begin + len(own)]
            if [one.family for one in run] == wanted and not any(one in own for one in run):
                lists.append(run)
    return lists[:8]


# --- one rate ----------------------------------------------------------------


def _near(paper: Ledgerbook, index: int, place: int, rate: PaperNumber) -> list[PaperNumber]:
    """Numbers that the rate may be of, the nearest first: of its sentence, of the one before, one or two behind it."""
    paragraph = paper.paper.paragraphs[index]
    before = [one for one in paragraph.numbers[:place] if one.family not in BARE][-REACH * 2 :]
    after = [
        one
        for one in paragraph.numbers[place + 1 : place + 3]
        if one.family not in BARE and one.sentence == rate.sentence
    ]
    if len(before) < 3 and index:
        before = [one for one in paper.paper.paragraphs[index - 1].numbers if one.family not in BARE][-6:] + before
    return [*reversed(before), *after]


def _judge_rate(paper: Ledgerbook, index: int, place: int, rate: PaperNumber) -> None:
    if not RATE_WORDS.search(rate.before):
        return
    near = _near(paper, index, place, rate)
    growth = bool(GROWTH.search(rate.before))
    pairs = [
        (part, whole)
        for part in near[:REACH]
        for whole in near
        if part is not whole and part.family == whole.family and part.family
    ]
    meant = None if growth else _meant_pair(rate, near)
    if meant is not None and (outcome := compare_rate(rate, *meant)) != WRONG:
        tell_rate(paper, rate, *meant, outcome)
        return
    for part, whole in pairs:
        if growth:
            if whole.value and _growth_agrees(rate, part, whole):
                paper.covers([rate, part, whole])
                return
        elif compare_rate(rate, part, whole) == AGREES and _is_telling(rate, part, whole):
            paper.covers([rate, part, whole])
            return
    if meant is not None and not any(one.approx for one in meant):
        tell_rate(paper, rate, *meant, WRONG)


def _is_telling(rate: PaperNumber, part: PaperNumber, whole: PaperNumber) -> bool:
    """100 % of equal numbers is told by words only; any other agreement is no chance when the percentage has three digits."""
    if rate.value == 100:
        return part.value == whole.value and (part.before != whole.before or part.sentence != whole.sentence)
    return bool(part.value)


def _growth_agrees(rate: PaperNumber, now: PaperNumber, before: PaperNumber) -> bool:
    exact = abs(now.value - before.value) / before.value * 100
    return abs(exact - rate.value) <= rate.slack


def _meant_pair(rate: PaperNumber, near: Sequence[PaperNumber]) -> tuple[PaperNumber, PaperNumber] | None:
    """What the words say the rate is of; None when they leave it open."""
    adjacent = len(near) > 1 and "占" in near[0].before and near[1].family == near[0].family
    if adjacent and re.fullmatch(r"的(?:比例为?|比重为?)?", rate.before):
        return near[1], near[0]  # 463.58万元，占改造资金95162.94万元的0.49%
    level = [
        one for one in near if one.depth <= rate.depth and (one.paragraph, one.start) < (rate.paragraph, rate.start)
    ]
    stem = (RATE_OF.search(rate.before) or [None, ""])[1]
    share = SHARE_OF.search(rate.before)
    part = next((one for one in level if one.sentence == rate.sentence and one.paragraph == rate.paragraph), None)
    if part is None:
        return None
    if stem and stem not in ("完成", "有效") and not (stem in part.before or DONE.search(part.before)):
        part = next((one for one in level[:4] if stem in one.before and one.sentence == rate.sentence), None)
        if part is None:
            return None
    if stem and stem not in ("完成", "有效") and stem not in part.before and DONE.search(part.before):
        other = next(
            (
                one
                for one in level[:4]
                if stem in one.before
                and one.sentence == rate.sentence
                and DONE.search(one.before)
                and not LEFTOVER.search(one.before)
            ),
            None,
        )
        part = other or part
    if LEFTOVER.search(part.before):  # 已完成整改25个，正在整改6个，整改率
        other = next(
            (
                one
                for one in level[1:3]
                if DONE.search(one.before)
                and not LEFTOVER.search(one.before)
                and one.family == part.family
                and one.sentence == rate.sentence
            ),
            None,
        )
        if other is None:
            return None
        part = other
    at = level.index(part)
    behind = [one for one in level[at + 1 :] if one.family == part.family]
    if share and not LIKE_TARGET.search(share[1]):
        noun = share[1].lstrip("总")
        whole = next((one for one in behind if noun[-2:] and noun[-2:] in one.before and one.value >= part.value), None)
        return (part, whole) if whole else None
    if not (stem or share or re.search(r"完成", rate.before)):
        return None
    whole = next((one for one in behind[:3] if TARGET.search(one.before) and _same_thing(part, one)), None)
    if whole is None or (LIKE_TARGET.search(part.before) and not re.search("完成", part.before)):
        return None
    return part, whole


LEFTOVER = re.compile(r"正在|尚未|未(?!建成)|剩余")


def _same_thing(part: PaperNumber, whole: PaperNumber) -> bool:
    """In one sentence, or one after the other."""
    return part.paragraph == whole.paragraph and part.sentence - whole.sentence in (0, 1)


def tell_rate(paper: Ledgerbook, rate: PaperNumber, part: PaperNumber, whole: PaperNumber, outcome: str) -> None:
    exact = part.value / whole.value * 100 if whole.value else Fraction(0)
    places = rate.places + 2
    shown = trim_zeros(scaled_text(divide_half_up(exact.numerator * 10**places, exact.denominator), places)) + "%"
    arithmetic = f"{part.shown} ÷ {whole.shown} = {shown}，印作{rate.shown}。"
    if outcome == AGREES:
        paper.covers([rate, part, whole])
    elif outcome == CUT:
        paper.tell(ROUNDING, TRUNCATED, rate, shown, arithmetic, advice="是截尾，没有四舍五入。", among=[part, whole])
    elif outcome == ROUNDED:
        paper.tell(
            ROUNDING, "进位", rate, shown, arithmetic, advice="相差在两数四舍五入的误差之内。", among=[part, whole]
        )
    else:
        paper.tell(CONTRADICTION, KIND, rate, shown, arithmetic, advice=_hint(rate, part, whole), among=[part, whole])


def _hint(rate: PaperNumber, part: PaperNumber, whole: PaperNumber) -> str:
    low, high = (rate.value - rate.slack) / 100, (rate.value + rate.slack) / 100
    if fixed := slip_to(part, low * whole.value, high * whole.value):
        return f"{part.shown}若为{fixed}则相符。"
    if low > 0 and (fixed := slip_to(whole, part.value / high, part.value / low)):
        return f"{whole.shown}若为{fixed}则相符。"
    exact = part.value / whole.value * 100 if whole.value else Fraction(0)
    return f"应为{exact_in(exact, rate, 0)}。" if whole.value else "请核对。"
