"""A request as our views know it: who asks, for which act, and where and when the page stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from anju import periods
from anju.core.models.people import Staff
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.problems import Problem


@dataclass(frozen=True)
class PageContext:
    """region is None for who has none; path runs from the top down to it."""

    region: Region | None
    path: list[Region]
    period: str
    where: Any
    when: Any

    @property
    def on(self) -> date:
        return periods.period_end(self.period) if self.period else date.today()


class Request(HttpRequest):
    """What the middleware adds to Django's request before a view is called, for signatures only: no request is ever of this class.

    actor: who asks (people/identity.py); absent on public pages and on those that say what went wrong before a view was called.
    act: the permission with which the view is marked. anju_page_context: made by `context.page_context`, once it has been asked for.
    anju_export_problem: why a list does not leave as a file, where it does not (layout/lists.py).
    """

    user: Staff
    actor: Actor
    act: str
    anju_page_context: PageContext
    anju_export_problem: Problem


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, and wants a part of a page rather than the page."""
    return "HX-Request" in request.headers
