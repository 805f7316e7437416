"""A .docx edited in Word or WPS against the document it was made from and against the ledger.

Which quantities were changed in it (a sign and a unit are part of them), which no longer agree with the ledger, in which sentence; changes of words are told apart.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lxml import html

from anju.core.people.scope import Actor
from anju.core.reading import read_file_of
from anju.documents.layout import markup
from anju.documents.layout.grid import TableGrid
from anju.documents.layout.markup import CitedFigure
from anju.documents.models import Document
from anju.documents.queries import documents, stale
from anju.documents.text import word_file
from anju.documents.text.matching import LONGEST, match_texts
from anju.documents.text.quantities import TextToken, head_unit, mask_quantities, plain_text, read_tokens
from anju.documents.text.word_file import UnreadText, WordBlock
from anju.documents.writers.formats import to_docx

ENDS = re.compile(r"(?<=[。;!?])")
SENTENCE = -1  # the place of the figures of a sentence, which has no cells


@dataclass(frozen=True)
class EditedFigure:
    """One figure of the document as the file has it. printed: the document's; found: the file's ("" gone or blank); ledger: today's.

    Each says its unit when the three have not the same.
    """

    ref: str
    where: str
    sentence: str
    printed: str
    found: str
    ledger: str
    changed: bool
    disagrees: bool


@dataclass(frozen=True)
class ProseChange:
    """Words that were changed; old "": added, new "": taken out."""

    old: str
    new: str


@dataclass
class EditComparison:
    """figures: every figure of the document, in order. changed: edited in the file. disagree: not what the ledger says today.

    unread: texts with numbers that are not in our export and were not compared: at the edges of pages, or where nobody sees them.
    """

    figures: list[EditedFigure] = field(default_factory=list)
    prose: list[ProseChange] = field(default_factory=list)
    unread: list[UnreadText] = field(default_factory=list)

    @property
    def changed(self) -> list[EditedFigure]:
        return [one for one in self.figures if one.changed]

    @property
    def disagree(self) -> list[EditedFigure]:
        return [one for one in self.figures if one.disagrees]


@dataclass(frozen=True)
class PlacedFigure:
    """A figure where it stands in its piece: the place of its cell (SENTENCE in a sentence), its span in the plain text there.

    heads: the cells over it, and the line above its table, that may say its unit; the nearest first.
    """

    cited: CitedFigure
    place: int
    start: int
    end: int
    heads: tuple[tuple["ComparedPiece", int], ...] = ()


@dataclass
class ComparedPiece:
    """A sentence, or a row of a table with its cells by their place in it, as it is compared."""

    text: str
    cells: dict[int, str] | None = None
    width: int = 0
    where: str = ""
    figures: list[PlacedFigure] = field(default_factory=list)

    @property
    def key(self) -> str:
        """A row goes by its label, a sentence by its words without the numbers."""
        if self.cells is not None:
            return "|" + next(iter(self.cells.values()), "")
        return mask_quantities(self.text)

    def text_at(self, place: int) -> str:
        return self.text if place == SENTENCE else (self.cells or {}).get(place, "")


@dataclass(frozen=True)
class ReadQuantity:
    """A quantity as it is compared: its text and its unit."""

    text: str = ""
    unit: str = ""

    @property
    def numeric(self) -> bool:
        return any(letter.isdecimal() for letter in self.text)

    def shown(self, units: bool) -> str:
        return f"{self.text}{self.unit if self.text and (units or self.unit == '%') else ''}"


def compare_edited(user: Actor, document: Document, content: bytes, name: str = "上传的文件") -> EditComparison:
    """Compare an edited .docx with the newest version of the document and with the ledger. Refused DOC-040 when the file cannot be read."""
    edited = read_file_of(user, word_file.read_word_file, content, name, file=name)
    version = documents.find_version(user, document)
    today = stale.compose_now(user, document, version).html
    return compare_blocks(version.html, today, edited.blocks, edited.unread)


def compare_blocks(
    written: str, today: str, edited: Iterable[WordBlock], unread: Iterable[UnreadText] = ()
) -> EditComparison:
    """What a file holds against the document as it was written and as it would be written today. Pure."""
    pieces, own = _file_pieces(edited), word_file.read_word_file(to_docx(written))
    matched = _matched(_document_pieces(markup.parse_article(written)), pieces)
    counterparts = {id(left): _Counterpart(left, right) for left, right in matched if left is not None}
    ledger = _ledger(today)
    result = EditComparison()
    count: dict[str, int] = {}
    for counterpart in counterparts.values():
        for figure in counterpart.left.figures:
            ref = figure.cited.ref
            at = count[ref] = count.get(ref, -1) + 1
            now = ledger.get(ref, [ReadQuantity()])
            result.figures.append(_edited_figure(counterpart, figure, counterparts, now[min(at, len(now) - 1)]))
    for counterpart in counterparts.values():
        counterpart.restore()
    for left, right in _matched(_file_pieces(own.blocks), pieces):
        if left is None or right is None or left.text != right.text:
            result.prose.append(ProseChange(left.text if left else "", right.text if right else ""))
    result.unread = [text for text in unread if text not in own.unread]
    return result


def _edited_figure(
    counterpart: "_Counterpart", figure: PlacedFigure, counterparts: dict[int, "_Counterpart"], now: ReadQuantity
) -> EditedFigure:
    left = counterpart.left
    printed, found = own_quantity(left, figure), counterpart.quantity(figure)
    if found.numeric and not found.unit:  # the unit of a cell stands over it
        found = ReadQuantity(found.text, _unit_over(figure, counterparts) if figure.heads else "")
    units = len({one.unit for one in (printed, found, now) if one.text}) > 1
    return EditedFigure(
        figure.cited.ref,
        left.where,
        counterpart.right.text if counterpart.right else left.text,
        printed.shown(units),
        found.shown(units),
        now.shown(units),
        changed=printed != found,
        disagrees=found != now,
    )


def _unit_over(figure: PlacedFigure, counterparts: dict[int, "_Counterpart"]) -> str:
    """The unit that the heads of the file give to a figure; the document's own where a head has no counterpart."""
    for piece, place in figure.heads:
        counterpart = counterparts.get(id(piece))
        text = piece.text_at(place) if counterpart is None or counterpart.right is None else counterpart.text_at(place)
        if unit := head_unit(text):
            return unit
    return ""


