"""Figure references in free prose: [[shanty.start]]套, [[invest.done @140502 /2021 :cal2 亿元 2]]亿元."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from anju import periods
from anju.core.models.region import Region
from anju.core.pages.layout.markup import element, join, markup, slot, trusted, writer
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.documents.text import units, wording
from anju.documents.text.printing import FigureFormat, figure_html
from anju.figures.figure import exact_places
from anju.figures.queries import current
from anju.figures.references import MeasureReference
from anju.problems import Problem, Refused
from anju.quantities import unit_of_measure

REFERENCE = re.compile(r"\[\[(.*?)\]\]")
BOLD = re.compile(r"\*\*(.+?)\*\*")
HEADS = (("### ", "h3"), ("## ", "h2"))
WRITE = {tag: writer(element(tag, markup("text"), data_prose=slot("section"))) for tag in ("p", "h2", "h3")}
write_bold = writer(element("strong", markup("text")))


@dataclass(frozen=True)
class ProseReference:
    """What one [[…]] asks for; region and period "" are the document's own."""

    text: str
    figure: MeasureReference
    look: FigureFormat


@dataclass(frozen=True)
class PrintedFigure:
    figure: Any
    look: FigureFormat


Paragraph = tuple[str, list[str | PrintedFigure]]


def parse_reference(text: str) -> ProseReference:
    """ValueError when a word of it is none we know."""
    words = text.split()
    if not words:
        raise ValueError("空的引用")
    figure, rest = MeasureReference.of_words(words)
    try:
        look = FigureFormat.of(" ".join(rest))
    except ValueError as error:
        raise ValueError(f"认不得“{str(error).rpartition(' ')[2]}”") from None
    return ProseReference(text, figure, look)


def resolve_prose(
    user: Actor, prose: Mapping[str, Any], region: Region, period: str, options: dict[str, Any]
) -> dict[str, list[Paragraph]]:
    """Every paragraph with its placeholders filled and its figures read. Refused with all that cannot be resolved, at once."""
    problems: list[Problem] = []
    texts: dict[str, list[str]] = {}
    asked: dict[str, tuple[ProseReference, Region]] = {}
    for key, value in prose.items():
        for item in [value] if isinstance(value, str) else value or []:
            try:
                item = wording.fill_placeholders(item, period, options)
            except Refused as refused:
                problems += refused.problems
            texts.setdefault(key, []).append(item)
    known = _references(texts, problems)
    codes = current.find_measures(user, [reference.figure.code for reference, _ in known.values()])
    for text, (reference, where) in known.items():
        try:
            figure = reference.figure
            if figure.code not in codes:
                raise ValueError(f"没有统计指标 {figure.code}")
            if not codes[figure.code].is_computed and not current.accepts_calibre(codes[figure.code], figure.calibre):
                raise ValueError(f"这个指标没有口径 {figure.calibre}")
            day = periods.period_end(figure.period or period)
            asked[text] = (reference, tree.find_region(user, figure.region, day) if figure.region else region)
        except Region.DoesNotExist:
            problems.append(_problem(where, text, f"没有区划 {reference.figure.region}，或者不在您的范围内"))
        except ValueError as error:
            problems.append(_problem(where, text, str(error)))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(*problems)
    found = _figures(user, asked, period)
    return {key: [_paragraph(text, found) for text in items] for key, items in texts.items()}


def _references(texts: dict[str, list[str]], problems: list[Problem]) -> dict[str, tuple[ProseReference, str]]:
    known: dict[str, tuple[ProseReference, str]] = {}
    for key, items in texts.items():
        for number, item in enumerate(items, 1):
            where = f"自由正文“{key}”第{number}段"
            for text in REFERENCE.findall(item):
                try:
                    known.setdefault(text, (parse_reference(text), where))
                except ValueError as error:
                    problems.append(_problem(where, text, str(error)))
    return known


def _problem(where: str, text: str, what: str) -> Problem:
    return Problem(
        "DOC-011",
        where,
        f"引用“[[{text}]]”：{what}。",
        "写法是 [[指标 @区划 /期间 :口径 单位 小数位]]，后面各项可以省略；请改正。",
    )


def _figures(user: Actor, asked: dict[str, tuple[ProseReference, Region]], period: str) -> dict[str, PrintedFigure]:
    """One reading for all that ask for the same region and period."""
    groups: dict[tuple[int, str], list[str]] = {}
    for text, (reference, region) in asked.items():
        groups.setdefault((region.pk, reference.figure.period or period), []).append(text)
    found: dict[str, PrintedFigure] = {}
    for (_, when), texts in groups.items():
        region = asked[texts[0]][1]
        names = {text: asked[text][0].figure.column for text in texts}
        figures = current.current_figures(user, sorted(set(names.values())), [region], [when])
        found |= {text: PrintedFigure(figures(name), asked[text][0].look) for text, name in names.items()}
    return found


def _paragraph(text: str, found: dict[str, PrintedFigure]) -> Paragraph:
    tag = next((tag for mark, tag in HEADS if text.startswith(mark)), "p")
    if tag != "p":
        text = text.split(" ", 1)[1]
    words = REFERENCE.split(text)
    pieces: list[str | PrintedFigure] = [
        _in_unit_behind(found[piece], words[index + 1]) if index % 2 else piece for index, piece in enumerate(words)
    ]
    return tag, pieces


def _in_unit_behind(printed: PrintedFigure, behind: str) -> PrintedFigure:
    """[[shanty.start]]套, which was reported in 万户, is printed in 套: the writer has said the unit."""
    unit = units.unit_named_at(behind)
    families = units.families_of(printed.figure)
    if not unit or printed.look.unit or unit_of_measure(unit).family not in families:
        return printed
    if units.interchangeable(printed.figure.unit, unit, families):
        return printed
    places = printed.look.places if printed.look.places is not None else exact_places(printed.figure, unit)
    return replace(printed, look=replace(printed.look, unit=unit, places=places))


def paragraph_html(item: Paragraph, section: str = "") -> SafeString:
    """One paragraph as HTML; its figures are printed (and cited) now. section: the key of the prose it is of."""
    tag, pieces = item
    line = join(
        figure_html(piece.figure, piece.look) if isinstance(piece, PrintedFigure) else piece for piece in pieces
    )
    between = BOLD.split(line)  # escaping leaves the stars; a figure may stand between them
    bold = join(write_bold(text=trusted(one)) if place % 2 else trusted(one) for place, one in enumerate(between))
    return WRITE[tag](text=bold, section=section)
