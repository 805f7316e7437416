"""抽样核查: so many projects of the listed ones, by a seed, as anyone can draw them again."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import file_response
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.projects.pages import listing
from anju.projects.pages.projects import has_below
from anju.projects.queries import projects
from anju.projects.queries.overdue import mark_overdue
from anju.projects.queries.samples import ProjectSample, draw_projects
from anju.workbooks.writing.tables import PrintedNumber, write_table

MOST = 200  # projects of a sample: what a team can go and see
NOTE = (
    "抽法：对“种子、制表符、区划代码/项目编码”算 SHA-256，按结果从小到大排，取前若干个。名单和种子相同，谁来抽都一样；"
    "种子请用事先不能挑选的文字，例如通知书文号加当天公布的开奖号码。"
)


@requires_permission("projects.see")
@require_GET
@needs_region("projects/sample.html", heading="抽样核查")
def show_sample(request: Request) -> HttpResponse:
    """The form, and below it the sample that it asks for."""
    made, user = page_context(request), request.actor
    seed, count, wrong = _asked(request)
    context = {"seed": seed, "number": request.GET.get("count", ""), "most": MOST, "wrong": wrong, "note": NOTE}
    heading = f"{made.region.name}：抽样核查"
    if not seed or wrong:
        return render_page(request, "projects/sample.html", heading=heading, status=422 if wrong else 200, **context)
    sample = _draw(request, seed, count)
    ids = sample.drawn_ids
    listed = projects.list_projects(user, projects.projects_by_id(user, ids), size=MOST, until=listing.page_day(made))
    lines = {line.project.pk: line for line in listed.lines}
    ordered = [lines[pk] for pk in ids]
    mark_overdue(user, ordered, listing.page_day(made))
    query = urlencode({"seed": seed, "count": count})
    path = page_address(request, "projects:sample-list")
    return render_page(
        request, "projects/sample.html", heading=f"{made.region.name}：{len(sample.ordered):,}个项目中抽{len(ids)}个",
        sheet=listing.project_sheet(request, made, ordered, "", has_below(made.region)), digest=sample.digest,
        download=f"{path}{'&' if '?' in path else '?'}{query}", **context,
    )  # fmt: skip


@requires_permission("projects.see")
@require_GET
@needs_region()
def download_list(request: Request) -> HttpResponse:
    """The whole list in the order of the draw, with every SHA-256: what is needed to draw again."""
    seed, count, wrong = _asked(request)
    if not seed or wrong:
        return show_sample(request)
    sample, made = _draw(request, seed, count), page_context(request)
    rows = [
        [PrintedNumber(place, 0, False), one.key, one.digest, "抽中" if place <= count else None]
        for place, one in enumerate(sample.ordered, start=1)
    ]
    heads = [["序号"], ["区划代码/项目编码"], ["散列值（SHA-256）"], ["结果"]]
    title = f"{made.region.name}项目抽样名单（种子：{seed}；名单的 SHA-256：{sample.digest}）"
    content = write_table(heads, rows, title=title, sheet="抽样名单", widths=[8, 28, 70, 8])
    return file_response(content, f"{made.region.name}项目抽样名单.xlsx")


def _asked(request: Request) -> tuple[str, int, str]:
    """Seed, count, and what is wrong with the count."""
    seed, text = request.GET.get("seed", "").strip()[:200], request.GET.get("count", "").strip()
    if not seed:
        return "", 0, ""
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= MOST:
        return seed, 0, f"抽取个数“{text[:20]}”不对，请写 1 到 {MOST} 的整数。"
    return seed, int(text), ""


def _draw(request: Request, seed: str, count: int) -> ProjectSample:
    made, chosen = page_context(request), listing.read_filters(request)
    found = projects.filter_projects(
        request.actor, made.region, kind=chosen["kind"], year=chosen["year"], state=chosen["state"]
    )
    return draw_projects(found, count=count, seed=seed)
