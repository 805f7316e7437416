"""A .docx edited in Word or WPS against the document it was made from and against the ledger.

Which numbers were changed in it, which no longer agree with the ledger, in which sentence; changes of words are told apart.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lxml import html

from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.layout.markup import CitedFigure
from anju.documents.models import Document
from anju.documents.queries import documents, stale
from anju.documents.text import word_file
from anju.documents.text.matching import match_texts
from anju.documents.text.word_file import WordBlock, plain_text
from anju.documents.writers.formats import to_docx

NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
ENDS = re.compile(r"(?<=[。;!?])")


@dataclass(frozen=True)
class EditedFigure:
    """One figure of the document as the file has it. printed: the document's; found: the file's ("" gone or blank); ledger: today's."""

    ref: str
    where: str
    sentence: str
    printed: str
    found: str
    ledger: str

    @property
    def changed(self) -> bool:
        return read_number(self.printed) != read_number(self.found)

    @property
    def disagrees(self) -> bool:
        return read_number(self.found) != read_number(self.ledger)


@dataclass(frozen=True)
class ProseChange:
    """Words that were changed; old "": added, new "": taken out."""

    old: str
    new: str


@dataclass
class EditComparison:
    """figures: every figure of the document, in order. changed: edited in the file. disagree: not what the ledger says today."""

    figures: list[EditedFigure] = field(default_factory=list)
    prose: list[ProseChange] = field(default_factory=list)

    @property
    def changed(self) -> list[EditedFigure]:
        return [one for one in self.figures if one.changed]

    @property
    def disagree(self) -> list[EditedFigure]:
        return [one for one in self.figures if one.disagrees]


@dataclass
class ComparedPiece:
    """A sentence, or a row of a table with its cells by column, as it is compared."""

    text: str
    cells: dict[int, str] | None = None
    where: str = ""
    figures: list[tuple[int, int, CitedFigure]] = field(
        default_factory=list
    )  # column (-1 in a sentence), which number of it, the figure

    @property
    def key(self) -> str:
        """A row goes by its label, a sentence by its words without the numbers."""
        if self.cells is not None:
            return "|" + next(iter(self.cells.values()), "")
        return NUMBER.sub("#", self.text)


def read_number(text: str) -> str:
    """One number, however it is typed: １，８２５ is 1825, 约5.3 is 5.3."""
    match = NUMBER.search(plain_text(text))
    return match[0] if match else plain_text(text)


def compare_edited(user: Actor, document: Document, content: bytes, name: str = "上传的文件") -> EditComparison:
    """Compare an edited .docx with the newest version of the document and with the ledger. Refused DOC-040 when the file cannot be read."""
    edited = _file_pieces(read_file_of(user, word_file.read_word, content, name, file=name))
    version = documents.find_version(user, document)
    ledger = _printed(stale.compose_now(user, document, version).html)
    result = EditComparison()
    count: dict[str, int] = {}
    for left, right in _matched(_document_pieces(markup.parse_article(version.html)), edited):
        if left is None:
            continue
        for column, which, cited in left.figures:
            found = _text_in_place(left, right, column, which)
            today = ledger.get(cited.ref, [])
            at = count[cited.ref] = count.get(cited.ref, -1) + 1
            now = today[min(at, len(today) - 1)] if today else ""
            result.figures.append(
                EditedFigure(cited.ref, left.where, right.text if right else left.text, cited.text, found, now)
            )
        if right is not None:
            _restore(left, right)
    for left, right in _matched(_file_pieces(word_file.read_word(to_docx(version.html))), edited):
        if left is None or right is None or left.text != right.text:
            result.prose.append(ProseChange(left.text if left else "", right.text if right else ""))
    return result


def _file_pieces(blocks: Iterable[WordBlock]) -> list[ComparedPiece]:
    """A Word file's sentences and rows."""
    found: list[ComparedPiece] = []
    for block in blocks:
        if block.cells is None:
            found += [ComparedPiece(text) for text in ENDS.split(plain_text(block.text)) if text]
        else:
            cells = {column: plain_text(text) for column, text in block.cells.items()}
            found.append(ComparedPiece("|".join(cells.values()), cells))
    return found


