"""How a figure is printed: the one place where a number of a document becomes text, and where it is noted as cited."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from anju.core.pages.layout.markup import element, markup, optional, slot, writer
from anju.documents.text import units
from anju.figures.figure import NOTHING_TO_ADD, exact_places
from anju.quantities import ABOUT, ALIASES, APPROXIMATE, UNITS, unit_of_measure


@dataclass
class Citations:
    """What is noted while a document is printed. figures: reference → figure; sections: keys of the free prose that have their place."""

    figures: dict[str, Any] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)


_citations: ContextVar[Citations | None] = ContextVar("citations", default=None)


@contextmanager
def collect_citations() -> Iterator[Citations]:
    """Collect every figure printed inside, and every section of prose that was put in."""
    citations = Citations()
    token = _citations.set(citations)
    try:
        yield citations
    finally:
        _citations.reset(token)


def note_section(key: str) -> None:
    """The free prose of that key has its place in the text that is being printed."""
    if (citations := _citations.get()) is not None:
        citations.sections.add(key)


@dataclass(frozen=True)
class FigureFormat:
    """What a template asks for: unit, places, thousands separated, without the sign %. ValueError for a word it does not know.

    upto ("亿元 upto 2"): what was reported in that unit is printed as reported; only what is converted into it has at most so many decimals.
    trim: a whole number is printed without decimals (100%); any other with one at least, so that 99.96 is never told as 100.
    fraction: what was set as a share of something is said so (二分之一), where whoever prints it knows how.
    """

    unit: str | None = None
    places: int | None = None
    grouping: bool = False
    bare: bool = False
    upto: bool = False
    trim: bool = False
    fraction: bool = False

    @classmethod
    def of(cls, words: str | None) -> "FigureFormat":
        unit, places, marks = None, None, set()
        for word in (words or "").split():
            if word.isdecimal() and len(word) < 3:
                places = int(word)
            elif word in ("grouping", "group"):
                marks.add("grouping")
            elif word in ("bare", "upto", "trim", "fraction"):
                marks.add(word)
            elif ALIASES.get(word, word) in UNITS:
                unit = word
            else:
                raise ValueError(f"no unit and no word of printing: {word}")
        return cls(unit, places, **dict.fromkeys(marks, True))

    def digits(self, figure: Any, grouping: bool = False) -> str:
        """The digits as asked for, without any sign."""
        if self.trim and getattr(figure, "exact", None) is not None:
            whole = figure.exact % unit_of_measure(self.unit or figure.unit).factor == 0
            return figure.text(self.unit, 0 if whole else max(1, self.places or figure.places), grouping)
        if not (self.upto and self.unit):
            return figure.text(self.unit, self.places, grouping)
        if self.unit_of(figure) != self.unit or not figure.known:
            return figure.text(None, None, grouping)
        needed = exact_places(figure, self.unit)
        as_reported = unit_of_measure(figure.unit) == unit_of_measure(self.unit)
        return figure.text(self.unit, needed if as_reported else min(needed, self.places or 0), grouping)

    def unit_of(self, figure: Any) -> str:
        """The unit that the digits are in. upto: the figure's own where one of it is one of those asked for (户 for 套)."""
        own = getattr(figure, "unit", "") or "1"
        if not self.unit or (self.upto and units.interchangeable(own, self.unit, units.families_of(figure))):
            return own
        return self.unit


def figure_text(figure: Any, look: FigureFormat) -> str:
    """The digits with their 约 or 余 and their %; "" when unknown. 左右 stands after a unit that the template writes, so 约 says it."""
    digits = look.digits(figure, look.grouping)
    if not digits:
        return ""
    before, after, behind_unit = APPROXIMATE[getattr(figure, "approx", "")]
    percent = "%" if (look.unit or getattr(figure, "unit", "")) == "%" and not look.bare else ""
    return f"{ABOUT if behind_unit else before}{digits}{after}{percent}"


write_figure = writer(
    element(
        "data", slot("text"), css=slot("css"), value=slot("value"), data_unit=optional("unit"), data_ref=slot("ref")
    )
)
write_blank = writer(element("data", slot("text"), css="fig none", data_ref=slot("ref")))
write_cell = writer(element("td", markup("figure"), css="num"))


def figure_html(figure: Any, look: FigureFormat, said_blank: str = "") -> SafeString:
    """The figure as a <data> element that knows where it comes from, and in which unit its digits are.

    said_blank: what is printed for 无任务 and 不适用 when the source itself said so. A template's slip (no figure at all) must not print a blank.
    """
    if figure is None or isinstance(figure, str):
        raise ValueError(f"a template prints something that is no figure: {figure!r}")
    ref, text = str(figure.reference), figure_text(figure, look)
    if (citations := _citations.get()) is not None:
        citations.figures[ref] = figure
    if not text:
        said = getattr(figure, "observation_id", None) is not None and figure.state in NOTHING_TO_ADD
        return write_blank(ref=ref, text=said_blank if said else "")
    name = "fig assumed" if getattr(figure, "assumed", False) else "fig"
    value = look.digits(figure)
    unit = look.unit_of(figure) if getattr(figure, "family", "") else ""
    return write_figure(css=name, value=value, ref=ref, unit=unit, text=text)


def printed_figure_html(figure: Any, text: str) -> SafeString:
    """A figure in the digits in which another text prints it."""
    ref = str(figure.reference)
    if (citations := _citations.get()) is not None:
        citations.figures[ref] = figure
    name = "fig assumed" if getattr(figure, "assumed", False) else "fig"
    digits = "".join(sign for sign in text if sign.isdigit() or sign in "-.")
    return write_figure(css=name, value=digits, ref=ref, unit="", text=text)


def cell_html(figure: Any, look: FigureFormat) -> SafeString:
    """A complete cell of a table. What the place said to be 无任务 or 不适用 is —, what it did not say is blank."""
    return write_cell(figure=figure_html(figure, look, "—"))


def observation_ids(figure: Any) -> list[int]:
    """Every observation a figure rests on, its parts' among them."""
    own = [figure.observation_id] if getattr(figure, "observation_id", None) else []
    return sorted({*own, *(one for part in getattr(figure, "parts", ()) for one in observation_ids(part))})
