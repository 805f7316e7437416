"""Addresses of pages, by the names that the rooms' urls.py give them. Nothing else spells a path out."""

from functools import cache, lru_cache

from django.conf import settings
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


def front_page() -> str:
    """Where everybody lands."""
    return path_of(settings.LOGIN_REDIRECT_URL)


@cache
def _path(name: str) -> str:
    return reverse(name)


@lru_cache(maxsize=1024)
def _around_number(name: str, rest: tuple[object, ...]) -> tuple[str, str]:
    before, after = reverse(name, args=[NUMBER, *rest]).split(str(NUMBER))
    return before, after
