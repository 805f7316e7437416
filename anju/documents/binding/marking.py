"""A bound paper as its page shows it: the text as it reads, each number marked with what is known of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from anju.documents.binding.holdings import FigureMeant
from anju.documents.binding.parts import heading_of
from anju.documents.binding.proposing import (
    ABSENT,
    CERTAIN,
    DIFFERS,
    SEVERAL,
    STATE_NAMES,
    NumberProposal,
    ProposedFigure,
)
from anju.documents.binding.sentences import CONSTANT
from anju.documents.checker.paper import PaperNumber, ReadPaper, ReadTable

BOUND, OTHERWISE = "bound", "otherwise"
MARK_NAMES = STATE_NAMES | {BOUND: "已确认", OTHERWISE: "已确认，数不一致", CONSTANT: "不是台账的数"}
CLOSED = (BOUND, OTHERWISE, CONSTANT)


@dataclass
class MarkedNumber:
    """state: what is proposed, or once it was answered what was. answered: what a person said; None where nobody did."""

    number: PaperNumber
    proposal: NumberProposal
    answered: FigureMeant | str | None = None

    @property
    def state(self) -> str:
        if self.answered is None:
            return self.proposal.state
        if self.answered == CONSTANT:
            return CONSTANT
        chosen = self.chosen
        return BOUND if chosen is None or chosen.agrees else OTHERWISE

    @property
    def chosen(self) -> ProposedFigure | None:
        return next((one for one in self.proposal.figures if one.meant == self.answered), None)

    @property
    def first(self) -> ProposedFigure | None:
        return self.chosen or (self.proposal.figures[0] if self.proposal.figures else None)

    @property
    def told(self) -> str:
        """What a pointer over it says."""
        figure = self.first
        if self.state == CONSTANT or figure is None:
            return MARK_NAMES[self.state]
        if self.state in (DIFFERS, OTHERWISE):
            return f"{MARK_NAMES[self.state]}：这里{self.number.shown}，台账{figure.shown}（{figure.name}）"
        return f"{MARK_NAMES[self.state]}：{figure.name}，{figure.shown}"


@dataclass
class PagePiece:
    text: str
    mark: MarkedNumber | None = None


@dataclass
class PageCell:
    piece: PagePiece
    down: int = 1
    across: int = 1
    head: bool = False


@dataclass
class PagePart:
    """A paragraph (pieces), or a table (rows of cells) with its name and title."""

    pieces: list[PagePiece] = field(default_factory=list)
    rows: list[list[PageCell]] = field(default_factory=list)
    name: str = ""
    heading: bool = False
    titled: bool = False  # its title stands above it already


def mark_numbers(
    paper: ReadPaper, proposals: Mapping[int, NumberProposal], answers: Mapping[int, ProposedFigure | str]
) -> dict[int, MarkedNumber]:
    """In the order in which they read. A figure that was typed stands behind those that were proposed."""
    marks = {}
    for number in paper.numbers():
        proposal, answer = (
            proposals.get(number.serial) or NumberProposal(number.serial, ABSENT),
            answers.get(number.serial),
        )
        meant = answer.meant if isinstance(answer, ProposedFigure) else answer
        if isinstance(answer, ProposedFigure) and all(one.meant != meant for one in proposal.figures):
            proposal = NumberProposal(number.serial, proposal.state, [*proposal.figures, answer])
        marks[number.serial] = MarkedNumber(number, proposal, meant)
    return marks


def page_parts(paper: ReadPaper, marks: Mapping[int, MarkedNumber]) -> list[PagePart]:
    parts = []
    for paragraph in paper.paragraphs:
        pieces, at = [], 0
        for number in paragraph.numbers:
            if number.start > at:
                pieces.append(PagePiece(paragraph.text[at : number.start]))
            pieces.append(PagePiece(paragraph.text[number.start : number.end], marks[number.serial]))
            at = number.end
        if at < len(paragraph.text):
            pieces.append(PagePiece(paragraph.text[at:]))
        parts.append(
            PagePart(
                pieces, heading=paragraph.heading and (paragraph.text == paper.title or heading_of(paragraph)[0] > 0)
            )
        )
    return with_tables(paper, parts, [_table_part(table, marks) for table in paper.tables])


def with_tables(paper: ReadPaper, parts: list[PagePart], tables: list[PagePart]) -> list[PagePart]:
    """Each table behind its title and what is said of its unit; at the end where its title stands nowhere."""
    placed: list[PagePart] = []
    waiting = list(zip(paper.tables, tables, strict=True))
    for index, (paragraph, part) in enumerate(zip(paper.paragraphs, parts, strict=True)):
        placed.append(part)
        following = paper.paragraphs[index + 1].text if index + 1 < len(paper.paragraphs) else ""
        while waiting and not following.startswith("单位"):
            titles = {one.text for one in paper.paragraphs[max(0, index - 1) : index + 1]}
            table = waiting[0][0]
            if table.title not in titles or (table.part and table.part != paragraph.part):
                break
            placed.append(replace(waiting.pop(0)[1], titled=True))
    return [*placed, *(part for _, part in waiting)]


def spans_of(table: ReadTable) -> dict[int, tuple[int, int]]:
    """Cell → how far it reaches down and across."""
    reach: dict[int, tuple[int, int]] = {}
    for (row, column), cell in table.cover.items():
        down, across = reach.get(id(cell), (1, 1))
        reach[id(cell)] = max(down, row - cell.row + 1), max(across, column - cell.column + 1)
    return reach


def _table_part(table: ReadTable, marks: Mapping[int, MarkedNumber]) -> PagePart:
    reach = spans_of(table)
    rows: list[list[PageCell]] = [[] for _ in range(table.rows)]
    for (row, _), cell in sorted(table.cells.items()):
        down, across = reach.get(id(cell), (1, 1))
        mark = marks.get(cell.number.serial) if cell.number is not None else None
        rows[row].append(PageCell(PagePiece(cell.text, mark), down, across, row < table.head))
    return PagePart(rows=[row for row in rows if row], name=f"{table.name} {table.title}".strip())


def counts_of(marks: Mapping[int, MarkedNumber]) -> dict[str, int]:
    counts = dict.fromkeys((CERTAIN, SEVERAL, DIFFERS, ABSENT, *CLOSED), 0)
    for one in marks.values():
        counts[one.state] += 1
    return counts


def next_open(marks: Mapping[int, MarkedNumber], after: int) -> int | None:
    """The number that is to be looked at next: what is not certain before what is."""
    order: Sequence[MarkedNumber] = list(marks.values())
    behind = [one for one in order if one.number.serial > after] + [one for one in order if one.number.serial <= after]
    waiting = [one for one in behind if one.state in (SEVERAL, DIFFERS)]
    waiting += [one for one in behind if one.state == ABSENT] + [one for one in behind if one.state == CERTAIN]
    return waiting[0].number.serial if waiting else None


def differing(marks: Mapping[int, MarkedNumber]) -> list[dict[str, Any]]:
    """What the paper and the ledger say otherwise."""
    return [
        {
            "serial": one.number.serial,
            "where": one.number.where,
            "printed": one.number.shown,
            "ledger": figure.shown,
            "name": figure.name,
        }
        for one in marks.values()
        if one.state in (DIFFERS, OTHERWISE) and (figure := one.first) is not None
    ]
