"""Where and when: the region and the period of the address, which every page obeys, and what may be chosen instead."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from anju.core import regions
from anju.core.models import Region
from anju.core.page import page
from anju.core.templatetags.anju import period_label
from anju.desk import queries
from anju.figures import periods
from anju.problems import Refused

NAVIGATION = (
    ("/", "总览"),
    ("/targets/", "目标"),
    ("/figures/", "指标"),
    ("/runs/", "评价"),
    ("/documents/", "文书"),
    ("/rules/", "规则"),
    ("/imports/", "导入"),
    ("/trail/", "留痕"),
)


@dataclass(frozen=True)
class Frame:
    """region is None until there are any figures; path runs from the top down to it."""

    region: Region | None
    path: list[Region]
    period: str
    where: Any
    when: Any

    @property
    def on(self) -> date:
        return periods.end(self.period) if self.period else date.today()


def frame(request: HttpRequest, of: Any = None) -> Frame:
    """The frame of this request, made once. Http404 for a region that is not there or not the user's, and for what is no period.

    of: a run or a document, whose region and period the page then stands in, whatever the address says.
    """
    if not hasattr(request, "anju_frame"):
        request.anju_frame = _frame(request, of)
    return request.anju_frame


def _frame(request: HttpRequest, of: Any) -> Frame:
    user = request.operator
    places = queries.places(user)
    asked, period = request.GET.get("region", ""), request.GET.get("period", "")
    try:
        if of is not None:
            asked, period = of.region.code, of.period
        on = periods.end(period) if period else None
        region = of.region if of is not None else regions.region(user, asked, on) if asked else (places[0] if places else None)
    except (Refused, Region.DoesNotExist) as error:
        raise Http404(str(error)) from error
    if region is None:
        return Frame(None, [], period, None, None)
    known = queries.periods_of(user, region)
    years = [name for name in known if len(name) == 4]
    period = period or (years or known or [str(date.today().year)])[0]
    known = known if period in known else [period, *known]
    path = [one for one in reversed(regions.path(region)) if one.pk in user.region_ids and (one.kind != Region.Kind.NATION or one == region)]
    below = regions.children(user, region, periods.end(period))
    # A county's neighbours are the likely next step; elsewhere the places below are.
    beside = below or (regions.children(user, region.parent, periods.end(period)) if region.parent else [])
    choices = [SimpleNamespace(code=one.code, name=one.name, indent="") for one in places]
    choices += [SimpleNamespace(code=one.code, name=one.name, indent="　") for one in beside if one not in places]
    when = SimpleNamespace(
        period=period, label=period_label(period), choices=[SimpleNamespace(code=name, label=period_label(name)) for name in known]
    )
    return Frame(region, path, period, SimpleNamespace(path=path, region=region, choices=choices), when)


def context(request: HttpRequest) -> dict[str, Any]:
    """For every page, the ones that say what went wrong included: they may have no scope, and then no where and when either."""
    nav = [
        SimpleNamespace(path=path, label=label, here=request.path == path if path == "/" else request.path.startswith(path))
        for path, label in NAVIGATION
    ]
    made = getattr(request, "anju_frame", None)
    return {"nav": nav, "where": made and made.where, "when": made and made.when}


def show(request: HttpRequest, template: str, status: int = 200, **extra: Any) -> HttpResponse:
    """A page of the desk: the frame is made before the template asks for it, so that a wrong address is not found, not broken."""
    made = frame(request)
    return page(request, template, status=status, region=made.region, period=made.period, **extra)
