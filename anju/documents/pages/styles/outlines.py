"""What the pages of a style show: its outline, the paper that it would write, what is different from the style in force."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string

from anju.core.pages.context import page_context
from anju.core.pages.layout.markup import trusted
from anju.core.pages.request import Request
from anju.core.people.permissions import may
from anju.core.people.scope import Actor
from anju.core.wording import period_label
from anju.documents.asking.proposing import spoken_measure
from anju.documents.models import OfficeStyle
from anju.documents.queries import styles
from anju.documents.styles.editing.difference import style_differences
from anju.documents.styles.editing.outline import StyleOutline, outline_style
from anju.documents.styles.editing.preview import preview_periods, preview_style, style_in_force, style_text
from anju.documents.styles.editing.source import StyleSource
from anju.documents.styles.language.schema import Style
from anju.documents.styles.language.times import RELATIVE
from anju.figures.queries.current import catalogue, find_measures
from anju.problems import Problem, Refused
from anju.quantities import UNITS


def may_change(user: Actor, style: OfficeStyle) -> bool:
    return style.state == OfficeStyle.DRAFT and may(user, "documents.style", style.region_id)


def outline_context(
    request: Request, text: str, style: Style | None, flaws: Sequence[Problem] = (), editable: bool = False
) -> dict[str, Any]:
    """What the outline's template asks for. style, flaws: what the text is as a style, or what is wrong with it; an outline there is of both."""
    made = page_context(request)
    try:
        outline: StyleOutline | None = outline_style(StyleSource(text), find_measures(request.actor))
    except Refused:
        outline = None
    choices = preview_periods(style, [name for name, _, _ in made.when.choices] if made.when else [], made.period)
    return {
        "outline": outline, "flaws": flaws, "editable": editable,
        "preview_periods": [(name, period_label(name)) for name in choices],
    }  # fmt: skip


def editor_context(request: Request, style: OfficeStyle, text: str) -> dict[str, Any]:
    """Of a style of the office: the outline, what may be chosen, and whether it may be changed. read: the style that the text is."""
    read, flaws = readable(request, style, text)
    editable = may_change(request.actor, style)
    shown = outline_context(request, text, read, flaws, editable) | {"read": read}
    if editable:
        shown["measures"] = [spoken_measure(one) for one in catalogue().values()]
        shown["units"], shown["periods"] = list(UNITS), [*RELATIVE.items(), ("year-1", "上年")]
    return shown


def readable(request: Request, style: OfficeStyle, text: str) -> tuple[Style | None, list[Problem]]:
    """The style that the text is, or what is wrong with it."""
    try:
        return styles.check_style_text(request.actor, style.region, text), []
    except Refused as refused:
        return None, list(refused.problems)


def preview(request: Request, style: Style, period: str) -> str:
    """The paper of a period, or why there is none."""
    made = page_context(request)
    offered = preview_periods(style, [name for name, _, _ in made.when.choices] if made.when else [], made.period)
    period = period if period in offered else next(iter(offered), made.period)
    try:
        composed = preview_style(request.actor, style, made.region, period)
    except Refused as refused:
        return render_to_string("documents/style_preview.html", {"problems": refused.problems}, request)
    shown = {"article": trusted(composed.html), "reminders": composed.reminders, "period": period}
    return render_to_string("documents/style_preview.html", shown, request)


def differences(request: Request, style: OfficeStyle, text: str, outline: StyleOutline | None = None) -> dict[str, Any]:
    """From the style in force. outline: of the text, where it is made already."""
    made = page_context(request)
    before = style_in_force(made.region, style.kind, made.period)
    if before is None or before.digest == style.digest:
        return {"before": None, "found": [], "same": before is not None}
    try:
        found = style_differences(style_text(before), text, find_measures(request.actor), outline)
    except Refused:
        return {"before": before, "found": [], "unreadable": True}
    return {"before": before, "found": found}
