"""One search for the whole site: what the rooms know by name or number, within the user's scope."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from anju.core.pages.context import page_context, render_page
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.subjects import search_subjects, search_words


@requires_permission("core.own")
@require_GET
def search_site(request: Request) -> HttpResponse:
    page_context(request)
    text = request.GET.get("q", "")
    words = search_words(text)
    kinds = search_subjects(request.actor, words)
    count = sum(len(kind.matches) for kind in kinds)
    more = any(kind.more for kind in kinds)
    shown = " ".join(words)
    heading = f"“{shown}”：{count}处{'以上' if more else ''}" if kinds else f"没有找到“{shown}”" if words else "搜索"
    return render_page(request, "core/search.html", heading=heading, kinds=kinds, words=shown)
