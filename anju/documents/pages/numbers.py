"""发文登记: the numbers of a region's papers by the code of the organ and the year, with what is left out and why."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.documents.models import DocumentNumber
from anju.documents.queries import numbers
from anju.documents.services import numbers as number_services
from anju.documents.text.numbering import parse_number
from anju.problems import Place, Problem, Refused


class NumberForm(PostedForm):
    """A form about a number."""

    code = "DOC-043"


@requires_permission("documents.see")
@require_GET
@needs_region("documents/numbers.html", heading="还没有发文", series=[], shapeless=[])
def show_numbers(request: Request) -> HttpResponse:
    return render_numbers(request)


def render_numbers(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = page_context(request), request.actor
    series = numbers.list_series(user, [made.region])
    gaps = sum(gap.last - gap.first + 1 for one in series for gap in one.gaps)
    used = sum(row.state == DocumentNumber.USED for one in series for row in one.rows)
    heading = f"{made.region.name}发文登记：{used}件" + (f"，{gaps}个空号没有说明" if gaps else "")
    posted = NumberForm(request)
    return render_page(
        request, "documents/numbers.html", status=status, heading=heading, series=series, typed=posted.typed,
        shapeless=numbers.shapeless_documents(user, made.region), **extra,
    )  # fmt: skip


def _act(request: Request, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except Refused as refused:
        return render_numbers(request, status=422, problems=refused.problems)
    return redirect(page_address(request, "documents:numbers"))


@requires_permission("documents.number")
@require_POST
@needs_region()
def reserve_number(request: Request) -> HttpResponse:
    made, posted = page_context(request), NumberForm(request, "预留文号")

    def reserve() -> str:
        parts = parse_number(posted.text("number"))
        if parts is None:
            where = Place(f"文号“{posted.text('number')}”", field="文号")
            fix = "请写成“示保办字〔2022〕1号”的样子。"
            raise Refused(Problem("DOC-043", where, "不是代字、年份、顺序号。", fix))
        row = number_services.reserve_number(
            by=request.actor, region=made.region, parts=parts, reason=posted.text("reason")
        )
        return f"已预留{row}。"

    return _act(request, reserve)


@requires_permission("documents.number")
@require_POST
@needs_region()
def explain_gap(request: Request) -> HttpResponse:
    made, posted = page_context(request), NumberForm(request, "空号")

    def explain() -> str:
        year, first, last = (
            posted.number(name, label) for name, label in (("year", "年份"), ("first", "起"), ("last", "止"))
        )
        posted.check()
        assert year is not None and first is not None and last is not None
        rows = number_services.explain_gap(
            by=request.actor, region=made.region, code=posted.text("code"), year=year, first=first, last=last,
            state=posted.text("state"), reason=posted.text("reason"),
        )  # fmt: skip
        return f"已说明{len(rows)}个空号。"

    return _act(request, explain)


@requires_permission("documents.number")
@require_POST
@needs_region()
def void_number(request: Request, pk: int) -> HttpResponse:
    def void() -> str:
        reason = NumberForm(request).text("reason")
        return f"{number_services.void_number(by=request.actor, number_id=pk, reason=reason)}已登记为空号。"

    return _act(request, void)
