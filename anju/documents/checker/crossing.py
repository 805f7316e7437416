"""The same figure in two places: text against table, text against text. Pure."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from anju.documents.checker.findings import (
    CONTRADICTION,
    CUT,
    ROUNDING,
    TRUNCATED,
    WRONG,
    Ledgerbook,
    compare_value,
    exact_in,
    slip_to,
    times_off,
)
from anju.documents.checker.paper import PaperNumber, ReadParagraph, ReadTable
from anju.documents.checker.tables import TOTAL
from anju.quantities import separate_thousands

WORDS = Path(__file__).with_name("subjects.yaml")
YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
REGION = re.compile(r"([一-龥]{1,6}?(?:自治州|自治县|市|县|区|旗|州|盟))")
EVERYWHERE = {f"{word}{level}" for word in ("全", "我", "各") for level in ("市", "县", "区", "州", "旗", "盟")}
LONG_ENOUGH = 1_000  # units of the last place: three digits are soon like others
BARE = ("%", "点", "分", "倍", "")
KIND = "前后不一"


@cache
def vocabulary() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(WORDS.read_text(encoding="utf-8")))


def subjects_of(text: str) -> frozenset[str]:
    """What the words speak of, each subject by its one name; the longer name wins over one inside it."""
    named: set[str] = set()
    rest = text
    for name, words in vocabulary()["subjects"].items():
        for word in words:
            if word in rest:
                named.add(name)
                rest = rest.replace(word, "□")
    return frozenset(named)


def _without_subjects(text: str) -> str:
    """棚户区 and 小区 are no places."""
    for words in vocabulary()["subjects"].values():
        for word in words:
            text = text.replace(word, "，")
    return text


def stage_of(text: str) -> str:
    """task, done or "": whether a number is what was asked or what was reached."""
    for stage, words in vocabulary()["stages"].items():
        if any(word in text for word in words):
            return str(stage)
    return ""


def check_crossing(paper: Ledgerbook) -> None:
    texts = [
        number
        for paragraph in paper.paper.paragraphs
        for number in paragraph.numbers
        if number.family not in BARE and not number.approx
    ]
    _place_lists(paper)
    for number in texts:
        _against_tables(paper, number)
    _against_text(paper, texts)


# --- text against table ------------------------------------------------------


def _against_tables(paper: Ledgerbook, number: PaperNumber) -> None:
    rounding: tuple[PaperNumber, str] | None = None
    for table in paper.paper.tables:
        for cell in _rows_meant(paper, table, number):
            if not _comparable(cell, number):
                continue
            value = _value_as(cell, number)
            if value == number.value:
                if number.value / number.step >= 10:
                    paper.covers([number, cell])
                    return
            elif (
                rounding is None
                and cell.step < number.step
                and number.slack
                and (subjects_of(number.before) & subjects_of(cell.before))
            ):
                state = compare_value(number, value)
                if state != WRONG:
                    rounding = cell, state
    if rounding is not None and not paper.is_checked(number):
        cell, state = rounding
        advice = "是截尾，没有四舍五入。" if state == CUT else "四舍五入后相符。"
        kind = TRUNCATED if state == CUT else "进位"
        paper.tell(
            ROUNDING,
            kind,
            number,
            cell.shown,
            f"{cell.where}是{cell.shown}，这里印作{number.shown}。",
            advice=advice,
            among=[cell],
            also=cell.where,
        )
        return
    if not paper.is_checked(number):
        _slipped_from_table(paper, number)


def _place_lists(paper: Ledgerbook) -> None:
    """甲县、乙县、丙县…分别为830套、312套、1034套: one number a place, as a column of a table has them."""
    labels = {label for table in paper.paper.tables for label in table.labels.values() if len(label) > 1}
    if not labels:
        return
    one = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    names_before = re.compile(rf"(?:(?:{one})[、和及与])+(?:{one})")
    for paragraph in paper.paper.paragraphs:
        for match in re.finditer("分别", paragraph.text):
            begin = max(paragraph.text.rfind(sign, 0, match.start()) for sign in "。；！？")
            runs = list(names_before.finditer(paragraph.text, begin + 1, match.start()))
            numbers = _listed_behind(paragraph, match.end())
            if runs and len(numbers) > 1:
                _judge_places(paper, re.findall(one, runs[-1][0]), numbers)


def _listed_behind(paragraph: ReadParagraph, at: int) -> list[PaperNumber]:
    """The numbers of one unit that stand one after the other from there."""
    numbers: list[PaperNumber] = []
    for number in paragraph.numbers:
        if number.start < at:
            continue
        if numbers and (
            number.family != numbers[0].family
            or not re.fullmatch("[、和及与]", paragraph.text[numbers[-1].end : number.start])
        ):
            break
        if not numbers and re.search("[，。；]", paragraph.text[at : number.start]):
            break
        numbers.append(number)
    return numbers


def _judge_places(paper: Ledgerbook, names: list[str], numbers: list[PaperNumber]) -> None:
    if len(names) != len(numbers):
        told = f"“分别”前面是{len(names)}个地方，后面是{len(numbers)}个数，对不上。"
        paper.tell(
            CONTRADICTION, "分别", numbers[0], f"{len(names)}个", told, advice="请核对有没有漏写、多写。", among=numbers
        )
        return
    best: tuple[int, list[PaperNumber | None]] = (0, [])
    for table in paper.paper.tables:
        rows = {label: row for row, label in table.labels.items()}
        for column in range(table.columns):
            cells = [table.number(rows[name], column) if name in rows else None for name in names]
            alike = sum(
                cell is not None and _comparable(cell, number) and _value_as(cell, number) == number.value
                for cell, number in zip(cells, numbers, strict=True)
            )
            best = max(best, (alike, cells), key=lambda pair: pair[0])
    alike, cells = best
    if alike < 2 or alike * 3 < 2 * len(numbers):
        return
    for number, cell in zip(numbers, cells, strict=True):
        if cell is None:
            continue
        value = _value_as(cell, number)
        if compare_value(number, value) == WRONG:
            _tell(paper, number, cell, value)
        else:
            paper.covers([number, cell])


def _rows_meant(paper: Ledgerbook, table: ReadTable, number: PaperNumber) -> Iterator[PaperNumber]:
    """The cells of the rows that a number of the text may stand for: of the places its sentence names, else of the total."""
    sentence = sentence_of(paper, number)
    named = [
        row for row, label in table.labels.items() if len(label) > 1 and label in sentence and not TOTAL.search(label)
    ]
    if nearest := [row for row in named if table.labels[row] in number.before]:
        named = nearest
    totals = [row for row, label in table.labels.items() if TOTAL.search(label)]
    rows = list(dict.fromkeys([*named, *totals, table.head]))
    for row in rows:
        for column in range(table.columns):
            cell = table.number(row, column)
            if cell is not None:
                yield cell


def sentence_of(paper: Ledgerbook, number: PaperNumber) -> str:
    paragraph = paper.paper.paragraphs[number.paragraph]
    return next((text for index, _, text in paragraph.sentences() if index == number.sentence), "")


def _comparable(cell: PaperNumber, number: PaperNumber) -> bool:
    return cell.family == number.family or not cell.family


def _value_as(cell: PaperNumber, number: PaperNumber) -> Fraction:
    """A cell without a unit is in the text's unit."""
    return cell.value if cell.family else cell.value * number.scale


