"""目标: what was asked of a region, by which document, and how a document divides its total."""

import re

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import visible_rows
from anju.core.regions import tree
from anju.core.regions.levels import LEVELS, level_noun
from anju.core.wording import period_label, read_day
from anju.figures.models import TargetDocument
from anju.figures.pages import nodes
from anju.figures.queries import nodes as node_queries
from anju.figures.queries import targets as target_queries
from anju.figures.queries.targets import Decomposition, Target


@requires_permission("targets.see")
@require_GET
@needs_region("figures/targets.html", heading="还没有目标任务")
def list_targets(request: Request) -> HttpResponse:
    made, user = page_context(request), request.actor
    year = made.period[:4]
    asked = target_queries.targets_in_force(user, made.region, year)
    above = [one.pk for one in tree.region_path(made.region)]
    papers = visible_rows(TargetDocument.objects.select_related("region"), user).filter(
        region_id__in=above, lines__period__startswith=made.period[:4]
    )
    papers = list(papers.distinct().order_by("issued_on", "id"))
    divided = [target_queries.read_decomposition(user, paper) for paper in papers]
    when = period_label(year)
    count = len({one.figure.code for one in asked if one.figure.period == year})
    divided = [one for one in divided if any(division.parts for division in one.divisions)]
    told = [one for decomposition in divided for one in decomposition.divisions if one.balanced is not None]
    undone = [one for one in told if not one.balanced]
    heading = (
        f"{made.region.name}{when}承担{count}项目标任务" if count else f"{made.region.name}{when}没有下达的目标任务"
    )
    if undone:
        heading += f"，{len(undone)}项与分解合计不符"
    elif told:
        heading += f"，{len(told)}项已全部分解"
    below = tree.child_regions(user, made.region, made.on)
    gaps = node_queries.year_nodes(user, made.region, nodes.reference_day(made.on, timezone.localdate()), below)
    context = {
        "nodes": [
            (one, nodes.node_sheet(f"node-{number}", one), nodes.node_headline(one, level_noun(below), named=False))
            for number, one in enumerate((*gaps.passed, *gaps.coming))
        ],
        "asked": targets_sheet(request, asked) if asked else None,
        "papers": list({one.document.pk: one.document for one in asked if one.document}.values()),
        "divided": [
            (one.document, division_sheet(number, one), division_notes(one)) for number, one in enumerate(divided)
        ],
    }
    return render_page(request, "figures/targets.html", heading=heading, **context)


def targets_sheet(request: Request, asked: list[Target]) -> Sheet:
    """A line for each task and day; the levels that set it stand side by side, so that 加码 is seen. A node that binds no one says why."""
    levels = [name for name in ("", *LEVELS) if any(one.figure.calibre == name for one in asked)]
    columns = [
        SheetColumn("任务"),
        SheetColumn("节点", text=True),
        *(SheetColumn(f"{name}定目标" if name else "目标") for name in levels),
        SheetColumn("说明", text=True),
    ]
    sheet = Sheet("asked", columns, caption="承担的目标任务", css="cards")
    lines: dict[tuple[str, str], dict[str, Target]] = {}
    for one in asked:
        lines.setdefault((one.figure.code, one.figure.period), {})[one.figure.calibre] = one
    for by_level in lines.values():
        first = next(iter(by_level.values()))
        said = list(dict.fromkeys(text for one in by_level.values() for text in target_remarks(one)))
        link = page_address(request, "figures:measure", first.figure.code, period=first.figure.period)
        name = first.figure.name + ("" if first.figure.unit in ("1", "%") else f"（{first.figure.unit}）")
        found = [by_level.get(level) for level in levels]
        cells = [
            SheetCell(figure=one.figure, label=column.label) if one else SheetCell()
            for one, column in zip(found, columns[2:], strict=False)
        ]
        row = [
            SheetCell(text=name, href=link),
            SheetCell(text=f"{read_day(first.due)}前", label="节点", css="nowrap"),
            *cells,
            SheetCell(text="；".join(said), css="wrap", label="说明"),
        ]
        sheet.rows.append(SheetRow(row, css="" if any(one.binding for one in by_level.values()) else "lapsed"))
    return sheet