def _document_pieces(article: html.HtmlElement) -> list[ComparedPiece]:
    """The document's own sentences and rows, with the places of their figures."""
    found: list[ComparedPiece] = []
    rows = iter([row for table in article.iter("table") for row in _rows(TableGrid(table))])
    for sentence in markup.sentences(article):
        if sentence.row:
            piece = next(rows)
            piece.where = sentence.where
        else:
            piece = ComparedPiece(plain_text(sentence.text), where=sentence.where)
            piece.figures = [
                (-1, len(NUMBER.findall(plain_text(sentence.text[: one.start]))), one) for one in sentence.figures
            ]
        found.append(piece)
    return found


def _rows(grid: TableGrid) -> Iterable[ComparedPiece]:
    for row in range(grid.rows):
        here = sorted((cell for cell in grid.cells if cell.row == row), key=lambda cell: cell.column)
        cells = {cell.column: plain_text(cell.text) for cell in here}
        figures = [
            (cell.column, len(NUMBER.findall(plain_text(cell.text[: one.start]))), one)
            for cell in here
            for one in markup.text_with_figures(cell.element)[1]
        ]
        yield ComparedPiece("|".join(cells.values()), cells, figures=figures)


def _matched(
    left: Sequence[ComparedPiece], right: Sequence[ComparedPiece]
) -> list[tuple[ComparedPiece | None, ComparedPiece | None]]:
    """In order; then rows that were only moved, by their label."""
    matched = match_texts(left, right, lambda piece: piece.key)
    spare = [other for one, other in matched if one is None and other.cells is not None]
    moved: dict[int, ComparedPiece] = {}
    for one, other in matched:
        if other is None and one.cells is not None:
            again = next((row for row in spare if row.key == one.key and row.cells.keys() == one.cells.keys()), None)
            if again is not None:
                spare.remove(again)
                moved[id(one)] = again
    taken = {id(row) for row in moved.values()}
    return [
        (one, moved.get(id(one), other) if one else other)
        for one, other in matched
        if one is not None or id(other) not in taken
    ]


def _text_in_place(left: ComparedPiece, right: ComparedPiece | None, column: int, which: int) -> str:
    """What the file has in the place of a figure."""
    before, after = _texts(left, right, column)
    if column >= 0 and not NUMBER.search(before):
        return after  # it was blank
    at = _answers(before, after).get(which)
    return "" if at is None else NUMBER.findall(after)[at]


def _texts(left: ComparedPiece, right: ComparedPiece | None, column: int) -> tuple[str, str]:
    """The two sentences, or the two cells."""
    if column < 0:
        return left.text, right.text if right else ""
    return left.cells[column], ((right.cells if right else None) or {}).get(column, "")


def _answers(before: str, after: str) -> dict[int, int]:
    """Which number of `after` stands where each number of `before` stood, by the words around them."""
    sides = [NUMBER.sub("#", text) for text in (before, after)]
    found: dict[int, int] = {}
    for act, i, j, k, m in difflib.SequenceMatcher(None, *sides, autojunk=False).get_opcodes():
        old, new = sides[0][i:j].count("#"), sides[1][k:m].count("#")
        if old and (act == "equal" or old == new):
            first, there = sides[0][:i].count("#"), sides[1][:k].count("#")
            found |= {first + step: there + step for step in range(old)}
    return found


def _restore(left: ComparedPiece, right: ComparedPiece) -> None:
    """Put the figures' own numbers back into the file's text, so that what still differs is words."""
    for column in {column for column, _, _ in left.figures}:
        before, after = _texts(left, right, column)
        own, answers = NUMBER.findall(before), _answers(before, after)
        back = {
            answers[which]: own[which]
            for at, which, _ in left.figures
            if at == column and which in answers and which < len(own)
        }
        seen = iter(range(len(after)))
        text = NUMBER.sub(lambda match, back=back, seen=seen: back.get(next(seen), match[0]), after) if own else before
        if column < 0:
            right.text = text
        elif right.cells is not None and column in right.cells:
            right.cells[column] = text
    if right.cells is not None:
        right.text = "|".join(right.cells.values())


def _printed(text: str) -> dict[str, list[str]]:
    """Reference → its printed texts in order."""
    found: dict[str, list[str]] = {}
    for sentence in markup.sentences(markup.parse_article(text)):
        for one in sentence.figures:
            found.setdefault(one.ref, []).append(one.text)
    return found
