"""留痕: every act, who, when, on what, why; what was written before and after."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from anju.core.models.trail import Trail, TrailSeal
from anju.core.pages.context import page_context, render_page
from anju.core.pages.layout.lists import list_page
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.core.people.scope import visible_rows
from anju.core.trail.acts import act_label, acts

PAGE = 50


@requires_permission("trail.see")
@require_GET
def show_trail(request: Request) -> HttpResponse:
    """The user's own regions; acts that concern no region are everyone's. Newest first."""
    page_context(request)
    rows = Trail.objects.filter(region=None) | visible_rows(Trail.objects, request.actor)
    written = list(rows.order_by("act").values_list("act", flat=True).distinct())
    words, act, by = (request.GET.get(key, "").strip() for key in ("words", "act", "by"))
    if act:
        rows = rows.filter(act_filter(act))
    if by:
        rows = rows.filter(by=by)
    if words:
        rows = rows.filter(obj__icontains=words)
    shown = list_page(request, rows.select_related("region").order_by("-id"), PAGE)
    sealed = set(TrailSeal.objects.filter(trail__in=[row.pk for row in shown]).values_list("trail_id", flat=True))
    listed = [describe_row(row, row.pk in sealed) for row in shown]
    heading = f"留痕{shown.paginator.count}条" + ("（筛选后）" if words or act or by else "")
    return render_page(
        request,
        "core/trail.html",
        heading=heading,
        shown=shown,
        listed=listed,
        acts=act_choices(written),
        words=words,
        act=act,
        by=by,
    )


def act_choices(written: Iterable[str]) -> list[tuple[str, str]]:
    """The acts that the rows are of, by code: what was written of old is found with the act that it is. Of acts that are gone, as written."""
    choices = {}
    for text in written:
        mine = [one for one in acts().values() if text == one.code or any(alias.text == text for alias in one.aliases)]
        choices |= {one.code: one.label for one in mine} if mine else {text: text}
    return sorted(choices.items(), key=lambda one: one[1])


def act_filter(act: str) -> Q:
    """Rows of an act, however they were written: by its code or as it was called before. act: a code, or an earlier spelling."""
    mine = [acts()[act]] if act in acts() else [one for one in acts().values() if act in {a.text for a in one.aliases}]
    wanted = Q(act=act) if not mine else Q(act__in=[one.code for one in mine])
    for alias in (alias for one in mine for alias in one.aliases):
        wanted |= Q(act=alias.text, obj__regex=alias.object) if alias.object else Q(act=alias.text)
    return wanted


def describe_row(row: Trail, sealed: bool) -> dict[str, Any]:
    content = row.said
    return {
        "row": row,
        "label": act_label(row.act, row.obj),
        "outer": content.get("outer"),
        "count": content.get("count"),
        "source": content.get("source"),
        "sealed": sealed,
        "reason": content.get("reason"),
        "name": content["by"]["name"],
        "before": format_value(content.get("before")),
        "after": format_value(content.get("after")),
        "digest": content.get("digest"),
    }


def format_value(value: Any) -> str:
    """Plain data as it was written, laid out for reading."""
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
