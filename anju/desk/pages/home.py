"""总览: one page for a leader. What is done, what is late, what is at risk, and what to do about it."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju import periods
from anju.core.pages.addresses import address
from anju.core.pages.context import frame, needs_region, show
from anju.core.pages.layout.sheets import Cell, Column, Row, Sheet
from anju.core.pages.request import Request
from anju.core.people.permissions import acting
from anju.core.regions import tree
from anju.desk.queries import progress as told
from anju.documents.pages import listing
from anju.figures.pages import nodes
from anju.figures.pages.comparison import Pair
from anju.figures.pages.figures import calibre_names
from anju.figures.queries import current
from anju.figures.queries import nodes as node_queries
from anju.oversight.queries import overdue
from anju.oversight.services import reminders
from anju.runs.pages import warnings as warning_pages


@acting("leader.see")
@require_GET
@needs_region("desk/leader.html", heading="还没有数字：先导入报表，或载入示例", started=False)
def leader(request: Request) -> HttpResponse:
    made, user = frame(request), request.operator
    below = tree.children(user, made.region, made.on)
    on = nodes.seen_from(made.on, timezone.localdate())
    reported = periods.reported_by(on)
    catalogue, names = current.measures(user), calibre_names()
    reports = told.reports(user, catalogue, made.region)
    summary = told.summary(
        user,
        catalogue=catalogue,
        reports=reports,
        region=made.region,
        below=below,
        period=made.period,
        names=names,
        on=reported,
    )
    gaps = node_queries.nodes(user, made.region, on, below)
    ahead = gaps.next or gaps.last
    finding = nodes.heading(gaps, summary.noun)
    warnings = warning_pages.warnings(user, made.region, made.period)
    context = {
        "summary": summary,
        "sheet": progress_sheet(request, summary),
        "nodes": ahead,
        "node_charts": nodes.charts(ahead, summary.noun),
        "node_sheets": [
            nodes.sheet(f"own-node-{number}", one)
            for number, one in enumerate(ahead)
            if not one.parts and one.whole.asked
        ],
        "lapsed": nodes.lapsed(gaps),
        "node_passed": bool(gaps.last) and not gaps.next,
        "notices": reminders.notices(user),
        "late": overdue.overdue(user, made.region, on),
        "moved": told.moved(user, catalogue, reports, made.region, reported),
        "charts": summary.charts({one.node.actual_id for one in ahead}),
        "warnings": warnings,
        "papers": listing.papers(user, made.region, made.period),
        "names": names,
        "masked": [one for one in summary.progress if one.masked],
    }
    return show(request, "desk/leader.html", heading=finding or summary.heading, started=True, **context)


@acting("leader.see")
@require_POST
def put_away(request: Request, pk: int) -> HttpResponse:
    """知道了."""
    reminders.put_away(by=request.operator, notice_id=pk)
    return redirect(address(request, "desk:leader"))


def progress_sheet(request: Request, summary: told.Summary) -> Sheet:
    """One line per target: asked, done, rate, difference, and how many parts are behind."""
    columns = [
        Column("任务"),
        Column("单位", text=True),
        Column("目标"),
        Column("完成"),
        Column("差额"),
        Column("完成率"),
        Column("未达目标的地方", text=True),
    ]
    sheet = Sheet("progress", columns, caption="任务完成情况", css="cards")
    for one in summary.progress:
        pair: Pair = one.whole
        gap = ""
        if pair.comparable and pair.gap:
            gap = ("−" if pair.short else "+") + pair.gap_text()
        behind = "、".join(part.actual.region.name for part in one.short)
        sheet.rows.append(
            Row(
                [
                    Cell(text=one.name, href=address(request, one.measure)),
                    Cell(text=pair.unit, label="单位", css="brief"),
                    Cell(figure=pair.target, unit=pair.unit, label="目标"),
                    Cell(figure=pair.actual, unit=pair.unit, label="完成"),
                    Cell(text=gap, css="n", label="差额"),
                    Cell(
                        text=f"{pair.rate.text()}%" if pair.rate.known else "",
                        css="n",
                        note=pair.rate.why,
                        label="完成率",
                    ),
                    Cell(text=behind or said_of_parts(one), css="wrap", label="未达目标的地方"),
                ]
            )
        )
    return sheet


def said_of_parts(one: told.Progress) -> str:
    """无 only where every place that was asked can be compared: what was not reported has not been reached."""
    asked = [pair for pair in one.parts if pair.target.known and pair.target.exact]
    if not asked:
        return ""
    missing = [pair for pair in asked if not pair.actual.known]
    return "无" if not missing else "未报" if len(missing) == len(asked) else f"{len(missing)}个未报"
