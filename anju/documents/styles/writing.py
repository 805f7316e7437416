"""A style's text as markup: sentences with their figures, paragraphs, headings, annexes, in the article that every paper is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from anju.core.models.region import Region
from anju.core.pages.layout.markup import element, join, markup, writer
from anju.core.people.scope import Actor
from anju.core.wording import period_label
from anju.documents.styles import annexes
from anju.documents.styles.language.schema import Block, ProsePlace, Style, StyleParagraph, StyleSection
from anju.documents.styles.language.sentences import (
    ALL,
    DOWN,
    NO,
    NONE,
    NUMBER,
    OTHERWISE,
    SAME,
    SOME,
    UNKNOWN,
    UP,
    YES,
    Choose,
    Each,
    Piece,
    Reference,
    SentenceWords,
    When,
)
from anju.documents.styles.sources import PaperRequest
from anju.documents.styles.values import beyond
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.lists import Listed
from anju.documents.styles.values.paper import ComputedPaper, SpokenText, figure_until
from anju.documents.text.numerals import chinese_numeral
from anju.documents.text.printing import FigureFormat, collect_citations, figure_html, note_section
from anju.documents.text.references import paragraph_html
from anju.documents.text.wording import fill_placeholders, spoken_date
from anju.figures.figure import Figure
from anju.problems import ASK, Problem, Refused

TEMPLATE = "documents/style.html"
REMINDER = "DOC-130"
MAX_CHARACTERS = 600_000  # of the whole article
WRITE_P = writer(element("p", markup("text")))
HEADINGS = {
    1: writer(element("h2", markup("text"))),
    2: writer(element("h3", markup("text"))),
    3: writer(element("h4", markup("text"))),
}
NUMERALS = {
    1: lambda number: f"{chinese_numeral(number)}、",
    2: lambda number: f"（{chinese_numeral(number)}）",
    3: lambda number: f"{number}.",
}


@dataclass(frozen=True)
class WrittenStyle:
    """The article's markup, its title, the rulebooks behind it and what the writer is reminded of."""

    html: str
    title: str
    books: list[Mapping[str, Any]] = field(default_factory=list)
    reminders: list[Problem] = field(default_factory=list)


def write_style(
    style: Style, user: Actor, region: Region, period: str, options: dict[str, Any], paragraphs: Mapping[str, Any]
) -> WrittenStyle:
    """The text that a style gives for a place and period. Figures are cited as they are printed (text/printing.py)."""
    request = PaperRequest(user, region, period, options, style.code)
    tables = [(spec, annexes.declare(style, spec, request)) for spec in style.annexes if not spec.source]
    written = [key for key, items in paragraphs.items() if items]
    paper = ComputedPaper(style, request, written, annexes.annex_codes(table for _, table in tables if table))
    text = StyleText(paper, paragraphs)
    body = text.blocks(style.blocks, paper.root)
    title = options.get("title") or text.plain(style.title, paper.root)
    enclosed = text.enclosure()
    printed = annexes.write_annexes(paper, {spec.name: table for spec, table in tables})
    titles = [*([enclosed["title"]] if enclosed else []), *(one for one, _ in printed)]
    html = render_to_string(
        TEMPLATE,
        {
            "style": style, "title": title, "body": body, "enclosed": enclosed, "options": options, "number": "", "date": None, "region": region,
            "attachments": [enclosed["title"]] if enclosed else titles, "annexes": [one for _, one in printed],
            "signs": style.signed == "always" or (style.signed == "organs" and options.get("organs")),
        },
    )  # fmt: skip
    return WrittenStyle(html, str(title), request.books, [*request.reminders, *text.own_reminders()])


def plain_text(piece: Any) -> str:
    """What stands in markup, without it."""
    return unescape(strip_tags(piece)) if isinstance(piece, SafeString) else str(piece)