def _slipped_from_table(paper: Ledgerbook, number: PaperNumber) -> None:
    """A text's number that differs from the table's by one slip, of the same subject: they cannot both be right."""
    mine, year = subjects_of(number.before), _year_of(sentence_of(paper, number))
    for table in paper.paper.tables:
        title_year = _year_of(table.title)
        if year and title_year and year != title_year:
            continue
        for cell in [cell for cell in _rows_meant(paper, table, number) if _comparable(cell, number) and cell.value]:
            value = _value_as(cell, number)
            if min(number.value / number.step, cell.value / cell.step) < 10:
                continue
            if (
                cell.family
                and number.family == cell.family
                and number.text == cell.text
                and number.value in (value * 10_000, value / 10_000)
            ):
                _tell(paper, number, cell, value)
                return
            if not table.ragged and _is_same_figure(table, number, cell, mine):
                slack = cell.slack if cell.family else cell.slack * number.scale
                if slip_to(number, value - slack, value + slack):
                    _tell(paper, number, cell, value)
                    return


def _is_same_figure(table: ReadTable, number: PaperNumber, cell: PaperNumber, mine: frozenset[str]) -> bool:
    theirs, head = subjects_of(cell.before + table.title), subjects_of(cell.before)
    stages = {stage_of(cell.before), stage_of(number.before)} - {""}
    if not mine & head or len(stages) > 1:
        return False
    if mine == head and len(mine) > 1:  # said in the same words: a short number will do
        stage = stage_of(number.before)
        alike = [
            other for other in table.heads.values() if subjects_of(other) == head and stage_of(other) in (stage, "")
        ]
        if len([other for other in alike if stage_of(other) == stage] or alike) == 1:
            return True
    return (mine <= theirs or head <= mine) and number.value / number.step >= LONG_ENOUGH


