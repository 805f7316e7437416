"""A paper as the checker reads it: paragraphs, tables, and every number with its unit, its printed precision and its place. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

SENTENCE_END = re.compile(r"(?<=[。；;！!？?])")
CLAUSE_END = "，,。；;：:、（）()！？"


@dataclass(eq=False)
class PaperNumber:
    """A number of a paper. Compared by identity: two of one value in two places are two numbers.

    value, step, slack: in base units (套, 元, ㎡; for % in percent). step: one of the last printed place; slack: by how much the exact value
    may differ when the number was rounded half-up, 0 for what is counted one by one. before: the words of its clause that stand before it.
    """

    text: str
    value: Fraction
    step: Fraction
    slack: Fraction
    unit: str
    family: str
    approx: str = ""
    before: str = ""
    serial: int = -1  # its place among the numbers of its paper
    where: str = ""
    anchor: int = -1
    paragraph: int = -1
    sentence: int = -1
    start: int = 0
    end: int = 0
    depth: int = 0  # brackets around it
    table: int = -1
    row: int = -1
    column: int = -1

    @property
    def shown(self) -> str:
        return f"{self.text}{self.unit}"

    @property
    def scale(self) -> Fraction:
        """How many base units one of its own unit is."""
        return UNIT_SCALES.get(self.unit, Fraction(1))

    @property
    def places(self) -> int:
        return len(self.text.partition(".")[2])


UNIT_SCALES: dict[str, Fraction] = {}


@dataclass(eq=False)
class ReadParagraph:
    """text: plain, without blanks. anchor: the number of its paragraph in the file's order; page: of a PDF, 0 elsewhere; part: 正文, 附件1."""

    text: str
    where: str
    anchor: int
    page: int = 0
    heading: bool = False
    part: str = ""
    numbers: list[PaperNumber] = field(default_factory=list)
    joined: list[tuple[int, int]] = field(
        default_factory=list
    )  # (begin, anchor) of the pieces that it was put together from

    def anchor_at(self, place: int) -> int:
        return next((anchor for begin, anchor in reversed(self.joined) if begin <= place), self.anchor)

    def sentences(self) -> Iterator[tuple[int, int, str]]:
        """(number, begin, text)."""
        begin = 0
        for index, piece in enumerate(SENTENCE_END.split(self.text)):
            if piece:
                yield index, begin, piece
            begin += len(piece)


@dataclass(eq=False)
class ReadPaperCell:
    text: str
    anchor: int
    row: int
    column: int
    number: PaperNumber | None = None


@dataclass(eq=False)
class ReadTable:
    """cells: by (row, column) of the grid, each once where it begins. head: how many rows are heads. name: as a reader finds it."""

    name: str
    title: str
    cells: dict[tuple[int, int], ReadPaperCell]
    rows: int
    columns: int
    head: int = 0
    unit: str = ""
    heads: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    cover: dict[tuple[int, int], ReadPaperCell] = field(default_factory=dict)  # place → the cell that covers it
    ragged: bool = False  # its heads do not reach over its columns
    part: str = ""

    def number(self, row: int, column: int) -> PaperNumber | None:
        cell = self.cells.get((row, column))
        return cell.number if cell else None

    def blank(self, row: int, column: int) -> bool:
        cell = self.cells.get((row, column))
        return cell is None or cell.text in ("", "-", "—", "/", "－", "--", "——")


@dataclass(eq=False)
class ReadPaper:
    """kind: docx, pdf, html or txt."""

    name: str
    kind: str
    paragraphs: list[ReadParagraph] = field(default_factory=list)
    tables: list[ReadTable] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its heading: the first paragraph that speaks of 关于…的通报 and the like."""
        for paragraph in self.paragraphs[:14]:
            if re.search(r"(?:通报|简报|专报|通知|报告|方案|意见|情况|函|总结|公告)(?:（[^）]*）)?$", paragraph.text):
                return paragraph.text
        return ""

    def numbers(self) -> Iterator[PaperNumber]:
        for paragraph in self.paragraphs:
            yield from paragraph.numbers
        for table in self.tables:
            for cell in table.cells.values():
                if cell.number is not None:
                    yield cell.number
