"""总览: one page for a leader. What is done, what is late, what is at risk, and what to do about it."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju import periods
from anju.core import registry
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.regions import tree
from anju.core.wording import period_label
from anju.desk.pages import tasks
from anju.desk.pages.waiting import describe_terms, group_reminders
from anju.desk.queries import progress as told
from anju.documents.pages import listing
from anju.figures.pages import nodes
from anju.figures.pages.comparison import TargetComparison
from anju.figures.pages.figures import calibre_names
from anju.figures.queries import current
from anju.figures.queries import nodes as node_queries
from anju.oversight.queries import instructions, overdue, reminders
from anju.oversight.services.reminders import put_reminder_away as put_away_reminder
from anju.runs.pages import warnings as warning_pages


@requires_permission("leader.see")
@require_GET
@needs_region("desk/leader.html", heading="还没有数字：先导入报表，或载入示例", started=False)
def show_overview(request: Request) -> HttpResponse:
    page, user = page_context(request), request.actor
    below = tree.child_regions(user, page.region, page.on)
    on = nodes.reference_day(page.on, timezone.localdate())
    reported = periods.last_reported_day(on)
    catalogue, names = current.find_measures(user), calibre_names()
    reports = told.reported_periods(user, catalogue, page.region)
    summary = told.summarise_progress(
        user,
        catalogue=catalogue,
        reports=reports,
        region=page.region,
        below=below,
        period=page.period,
        names=names,
        on=reported,
    )
    gaps = node_queries.year_nodes(user, page.region, on, below, complete=True)
    ahead = gaps.next or gaps.last
    finding = nodes.nodes_headline(gaps, summary.noun)
    warnings = warning_pages.region_warnings(user, page.region, page.period)
    waiting = reminders.list_reminders(user)
    context = {
        "summary": summary,
        "sheet": progress_sheet(request, summary),
        "nodes": ahead,
        "node_charts": nodes.node_charts(ahead, summary.noun),
        "node_sheets": [
            nodes.node_sheet(f"own-node-{number}", one)
            for number, one in enumerate(ahead)
            if not one.parts and one.whole.asked
        ],
        "lapsed": nodes.lapsed_sentences(gaps),
        "bullets": tasks.task_bullets(user, summary.progress, ahead, reports, page.region, reported),
        "map": tasks.county_map(chosen_task(request, summary), page.region),
        "map_legend": tasks.LEGEND,
        "as_of": on,
        "node_passed": bool(gaps.last) and not gaps.next,
        "waiting": group_reminders(user, waiting, timezone.now()),
        "waiting_count": len(waiting),
        "terms": describe_terms(user, timezone.localdate()),
        "behind": []
        if below
        else [one for ask in registry.fetch_hooks("behind") for one in ask(user, page.region, on)],
        "demands": instructions.group_demands(instructions.standing_demands(user, page.region, timezone.localdate())),
        "late": overdue.list_overdue(user, page.region, on),
        "moved": told.report_increases(user, catalogue, reports, page.region, reported),
        "charts": summary.charts({one.node.actual_id for one in ahead}),
        "warnings": warnings,
        "papers": listing.documents_of_period(user, page.region, page.period),
        "names": names,
        "masked": [one for one in summary.progress if one.masked],
    }
    return render_page(request, "desk/leader.html", heading=finding or summary.heading, started=True, **context)


@requires_permission("leader.see")
@require_POST
def put_reminder_away(request: Request, pk: int) -> HttpResponse:
    """知道了."""
    put_away_reminder(by=request.actor, notice_id=pk)
    return redirect(page_address(request, "desk:leader"))


def chosen_task(request: Request, summary: told.Summary) -> told.MeasureProgress | None:
    """The task that the map shows: the one that the address names, or else the first with parts."""
    wanted = request.GET.get("task", "")
    with_parts = [one for one in summary.progress if len(one.parts) > 1]
    return next((one for one in with_parts if one.measure.code == wanted), with_parts[0] if with_parts else None)


def progress_sheet(request: Request, summary: told.Summary) -> Sheet:
    """One line per target: asked, done, rate, difference, and how many parts are behind."""
    columns = [
        SheetColumn("任务"),
        SheetColumn("单位", text=True),
        SheetColumn("目标"),
        SheetColumn("完成"),
        SheetColumn("差额"),
        SheetColumn("完成率"),
        SheetColumn("未达目标的地方", text=True),
    ]
    sheet = Sheet("progress", columns, caption="任务完成情况", css="cards")
    for progress in summary.progress:
        pair: TargetComparison = progress.whole
        gap = ""
        if pair.comparable and pair.gap:
            gap = ("−" if pair.short else "+") + pair.gap_text()
        behind = "、".join(part.actual.region.name for part in progress.short)
        sheet.rows.append(
            SheetRow(
                [
                    SheetCell(
                        text=f"{progress.name}{period_remark(progress)}", href=page_address(request, progress.measure)
                    ),
                    SheetCell(text=pair.unit, label="单位", css="brief"),
                    SheetCell(figure=pair.target, unit=pair.unit, label="目标"),
                    SheetCell(figure=pair.actual, unit=pair.unit, label="完成"),
                    SheetCell(text=gap, css="n", label="差额"),
                    SheetCell(
                        text=f"{pair.rate.text()}%" if pair.rate.known else "",
                        css="n",
                        note=pair.rate.why,
                        label="完成率",
                    ),
                    SheetCell(text=behind or parts_remark(progress), css="wrap", label="未达目标的地方"),
                ]
            )
        )
    return sheet


def period_remark(one: told.MeasureProgress) -> str:
    """Of which period the figures are, where a later one is still coming in: （2026年1—10月；2026年1—11月已报1/2）."""
    return f"（{period_label(one.whole.actual.period, one.measure.kind)}；{one.newer}）" if one.newer else ""


def parts_remark(one: told.MeasureProgress) -> str:
    """无 only where every place that was asked can be compared: what was not reported has not been reached."""
    asked = [pair for pair in one.parts if pair.target.known and pair.target.exact]
    if not asked:
        return ""
    missing = [pair for pair in asked if not pair.actual.known]
    return "无" if not missing else "未报" if len(missing) == len(asked) else f"{len(missing)}个未报"
