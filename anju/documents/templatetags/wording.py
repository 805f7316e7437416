"""Numerals of headings, so that a section that is not there leaves no gap."""

from itertools import count

from django import template

from anju.documents.text.numerals import chinese_numeral

register = template.Library()


@register.simple_tag(takes_context=True)
def numeral(context: template.Context) -> str:
    """一, then 二, then 三 … at each use within one document."""
    return chinese_numeral(next(context.render_context.setdefault("numerals", count(1))))


@register.simple_tag(takes_context=True)
def ordinal(context: template.Context, under: str) -> int:
    """1, then 2, then 3 … at each use under the same heading (third-level headings: 1. 2. 3.)."""
    return next(context.render_context.setdefault(f"ordinals {under}", count(1)))
