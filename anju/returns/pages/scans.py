"""核对盖章件: the scan as a picture, and beside it the totals of the return, each to be confirmed by a person or put as it stands on paper."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.reading import DRAWING, read_file_of, turn_of
from anju.isolation import read_isolated
from anju.problems import Place, Problem, Refused
from anju.returns.files import papers, scan_reading
from anju.returns.files.scans import PDF, KeyFigure, compared_figures, is_busy, with_readings
from anju.returns.models import Paper, Return
from anju.returns.queries import returns
from anju.returns.queries.grid import lay_out_grid
from anju.returns.services.scans import LookedAt
from anju.returns.services.scans import compare_scan as keep_comparison


def find_scan(request: Request, pk: int, scan_id: int) -> tuple[Return, papers.KeptScan]:
    """Http404 when the scan is none of this return's."""
    ret = returns.get_return(request.actor, pk)
    kept = next((one for one in papers.list_scans(request.actor, ret) if one.paper.pk == scan_id), None)
    if kept is None:
        raise Http404(str(scan_id))
    return ret, kept


@requires_permission("returns.see")
@require_GET
def show_comparison(request: Request, pk: int, scan_id: int) -> HttpResponse:
    ret, kept = find_scan(request, pk, scan_id)
    return render_comparison(request, ret, kept)


def render_comparison(
    request: Request, ret: Return, kept: papers.KeptScan, status: int = 200, problems: list[Problem] | None = None
) -> HttpResponse:
    page_context(request, of=ret)
    user, paper = request.actor, kept.paper
    sheet = lay_out_grid(user, ret)
    figures, busy = compared_figures(user, paper, sheet), ""
    try:
        figures = with_readings(user, paper, sheet, figures)
    except Refused as refused:
        busy = "".join(f"{one.what}{one.fix}" for one in refused.problems)
    typed = PostedForm(request).typed
    read = sum(bool(one.reading) for one in figures)
    return render_page(
        request, "returns/scan.html", status=status, heading=f"核对盖章件：{ret}", sub=comparison_text(figures), ret=ret, kept=kept, problems=problems or [],
        rows=[_row(one, typed) for one in figures], pages=_pages(request, ret, paper), read=read, busy=busy,
        may_compare=kept.stands and may(user, "returns.compare_scan", ret.region_id),
    )  # fmt: skip


def comparison_text(figures: list[KeyFigure]) -> str:
    """How far the comparison is, and that nobody has done it when nobody has."""
    seen = [one for one in figures if one.compared]
    if not seen:
        return f"{len(figures)}个合计数，还没有人核对"
    other = sum(bool(one.compared and one.compared.paper_text) for one in seen)
    left = len(figures) - len(seen)
    return f"{len(figures)}个合计数：{len(seen) - other}个一致" + (f"，{other}个不一致" if other else "") + (
        f"，{left}个还没有人核对" if left else "，都已核对"
    )  # fmt: skip


def _row(one: KeyFigure, typed: dict[str, str]) -> dict[str, Any]:
    return {"figure": one, "same": typed.get(f"same-{one.key}", ""), "paper": typed.get(f"paper-{one.key}", "")}


def _pages(request: Request, ret: Return, paper: Paper) -> list[str]:
    """Addresses of the pictures. A PDF that cannot be drawn has none: it can still be downloaded. Of one that was not read now the first."""
    if paper.file.media != PDF:
        return [path_of("returns:scan-page", ret.pk, paper.pk, 1)]
    try:
        count = read_file_of(request.actor, scan_reading.count_pages, bytes(paper.file.content), file=paper.file.name)
    except Refused as refused:
        count = 1 if is_busy(refused) else 0
    return [path_of("returns:scan-page", ret.pk, paper.pk, number) for number in range(1, count + 1)]


@requires_permission("returns.see")
@require_GET
def show_page(request: Request, pk: int, scan_id: int, number: int) -> HttpResponse:
    """A page of the scan as a picture."""
    _, kept = find_scan(request, pk, scan_id)
    file = kept.paper.file
    if file.media != PDF:
        return HttpResponse(bytes(file.content), file.media)
    with turn_of(request.actor, file.name, DRAWING):  # the page asks for several pictures at once
        try:
            picture = read_isolated(scan_reading.draw_page, bytes(file.content), number, file=file.name)
        except Refused as refused:
            raise Http404(file.name) from refused
    if not picture:
        raise Http404(str(number))
    return HttpResponse(picture, "image/png")


@requires_permission("returns.compare_scan")
@require_POST
def compare_scan(request: Request, pk: int, scan_id: int) -> HttpResponse:
    """Keep what was looked at; what nobody chose stays as it was."""
    ret, kept = find_scan(request, pk, scan_id)
    posted = PostedForm(request)
    looked_at, problems = [], []
    for name, said in posted.typed.items():
        if not name.startswith("same-") or said not in ("1", "0"):
            continue
        key = name.removeprefix("same-")
        line, _, column = key.rpartition("|")
        paper_text = posted.text(f"paper-{key}") if said == "0" else ""
        if said == "0" and not paper_text:
            what = "选了不一致，没有填盖章件上的数。"
            where = Place(f"盖章件《{kept.paper.file.name}》", file=kept.paper.file.name)
            problems.append(Problem("RET-657", where, what, "请照盖章件填数。"))
        looked_at.append(LookedAt(line, column, paper_text))
    try:
        if problems:
            raise Refused(*problems)
        made = keep_comparison(by=request.actor, ret_id=pk, paper_id=scan_id, looked_at=looked_at)
    except Refused as refused:
        return render_comparison(request, ret, kept, status=422, problems=refused.problems)
    other = sum(bool(one.paper_text) for one in made)
    messages.success(
        request,
        f"已记下{len(made)}个数的核对" + (f"，{other}个不一致，已提请更正。" if other else "，都一致。"),
    )
    return redirect("returns:compare-scan", pk, scan_id)
