"""导入: a workbook is checked first, with every problem at its cell; reminders are answered; an import can be taken back."""

from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from anju import file_sizes
from anju.core.pages import uploads
from anju.core.pages.addresses import page_address, path_of
from anju.core.pages.context import page_context, render_page
from anju.core.pages.files import ends_in_file, file_response
from anju.core.pages.forms import PostedForm
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import PageContext, Request
from anju.core.people.permissions import requires_permission
from anju.core.reading import read_file_of
from anju.figures.models import Observation, Source, TargetDocument
from anju.figures.pages import maps
from anju.figures.queries import provenance
from anju.figures.services.import_period import NAMES, TablePeriods, read_in_period, refuse_stamped
from anju.figures.services.imports import answer_key, import_tables, preview_import, undo_import
from anju.problems import ASK, BLOCK, Place, Problem, Refused, group_problems
from anju.workbooks.reading.maps import TableMap
from anju.workbooks.writing import marking

PAGE = 20
UNREAD = {
    "WB-001",
    "WB-002",
    "WB-003",
    "WB-004",
    "WB-005",
    "WB-006",
    "WB-007",
    "WB-009",
}  # the file could not be opened: another form would not help


class WorkbookForm(PostedForm):
    """The upload of a workbook."""

    file_code = "DESK-003"

    def too_large(self, label: str, name: str, size: int) -> list[Problem]:
        return file_sizes.too_large(
            size,
            file_sizes.IMPORTED,
            code="DESK-004",
            where=Place(file=name),
            what=f"文件超过 {file_sizes.megabytes(file_sizes.IMPORTED)} MB。",
            fix="请拆成几个文件，或用命令行 anju import 导入。",
        )


@requires_permission("imports.see")
@require_GET
def list_imports(request: Request) -> HttpResponse:
    return render_imports(request)


