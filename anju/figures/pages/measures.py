"""One measure: its page over places and periods, with its charts."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from anju import periods
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.layout.figures import figure_html
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import PageContext, Request
from anju.core.people.permissions import requires_permission
from anju.core.wording import period_label
from anju.figures.figure import Figure
from anju.figures.models import CurrentFigure
from anju.figures.pages import comparison
from anju.figures.pages.figures import calibre_names, region_and_parts
from anju.figures.queries import current, parts


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
