"""How a figure is printed: the one place where a number of a document becomes text, and where it is noted as cited."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from anju.core.pages.layout.markup import element, markup, slot, writer
from anju.figures.figure import NOTHING_TO_ADD, exact_places
from anju.quantities import ABOUT, ALIASES, APPROXIMATE, UNITS, unit_of_measure

_cited: ContextVar[dict[str, Any] | None] = ContextVar("cited", default=None)


@contextmanager
def collect_citations() -> Iterator[dict[str, Any]]:
    """Collect every figure printed inside: reference → figure."""
    cited: dict[str, Any] = {}
    token = _cited.set(cited)
    try:
        yield cited
    finally:
        _cited.reset(token)


@dataclass(frozen=True)
class FigureFormat:
    """What a template asks for: unit, places, thousands separated, without the sign %. ValueError for a word it does not know.

    upto ("亿元 upto 2"): what was reported in that unit is printed as reported; only what is converted into it has at most so many decimals.
    """

    unit: str | None = None
    places: int | None = None
    grouping: bool = False
    bare: bool = False
    upto: bool = False

    @classmethod
    def of(cls, words: str | None) -> "FigureFormat":
        unit, places, grouping, bare, upto = None, None, False, False, False
        for word in (words or "").split():
            if word.isdecimal():
                places = int(word)
            elif word in ("grouping", "group"):
                grouping = True
            elif word == "bare":
                bare = True
            elif word == "upto":
                upto = True
            elif ALIASES.get(word, word) in UNITS:
                unit = word
            else:
                raise ValueError(f"no unit and no word of printing: {word}")
        return cls(unit, places, grouping, bare, upto)

    def digits(self, figure: Any, grouping: bool = False) -> str:
        """The digits as asked for, without any sign."""
        if not (self.upto and self.unit):
            return figure.text(self.unit, self.places, grouping)
        there, here = unit_of_measure(figure.unit or "1"), unit_of_measure(self.unit)
        if there.family != here.family or there.factor == here.factor or not figure.known:
            return figure.text(None, None, grouping)
        return figure.text(self.unit, min(exact_places(figure, self.unit), self.places or 0), grouping)


def figure_text(figure: Any, look: FigureFormat) -> str:
    """The digits with their 约 or 余 and their %; "" when unknown. 左右 stands after a unit that the template writes, so 约 says it."""
    digits = look.digits(figure, look.grouping)
    if not digits:
        return ""
    before, after, behind_unit = APPROXIMATE[getattr(figure, "approx", "")]
    percent = "%" if (look.unit or getattr(figure, "unit", "")) == "%" and not look.bare else ""
    return f"{ABOUT if behind_unit else before}{digits}{after}{percent}"


write_figure = writer(element("data", slot("text"), css=slot("css"), value=slot("value"), data_ref=slot("ref")))
write_blank = writer(element("data", slot("text"), css="fig none", data_ref=slot("ref")))
write_cell = writer(element("td", markup("figure"), css="num"))


def figure_html(figure: Any, look: FigureFormat, said_blank: str = "") -> SafeString:
    """said_blank: what is printed for 无任务 and 不适用 when the source itself said so.

    The figure as a <data> element that knows where it comes from. A template's slip (no figure at all) must not print a blank."""
    if figure is None or isinstance(figure, str):
        raise ValueError(f"a template prints something that is no figure: {figure!r}")
    ref, text = str(figure.reference), figure_text(figure, look)
    if (cited := _cited.get()) is not None:
        cited[ref] = figure
    if not text:
        said = getattr(figure, "observation_id", None) is not None and figure.state in NOTHING_TO_ADD
        return write_blank(ref=ref, text=said_blank if said else "")
    name = "fig assumed" if getattr(figure, "assumed", False) else "fig"
    value = look.digits(figure)
    return write_figure(css=name, value=value, ref=ref, text=text)


def cell_html(figure: Any, look: FigureFormat) -> SafeString:
    """A complete cell of a table. What the place said to be 无任务 or 不适用 is —, what it did not say is blank."""
    return write_cell(figure=figure_html(figure, look, "—"))


def observation_ids(figure: Any) -> list[int]:
    """Every observation a figure rests on, its parts' among them."""
    own = [figure.observation_id] if getattr(figure, "observation_id", None) else []
    return sorted({*own, *(one for part in getattr(figure, "parts", ()) for one in observation_ids(part))})
