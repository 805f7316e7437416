"""What a style is, once it is read: names, sets, lists, sections, annexes. Pure; docs/styles.md tells it to its writers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from anju.documents.styles.language.conditions import StyleCondition
from anju.documents.styles.language.sentences import Piece

OPTION_TYPES = ("text", "texts", "number", "choice", "regions", "table", "codes", "tables", "given")
TO_FILL = "fill_"  # options that a style made of a paper leaves to the writer, each time anew (binding/sentences.py)
SHAPES = {
    "year": "2021", "half": "2021-H1", "quarter": "2021-Q3", "month": "2021-08", "day": "2021-08-13", "plan": "2021-2025", "since": "2021-09-A",
}  # fmt: skip
# Words that every sentence may say.
WORDS = {
    "year": "年度", "place": "地名", "whole": "全市、全县、全区", "period": "期间，如2021年上半年", "span": "期间，年度的写作2021年度",
    "until": "期末，如2021年6月底", "month": "期末的月份，如6", "parts_word": "怎样统称下级",
}  # fmt: skip
TRUTHS = {"whole_year": "期间是整年", "passed": "已经过去"}
REGION_WORDS = ("name", "code", "level")
REGION_TRUTHS = {"has_reported": "本期报来过文书讲到的数（哪一项都算）"}
TASK_WORDS, TASK_FIGURES = ("name", "unit", "code"), ("actual", "target", "rate")
MEMBER_WORDS, MEMBER_FIGURES = ("name", "unit"), ("amount",)
PROBLEM_WORDS = ("name", "text")


@dataclass(frozen=True)
class Option:
    """What a place may say of its paper besides the figures. values: of a choice, each with the word that {name} puts; text, table: what stands
    unless it says; keys: of what a table's rows tell."""

    name: str
    type: str
    label: str = ""
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    table: Mapping[str, str] = field(default_factory=dict)

    @property
    def default(self) -> str | Mapping[str, str]:
        return self.table or self.text


@dataclass(frozen=True)
class FigureSpec:
    """A name and what figure it means. One of measure, formula, sum, run, parameter, paper, given says it.

    measure: a code, in which {item} and {option} may stand. region: "" is the place one speaks of, parent, or a code; over: the sum over a set.
    period: "" is the paper's (schema of times.py). exactly: only what was reported for that very period. Of sum: the name that is added over
    the members of the list `of`.
    member: that one of the measure's dimension, which may be left out. first: of these names the first that is known. when: unknown unless it holds.
    """

    name: str
    line: int
    measure: str = ""
    calibre: str = ""
    region: str = ""
    over: str = ""
    dimension: str = ""
    member: str = ""
    period: str = ""
    latest: bool = False
    exactly: bool = False
    formula: StyleCondition | None = None
    sum: str = ""
    of: str = ""
    source: Mapping[str, str] = field(default_factory=dict)  # run, parameter, paper, given: what they say
    unit: str = ""
    places: int | None = None
    show: str = ""
    label: str = ""
    first: tuple[str, ...] = ()
    when: StyleCondition | None = None


@dataclass(frozen=True)
class RegionSet:
    """A named set of regions: those below one, those listed (codes or an option's), those of a level; with others taken away or put to it."""

    name: str
    line: int
    below: str = ""
    regions: tuple[str, ...] = ()
    option: str = ""
    level: str = ""
    minus: tuple[str, ...] = ()
    plus: tuple[str, ...] = ()
    order: str = ""


