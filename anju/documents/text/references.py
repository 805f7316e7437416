"""Figure references in free prose: [[shanty.start]]套, [[invest.done @140502 /2021 :cal2 亿元 2]]亿元."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Operator
from anju.core.regions import tree
from anju.documents.text import wording
from anju.documents.text.printing import Look, figure_html
from anju.figures.queries import current
from anju.figures.references import MeasureReference
from anju.problems import Problem, Refused

REFERENCE = re.compile(r"\[\[(.*?)\]\]")
BOLD = re.compile(r"\*\*(.+?)\*\*")
HEADS = (("### ", "h3"), ("## ", "h2"))


@dataclass(frozen=True)
class Reference:
    """What one [[…]] asks for; region and period "" are the document's own."""

    text: str
    figure: MeasureReference
    look: Look


@dataclass(frozen=True)
class Printed:
    figure: Any
    look: Look


Paragraph = tuple[str, list[str | Printed]]


def parse(text: str) -> Reference:
    """ValueError when a word of it is none we know."""
    words = text.split()
    if not words:
        raise ValueError("空的引用")
    figure, rest = MeasureReference.of_words(words)
    try:
        look = Look.of(" ".join(rest))
    except ValueError as error:
        raise ValueError(f"认不得“{str(error).rpartition(' ')[2]}”") from None
    return Reference(text, figure, look)


def resolve(
    user: Operator, prose: Mapping[str, Any], region: Region, period: str, options: dict[str, Any]
) -> dict[str, list[Paragraph]]:
    """Every paragraph with its placeholders filled and its figures read. Refused with all that cannot be resolved, at once."""
    problems: list[Problem] = []
    texts: dict[str, list[str]] = {}
    asked: dict[str, tuple[Reference, Region]] = {}
    for key, value in prose.items():
        for item in [value] if isinstance(value, str) else value or []:
            try:
                item = wording.fill(item, period, options)
            except Refused as refused:
                problems += refused.problems
            texts.setdefault(key, []).append(item)
    known = _references(texts, problems)
    codes = current.measures(user, [reference.figure.code for reference, _ in known.values()])
    for text, (reference, where) in known.items():
        try:
            figure = reference.figure
            if figure.code not in codes:
                raise ValueError(f"没有统计指标 {figure.code}")
            if not codes[figure.code].is_computed and not current.accepts(codes[figure.code], figure.calibre):
                raise ValueError(f"这个指标没有口径 {figure.calibre}")
            day = periods.end(figure.period or period)
            asked[text] = (reference, tree.region(user, figure.region, day) if figure.region else region)
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


def _references(texts: dict[str, list[str]], problems: list[Problem]) -> dict[str, tuple[Reference, str]]:
    known: dict[str, tuple[Reference, str]] = {}
    for key, items in texts.items():
        for number, item in enumerate(items, 1):
            where = f"自由正文“{key}”第{number}段"
            for text in REFERENCE.findall(item):
                try:
                    known.setdefault(text, (parse(text), where))
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


def _figures(user: Operator, asked: dict[str, tuple[Reference, Region]], period: str) -> dict[str, Printed]:
    """One reading for all that ask for the same region and period."""
    groups: dict[tuple[int, str], list[str]] = {}
    for text, (reference, region) in asked.items():
        groups.setdefault((region.pk, reference.figure.period or period), []).append(text)
    found: dict[str, Printed] = {}
    for (_, when), texts in groups.items():
        region = asked[texts[0]][1]
        names = {text: asked[text][0].figure.column for text in texts}
        figures = current.figures(user, sorted(set(names.values())), [region], [when])
        found |= {text: Printed(figures(name), asked[text][0].look) for text, name in names.items()}
    return found


def _paragraph(text: str, found: dict[str, Printed]) -> Paragraph:
    tag = next((tag for mark, tag in HEADS if text.startswith(mark)), "p")
    if tag != "p":
        text = text.split(" ", 1)[1]
    pieces: list[str | Printed] = [
        found[piece] if index % 2 else piece for index, piece in enumerate(REFERENCE.split(text))
    ]
    return tag, pieces


def paragraph(item: Paragraph) -> SafeString:
    """One paragraph as HTML; its figures are printed (and cited) now."""
    tag, pieces = item
    texts = (figure_html(piece.figure, piece.look) if isinstance(piece, Printed) else escape(piece) for piece in pieces)
    bold = BOLD.sub(r"<strong>\1</strong>", "".join(texts))
    return mark_safe(f"<{tag}>{bold}</{tag}>")