def own_quantity(piece: ComparedPiece, figure: PlacedFigure) -> ReadQuantity:
    """What the document itself prints."""
    tokens = read_tokens(piece.text_at(figure.place), _words(piece, figure.place))
    there = [token for token in tokens if _covers(token, figure)]
    if not there:
        return ReadQuantity()
    quantity = ReadQuantity("".join(token.text for token in there), there[-1].unit)
    for head, place in figure.heads if quantity.numeric else ():
        quantity = replace(quantity, unit=quantity.unit or head_unit(head.text_at(place)))
    return quantity


def _words(piece: ComparedPiece, place: int) -> list[str]:
    """Figures of that place that are printed as words: 二分之一, 全部, —."""
    texts = [piece.text_at(place)[one.start : one.end] for one in piece.figures if one.place == place]
    return [text for text in texts if mask_quantities(text) == text]


def _covers(token: TextToken, figure: PlacedFigure) -> bool:
    return token.start < figure.end and figure.start < token.end and token.quantity


class _Counterpart:
    """A piece of the document and what it has become in the file (None: nothing), token by token."""

    def __init__(self, left: ComparedPiece, right: ComparedPiece | None) -> None:
        self.left, self.right = left, right
        self.places = _match_places(left, right)
        self.read: dict[int, _ComparedText] = {}

    def text_at(self, place: int) -> str:
        there = self.places.get(place)
        return "" if self.right is None or there is None else self.right.text_at(there)

    def compared(self, place: int) -> "_ComparedText":
        if place not in self.read:
            words = _words(self.left, place)
            self.read[place] = _ComparedText(self.left.text_at(place), self.text_at(place), words)
        return self.read[place]

    def quantity(self, figure: PlacedFigure) -> ReadQuantity:
        """What the file has in the place of a figure."""
        return ReadQuantity() if self.right is None else self.compared(figure.place).found(figure)

    def restore(self) -> None:
        """Put the figures' own texts back into the file's, so that what still differs is words."""
        if self.right is None:
            return
        for place in {figure.place for figure in self.left.figures}:
            text = self.compared(place).restored([one for one in self.left.figures if one.place == place])
            if place == SENTENCE:
                self.right.text = text
            elif self.right.cells is not None and (there := self.places.get(place)) is not None:
                self.right.cells[there] = text
        if self.right.cells is not None:
            self.right.text = "|".join(self.right.cells.values())


