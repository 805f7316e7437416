"""The planting program: mistakes of a known seed put into true papers, and how many of them the checker names.

A paper is taken apart into blocks, one of its numbers is changed, a .docx is written of it, and the checker reads that. Planted is only where
something covers the number: where the checker held it against something when the paper was true.
"""

import io
import random
import re
from dataclasses import dataclass, field
from fractions import Fraction

import docx

from anju.documents.checker.inspection import inspect_file, report_of
from anju.documents.checker.paper import PaperNumber, ReadPaper

KINDS = ("digit", "unit", "row", "sum", "word")
UNITS = {"亿元": "万元", "万元": "亿元", "套": "万套", "户": "万户", "万户": "户", "万套": "套", "%": "‰"}


@dataclass
class Blocks:
    """Paragraphs and tables in order: a str, or rows of cells."""

    paragraphs: list[str]
    tables: list[list[list[str]]]

    def docx(self) -> bytes:
        document = docx.Document()
        for text in self.paragraphs:
            document.add_paragraph(text)
        for rows in self.tables:
            title, unit, *body = rows
            document.add_paragraph(title[0])
            if unit[0]:
                document.add_paragraph(unit[0])
            width = max(len(row) for row in body)
            table = document.add_table(rows=len(body), cols=width)
            for row, cells in zip(table.rows, body, strict=True):
                for cell, text in zip(row.cells, cells, strict=False):
                    if text:
                        cell.text = text
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def blocks_of(paper: ReadPaper) -> Blocks:
    tables = []
    for table in paper.tables:
        rows = [[""] * table.columns for _ in range(table.rows)]
        for (row, column), cell in table.cover.items():
            rows[row][column] = cell.text if row < table.head or (cell.row, cell.column) == (row, column) else ""
        tables.append([[table.title], [f"单位：{table.unit}" if table.unit else ""], *rows])
    titles = {table.title for table in paper.tables}
    return Blocks([one.text for one in paper.paragraphs if one.text not in titles], tables)


@dataclass
class Planted:
    kind: str
    where: str
    before: str
    after: str
    found: bool
    false: list[str] = field(default_factory=list)


@dataclass
class Score:
    planted: list[Planted] = field(default_factory=list)

    @property
    def recall(self) -> Fraction:
        return Fraction(sum(one.found for one in self.planted), len(self.planted) or 1)

    @property
    def precision(self) -> Fraction:
        """Of the plantings that were answered: those answered by nothing else than what was planted."""
        told = [one for one in self.planted if one.found or one.false]
        return Fraction(sum(one.found and not one.false for one in told), len(told) or 1)


def plant(papers: list[ReadPaper], count: int, seed: int, kinds: tuple[str, ...] = KINDS) -> Score:
    chance = random.Random(seed)
    trues = [_True(paper) for paper in papers]
    score = Score()
    for _ in range(count * 20):
        if len(score.planted) == count:
            break
        true, kind = chance.choice(trues), chance.choice(kinds)
        if (planted := true.plant(kind, chance)) is not None:
            score.planted.append(planted)
    return score


