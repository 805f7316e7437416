"""Tags of the frame: links that keep where and when, texts of periods and dates, figures, problems. They are registered here and live elsewhere."""

from collections.abc import Iterable

from django import template

from anju.core import wording
from anju.core.pages import addresses
from anju.core.pages.layout import figures, html
from anju.core.people import identity, permissions
from anju.problems import BLOCK, Problem

register = template.Library()

register.filter("browser", wording.browser_name)
register.filter("day", wording.read_day)
register.filter("person", identity.person_name)
register.filter("unbroken", html.unbroken)
register.simple_tag(figures.door, name="door")
register.simple_tag(html.sheet_rows, name="sheet_rows")


@register.simple_tag(takes_context=True)
def at(context, to, *parts, **changes):
    """Another page, in the same region and period: {% at "projects:list" %}, {% at "documents:edit" document.pk %}, {% at project %}."""
    return addresses.page_address(context["request"], to, *parts, **changes)


@register.simple_tag(takes_context=True)
def here(context, **changes):
    """This page with something of its address changed, all else kept; a changed view starts at its first page."""
    return addresses.same_page(context["request"], **changes)


@register.simple_tag(takes_context=True)
def here_as(context, ending):
    """This very page as a file: its address with .xlsx before the question mark."""
    return addresses.page_as_file(context["request"], ending)


@register.simple_tag(takes_context=True)
def choices(context, key, listed):
    """This page elsewhere or at another time: entries of a menu."""
    return html.choices(context["request"], key, listed)


@register.simple_tag(takes_context=True)
def sort_link(context, key):
    """Sort by that column, downwards first; a second click turns it."""
    request = context["request"]
    return addresses.same_page(request, sort=key if request.GET.get("sort") == f"-{key}" else f"-{key}")


@register.simple_tag(takes_context=True)
def sort_state(context, key):
    return {key: "asc", f"-{key}": "desc"}.get(context["request"].GET.get("sort", ""), "")


@register.simple_tag(takes_context=True)
def may(context, act):
    """May this person do that act in the region the page stands in? What they may not is not offered."""
    request = context["request"]
    user, page = getattr(request, "actor", None), getattr(request, "anju_page_context", None)
    return user is not None and permissions.may(user, act, page.region.pk if page and page.region else None)


@register.simple_tag
def fig(figure, unit=None, places=None, sign=False):
    """A figure as a door to its provenance, in running text of a page: 开工 6,631 套."""
    return figures.provenance_link(figure, figures.figure_html(figure, unit, places, sign) or "—")


@register.simple_tag
def fig_text(figure, unit=None, places=None, sign=False):
    """A difference or a remainder: made here and now, so there is no door behind it."""
    return figures.figure_html(figure, unit, places, sign=sign)


@register.filter
def period(value, kind: str = "") -> str:
    """kind: of the measure whose figure it is the period of."""
    return wording.period_label(str(value), kind) if value else ""


@register.filter
def has_stop(problems: Iterable[Problem]) -> bool:
    return any(problem.level == BLOCK for problem in problems)


@register.filter
def calibre(code: str, names) -> str:
    return names.get(code, code) if names else code


@register.filter
def get(mapping, key):
    """One entry of a mapping by a key that is itself a variable."""
    return mapping.get(key) if mapping else None
