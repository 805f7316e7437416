"""调度: where every place stands today, the packs that were made, and making the next one."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju import periods
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import PageContext, Request
from anju.core.people.permissions import requires_permission
from anju.core.regions import tree
from anju.core.regions.levels import level_noun
from anju.core.wording import period_in, period_label, period_name
from anju.documents.models import Version
from anju.documents.pages.listing import listed_documents
from anju.documents.queries import documents
from anju.documents.services.documents import write_document
from anju.figures.pages import nodes
from anju.figures.queries import nodes as node_queries
from anju.oversight.papers import dispatch as packs
from anju.oversight.queries import overdue
from anju.problems import Refused


@requires_permission("dispatch.see")
@require_GET
@needs_region("oversight/dispatch.html", heading="还没有调度材料", kinds=[])
def show_dispatch(request: Request) -> HttpResponse:
    return render_dispatch(request)


def render_dispatch(request: Request, status: int = 200, **extra) -> HttpResponse:
    made, user = page_context(request), request.actor
    kinds = packs.pack_kinds()
    on = nodes.reference_day(made.on, timezone.localdate())
    below = tree.child_regions(user, made.region, on)
    gaps = node_queries.year_nodes(user, made.region, on, below)
    tasks = [one for one in packs.read_tasks(user, [made.region, *below], periods.last_reported_day(on)) if one.told]
    ranking = packs.rank_places(tasks, made.region, below, str(on))
    codes = [kind.code for kind in kinds]
    papers = listed_documents(user, documents.list_documents(user, made.region).filter(kind__in=codes))
    annexed = set(
        Version.objects.filter(
            document__in=[one.document.pk for one in papers], html__contains='class="annex'
        ).values_list("document_id", flat=True)
    )
    noun = level_noun(below)
    context = {
        "kinds": [
            {"code": kind.code, "name": kind.name, "period": period}
            for kind, period in zip(kinds, suggest_periods(on), strict=True)
        ],
        "papers": papers,
        "annexed": annexed,
        "on": on,
        "sheet": progress_sheet(tasks, ranking, made, below) if tasks else None,
        "ranking": ranking,
        "node_charts": nodes.node_charts(gaps.next or gaps.last, noun),
        "lapsed": nodes.lapsed_sentences(gaps),
        "late": overdue.list_overdue(user, made.region, on),
    }
    heading = (
        nodes.nodes_headline(gaps, noun)
        or ranking_headline(made, ranking)
        or f"{made.region.name}：{len(papers)}份调度材料" * bool(papers)
    )
    return render_page(
        request,
        "oversight/dispatch.html",
        status=status,
        heading=heading or f"{made.region.name}还没有调度材料",
        **context,
        **extra,
    )


def ranking_headline(made: PageContext, ranking: packs.Ranking) -> str:
    """Who leads and who is last, where nothing is due."""
    ties = ranking.ties
    if len(ties) < 2:
        return ""
    first, last = (
        "、".join(place.region.name for place in group[:3]) + ("等" if len(group) > 3 else "")
        for group in (ties[0], ties[-1])
    )
    return f"{ranking.name}：{first}最高（{ties[0][0].rate.text()}%），{last}最低（{ties[-1][0].rate.text()}%）"


def suggest_periods(on: date) -> list[str]:
    """The period of a pack made on that day, as people write it: of a week, a month, a quarter."""
    return [period_name(one) for one in (on.isoformat(), f"{on:%Y-%m}", f"{on.year}-Q{(on.month + 2) // 3}")]


def progress_sheet(tasks: list[packs.DispatchTask], ranking: packs.Ranking, made: PageContext, below: list) -> Sheet:
    """Every place by its rank, then those without one."""
    columns = [SheetColumn("区划"), *([SheetColumn("名次")] if ranking.places else [])]
    for task in tasks:
        known = next(one for one in task.actual.values() if one.known)
        heads = (SheetColumn("年度任务"), SheetColumn("完成"), SheetColumn("完成率"))
        columns.append(
            SheetColumn(f"{task.said['name']}，{period_label(known.period, known.kind)}", heads, unit=task.said["unit"])
        )
    sheet = Sheet("dispatch", columns, caption="任务进展和排名")
    ranks = {one.region.pk: one.rank for one in ranking.places}
    ordered = [made.region, *(one.region for one in ranking.places), *(one for one in below if one.pk not in ranks)]
    for serial, region in enumerate(ordered):
        cells = [SheetCell(text=region.name)]
        if ranking.places:
            cells.append(SheetCell(figure=ranks[region.pk]) if region.pk in ranks else SheetCell())
        for task in tasks:
            unit = task.said["unit"]
            cells += [
                SheetCell(figure=task.target[region.pk], unit=unit),
                SheetCell(figure=task.actual[region.pk], unit=unit),
                SheetCell(figure=task.rate[region.pk]),
            ]
        if (
            serial
            and region.kind == region.Kind.PSEUDO
            and not any(task.actual[region.pk].known or task.target[region.pk].known for task in tasks)
        ):
            continue
        sheet.rows.append(SheetRow(cells, css="" if serial or not below else "total"))
    return sheet


@requires_permission("dispatch.write")
@require_POST
@needs_region()
def write_pack(request: Request) -> HttpResponse:
    """起草: organs, addressee and the writer's own words are those of the last pack of the kind."""
    made, user = page_context(request), request.actor
    posted = PostedForm(request)
    code, period = posted.text("kind"), posted.text("period")
    if code not in {kind.code for kind in packs.pack_kinds()}:
        raise Http404(code)
    last = documents.list_documents(user, made.region, kind=code).first()
    other = (
        last or documents.list_documents(user, made.region).first()
    )  # the first pack: whoever issued the other papers
    before = documents.find_version(user, other) if other else None
    options = (
        {}
        if before is None
        else before.options
        if last
        else {key: before.options[key] for key in ("organs",) if key in before.options}
    )
    try:
        document = write_document(
            by=user,
            kind=code,
            region=made.region,
            period=period_in(period) or period,
            options=options,
            prose=before.prose if last and before else {},
        )
    except Refused as refused:
        return render_dispatch(request, status=422, problems=refused.problems, form={"kind": code, "period": period})
    return redirect(page_address(request, document))