def target_remarks(one: Target) -> list[str]:
    """What a number alone would not say."""
    figure = one.figure
    said = [f"{figure.calibre}定：{one.why}" if figure.calibre else one.why] if one.why else []
    said += [f"范围：{one.scope_note}"] if one.scope_note else []
    said += (
        [f"其中年中追加{'、'.join(addition.text(None, None, True) for addition in one.additions)}{figure.unit}"]
        if one.additions
        else []
    )
    said += [f"按“{figure.parts[0].name}”的比例下达"] if figure.parts else []
    return [days_as_written(text) for text in said]


def days_as_written(text: str) -> str:
    """2020-08-05 as officials write it."""
    return re.sub(r"(\d{4})-(\d{2})-(\d{2})", lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", text)


def division_sheet(number: int, one: Decomposition) -> Sheet:
    """A document as it would be printed: parts down, tasks across; total first, what is left undivided last."""
    divisions = one.divisions
    sheet = Sheet(f"division-{number}", [SheetColumn("区划")], caption=one.document.title)
    sheet.columns = [SheetColumn("区划"), *(division_column(division) for division in divisions)]
    parts = {figure.region.pk: figure.region for division in divisions for figure in division.parts}
    ordered = sorted(parts.values(), key=lambda region: (region.order, region.pk))
    sheet.rows.append(
        SheetRow(
            [
                SheetCell(text=one.document.region.name),
                *(SheetCell(figure=d.whole) if d.whole else SheetCell() for d in divisions),
            ],
            css="total",
        )
    )
    by_region = [{figure.region.pk: figure for figure in division.parts} for division in divisions]
    for region in ordered:
        cells = [SheetCell(figure=found[region.pk]) if region.pk in found else SheetCell() for found in by_region]
        sheet.rows.append(SheetRow([SheetCell(text=region.name), *cells]))
    if any(division.handed_out for division in divisions):
        sheet.rows.append(
            SheetRow(
                [
                    SheetCell(text="已分解合计"),
                    *(
                        SheetCell(text=d.handed_out.text(None, None, True), css="n") if d.handed_out else SheetCell()
                        for d in divisions
                    ),
                ],
                css="group",
            )
        )
        sheet.rows.append(SheetRow([SheetCell(text="未分解"), *(remainder_cell(d) for d in divisions)], css="group"))
    if any(division.above for division in divisions):
        sheet.rows.append(
            SheetRow(
                [
                    SheetCell(text="上级下达"),
                    *(SheetCell(figure=d.above) if d.above else SheetCell() for d in divisions),
                ],
                css="group",
            )
        )
        sheet.rows.append(
            SheetRow(
                [
                    SheetCell(text="加码"),
                    *(
                        SheetCell(text=f"+{d.extra.text(None, None, True)}", css="n") if d.extra else SheetCell()
                        for d in divisions
                    ),
                ],
                css="group",
            )
        )
    return sheet


def division_column(division) -> SheetColumn:
    first = next((figure for figure in (division.whole, *division.parts) if figure is not None and figure.known), None)
    when = period_label(division.period) if len(division.period) > 4 else ""
    return SheetColumn(division.name + (f"（{when}）" if when else ""), unit=first.unit if first else "")


def remainder_cell(division) -> SheetCell:
    """0 when all is handed out; below 0 when more was handed out than there is."""
    if division.remainder is None:
        return SheetCell()
    if division.remainder.exact is None:
        return SheetCell(text="", note=division.remainder.why, css="n")
    text = division.remainder.text(None, None, True).replace("-", "−")
    return SheetCell(
        text=text,
        css="n strong" if division.remainder.exact else "n",
        note="已分解的比总数还多" if division.remainder.exact < 0 else "",
    )


def division_notes(one: Decomposition) -> list[str]:
    """What the table alone would not say."""
    said = []
    for division in one.divisions:
        left = division.remainder
        if left is not None and left.exact:
            word = "尚未分解" if left.exact > 0 else "分解数超出总数"
            said.append(f"{division.name}{word}{left.text(None, None, True).removeprefix('-')}{left.unit}。")
        if left is not None and left.exact is None and left.missing:
            said.append(f"{division.name}能否平衡看不出来，{left.why}。")
        if division.extra is not None:
            said.append(
                f"{division.name}比上级下达多{division.extra.text(None, None, True)}{division.extra.unit}（加码）。"
            )
    return said