class _True:
    """A true paper, as its .docx reads."""

    def __init__(self, paper: ReadPaper) -> None:
        self.content = blocks_of(paper).docx()
        book = inspect_file(self.content, f"{paper.name}.docx")
        self.paper, report = book.paper, report_of(book)
        self.blocks = blocks_of(self.paper)
        self.base = {(one.kind, one.arithmetic) for one in report.contradictions}
        self.texts = [one for one in self.paper.paragraphs if one.text in self.blocks.paragraphs]
        unclear = {serial for one in report.findings for serial in one.serials if one.level == "未能核对"}
        open_places = set(report.open)
        numbers = list(self.paper.numbers())
        self.covered = [
            one
            for one in numbers
            if (one.where, one.shown) not in open_places and one.serial not in unclear and one.value > 0
        ]

    def plant(self, kind: str, chance: random.Random) -> Planted | None:
        if kind == "word":
            return self._word(chance)
        number = chance.choice(self.covered)
        text = self._changed(kind, number, chance)
        return None if text is None else self._try(kind, number, text)

    def _changed(self, kind: str, number: PaperNumber, chance: random.Random) -> str | None:
        """Its new text, unit included; None when this kind of mistake cannot happen to it."""
        if kind == "digit":
            digits = list(number.text)
            places = [index for index, letter in enumerate(digits) if letter.isdecimal()][:3]
            index = chance.choice(places)
            digits[index] = chance.choice([one for one in "123456789" if one != digits[index]])
            text = "".join(digits)
            return text + number.unit if self._matters(number, Fraction(text)) else None
        if kind == "unit":
            return number.text + UNITS[number.unit] if number.table < 0 and number.unit in UNITS else None
        if kind == "row":
            others = [
                one
                for one in self.covered
                if one.table == number.table >= 0
                and one.column == number.column
                and one.row != number.row
                and one.value != number.value
            ]
            return (
                chance.choice(others).text + ("%" if number.family == "%" else "")
                if others and number.table >= 0
                else None
            )
        more = Fraction(number.text) + chance.choice((10, 100, 27)) * Fraction(1, 10**number.places)
        text = f"{float(more):.{number.places}f}"
        return text + number.unit if self._matters(number, Fraction(text)) and number.family != "%" else None

    def _matters(self, number: PaperNumber, other: Fraction) -> bool:
        """A change that rounding hides is no mistake that anybody could name."""
        change = abs(other - Fraction(number.text))
        beside = [
            one.step
            for one in self.paper.numbers()
            if one.paragraph == number.paragraph >= 0 and one.family == number.family
        ]
        return change * 100 > Fraction(number.text) * 2 and change * number.scale > 2 * max(beside, default=Fraction(0))

    def _try(self, kind: str, number: PaperNumber, text: str) -> Planted | None:
        blocks = Blocks(list(self.blocks.paragraphs), [[list(row) for row in table] for table in self.blocks.tables])
        if number.table >= 0:
            unit = (
                "%"
                if number.family == "%"
                and self.blocks.tables[number.table][number.row + 2][number.column].endswith("%")
                else ""
            )
            blocks.tables[number.table][number.row + 2][number.column] = re.match(r"[-0-9.]+", text)[0] + unit
        else:
            paragraph = self.paper.paragraphs[number.paragraph]
            at = self.blocks.paragraphs.index(paragraph.text)
            whole = paragraph.text[number.start : number.end]
            head = whole[: len(whole) - len(number.unit)] if number.unit and whole.endswith(number.unit) else None
            if head is None or head.replace(",", "") != number.text:
                return None
            blocks.paragraphs[at] = paragraph.text[: number.start] + text + paragraph.text[number.end :]
        return self._judged(kind, number.where, number.shown, text, blocks, number.serial)

    def _judged(self, kind: str, where: str, before: str, after: str, blocks: Blocks, serial: int) -> Planted:
        report = report_of(inspect_file(blocks.docx(), "planted.docx"))
        new = [one for one in report.contradictions if (one.kind, one.arithmetic) not in self.base]
        touching = [one for one in new if serial in one.serials or serial < 0]
        return Planted(
            kind,
            where,
            before,
            after,
            bool(touching),
            [one.arithmetic for one in new if one not in touching and one.kind != "用语"],
        )

    def _word(self, chance: random.Random) -> Planted | None:
        """Words that say more than the numbers do."""
        tried = [self._title, self._fewer_rates, self._claim]
        chance.shuffle(tried)
        for change in tried:
            changed = change(chance)
            if changed is not None:
                at, text = changed
                blocks = Blocks(list(self.blocks.paragraphs), self.blocks.tables)
                before = blocks.paragraphs[at]
                blocks.paragraphs[at] = text
                return self._judged("word", f"第{at + 1}段", before[:30], text[:30], blocks, -1)
        return None

    def _title(self, chance: random.Random) -> tuple[int, str] | None:
        title = self.paper.title
        years = re.findall(r"(?:19|20)\d\d(?=年)", title)
        if (
            len(years) != 1
            or title not in self.blocks.paragraphs
            or "".join(self.blocks.paragraphs).count(f"{years[0]}年") < 5
        ):
            return None
        other = str(int(years[0]) - 7)
        return self.blocks.paragraphs.index(title), title.replace(years[0], other)

    def _fewer_rates(self, chance: random.Random) -> tuple[int, str] | None:
        """分别 with one percentage below a hundred, and 均超额 behind it."""
        for at, text in enumerate(self.blocks.paragraphs):
            if "分别完成" in text and "均超额" in text and text.count("%") > 1:
                return at, re.sub(r"分别完成年度任务的[0-9.]+%", "分别完成年度任务的88.8%", text)
        return None

    def _claim(self, chance: random.Random) -> tuple[int, str] | None:
        for at, text in enumerate(self.blocks.paragraphs):
            match = re.search(r"(?:开工|任务完成)率(\d\d\.\d)%；", text)
            if match:
                return at, text[: match.end() - 1] + "，全部超额完成年度目标任务；" + text[match.end() :]
        return None
