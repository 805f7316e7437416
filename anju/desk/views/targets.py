"""目标: what was asked of a region, by which document, and how a document divides its total."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from anju.core import regions
from anju.core.scope import visible
from anju.core.templatetags.anju import address, day, period_label
from anju.desk.frame import frame, show
from anju.desk.tables import Cell, Column, Row, Sheet
from anju.figures import queries
from anju.figures.models import TargetDocument
from anju.figures.targets import Decomposition, Target


@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    made, user = frame(request), request.operator
    if made.region is None:
        return show(request, "desk/targets.html", heading="还没有目标任务")
    asked = queries.targets(user, made.region, made.period)
    above = [one.pk for one in regions.path(made.region)]
    papers = visible(TargetDocument.objects.select_related("region"), user).filter(region_id__in=above, lines__period__startswith=made.period[:4])
    papers = list(papers.distinct().order_by("issued_on", "id"))
    divided = [queries.decomposition(user, paper) for paper in papers]
    when = period_label(made.period)
    count = len({one.figure.code for one in asked if one.figure.period == made.period})
    undone = [one for decomposition in divided for one in decomposition.divisions if one.remainder is not None and one.remainder.exact]
    heading = f"{made.region.name}{when}承担 {count} 项目标任务" if count else f"{made.region.name}{when}没有下达的目标任务"
    if undone:
        heading += f"，{len(undone)} 项与分解合计不符"
    elif any(one.balanced for decomposition in divided for one in decomposition.divisions):
        heading += "，已全部分解到位"
    context = {
        "asked": asked_sheet(request, asked) if asked else None,
        "nodes": [one for one in asked if one.figure.period != made.period],
        "divided": [(one.document, division_sheet(number, one), notes(one)) for number, one in enumerate(divided) if one.divisions],
    }
    return show(request, "desk/targets.html", heading=heading, **context)


def asked_sheet(request: HttpRequest, asked: list[Target]) -> Sheet:
    """Targets in force and the nodes within the year: by whom, since when, until when; a node that binds no one says why."""
    columns = [Column(label, text=label not in ("目标",)) for label in ("任务", "节点", "目标", "单位", "层级", "下达文件", "施行", "说明")]
    sheet = Sheet("asked", columns, caption="承担的目标任务", css="cards")
    for one in asked:
        figure = one.figure
        said = [one.why] if one.why else []
        said += [f"范围：{one.scope_note}"] if one.scope_note else []
        said += [f"其中年中追加 {'、'.join(addition.text(None, None, True) for addition in one.additions)} {figure.unit}"] if one.additions else []
        said += [f"按“{figure.parts[0].name}”的比例下达"] if figure.parts else []
        sheet.rows.append(
            Row(
                [
                    Cell(text=figure.name, href=address(request, f"/figures/measure/{figure.code}/", period=figure.period)),
                    Cell(text=f"{day(one.due)}前", label="节点"),
                    Cell(figure=figure, label="目标"),
                    Cell(text="" if figure.unit == "1" else figure.unit, label="单位"),
                    Cell(text=one.level or figure.calibre, label="层级"),
                    Cell(text=f"{one.document.title}（{one.document.number}）" if one.document else "", css="wrap", label="下达文件"),
                    Cell(text=day(one.effective_on), label="施行"),
                    Cell(text="；".join(said), css="wrap", label="说明"),
                ],
                css="" if one.binding else "part",
            )
        )
    return sheet


def division_sheet(number: int, one: Decomposition) -> Sheet:
    """A document as it would be printed: parts down, tasks across; total first, what is left undivided last."""
    divisions = one.divisions
    sheet = Sheet(f"division-{number}", [Column("区划")], caption=one.document.title)
    sheet.columns = [Column("区划"), *(column(division) for division in divisions)]
    parts = {figure.region.pk: figure.region for division in divisions for figure in division.parts}
    ordered = sorted(parts.values(), key=lambda region: (region.order, region.pk))
    sheet.rows.append(Row([Cell(text=one.document.region.name), *(Cell(figure=d.whole) if d.whole else Cell() for d in divisions)], css="total"))
    by_region = [{figure.region.pk: figure for figure in division.parts} for division in divisions]
    for region in ordered:
        cells = [Cell(figure=found[region.pk]) if region.pk in found else Cell() for found in by_region]
        sheet.rows.append(Row([Cell(text=region.name), *cells]))
    if any(division.handed_out for division in divisions):
        sheet.rows.append(Row([Cell(text="已分解合计"), *(Cell(text=d.handed_out.text(None, None, True), css="n") if d.handed_out else Cell() for d in divisions)], css="group"))
        sheet.rows.append(Row([Cell(text="未分解"), *(remainder(d) for d in divisions)], css="group"))
    if any(division.above for division in divisions):
        sheet.rows.append(Row([Cell(text="上级下达"), *(Cell(figure=d.above) if d.above else Cell() for d in divisions)], css="group"))
        sheet.rows.append(Row([Cell(text="加码"), *(Cell(text=f"+{d.extra.text(None, None, True)}", css="n") if d.extra else Cell() for d in divisions)], css="group"))
    return sheet


def column(division) -> Column:
    first = next((figure for figure in (division.whole, *division.parts) if figure is not None and figure.known), None)
    when = period_label(division.period) if len(division.period) > 4 else ""
    return Column(division.name + (f"（{when}）" if when else ""), unit=first.unit if first else "")


def remainder(division) -> Cell:
    """0 when all is handed out; below 0 when more was handed out than there is."""
    if division.remainder is None:
        return Cell()
    if division.remainder.exact is None:
        return Cell(text="", note=division.remainder.why, css="n")
    text = division.remainder.text(None, None, True).replace("-", "−")
    return Cell(text=text, css="n strong" if division.remainder.exact else "n", note="已分解的比总数还多" if division.remainder.exact < 0 else "")


def notes(one: Decomposition) -> list[str]:
    """What the table alone would not say."""
    said = []
    for division in one.divisions:
        left = division.remainder
        if left is not None and left.exact:
            word = "尚未分解" if left.exact > 0 else "分解数超出总数"
            said.append(f"{division.name}{word} {left.text(None, None, True).removeprefix('-')} {left.unit}。")
        if left is not None and left.exact is None and left.missing:
            said.append(f"{division.name}能否平衡看不出来，{left.why}。")
        if division.extra is not None:
            said.append(f"{division.name}比上级下达多 {division.extra.text(None, None, True)} {division.extra.unit}（加码）。")
    return said
