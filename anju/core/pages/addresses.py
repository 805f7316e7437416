"""Addresses of pages, by the names that the rooms' urls.py give them. Nothing else spells a path out."""

from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

NUMBER = 987_654_321_987_654_321  # stands for a thing's number while the rest of its path is made


def path_of(name: str, *parts: object) -> str:
    """The path of that route. parts: those of its path, in their order, a thing's number first.

    A page has hundreds of links to one thing each: what stands around the number is reversed once and not for each.
    """
    if not parts:
        return _path(name)
    number, *rest = parts
    if type(number) is not int:
        return reverse(name, args=parts)
    before, after = _around_number(name, tuple(rest))
    return f"{before}{number}{after}"


def front_page_path() -> str:
    """Where everybody lands."""
    return path_of(settings.LOGIN_REDIRECT_URL)


def page_address(request: HttpRequest, to: Any, *parts: object, **changes: object) -> str:
    """A page's address with the region and period of this page kept, unless changed; an empty change takes a key away.

    to: a route's name with the parts of its path, a thing that has a page of its own, or a path made by path_of; nothing for the query alone.
    """
    if not isinstance(to, str):
        path = to.get_absolute_url()
    elif to and not to.startswith("/"):
        path = path_of(to, *parts)
    else:
        path = to
    page = getattr(request, "anju_page_context", None)  # the region and period the page stands in
    kept = {"region": page.region.code, "period": page.period} if page and page.region else {}
    kept |= {key: str(value) for key, value in changes.items()}
    pairs = {key: value for key, value in kept.items() if value not in ("", "None")}
    return f"{path}?{urlencode(pairs)}" if pairs else path


def same_page(request: HttpRequest, **changes: object) -> str:
    """This page's own address with something changed, all else kept but the number of the page of a list; an empty change takes a key away."""
    pairs = {key: values for key, values in request.GET.lists() if key != "page"}
    pairs |= {key: [str(value)] for key, value in changes.items()}
    pairs = {key: values for key, values in pairs.items() if values not in ([""], ["None"])}
    return f"{request.path}?{urlencode(pairs, doseq=True)}" if pairs else request.path


def page_as_file(request: HttpRequest, ending: str) -> str:
    """This very page as a file: its address with .xlsx before the question mark."""
    query = request.GET.urlencode()
    return f"{request.path.rstrip('/')}.{ending}{'?' + query if query else ''}"


@cache
def _path(name: str) -> str:
    return reverse(name)


@lru_cache(maxsize=1024)
def _around_number(name: str, rest: tuple[object, ...]) -> tuple[str, str]:
    before, after = reverse(name, args=[NUMBER, *rest]).split(str(NUMBER))
    return before, after
