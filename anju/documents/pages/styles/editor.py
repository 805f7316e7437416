"""The editor of a style: its outline with every sentence, the paper that it would write beside it, what is different from the style in force.

The text is the one truth: a change on the outline is sent with the text and comes back as another text. Nothing is stored until it is saved.
"""

import json

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.documents.models import OfficeStyle
from anju.documents.pages.styles.office_styles import StyleForm, find_style, render_styles
from anju.documents.pages.styles.outlines import (
    differences,
    editor_context,
    may_change,
    outline_context,
    preview,
    readable,
)
from anju.documents.services import styles as style_services
from anju.documents.styles.editing.changes import change_style
from anju.documents.styles.editing.preview import (
    begin_text,
    style_in_force,
    style_text,
)
from anju.figures.queries.current import find_measures
from anju.problems import Problem, Refused

LONGEST_REQUEST = 1_000_000


@requires_permission("documents.style")
@require_POST
@needs_region()
def begin_style(request: Request) -> HttpResponse:
    """A draft that is the style in force for that kind, as this region's own."""
    made, user = page_context(request), request.actor
    kind = StyleForm(request).text("kind")
    try:
        style = style_in_force(made.region, kind, made.period)
        if style is None:
            raise Refused(Problem("DOC-158", f"文种“{kind}”", "现在没有可以照着写的样式。", "请换一个期间或文种。"))
        text = begin_text(style_text(style), made.region, f"{made.period[:4]}-01-01")
        draft = style_services.draft_style(by=user, region=made.region, text=text)
    except Refused as refused:
        return render_styles(request, status=422, problems=refused.problems)
    messages.success(request, "草稿已建。改好、保存后提交，由另一人发布；发布以前公文照旧。")
    return redirect(page_address(request, draft))


@requires_permission("documents.see")
@require_GET
@needs_region()
def show_style_of(request: Request, kind: str) -> HttpResponse:
    """这份文书的样式: the page of the style in force; of one that comes with the program or stands in a folder its outline to be read."""
    made = page_context(request)
    style = style_in_force(made.region, kind, made.period)
    if style is None:
        raise Http404(kind)
    row = OfficeStyle.objects.filter(digest=style.digest, state=OfficeStyle.PUBLISHED).first()
    if row is not None:
        return redirect(page_address(request, row))
    text = style_text(style)
    return render_page(
        request, "documents/file_style.html", heading=style.name, style=style, text=text, **outline_context(request, text, style)
    )  # fmt: skip


@requires_permission("documents.style")
@require_POST
def work_style(request: Request, pk: int) -> HttpResponse:
    """A change and the text that it is made to; back come the text, its outline, the paper, the differences and all problems. Nothing is stored."""
    style = find_style(request, pk)
    if not may_change(request.actor, style):
        raise Http404(str(pk))
    try:
        asked = json.loads(request.body[:LONGEST_REQUEST])
        text, change, period = (
            str(asked["text"]).replace("\r\n", "\n"),
            asked.get("change"),
            str(asked.get("period", "")),
        )
        text.encode()  # half a letter is none
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"error": "请求不完整"}, status=400)
    problems: list[Problem] = []
    if isinstance(change, dict):
        try:
            text = change_style(text, change, find_measures(request.actor))
        except Refused as refused:
            problems = list(refused.problems)
    context = editor_context(request, style, text)
    read, flaws = context["read"], context["flaws"]
    answer = {
        "text": text,
        "refused": bool(problems),
        "problems": render_to_string("documents/style_problems.html", {"problems": [*problems, *flaws]}, request),
        "scopes": context["outline"].scopes if context["outline"] else {},
        "outline": render_to_string("documents/style_outline.html", context, request) if context["outline"] else "",
        "differences": render_to_string(
            "documents/style_differences.html", differences(request, style, text, context["outline"]), request
        ),
        "preview": preview(request, read, period) if read is not None else "",
    }
    return JsonResponse(answer)


@requires_permission("documents.see")
@require_GET
def show_preview(request: Request, pk: int) -> HttpResponse:
    """The paper that a style of an office writes, asked for by itself: it takes a while."""
    style = find_style(request, pk)
    read, problems = readable(request, style, style.text)
    if read is None:
        return page_response(request, "documents/style_preview.html", problems=problems)
    return HttpResponse(preview(request, read, request.GET.get("of", "")))


@requires_permission("documents.see")
@require_GET
@needs_region()
def show_preview_of(request: Request, kind: str) -> HttpResponse:
    """The same of the style in force."""
    made = page_context(request)
    style = style_in_force(made.region, kind, made.period)
    if style is None:
        raise Http404(kind)
    return HttpResponse(preview(request, style, request.GET.get("of", "")))