@dataclass(frozen=True)
class ListSpec:
    """What a sentence goes through. of: regions, tasks, rows, option, members, another list, or what a room brings (sources.py).

    where: over a member; order: (name, descending); group: members of one value together; rows: of tasks and rows, as written.
    label: what it is called on pages; it prints nowhere.
    measure, dimension, only: of members (of a dimension of a measure), which ones.
    """

    name: str
    line: int
    of: str
    set: str = "parts"
    option: str = ""
    rows: tuple[Mapping[str, Any], ...] = ()
    measure: str = ""
    dimension: str = ""
    only: tuple[str, ...] = ()
    calibres: str = ""
    latest: bool = False
    where: StyleCondition | None = None
    order: StyleCondition | None = None
    descending: bool = False
    top: int = 0
    cut: bool = False
    skip: bool = False
    group: StyleCondition | None = None
    figures: Mapping[str, FigureSpec] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class StyleParagraph:
    """Sentences in one paragraph, or one for each member of a list (repeat)."""

    line: int
    sentences: tuple[tuple[Piece, ...], ...]
    when: StyleCondition | None = None
    repeat: str = ""


@dataclass(frozen=True)
class ProsePlace:
    """Where the writer's own paragraphs of that key stand."""

    line: int
    key: str
    when: StyleCondition | None = None


@dataclass(frozen=True)
class StyleSection:
    """A heading, level 1 to 3, and what is under it. Without a heading: several blocks under one condition or for each member of a list."""

    line: int
    level: int
    heading: tuple[Piece, ...]
    blocks: tuple["Block", ...]
    when: StyleCondition | None = None
    repeat: str = ""


Block = StyleParagraph | ProsePlace | StyleSection


@dataclass(frozen=True)
class AnnexSpec:
    """An annex: a table declared as layout/annex.py says, or what a room writes (sources.py). rows: parts, or targets (下达、分解、小计).

    table: declared as anju/documents/tables says, instead. repeat: one such table for each member of that list.
    """

    name: str
    line: int
    declaration: Mapping[str, Any]
    when: StyleCondition | None = None
    source: str = ""
    rows: str = "parts"
    set: str = "parts"
    keep_empty: bool = False
    prune: str = "all"
    table: Any = None
    repeat: str = ""


@dataclass(frozen=True)
class StyleReminder:
    """What the writer is reminded of, where it holds: once, or for each member of a list (repeat)."""

    line: int
    where: tuple[Piece, ...]
    what: tuple[Piece, ...]
    fix: tuple[Piece, ...]
    when: StyleCondition | None = None
    repeat: str = ""


@dataclass(frozen=True)
class Enclosure:
    """A text of its own that the paper sends along (所印发的方案), between the signature and the annexes."""

    title: tuple[Piece, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Variant:
    """The same paper under another code, of periods of another shape."""

    code: str
    name: str
    periods: tuple[str, ...]
    title: tuple[Piece, ...]


@dataclass(frozen=True, repr=False)
class Style:
    """A style of papers, read from one file. content: exactly its bytes; digest: of these; file: as the reader knows it.

    reminders: by name; own_reminders: said here.
    """

    code: str
    name: str
    region: str | None
    applies_from: date
    applies_until: date | None
    sources: tuple[Mapping[str, str], ...]
    periods: tuple[str, ...]
    title: tuple[Piece, ...]
    options: Mapping[str, Option]
    prose: Mapping[str, str]
    needs: tuple[str, ...]
    upward: bool
    figures: Mapping[str, FigureSpec]
    conditions: Mapping[str, StyleCondition]
    texts: Mapping[str, tuple[Piece, ...]]
    sets: Mapping[str, RegionSet]
    lists: Mapping[str, ListSpec]
    blocks: tuple[Block, ...]
    enclosure: Enclosure | None
    annexes: tuple[AnnexSpec, ...]
    reminders: tuple[str, ...]
    own_reminders: tuple[StyleReminder, ...]
    letterhead: bool
    imprint: bool
    signed: str
    file: str
    digest: str
    variants: tuple[Variant, ...] = ()
    content: bytes = b""

    def each_kind(self) -> "list[Style]":
        """The style itself and one for each of its variants."""
        return [self, *(replace(self, **vars(one), variants=()) for one in self.variants)]

    def __repr__(self) -> str:
        return f"Style({self.code}, {self.file}, {self.digest[:12]})"

    def in_force(self, on: date) -> bool:
        return self.applies_from <= on and (self.applies_until is None or on <= self.applies_until)