class StyleText:
    """Sentences into markup. Nothing is added to what the style says but figures, words and numerals of headings."""

    def __init__(self, paper: ComputedPaper, paragraphs: Mapping[str, Any]) -> None:
        self.paper, self.paragraphs = paper, paragraphs
        self.counts = {1: 0, 2: 0, 3: 0}
        self.length = 0

    # -- blocks

    def blocks(self, blocks: Iterable[Block], frame: Frame) -> SafeString:
        return join([one for block in blocks for one in self.block(block, frame) if one], "\n")

    def block(self, block: Block, frame: Frame) -> Iterator[SafeString]:
        """Under a condition that cannot be told nothing is written."""
        if isinstance(block, ProsePlace):
            if self.paper.truth(block.when, frame):
                note_section(block.key)
                yield join([paragraph_html(item, block.key) for item in self.paragraphs.get(block.key, ())], "\n")
            return
        for member in self.paper.members(block.repeat, frame).members if block.repeat else [frame]:
            if not self.paper.truth(block.when, member):
                continue
            if isinstance(block, StyleParagraph):
                text = join([self.sentence(one, member) for one in block.sentences])
                if text:
                    yield WRITE_P(text=text)
            else:
                yield from self.section(block, member)

    def section(self, block: StyleSection, frame: Frame) -> Iterator[SafeString]:
        """A heading over nothing is not written."""
        if not block.level:
            yield self.blocks(block.blocks, frame)
            return
        before = dict(self.counts)
        self.counts[block.level] += 1
        self.counts |= {level: 0 for level in self.counts if level > block.level}
        number = NUMERALS[block.level](self.counts[block.level])
        if text := self.blocks(block.blocks, frame):
            yield HEADINGS[block.level](text=join([number, self.sentence(block.heading, frame)]))
            yield text
        else:
            self.counts = before

    def enclosure(self) -> dict[str, Any] | None:
        enclosed = self.paper.style.enclosure
        if enclosed is None:
            return None
        self.counts = {1: 0, 2: 0, 3: 0}
        return {
            "title": self.plain(enclosed.title, self.paper.root),
            "body": self.blocks(enclosed.blocks, self.paper.root),
        }

    def own_reminders(self) -> Iterator[Problem]:
        """What the style itself has its writer reminded of. Nothing of it is cited."""
        with collect_citations():
            for said in self.paper.style.own_reminders:
                frames = self.paper.members(said.repeat, self.paper.root).members if said.repeat else [self.paper.root]
                for frame in frames:
                    if self.paper.truth(said.when, frame):
                        where, what, fix = (self.plain(one, frame) for one in (said.where, said.what, said.fix))
                        yield Problem(REMINDER, where, what, fix, ASK)

    # -- sentences

    def plain(self, pieces: Iterable[Piece], frame: Frame) -> str:
        """A title, a reminder: words and digits alone."""
        return "".join(plain_text(one) for one in self.pieces(pieces, frame))

    def sentence(self, pieces: Iterable[Piece], frame: Frame) -> SafeString:
        return join(self.pieces(pieces, frame))

    def pieces(self, pieces: Iterable[Piece], frame: Frame) -> Iterator[Any]:
        """Words as text, figures as markup."""
        for piece in pieces:
            if isinstance(piece, SentenceWords):
                yield self.counted(piece.text)
            elif isinstance(piece, Reference):
                yield from self.reference(piece, frame)
            elif isinstance(piece, Each):
                yield from self.each(piece, frame)
            elif isinstance(piece, When):
                holds = self.paper.truth(piece.condition, frame)
                yield from self.pieces(piece.body if holds else piece.otherwise if holds is False else (), frame)
            else:
                yield from self.choose(piece, frame)

    def counted(self, text: Any) -> Any:
        self.length += len(str(text))
        if self.length > MAX_CHARACTERS:
            style = self.paper.style
            raise Refused(
                Problem(
                    "DOC-074",
                    f"文书样式 {style.code}（{style.file}）",
                    f"写出来的文字超过 {MAX_CHARACTERS} 个字，没有写完。",
                    "请缩小名单的范围。",
                )
            )
        return text

    def each(self, piece: Each, frame: Frame) -> Iterator[Any]:
        members = self.paper.members(piece.listed, frame).members
        for number, member in enumerate(members):
            if number:
                yield piece.last if piece.last is not None and number == len(members) - 1 else piece.join
            yield from self.pieces(piece.body, member)

    def reference(self, piece: Reference, frame: Frame) -> Iterator[Any]:
        paper = self.paper
        if not frame.has(piece.name) and (
            (piece.path and piece.name in ("cited", "dates")) or self.is_option_path(piece, frame)
        ):
            path = ".".join((piece.name, *piece.path))
            yield self.counted(fill_placeholders(f"{{{path}}}", paper.request.period, dict(paper.request.options)))
            return
        value = paper.value(piece.name, frame)
        if isinstance(value, SpokenText):
            yield from self.pieces(value.pieces, frame)
        elif isinstance(value, str) and piece.path == ("date",):
            yield spoken_date(value)
        elif piece.name == "year" and piece.step:
            yield str(int(value) + piece.step)
        elif isinstance(value, str | int) or value is None:
            yield self.counted("" if value is None else str(value))
        elif isinstance(value, tuple | list):
            yield from (
                figure_html(one.figure, FigureFormat()) if one.figure else self.counted(one.text) for one in value
            )
        elif piece.path:
            yield self.counted(self.attribute(piece.path[0], value))
        else:
            yield self.counted(figure_html(*self.shown(piece, value, frame)))

    def is_option_path(self, piece: Reference, frame: Frame) -> bool:
        return bool(piece.path) and piece.name in self.paper.style.options

    def shown(self, piece: Reference, figure: Any, frame: Frame) -> tuple[Any, FigureFormat]:
        """How a figure is printed: as the sentence says, else its name's show, unit and places, else its member's; else as it was reported."""
        spec = self.paper.spec(piece.name, frame)
        words = piece.look or (spec.show if spec else "")
        if "fraction" in words.split():
            return beyond.shared_words(figure) or figure, FigureFormat()
        if not words and spec is not None and (spec.unit or spec.places is not None) and not spec.formula:
            words = f"{spec.unit} {'' if spec.places is None else spec.places}"
        if not words and frame.has(piece.name) and getattr(figure, "kind", "") != "ratio":
            words = frame.spoken_show
        return figure, FigureFormat.of(words)

    def attribute(self, asked: str, figure: Any) -> str:
        if asked == "until":
            return figure_until(figure, self.paper.request.period)
        if asked == "period":
            return period_label(getattr(figure, "period", ""), getattr(figure, "kind", ""))
        if asked == "region":
            return str(getattr(getattr(figure, "region", None), "name", ""))
        if asked == "state":
            return str(getattr(figure, "state_text", ""))
        if asked == "why":
            return str(getattr(figure, "why", "") or ("" if figure.known else getattr(figure, "state_text", "")))
        return str(getattr(figure, asked, ""))

    # -- choosing

    def choose(self, piece: Choose, frame: Frame) -> Iterator[Any]:
        """The first branch whose label holds. Of a figure of the place's own that is not known and has no branch, the blank that takes its sentence
        out; of a comparison, a list, a condition: nothing, its clause goes alone."""
        if piece.condition is not None:
            value: Any = self.paper.truth(piece.condition, frame)
        else:
            value = self.paper.value(piece.name, frame)
        labels = self.labels(piece, value, frame)
        for wanted, body in piece.branches:
            if any(self.fits(label, labels, value) for label in wanted):
                yield from self.pieces(body, frame)
                return
        spec = self.paper.spec(piece.name, frame) if piece.name else None
        if UNKNOWN in labels and isinstance(value, Figure) and spec is not None and spec.measure:
            yield figure_html(value, FigureFormat())

    def labels(self, piece: Choose, value: Any, frame: Frame) -> set[str]:
        if isinstance(value, Listed):
            if not value.members:
                return {UNKNOWN} if value.unknown else {NONE}
            return {ALL} if not value.rest and not value.unknown else {SOME}
        if value is None:
            return {UNKNOWN}
        if isinstance(value, bool):
            return {YES if value else NO}
        if isinstance(value, str):
            option = self.paper.style.options.get(piece.name)
            return {str(self.paper.request.options.get(piece.name, option.text))} if option else {value}
        number = self.paper.number(piece.name, value, frame)
        if number is None:
            return {UNKNOWN, getattr(value, "state", "")}
        return {UP if number > 0 else DOWN if number < 0 else SAME}

    def fits(self, label: str, labels: set[str], value: Any) -> bool:
        if label == OTHERWISE:
            return UNKNOWN not in labels
        if NUMBER.fullmatch(label):
            number = (
                self.paper.number("", value, self.paper.root) if isinstance(value, Figure) else beyond.decimal(value)
            )
            return number is not None and number == Decimal(label)
        return label in labels