def render_imports(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made = page_context(request)
    found = provenance.list_sources(request.actor, made.region).select_related("region")
    # Counted for the shown page only: a join would count every source's figures first.
    each = (
        Observation.objects.filter(source=OuterRef("pk"))
        .order_by()
        .values("source")
        .annotate(n=Count("pk"))
        .values("n")
    )
    shown = list_page(request, found.annotate(figures=Coalesce(Subquery(each), 0)), PAGE)
    heading = f"{made.region.name}：已导入和填报{shown.paginator.count}次" if made.region else "导入报表"
    return render_page(
        request,
        "figures/imports.html",
        status=status,
        heading=heading,
        shown=shown,
        maps=maps.map_choices(made.region),
        **extra,
    )


@requires_permission("imports.store")
@require_POST
def upload_workbook(request: Request) -> HttpResponse:
    """Keep the file, then check it at an address of its own, so that the check can be looked at again."""
    posted = WorkbookForm(request)
    file = posted.file("file", "表格文件", required=True, fix="请选一个 .xlsx 或 .xls 文件。")
    if file is None:
        return render_imports(request, status=422, problems=posted.problems)
    try:
        digest = uploads.keep_upload(request.actor, file.content)
    except Refused as refused:
        return render_imports(request, status=422, problems=refused.problems)
    pairs = {"name": file.name} | {name: posted.text(name) for name in ("map", "region", "period")}
    return redirect(
        f"{path_of('figures:check', digest)}?{urlencode({key: value for key, value in pairs.items() if value})}"
    )


def import_arguments(request: Request, made: PageContext, digest: str) -> tuple[dict[str, Any], TableMap, TablePeriods]:
    """What `import_tables` takes, the form it was read as, and what is said of its period. Refused with what the map or the workbook says;
    Http404 when the file is there no more."""
    name, key = request.GET.get("name", "表格.xlsx"), request.GET.get("map", "")
    if made.region is None:
        raise Refused(Problem("DESK-005", Place(file=name), "没有说是哪个区划的表。", "请填写区划代码，例如 140500。"))
    try:
        content = uploads.fetch_upload(digest)
        refuse_stamped(content, name)
        table = maps.choose_map(request.actor, content, name, key, made.region)
    except KeyError as error:
        raise Http404(digest) from error
    decided = request.GET.get("period_from", "")
    reading, said = read_in_period(
        content,
        table,
        choice=made.period,
        decided=decided if decided in NAMES else "",
        name=name,
        area=made.region.name,
        read=partial(read_file_of, request.actor),
    )
    number = request.GET.get("document", "")
    document = TargetDocument.objects.filter(number=number, region_id=made.region.pk).first() if number else None
    asked = {
        "by": request.actor,
        "readings": reading,
        "region": made.region,
        "period": made.period,
        "content": content,
        "document": document,
    }
    return asked, table, said


@requires_permission("imports.store")
@require_GET
def check_import(request: Request, digest: str) -> HttpResponse:
    """What the import would do, and everything that stands in its way. Nothing is stored."""
    made = page_context(request)
    return render_check(request, made, digest)


def render_check(
    request: Request, made: PageContext, digest: str, status: int = 200, refused: Refused | None = None
) -> HttpResponse:
    name = request.GET.get("name", "表格.xlsx")
    context: dict[str, Any] = {
        "digest": digest,
        "name": name,
        "maps": maps.map_choices(made.region),
        "query": request.GET.urlencode(),
    }
    context["papers"] = (
        TargetDocument.objects.filter(region_id=made.region.pk).order_by("issued_on") if made.region else []
    )
    problems = refused.problems if refused else []
    if refused is None:
        try:
            asked, table, said = import_arguments(request, made, digest)
            context["periods"] = said.choices if said.differ else []
            context["preview"] = preview = preview_import(**asked)
            context["reading"] = asked["readings"]
            context["form"] = maps.map_title(table)
            problems = preview.reminders
            context["notes"] = preview.notes
        except Refused as error:
            problems, status = error.problems, 422
    stops = [one for one in problems if one.level == BLOCK]
    context["stops"] = stops
    context["groups"] = group_problems(stops) if len(stops) > marking.MANY else []
    context["marked"] = any(one.where.cell for one in problems)  # a file that cannot be opened comes back unmarked
    context["mapless"] = any(one.code == "WB-071" for one in stops)
    context["unread"] = any(one.code in UNREAD for one in stops)
    typed = read_answers(request)
    asks = [problem for problem in problems if problem.level == ASK]
    alike = Counter(problem.code for problem in asks)
    context["asks"] = [
        {
            "problem": one,
            "name": f"answer_{number}",
            "key": answer_key(one),
            "answer": typed.get(answer_key(one), ""),
            "alike": alike[one.code] > 1,
        }
        for number, one in enumerate(asks)
    ]
    context["together"] = [
        {"code": code, "count": count, "name": f"together_{code}"} for code, count in alike.items() if count > 1
    ]
    context["unanswered"] = [one for one in context["asks"] if typed and not one["answer"]]
    heading = f"《{name}》有{len(stops)}处必须改正，没有导入" if stops else f"《{name}》可以导入"
    if not stops and context["asks"]:
        heading += f"，先答复{len(context['asks'])}条提醒"
    return render_page(request, "figures/check.html", status=status, heading=heading, **context)


def read_answers(request: Request) -> dict[str, str]:
    """What was answered, by the key of its reminder; "" where the field was left empty. Of those of one code that were ticked, what was
    written for them together."""
    posted = WorkbookForm(request)
    found = {}
    for number in range(len(posted.typed)):
        key = posted.typed.get(f"key_{number}", "")
        if key:
            together = posted.text(f"together_{key.split()[0]}") if posted.text(f"alike_{number}") else ""
            found[key] = posted.text(f"answer_{number}") or together
    return found


@requires_permission("imports.store")
@require_POST
def store_import(request: Request, digest: str) -> HttpResponse:
    """导入. Every reminder must have its answer; the answers are kept with the import."""
    made = page_context(request)
    try:
        asked, *_ = import_arguments(request, made, digest)
        done = import_tables(**asked, title=request.GET.get("name", ""), answers=read_answers(request))
    except Refused as refused:
        blocked = any(one.level == BLOCK for one in refused.problems)
        return render_check(request, made, digest, status=422, refused=refused if blocked else None)
    messages.success(request, done.says)
    return redirect(
        page_address(request, "figures:imports", region=made.region.code if made.region else "", period=made.period)
    )


@requires_permission("imports.store")
@require_GET
@ends_in_file
def download_marked(request: Request, digest: str) -> HttpResponse:
    """The same workbook, its wrong cells coloured and commented, with a list of problems in front."""
    made = page_context(request)
    name = request.GET.get("name", "表格.xlsx")
    try:
        asked, *_ = import_arguments(request, made, digest)
        problems = preview_import(**asked).reminders
    except Refused as refused:
        problems = refused.problems
    try:
        found = uploads.fetch_upload(digest)
    except KeyError as error:
        raise Http404(digest) from error
    content = read_file_of(request.actor, marking.mark_workbook, found, problems, file=name, name=name)
    stem = name.rpartition(".")[0] or name
    return file_response(content, f"{stem}（标注问题）.xlsx")


@requires_permission("imports.see")
@require_GET
def download_source(request: Request, pk: int) -> HttpResponse:
    """The imported file, as it was."""
    source = provenance.list_sources(request.actor).get(pk=pk)
    content = provenance.source_content(request.actor, source)
    if content is None:
        raise Http404(str(pk))
    return file_response(content, source.file_name or f"导入{pk}.xlsx")


@requires_permission("imports.undo")
@require_POST
def take_back_import(request: Request, pk: int) -> HttpResponse:
    """撤销导入: every figure stands as before; the reason is kept."""
    page_context(request)  # the list comes back where it was left
    source: Source = provenance.list_sources(request.actor).get(pk=pk)
    try:
        count = undo_import(by=request.actor, source=source, reason=WorkbookForm(request).text("reason"))
    except Refused as refused:
        return render_imports(request, status=422, problems=refused.problems)
    messages.success(request, f"已撤销第{pk}号导入，{count}个数恢复到导入以前。")
    return redirect(page_address(request, "figures:imports"))
