"""Words against numbers: 均、全部、超额、提前 against the rates beside them and in the tables; so many places, and how many are named. Pure."""

import re
from collections.abc import Iterator

from anju.documents.checker.findings import CONTRADICTION, Ledgerbook
from anju.documents.checker.paper import ReadParagraph, ReadTable
from anju.documents.checker.tables import TOTAL, grids_of
from anju.documents.text.wording import claim_words

CLAUSE = re.compile(r"(?<=[，；。！？：])")
PARTS = re.compile(r"各(?:县|市|区|地|旗|州)|各\S{0,3}(?:县|区)|每个(?:县|区|市)")
NAMES = re.compile(
    r"(?P<names>(?:[一-龥]{1,5}(?:区|县|市|旗|州)、){1,20}[一-龥]{1,5}(?:区|县|市|旗|州))(?P<more>等)?(?P<count>[0-9]{1,2}|[二三四五六七八九十]{1,3})个?(?:县|区|市|地|州|旗)"
)
FAR = re.compile(r"力争|确保|要|应|争取|预计|计划|将|未|没有|不")
DIGITS = "零一二三四五六七八九"
KIND = "用语"


def check_claims(paper: Ledgerbook) -> None:
    for paragraph in paper.paper.paragraphs:
        for index, begin, sentence in paragraph.sentences():
            _own_rates(paper, paragraph, index, begin, sentence)
            _rates_of_parts(paper, paragraph, begin, sentence)
            _named_places(paper, paragraph, begin, sentence)


def read_claims(sentence: str) -> Iterator[tuple[str, bool, bool]]:
    """(clause, more than the task is claimed, of every one)."""
    words = claim_words()
    for clause in CLAUSE.split(sentence):
        reached = [word for word in words["reached"] if word in clause and not re.search(rf"{word}\D*\d", clause)]
        if reached and not any(word in clause for word in words["except"]) and not FAR.search(clause):
            yield (
                clause.strip("，；。！？："),
                any(word in clause for word in words["over"]),
                any(word in clause for word in words["every"]),
            )


def _own_rates(paper: Ledgerbook, paragraph: ReadParagraph, index: int, begin: int, sentence: str) -> None:
    rates = [
        one
        for one in paragraph.numbers
        if one.sentence == index and one.family == "%" and re.search("完成|分别|率|^$", one.before) and not one.approx
    ]
    if not rates:
        return
    for clause, over, every in read_claims(sentence):
        at = begin + sentence.find(clause)
        mine = [one for one in rates if one.start < at][-8:]
        if not mine or not (over or every or "任务" in clause):
            continue
        if not re.search("完成|任务|目标", sentence[: sentence.find(clause)]) or not (every or len(mine) == 1):
            continue
        short = [one for one in mine if (one.value <= 100 if over else one.value < 100)]
        completion = [one for one in mine if one.value > 60]
        if short and len(completion) == len(mine):
            listed = "、".join(one.shown for one in short)
            paper.tell(
                CONTRADICTION,
                KIND,
                short[0],
                f"“{clause}”",
                f"“{clause}”，前面的{listed}{'没有超过' if over else '不到'}100%。",
                advice="请改写这句话，或核对这个数。",
                among=short,
            )


def _rates_of_parts(paper: Ledgerbook, paragraph: ReadParagraph, begin: int, sentence: str) -> None:
    """各县（市、区）圆满完成任务: against the completion rates of the tables."""
    spoken = PARTS.search(sentence)
    if spoken is None:
        return
    for clause, over, every in read_claims(sentence):
        at = sentence.find(clause)
        if (
            at < 0
            or spoken.start() > at + len(clause)
            or not (every or over)
            or not re.search("任务|目标|指标|计划", clause)
        ):
            continue
        if any(mark in sentence[spoken.start() : at] for mark in "。；"):
            continue
        behind = [text for table in paper.paper.tables for text in _behind(table)]
        if behind:
            listed = "；".join(behind[:8]) + ("等" if len(behind) > 8 else "")
            paper.tell_words(
                KIND, paragraph, begin + at, printed=f"“{clause}”", other=listed, arithmetic=f"“{clause}”与附表不符：{listed}。",
                advice="请改写这句话，或写明哪些地方没有达到。",
            )  # fmt: skip
            return


def _behind(table: ReadTable) -> Iterator[str]:
    """Parts whose completion rate is below 100 %. A completion rate is a column of rates of which one is above 100 %, or whose head says so."""
    grid, _ = grids_of(table)
    for place in sorted(grid.ratios):
        rates = [number for line in grid.lines if (number := grid.at(line, place)) is not None]
        head = grid.words.get(place, "")
        if not (any(rate.value > 100 for rate in rates) or re.search("完成率|完成比例", head)):
            continue
        for line in grid.lines:
            rate = grid.at(line, place)
            label = table.labels.get(line, "")
            if (
                rate is not None
                and rate.value < 100
                and not TOTAL.search(label)
                and line != grid.lines[0]
                and not re.search("货币化|增长", head)
            ):
                name = head.rpartition("·")[2]
                yield f"{table.name} {label}{f'“{name}”' if name else ''}{rate.shown}"


def _named_places(paper: Ledgerbook, paragraph: ReadParagraph, begin: int, sentence: str) -> None:
    for match in NAMES.finditer(sentence):
        names = match["names"].split("、")
        count = _count(match["count"])
        if count and (count < len(names) or (count != len(names) and not match["more"])):
            told = f"写“{match['count']}个”，列出的是{len(names)}个。"
            paper.tell_words(
                "个数", paragraph, begin + match.start(), printed=match[0], other=f"{len(names)}个", arithmetic=told,
                advice="请核对有没有漏写、多写。",
            )  # fmt: skip


def _count(text: str) -> int:
    if text.isdecimal() and text.isascii():
        return int(text)
    tens, mark, ones = text.partition("十")
    if not mark:
        return DIGITS.index(text) if len(text) == 1 else 0
    return (DIGITS.index(tens) if len(tens) == 1 else 1) * 10 + (DIGITS.index(ones) if len(ones) == 1 else 0)
