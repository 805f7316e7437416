"""指标: tables of a topic, one measure over places and periods, the door of a figure, its correction."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from anju import periods
from anju.core import registry
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout import excel
from anju.core.pages.layout.figures import figure_html
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.page import page_response
from anju.core.pages.request import PageContext, Request, is_fragment
from anju.core.people.permissions import requires_permission
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.figures.figure import NUMBER, Figure
from anju.figures.models import CurrentFigure
from anju.figures.pages import comparison
from anju.figures.pages.provenance import ProvenancePanel, figure_uses, read_provenance
from anju.figures.pages.topics import TOPICS, measure_groups, sort_rows, topic_sheet
from anju.figures.queries import current, parts
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


@requires_permission("figures.see")
@require_GET
@needs_region()
def show_measure(request: Request, code: str) -> HttpResponse:
    """One measure: places down, calibres across, and its own periods."""
    made, user = page_context(request), request.actor
    known = current.find_measures(user, [code])
    if code not in known:
        raise Http404(code)
    one, names = known[code], calibre_names()
    listed = region_and_parts(request, made)
    stored = [code] if not one.is_computed else [one.numerator_id, one.denominator_id, *one.terms]
    rows = CurrentFigure.objects.filter(region_id__in={r.pk for r in listed} & user.region_ids, measure_id__in=stored)
    keys = set(rows.values_list("period", "calibre_id").distinct())
    calibres = sorted(
        {calibre for period, calibre in keys if period == made.period and current.accepts_calibre(one, calibre)}
    ) or [""]
    target = one.targets.order_by("order").first()
    codes = [f"{code}:{name}" for name in calibres] + (
        [f"{target.code}:{name}" for name in target_calibres(target, listed, made, user)] if target else []
    )
    found = current.current_figures(user, codes, listed, [made.period])
    columns = [
        SheetColumn("区划"),
        *(
            measure_column(known | ({target.code: target} if target else {}), wanted, names, found, listed)
            for wanted in codes
        ),
    ]
    sheet = Sheet("places", columns, caption=one.name)
    for number, region in enumerate(listed):
        link = page_address(request, "figures:measure", code, region=region.code) if number else ""
        sheet.rows.append(
            SheetRow(
                [
                    SheetCell(text=region.name, href=link),
                    *(SheetCell(figure=found(wanted, region)) for wanted in codes),
                ],
                css="" if number else "total",
            )
        )
    context: dict[str, Any] = {
        "sheet": sheet,
        "measure": one,
        "names": names,
        "charts": measure_charts(one, target, codes, found, listed, made),
    }
    context["breakdowns"] = (
        [] if one.is_computed else parts.break_down(user, code, made.region, made.period, calibres[0])
    )
    context["differences"] = [
        {
            "region": region,
            "first": found(codes[0], region),
            "second": found(codes[1], region),
            "gap": comparison.figure_distance(found(codes[0], region), found(codes[1], region)),
        }
        for region in listed
        if len(calibres) > 1 and figures_differ(found(codes[0], region), found(codes[1], region))
    ]
    known_periods = sorted({period for period, _ in keys})
    line = parts.figure_series(user, code, made.region, known_periods, calibres[0]) if len(known_periods) > 1 else []
    context["over_time"] = time_sheet(one, line)
    heading = measure_heading(made, one, found(codes[0], made.region), line)
    return render_page(request, "figures/measure.html", heading=heading, **context)


def measure_heading(made: PageContext, one, value: Figure, line: Sequence[Figure]) -> str:
    """The figure; of a year that is not over the latest that was reported in it, as the overview tells it."""
    told = value.spoken(grouping=True) or value.why or value.state_text
    inside = [figure for figure in line if figure.known and figure.period.startswith(f"{made.period}-")]
    if value.known or not inside:
        return f"{made.region.name}{period_label(made.period, one.kind)}{one.name}：{told}"
    latest = max(inside, key=lambda figure: periods.period_end(figure.period))
    span = period_label(latest.period, one.kind)
    return f"{made.region.name}{span}{one.name}：{latest.spoken(grouping=True)}；{period_label(made.period)}全年{told}"


def figures_differ(first: Figure, second: Figure) -> bool:
    return first.known and second.known and first.exact != second.exact


def target_calibres(target, listed: list, made: PageContext, user) -> list[str]:
    rows = CurrentFigure.objects.filter(
        region_id__in={r.pk for r in listed} & user.region_ids, measure=target, period=made.period
    )
    return sorted(set(rows.values_list("calibre_id", flat=True)))


def measure_column(known, wanted: str, names, found, listed) -> SheetColumn:
    code, _, calibre = wanted.partition(":")
    unit = next(
        (found(wanted, region).unit for region in listed if found(wanted, region).known), known[code].unit or "%"
    )
    return SheetColumn(
        f"{known[code].name}（{names.get(calibre, calibre)}）" if calibre else known[code].name, unit=unit
    )


def measure_charts(one, target, codes: list[str], found, listed: list, made: PageContext) -> list:
    """Against the target where there is one; the places compared otherwise. A picture of one place would say nothing."""
    if len(listed) < 3:
        return []
    below, sub = listed[1:], f"{made.region.name}，{period_label(made.period, one.kind)}"
    wanted = next((name for name in codes if target and name.partition(":")[0] == target.code), None)
    actual = codes[0]
    unit = next((found(actual, region).unit for region in below if found(actual, region).known), one.unit)
    if wanted:
        pairs = [comparison.TargetComparison(found(actual, region), found(wanted, region)) for region in below]
        return [
            comparison.bullet_chart(
                "gaps",
                pairs,
                comparison.comparison_headline(one.name, pairs),
                f"{one.name}与目标，{unit}，{sub}；竖线为目标，按差额排序",
            )
        ]
    figures = [found(actual, region) for region in below]
    return (
        [comparison.ranking_chart("ranked", figures, f"{one.name}从高到低", f"{unit}，{sub}")]
        if any(f.known for f in figures)
        else []
    )


def _alike(before: str, now: str) -> bool:
    """Whether two periods are of one length: months, years, all since the beginning."""
    return len(before) == len(now) and periods.spans_years(before) == periods.spans_years(now)


def time_sheet(one, line: Sequence[Figure]) -> Sheet | None:
    columns = [SheetColumn("期间"), SheetColumn(one.name, unit=one.unit or "%"), SheetColumn("比上一期")]
    rows = []
    for number, value in enumerate(line):
        before = line[number - 1] if number else None
        comparable = before is not None and before.known and value.known and _alike(before.period, value.period)
        change = SheetCell(figure=current.difference_figure(value, [before], "比上一期")) if comparable else SheetCell()
        text = figure_html(change.figure, sign=True) if comparable else ""
        rows.append(
            SheetRow(
                [
                    SheetCell(text=period_label(value.period, one.kind)),
                    SheetCell(figure=value),
                    SheetCell(text=text, css="n"),
                ]
            )
        )
    return Sheet("over-time", columns, rows, caption="各期数值") if any(value.known for value in line) else None


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
