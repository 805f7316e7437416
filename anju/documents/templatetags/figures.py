"""Template tags of official documents. A number reaches the page only as a figure, through `fig` or `cell`."""

from datetime import date

from django import template
from django.utils.safestring import SafeString

from anju.core.pages.layout.markup import join
from anju.documents.layout.markup import chinese_date
from anju.documents.text import references
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


@register.filter
def listed(names) -> str:
    """城区、阳城县"""
    return "、".join(str(name) for name in names or ())


@register.filter
def cn_date(day: date | None) -> str:
    return chinese_date(day) if day else ""