def _match_places(left: ComparedPiece, right: ComparedPiece | None) -> dict[int, int]:
    """Which cell became which: those of one place; by their texts in a row that has more or fewer than it had."""
    if left.cells is None or right is None or right.cells is None:
        return {SENTENCE: SENTENCE}
    if left.width == right.width:
        return {place: place for place in left.cells if place in right.cells}
    sides = [list(piece.cells.items()) for piece in (left, right) if piece.cells is not None]
    texts = [[text for _, text in side] for side in sides]
    places: dict[int, int] = {}
    for act, i, j, k, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if act == "equal" or j - i == m - k:
            places |= {sides[0][i + step][0]: sides[1][k + step][0] for step in range(j - i)}
    return places


class _ComparedText:
    """Two texts as tokens, and which stretch of the second stands where each token of the first stood."""

    def __init__(self, before: str, after: str, words: list[str]) -> None:
        self.before, self.after = before, after
        self.own = read_tokens(before, words)
        self.other = read_tokens(after, words)
        self.stretches = self._stretches()

    def _stretches(self) -> dict[int, tuple[int, int]]:
        keys = [["#" if token.quantity else token.text for token in side] for side in (self.own, self.other)]
        if keys[0] == keys[1]:
            return {index: (index, index + 1) for index in range(len(self.own))}
        if max(map(len, keys)) > LONGEST:
            return {}
        stretches: dict[int, tuple[int, int]] = {}
        for act, i, j, k, m in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
            if act == "equal":
                stretches |= {i + step: (k + step, k + step + 1) for step in range(j - i)}
            elif act == "replace":
                old = [index for index in range(i, j) if self.own[index].quantity]
                new = [index for index in range(k, m) if self.other[index].quantity]
                if len(old) == len(new):
                    stretches |= {index: (there, there + 1) for index, there in zip(old, new, strict=True)}
                elif len(old) == 1 and j - i == 1:  # one number became words, or two numbers
                    stretches[i] = (k, m)
        return stretches

    def found(self, figure: PlacedFigure) -> ReadQuantity:
        """What stands there for a figure. In the place of a blank: the quantity that was put in."""
        indexes = [index for index, token in enumerate(self.own) if _covers(token, figure)]
        if figure.start == figure.end or not indexes:
            return self._filled(figure.start)
        if any(index not in self.stretches for index in indexes):
            return ReadQuantity()
        if figure.place != SENTENCE and sum(one.quantity for one in self.own) < sum(one.quantity for one in self.other):
            return ReadQuantity(self.after)  # a cell that holds one number more
        tokens = [token for index in indexes for token in self.other[slice(*self.stretches[index])]]
        return ReadQuantity("".join(token.text for token in tokens), tokens[-1].unit)

    def _filled(self, at: int) -> ReadQuantity:
        if not self.before:
            first = next((token for token in self.other if token.quantity), None)
            return ReadQuantity(first.text, first.unit) if first and len(self.other) == 1 else ReadQuantity(self.after)
        left = next((index for index, token in enumerate(self.own) if token.end > at), len(self.own))
        start = max((self.stretches[index][1] for index in range(left) if index in self.stretches), default=0)
        end = min((self.stretches[index][0] for index in range(left, len(self.own)) if index in self.stretches), default=len(self.other))  # fmt: skip
        new = [token for token in self.other[start:end] if token.quantity]
        return ReadQuantity(new[0].text, new[0].unit) if new else ReadQuantity()

    def restored(self, figures: list[PlacedFigure]) -> str:
        """The second text with the figures as the first has them."""
        if not self.before:
            return ""  # what was put into a blank is told as a figure
        pieces, at = [], 0
        back = {
            self.stretches[index]: self.before[token.start : token.end]
            for index, token in enumerate(self.own)
            if index in self.stretches and any(_covers(token, figure) for figure in figures)
        }
        for (start, end), text in sorted(back.items()):
            marks = "".join(token.mark for token in self.other[start:end])
            pieces += [self.after[at : self.other[start].start], text, marks]
            at = self.other[end - 1].end
        return "".join([*pieces, self.after[at:]])


# --- pieces ------------------------------------------------------------------


