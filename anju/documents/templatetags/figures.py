"""Template tags of official documents. A number reaches the page only as a figure, through `fig` or `cell`."""

from datetime import date

from django import template
from django.utils.safestring import SafeString

from anju.core.pages.layout.markup import join
from anju.core.wording import period_label
from anju.documents.layout.markup import chinese_date
from anju.documents.text import references
from anju.documents.text.numerals import chinese_numeral
from anju.documents.text.printing import FigureFormat, cell_html, figure_html, note_section

register = template.Library()


@register.filter
def fig(figure, words: str | None = None) -> SafeString:
    """{{ f|fig:"亿元 2" }}"""
    return figure_html(figure, FigureFormat.of(words))


@register.filter
def cell(figure, words: str | None = None) -> SafeString:
    """A complete cell of a table: {{ f|cell:"亿元 2" }}."""
    return cell_html(figure, FigureFormat.of(words))


@register.simple_tag(takes_context=True)
def prose(context, key: str) -> SafeString:
    """The free paragraphs of that key, with their figures; nothing when there are none."""
    note_section(key)
    return join((references.paragraph_html(item, key) for item in context["_paragraphs"].get(key, ())), "\n")


@register.simple_tag(takes_context=True)
def wrote(context, *beginnings: str) -> bool:
    """Whether there is free prose under a key that begins so: a part of the text that only the writer's own words make."""
    return any(key.startswith(beginnings) for key, items in context["_paragraphs"].items() if items)


@register.filter
def listed(names) -> str:
    """城区、阳城县"""
    return "、".join(str(name) for name in names or ())


@register.filter
def cn_number(number: int) -> str:
    return chinese_numeral(int(number))


@register.filter
def cn_date(day: date | None) -> str:
    return chinese_date(day) if day else ""


@register.filter
def cn_period(period: str, kind: str = "") -> str:
    """kind: of the measure whose figure it is the period of: since January is of 2021年1—9月, not of the third quarter."""
    return period_label(period, kind)
