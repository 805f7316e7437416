"""Sets of projects (项目清单): fixing one, and what became of it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import Input
from anju.core.pages.layout.sheets import Sheet, SheetCell, SheetColumn, SheetRow
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.wording import read_day
from anju.projects.models import Project
from anju.projects.pages import listing
from anju.projects.pages.acts import Parts, act_page, get_or_post, single_part
from anju.projects.pages.entries import UNKNOWN
from anju.projects.pages.forms import ProjectForm
from anju.projects.queries import cohorts
from anju.projects.services.cohorts import fix_cohort


@requires_permission("projects.adjust")
@get_or_post
@needs_region()
def save_cohort(request: Request) -> HttpResponse:
    """固定项目清单."""
    made = page_context(request)
    year = made.on.year - 1

    def form(said: Mapping[str, str], wrong: Mapping[str, str]) -> Parts:
        return single_part(
            Input(
                "name",
                "名称",
                value=said.get("name", f"{year - 3}年底前开工{year}年底前未建成项目"),
                wrong=wrong.get("name", ""),
                whole=True,
            ),
            Input(
                "started_by",
                "开工截止日",
                "date",
                said.get("started_by", f"{year - 3}-12-31"),
                wrong=wrong.get("started_by", ""),
                hint="到这一天已经开工",
            ),
            Input(
                "unfinished_on",
                "未建成截止日",
                "date",
                said.get("unfinished_on", f"{year}-12-31"),
                wrong=wrong.get("unfinished_on", ""),
                hint="到这一天还没有建成",
            ),
        )

    def do(posted: ProjectForm) -> str:
        started, unfinished = posted.day("started_by", "开工截止日"), posted.day("unfinished_on", "未建成截止日")
        posted.check()
        found = fix_cohort(
            by=request.actor,
            region=made.region,
            name=posted.text("name"),
            started_by=started,
            unfinished_on=unfinished,
        )
        return f"已固定清单“{found.name}”。"

    return act_page(
        request, form=form, do=do, back=path_of("projects:ledger"), where="项目清单", heading=f"固定项目清单：{made.region.name}", label="固定这份清单",
        effect="清单定了就不再改：以后更正的进度不改变清单里有哪些项目、当时未建成多少。",
    )  # fmt: skip


@requires_permission("projects.see")
@require_GET
def show_cohort(request: Request, pk: int) -> HttpResponse:
    """A list of projects on a day: unfinished then, built since, by county and kind."""
    user = request.actor
    made = page_context(request)
    view = cohorts.view_cohort(user, pk, listing.page_day(made))
    whole = view.whole()
    share = listing.rate_text(whole.built, whole.unfinished)
    planned = f"{whole.unknown:,}个项目未建成数不明，" if whole.unfinished is None else f"{whole.unfinished:,}套"
    heading = f"{view.cohort.name}：{planned}已建成{whole.built:,}套" + (f"（{share}）" if share else "")
    kinds = [kind for kind in Project.Kind.values if any(key == kind for _, key in view.cells)]
    regions = {one.region_id: one.region.name for one, _ in view.members}
    groups = [("", "合计")] + ([(kind, Project.Kind(kind).label) for kind in kinds] if len(kinds) > 1 else [])
    parts = (
        SheetColumn("项目", unit="个"),
        SheetColumn("未建成", unit="套"),
        SheetColumn("已建成", unit="套"),
        SheetColumn("建成率"),
    )
    table = Sheet(
        "cohort",
        [SheetColumn("区划"), *(SheetColumn(label, parts, part=bool(kind)) for kind, label in groups)],
        caption="按区划和类型",
    )
    total = [_cells(view.whole(kind)) for kind, _ in groups]
    table.rows.append(
        SheetRow(
            [
                SheetCell(text="合计" if len(regions) > 1 else next(iter(regions.values()), "合计")),
                *(cell for cells in total for cell in cells),
            ],
            css="total",
        )
    )
    for region_id, name in regions.items() if len(regions) > 1 else ():
        cells = [_cells(view.cells.get((region_id, kind))) for kind, _ in groups]
        table.rows.append(SheetRow([SheetCell(text=name), *(cell for group in cells for cell in group)]))
    heads = [
        SheetColumn("项目"),
        SheetColumn("区划", text=True),
        SheetColumn("类型", text=True),
        *(SheetColumn(label, unit="套") for label in ("未建成", "已建成", "还差")),
    ]
    members = Sheet("members", heads, css="projects cards", caption="清单中的项目")
    for member, built in view.members:
        left = None if member.unfinished is None else max(member.unfinished - built, 0)
        members.rows.append(SheetRow([
            SheetCell(text=member.project.name, href=page_address(request, "projects:project", member.project_id)), SheetCell(text=member.region.name, css="brief"),
            SheetCell(text=member.project.get_kind_display(), css="brief"),
            SheetCell(text=UNKNOWN if member.unfinished is None else f"{member.unfinished:,}", css="n", label="未建成"), SheetCell(text=f"{built:,}", css="n", label="已建成"),
            SheetCell(text=UNKNOWN if left is None else f"{left:,}", css="n", label="还差"),
        ]))  # fmt: skip
    sub = f"{read_day(view.cohort.started_by)}前开工、{read_day(view.cohort.unfinished_on)}未建成的{whole.projects}个项目；建成数截至{read_day(view.on)}，不含货币化安置"
    return render_page(
        request,
        "projects/cohort.html",
        heading=heading,
        sub=sub,
        table=table,
        members=members,
        unknown=whole.unknown,
        problems=view.problems,
    )


def _cells(one: Any) -> list[SheetCell]:
    if one is None:
        return [SheetCell()] * 4
    return [
        SheetCell(text=text, css="n")
        for text in (
            f"{one.projects:,}",
            UNKNOWN if one.unfinished is None else f"{one.unfinished:,}",
            f"{one.built:,}",
            listing.rate_text(one.built, one.unfinished),
        )
    ]
