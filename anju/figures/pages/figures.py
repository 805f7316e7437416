"""指标: tables of a topic, the door of a figure, its correction. One measure's page: measures.py."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from anju.core import registry
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout import excel
from anju.core.pages.layout.figures import figure_html
from anju.core.pages.page import page_response
from anju.core.pages.request import PageContext, Request, is_fragment
from anju.core.people.permissions import requires_permission
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.figures.figure import NUMBER, Figure
from anju.figures.pages.provenance import ProvenancePanel, figure_uses, read_provenance
from anju.figures.pages.topics import TOPICS, measure_groups, sort_rows, topic_sheet
from anju.figures.queries import current
from anju.figures.queries.references import resolve_reference
from anju.figures.references import FigureReference
from anju.figures.services import observations
from anju.problems import Refused


def region_and_parts(request: Request, made: PageContext) -> list:
    """The region first, then its parts in their order."""
    return [made.region, *tree.child_regions(request.actor, made.region, made.on)] if made.region else []


def calibre_names() -> dict[str, str]:
    return {code: name for code, name in current.calibres().items() if code}


@requires_permission("figures.see")
@require_GET
@needs_region("figures/figures.html", heading="还没有指标数字")
def show_explorer(request: Request, form: str = "") -> HttpResponse:
    """The table of a topic; form "xlsx": the same as a file."""
    made = page_context(request)
    listed = region_and_parts(request, made)
    topics = measure_groups(request.actor, listed, made.period)
    if not topics:
        return render_page(
            request, "figures/figures.html", heading=f"{made.region.name}{period_label(made.period)}没有指标数字"
        )
    topic = request.GET.get("topic") or next(iter(topics))
    if topic not in topics:
        raise Http404(topic)
    links = {
        region.code: page_address(request, "figures:explorer", region=region.code, topic=topic) for region in listed[1:]
    }
    only = set(request.GET.getlist("only"))
    chosen = [group for group in topics[topic] if group.base.code in only] or topics[topic]
    sheet = topic_sheet(
        request.actor,
        sheet_id="topic",
        wanted=chosen,
        regions=listed,
        period=made.period,
        names=calibre_names(),
        links=links,
    )
    sort_rows(sheet, [leaf.code for group in chosen for leaf in group.leaves], request.GET.get("sort", ""))
    heading = f"{made.region.name}{period_label(made.period)}{TOPICS.get(topic, topic)}"
    if form:
        return file_response(excel.write_sheet(sheet, heading), f"{heading}.xlsx")
    tabs = [{"code": code, "label": TOPICS.get(code, code), "here": code == topic} for code in topics]
    choices = [{"code": group.base.code, "name": group.base.name, "on": group in chosen} for group in topics[topic]]
    return render_page(request, "figures/figures.html", heading=heading, sheet=sheet, tabs=tabs, choices=choices)


def render_provenance(request: Request, door: ProvenancePanel, **extra: Any) -> HttpResponse:
    """The side panel, or the same on a page of its own where it was opened in a new tab."""
    door.uses = figure_uses(request.actor, door)
    fragment = is_fragment(request)
    context = {
        "door": door,
        "value": figure_html(door.figure),
        "blank": door.figure.state_text if door.figure.observation_id else "空白",
        "names": calibre_names(),
        "form": {"value": "", "state": NUMBER, "reason": ""},
        "fragment": fragment,
        **extra,
    }
    status = context.pop("status", 200)
    if fragment:
        return page_response(request, "figures/door.html", status=status, **context)
    return render_page(
        request,
        "figures/door_page.html",
        status=status,
        heading=f"{door.figure.region.name}{door.figure.name}",
        **context,
    )


@requires_permission("figures.see")
@require_GET
def show_provenance(request: Request) -> HttpResponse:
    """?ref=shanty.start@140500/2021 — of a figure, or of a step of a run."""
    reference = reference_or_404(request.GET.get("ref", ""))
    for open_other in registry.fetch_hooks("doors"):
        if (panel_of_other := open_other(request, reference)) is not None:
            return panel_of_other
    return render_provenance(request, read_provenance(request.actor, figure_or_404(request, reference)))


def reference_or_404(text: str) -> FigureReference:
    try:
        return FigureReference.parse(text)
    except LookupError as error:
        raise Http404(text) from error


def figure_or_404(request: Request, reference: FigureReference) -> Figure:
    try:
        return resolve_reference(request.actor, reference)
    except (LookupError, Refused) as error:
        raise Http404(str(reference)) from error


@requires_permission("figures.correct")
@require_POST
def correct_figure(request: Request) -> HttpResponse:
    """更正: a new observation with its reason; the old one stays."""
    posted = PostedForm(request)
    reference = reference_or_404(posted.text("ref"))
    figure = figure_or_404(request, reference)
    form = {key: posted.text(key) for key in ("value", "state", "reason")}
    state = form["state"] or NUMBER
    try:
        observations.correct_figure(
            by=request.actor,
            measure=figure.code,
            region=figure.region,
            period=figure.period,
            calibre=figure.calibre,
            value=form["value"].replace(",", "").replace("，", "") if state == NUMBER else None,
            unit=figure.unit,
            state=state,
            reason=form["reason"],
            expected=posted.key("seen"),
        )
    except Refused as refused:
        return render_provenance(
            request,
            read_provenance(request.actor, figure_or_404(request, reference)),
            problems=refused.problems,
            form=form,
            status=422,
        )
    return render_provenance(
        request,
        read_provenance(request.actor, figure_or_404(request, reference)),
        done="已更正。原来的数和更正理由都已留存。",
    )