def _file_pieces(blocks: Iterable[WordBlock]) -> list[ComparedPiece]:
    """A Word file's sentences and rows."""
    pieces: list[ComparedPiece] = []
    for block in blocks:
        if block.cells is None:
            pieces += [ComparedPiece(text) for text in ENDS.split(plain_text(block.text)) if text]
        else:
            cells = {place: plain_text(text) for place, text in block.cells.items()}
            pieces.append(ComparedPiece("|".join(cells.values()), cells, block.width))
    return pieces


def _document_pieces(article: html.HtmlElement) -> list[ComparedPiece]:
    """The document's own sentences and rows, with the places of their figures."""
    pieces: list[ComparedPiece] = []
    tables = iter(list(article.iter("table")))
    rows: list[ComparedPiece] = []
    above = ComparedPiece("")
    for sentence in markup.sentences(article):
        if sentence.row:
            if not rows:
                rows = _rows(TableGrid(next(tables)), above)
            piece = rows.pop(0)
            piece.where = sentence.where
        else:
            above = piece = ComparedPiece(plain_text(sentence.text), where=sentence.where)
            piece.figures = [_placed(one, SENTENCE, sentence.text) for one in sentence.figures]
        pieces.append(piece)
    return pieces


def _placed(
    cited: CitedFigure, place: int, text: str, heads: tuple[tuple[ComparedPiece, int], ...] = ()
) -> PlacedFigure:
    start = len(plain_text(text[: cited.start]))
    end = len(plain_text(text[: cited.start + len(cited.text)])) if cited.text else start
    return PlacedFigure(cited, place, start, end, heads)


def _rows(grid: TableGrid, above: ComparedPiece) -> list[ComparedPiece]:
    """The rows of a table, as Word counts their cells: one merged into the row above has a place too. above: the line over it (单位：…)."""
    places: dict[tuple[int, int], int] = {}
    slots: dict[tuple[int, int], tuple[int, int]] = {}  # row and column → where its cell begins
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.rows):
            for column in range(cell.column, cell.column + cell.columns):
                slots[row, column] = (cell.row, cell.column)
    pieces = [ComparedPiece("", {}) for _ in range(grid.rows)]
    for row, piece in enumerate(pieces):
        begun = [slots.get((row, column)) for column in range(grid.columns)]
        for column, cell in enumerate(begun):
            if column == 0 or cell != begun[column - 1]:
                places[row, column] = piece.width
                piece.width += 1
    for cell in grid.cells:
        piece, place = pieces[cell.row], places[cell.row, cell.column]
        assert piece.cells is not None, "a row has cells"
        piece.cells[place] = plain_text(cell.text)
        over = sorted((one for one in grid.cells if one.row < grid.head and one.column <= cell.column < one.column + one.columns), key=lambda one: -one.row)  # fmt: skip
        heads = (*((pieces[one.row], places[one.row, one.column]) for one in over), (above, SENTENCE))
        text, figures = markup.text_with_figures(cell.element)
        piece.figures += [_placed(one, place, text, heads) for one in figures]
    for piece in pieces:
        piece.cells = dict(sorted((piece.cells or {}).items()))
        piece.text = "|".join(piece.cells.values())
    return pieces


def _matched(
    left: Sequence[ComparedPiece], right: Sequence[ComparedPiece]
) -> list[tuple[ComparedPiece | None, ComparedPiece | None]]:
    """In order; then rows that were only moved, by their label."""
    matched = match_texts(left, right, lambda piece: piece.key)
    spare = [other for one, other in matched if one is None and other is not None and other.cells is not None]
    moved: dict[int, ComparedPiece] = {}
    for one, other in matched:
        if other is None and one is not None and one.cells is not None:
            again = next((row for row in spare if row.key == one.key and row.width == one.width), None)
            if again is not None:
                spare.remove(again)
                moved[id(one)] = again
    taken = {id(row) for row in moved.values()}
    return [
        (one, moved.get(id(one), other) if one else other)
        for one, other in matched
        if one is not None or id(other) not in taken
    ]


def _ledger(today: str) -> dict[str, list[ReadQuantity]]:
    """Reference → what the document would print for it today, in order."""
    quantities: dict[str, list[ReadQuantity]] = {}
    for piece in _document_pieces(markup.parse_article(today)):
        for figure in piece.figures:
            quantities.setdefault(figure.cited.ref, []).append(own_quantity(piece, figure))
    return quantities
