"""Where and when: the region and the period of the address, which every page obeys, and what may be chosen instead."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve

from anju import periods
from anju.core import registry
from anju.core.models.region import Region
from anju.core.pages.addresses import front_page_path, path_of
from anju.core.pages.layout.lists import exported
from anju.core.pages.page import page_response
from anju.core.pages.request import PageContext, Request
from anju.core.people.permissions import PUBLIC, may, require_permission
from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.problems import Refused

View = Callable[..., HttpResponse]


def page_context(request: Request, of: Any = None) -> PageContext:
    """The frame of this request, made once. Http404 for a region that is not there or not the user's, and for what is no period;
    refused when the post that the page takes is held elsewhere only.

    of: a run, a document, a return, whose region and period the page then stands in, whatever the address says.
    """
    if not hasattr(request, "anju_page_context"):
        request.anju_page_context = _make_context(request, of)
    return request.anju_page_context


def home_regions(user: Actor) -> list[Region]:
    """Where the user is at home: the regions of their posts; for the machine's own operator the regions that have something."""
    if user.posts is not None:
        held = frozenset().union(*user.posts.values()) if user.posts else frozenset()
        tops = [one for one in tree.region_tree().all if one.pk in held and one.parent_id not in held]
        return tree.regions_in_force(tops, None) or tops
    regions = {region.pk: region for known in registry.fetch_hooks("places") for region in known(user)}
    return sorted(regions.values(), key=lambda region: (region.order, region.pk))


def needs_region(template: str = "", /, **shown: Any) -> Callable[[View], View]:
    """Guard a view that is about a region. Who has none, or whose house has nothing yet, sees what will be there one day (a page that says so
    with core/empty.html) or, of an act, nothing: Http404. Stands next to the view, under its `acting`.

    template: of that page, shown with `shown`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            if page_context(request).region is not None:
                return view(request, *args, **kwargs)
            if not template:
                raise Http404("region")
            return render_page(request, template, **shown)

        return guarded

    return guard


def _make_context(request: Request, of: Any) -> PageContext:
    user = request.actor
    at_home, act = home_regions(user), getattr(request, "act", "core.own")
    start = _first_region(user, at_home, act)
    asked, period = request.GET.get("region", ""), request.GET.get("period", "")
    try:
        if of is not None:
            asked, period = of.region.code, of.period
        on = periods.period_end(period) if period else None
        region = of.region if of is not None else tree.find_region(user, asked, on) if asked else start
    except (Refused, Region.DoesNotExist) as error:
        raise Http404(str(error)) from error
    if region is None:
        return PageContext(None, [], period, None, None)
    require_permission(user, act, region.pk, region.name)
    known = sorted({name for ask in registry.fetch_hooks("periods") for name in ask(user, region)}, reverse=True)
    years = [name for name in known if len(name) == 4]
    period = period or (years or known or [str(date.today().year)])[0]
    known = known if period in known else [period, *known]
    path = [
        place
        for place in reversed(tree.region_path(region))
        if place.pk in user.places and (place.kind != Region.Kind.NATION or place == region)
    ]
    below = tree.child_regions(user, region, periods.period_end(period))
    # A county's neighbours are the likely next step; elsewhere the places below are.
    beside = below or (tree.child_regions(user, region.parent, periods.period_end(period)) if region.parent else [])
    choices = [(place.code, place.name, place == region) for place in at_home]
    choices += [(place.code, f"　{place.name}", place == region) for place in beside if place not in at_home]
    when = SimpleNamespace(
        period=period,
        label=period_label(period),
        choices=[(name, period_label(name), name == period) for name in known],
    )
    return PageContext(region, path, period, SimpleNamespace(path=path, region=region, choices=choices), when)


def _first_region(user: Actor, at_home: list[Region], act: str) -> Region | None:
    """Where they may do what the page is for: at home, or else in a region of a post of theirs that lies below (who is at home in the city
    and fills for one of its counties)."""
    if region := next((one for one in at_home if may(user, act, one.pk)), None):
        return region
    held = frozenset().union(*(user.posts or {}).values())
    below = [one for one in tree.region_tree().all if one.pk in held and may(user, act, one.pk)]
    standing = tree.regions_in_force(below, None) or below
    return standing[0] if standing else at_home[0] if at_home else None


def may_open(user: Actor, address: str) -> bool:
    """May they go to that page of ours? By the permission with which its view is marked, in the region that the address names."""
    parts = urlsplit(address)
    try:
        act = getattr(resolve(parts.path).func, "act", None)
    except Resolver404:
        return False
    code = parse_qs(parts.query).get("region", [""])[0]
    region = next((one for one in tree.region_tree().all if code and one.code == code and one.pk in user.places), None)
    if code and region is None:
        return False
    return act is not None and (act == PUBLIC or may(user, act, region.pk if region else None))


def navigation_links(user: Actor) -> list[tuple[str, str]]:
    """Addresses and names of the pages that the user may go to, in the order of the work."""
    return [(path_of(link.url), link.label) for link in registry.navigation() if may(user, link.permission)]


def nearest_link(path: str, links: Sequence[str]) -> str:
    """The one entry that a page belongs to: the longest that its path begins with. The front page's is its own alone."""
    front = front_page_path()
    inside = [link for link in links if (path == link if link == front else path.startswith(link))]
    return max(inside, key=len, default="")


def guide_path(path: str) -> str:
    """The guide of the part of the site that a path belongs to; the list of them elsewhere."""
    front = front_page_path()
    for link in registry.navigation():
        start = path_of(link.url)
        if link.guide and (path == start if start == front else path.startswith(start)):
            return path_of("core:guide", link.guide)
    return path_of("core:guides")


def template_context(request: Request) -> dict[str, Any]:
    """For every page, the ones that say what went wrong included: they may have no scope, and then no where and when either."""
    user = getattr(request, "actor", None)
    links = navigation_links(user) if user is not None else []
    here = nearest_link(request.path, [path for path, _ in links])
    nav = [SimpleNamespace(path=path, label=label, here=path == here) for path, label in links]
    page = getattr(request, "anju_page_context", None)
    notices = sum(ask(user) for ask in registry.fetch_hooks("notices")) if user is not None and page else 0
    return {
        "nav": nav,
        "help": guide_path(request.path),
        "where": page and page.where,
        "when": page and page.when,
        "notice_count": notices,  # a name that no page uses for its own: a page's values hide these
    }


def render_page(request: Request, template: str, status: int = 200, **extra: Any) -> HttpResponse:
    """A page: the frame is made before the template asks for it, so that a wrong address is not found, not broken. Its lists as a file when asked."""
    page = page_context(request)
    response = page_response(request, template, status=status, region=page.region, period=page.period, **extra)
    return exported(request, response)