def _year_of(text: str) -> str:
    years = set(YEAR.findall(text))
    return years.pop() if len(years) == 1 else ""


# --- text against text -------------------------------------------------------


def _key(paper: Ledgerbook, number: PaperNumber) -> tuple[Any, ...] | None:
    subjects = subjects_of(number.before)
    if not subjects or number.depth:
        return None
    sentence = sentence_of(paper, number)
    before = sentence[: max(0, number.start)]
    regions = frozenset(REGION.findall(_without_subjects(number.before))) - EVERYWHERE
    return number.family, subjects, stage_of(number.before), regions, _year_of(before) or _year_of(number.before)


def _against_text(paper: Ledgerbook, texts: list[PaperNumber]) -> None:
    by_value: dict[tuple[str, Fraction], list[PaperNumber]] = {}
    for number in texts:
        by_value.setdefault((number.family, number.value), []).append(number)
    for alike in by_value.values():
        for one in alike:
            others = [other for other in alike if (other.paragraph, other.sentence) != (one.paragraph, one.sentence)]
            if one.value / one.step >= 100 and any(
                subjects_of(one.before) & subjects_of(other.before) for other in others
            ):
                paper.covers([one])
    first: list[tuple[tuple[Any, ...], PaperNumber]] = []
    for number in texts:
        key = _key(paper, number)
        if key is None:
            continue
        for other_key, other in first:
            if (other.paragraph, other.sentence) != (number.paragraph, number.sentence) and _same_key(key, other_key):
                _compare_texts(paper, number, other)
        first.append((key, number))


def _same_key(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    """Years and stages may be left out; everything else is the same."""
    if (
        left[0] != right[0]
        or (left[2] and right[2] and left[2] != right[2])
        or left[3] != right[3]
        or (left[4] and right[4] and left[4] != right[4])
    ):
        return False
    return bool(left[1] == right[1])


def _compare_texts(paper: Ledgerbook, number: PaperNumber, other: PaperNumber) -> None:
    if number.value == other.value:
        paper.covers([number, other])
        return
    coarse, fine = (number, other) if number.step > other.step else (other, number)
    if coarse.slack and coarse.step > fine.step:
        state = compare_value(coarse, fine.value)
        if state != WRONG:
            kind, advice = (TRUNCATED, "是截尾，没有四舍五入。") if state == CUT else ("进位", "四舍五入后相符。")
            paper.tell(
                ROUNDING,
                kind,
                coarse,
                fine.shown,
                f"{fine.where}写{fine.shown}，这里写{coarse.shown}。",
                advice=advice,
                among=[fine],
                also=fine.where,
            )
            return
    if min(number.value / number.step, other.value / other.step) < 100 or (
        paper.is_checked(number) and paper.is_checked(other)
    ):
        return
    wide = number.value / number.step >= LONG_ENOUGH or len(subjects_of(number.before)) > 1
    if wide and slip_to(number, other.value - other.slack, other.value + other.slack):
        _tell(paper, number, other, other.value)


def _tell(paper: Ledgerbook, number: PaperNumber, other: PaperNumber, value: Fraction) -> None:
    shown = exact_in(value, number) if number.unit else separate_thousands(other.text)
    paper.tell(
        CONTRADICTION, KIND, number, shown, f"这里写{number.shown}，{other.where}写{other.shown}，相差{exact_in(abs(value - number.value), number)}。",
        advice=times_off(number, value) or "两处只能有一个对，请核对。", among=[other], also=other.where,
    )  # fmt: skip
