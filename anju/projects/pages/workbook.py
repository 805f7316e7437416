"""Many projects by workbook: out, checked, and back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anju.core.pages import uploads
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.files import ends_in_file, file_response
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.reading import read_file_of
from anju.problems import Refused
from anju.projects.files import workbook
from anju.projects.models import Project
from anju.projects.pages import listing, projects
from anju.projects.pages.forms import ProjectForm
from anju.projects.services.workbook import import_workbook
from anju.workbooks.writing import marking

SHOWN = 50  # projects named on the page of the check


@requires_permission("projects.see")
@require_GET
@needs_region()
def export_projects(request: Request) -> HttpResponse:
    """The listed projects as a workbook to be changed and brought back."""
    made = page_context(request)
    chosen = listing.read_filters(request)
    try:
        content = workbook.export_workbook(request.actor, made.region, **chosen)
    except Refused as refused:
        return projects.render_list(request, status=422, problems=refused.problems)
    kind = Project.Kind(chosen["kind"]).label if chosen["kind"] else ""
    return file_response(content, f"{made.region.name}{kind}项目{timezone.localdate():%Y%m%d}.xlsx")


@requires_permission("projects.edit")
@require_http_methods(["GET", "POST"])
@needs_region()
def upload_workbook(request: Request) -> HttpResponse:
    """Upload a workbook: it is kept, then checked at an address of its own."""
    made = page_context(request)
    context: dict[str, Any] = {
        "heading": f"{made.region.name}：用工作簿登记和修改项目",
        "export": page_address(request, "projects:export"),
    }
    if request.method == "GET":
        return render_page(request, "projects/import.html", **context)
    posted = ProjectForm(request, "项目工作簿")
    found = posted.file("file", "工作簿", required=True)
    if found is None:
        return render_page(request, "projects/import.html", status=422, problems=posted.problems, **context)
    try:
        digest = uploads.keep_upload(request.actor, found.content)
    except Refused as refused:
        return render_page(request, "projects/import.html", status=422, problems=refused.problems, **context)
    path = page_address(request, "projects:check", digest)
    return redirect(f"{path}{'&' if '?' in path else '?'}{urlencode({'name': found.name})}")


@requires_permission("projects.edit")
@require_http_methods(["GET", "POST"])
@needs_region()
def check_workbook(request: Request, digest: str) -> HttpResponse:
    """What the workbook would do, and everything that stands in its way; on POST it is done, all of it or nothing."""
    made = page_context(request)
    name, post = request.GET.get("name", "项目.xlsx")[:200], request.method == "POST"
    try:
        content = uploads.fetch_upload(digest)
    except KeyError as error:
        raise Http404(digest) from error
    try:
        brought = import_workbook(by=request.actor, region=made.region, content=content, name=name, preview=not post)
    except Refused as refused:
        heading = f"《{name}》有{len(refused.problems)}处必须改正，没有导入"
        return render_page(
            request,
            "projects/check.html",
            status=422,
            heading=heading,
            problems=refused.problems,
            marked=_marked_path(request, digest, name),
        )
    if post:
        messages.success(request, brought.said())
        return redirect(page_address(request, "projects:list"))
    said = [
        f"登记{len(brought.made)}个" if brought.made else "",
        f"修改{len(brought.changed)}个" if brought.changed else "",
    ]
    act = "、".join(filter(None, said))
    heading = f"《{name}》可以导入：{act}项目" if act else f"《{name}》没有要改的"
    return render_page(
        request, "projects/check.html", heading=heading, brought=brought, act=act, made=brought.made[:SHOWN], changed=brought.changed[:SHOWN],
        more=len(brought.made) + len(brought.changed) > 2 * SHOWN,
    )  # fmt: skip


def _marked_path(request: Request, digest: str, name: str) -> str:
    path = page_address(request, "projects:marked", digest)
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'name': name})}"


@requires_permission("projects.edit")
@require_GET
@needs_region()
@ends_in_file
def download_marked(request: Request, digest: str) -> HttpResponse:
    """The same workbook, its wrong cells coloured and commented, with a list of problems in front."""
    made = page_context(request)
    name, problems = request.GET.get("name", "项目.xlsx")[:200], []
    try:
        content = uploads.fetch_upload(digest)
    except KeyError as error:
        raise Http404(digest) from error
    try:
        import_workbook(by=request.actor, region=made.region, content=content, name=name, preview=True)
    except Refused as refused:
        problems = refused.problems
    stem = name.rpartition(".")[0] or name
    marked = read_file_of(request.actor, marking.mark_workbook, content, problems, file=name, name=name)
    return file_response(marked, f"{stem}（标注问题）.xlsx")
