"""文书样式 of an office: which papers are written by which style, drafts, what waits to be published, and the acts on each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.models.region import Region
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.core.people.scope import Actor
from anju.documents.models import OfficeStyle
from anju.documents.queries import styles
from anju.documents.services import styles as style_services
from anju.problems import Refused

CSS = {OfficeStyle.SUBMITTED: "on", OfficeStyle.PUBLISHED: "on", OfficeStyle.WITHDRAWN: "bad"}


class StyleForm(PostedForm):
    """A form about a style."""

    code = "DOC-153"


class StyleAt:
    """Where and when the page of a style stands: in its region, or for who only reads it in their own."""

    def __init__(self, region: Region, period: str) -> None:
        self.region, self.period = region, period


@requires_permission("documents.see")
@require_GET
@needs_region("documents/styles.html", heading="还没有文书样式", rows=[], drafts=[])
def list_styles(request: Request) -> HttpResponse:
    return render_styles(request)


def render_styles(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = page_context(request), request.actor
    listed = list(styles.list_styles(user, made.region))
    return render_page(
        request, "documents/styles.html", status=status, heading=f"{made.region.name}的文书样式", listed=listed, css=CSS, **extra
    )  # fmt: skip


def find_style(request: Request, pk: int) -> OfficeStyle:
    """The style, with the page standing where it is. Http404 for a draft of others."""
    try:
        style = styles.find_style(request.actor, pk)
    except OfficeStyle.DoesNotExist as error:
        raise Http404(str(pk)) from error
    own = style.region_id in request.actor.region_ids
    page_context(request, StyleAt(style.region, request.GET.get("period", "")) if own else None)
    return style


def may_change(user: Actor, style: OfficeStyle) -> bool:
    return style.state == OfficeStyle.DRAFT and may(user, "documents.style", style.region_id)


@requires_permission("documents.see")
@require_GET
def show_style(request: Request, pk: int) -> HttpResponse:
    return render_style(request, find_style(request, pk))


def render_style(request: Request, style: OfficeStyle, status: int = 200, **extra: Any) -> HttpResponse:
    posted = StyleForm(request)
    return render_page(
        request, "documents/office_style.html", status=status, heading=style.name, style=style, css=CSS.get(style.state, ""),
        moves={move.name for move in OfficeStyle.STATES.open_to(request.actor, style.state, style.region_id)},
        wrote=request.actor.key in style.authors, today_text=timezone.localdate().isoformat(), typed=posted.typed, **extra,
    )  # fmt: skip


def style_act(permission: str, does: Callable[[Request, int, StyleForm, date], str]) -> Callable[..., HttpResponse]:
    """One view for each act, for each is another post's."""

    @requires_permission(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        style = find_style(request, pk)
        posted = StyleForm(request)
        try:
            said = does(request, pk, posted, timezone.localdate())
        except OfficeStyle.DoesNotExist as error:
            raise Http404(str(pk)) from error
        except Refused as refused:
            return render_style(request, styles.find_style(request.actor, pk), status=422, problems=refused.problems)
        messages.success(request, said)
        if does is drop_style:
            return redirect(page_address(request, "documents:styles"))
        return redirect(page_address(request, style))

    return view


def submit_style(request: Request, pk: int, posted: StyleForm, on: date) -> str:
    style_services.submit_style(by=request.actor, style_id=pk, on=on)
    return "已提交，请另一位有权发布的人员核对、发布。"


def return_style(request: Request, pk: int, posted: StyleForm, on: date) -> str:
    style_services.return_style(by=request.actor, style_id=pk, on=on, reason=posted.text("reason"))
    return "已退回修改。"


def publish_style(request: Request, pk: int, posted: StyleForm, on: date) -> str:
    dated = posted.day("dated", "文件日期")
    posted.check()
    assert dated is not None
    style = style_services.publish_style(
        by=request.actor, style_id=pk, number=posted.text("number"), dated=dated, on=on
    )
    return f"已发布：{style.number}。从现在起照它写。"


def withdraw_style(request: Request, pk: int, posted: StyleForm, on: date) -> str:
    style_services.withdraw_style(by=request.actor, style_id=pk, on=on, reason=posted.text("reason"))
    return "已废止，照原先的样式写。"


def drop_style(request: Request, pk: int, posted: StyleForm, on: date) -> str:
    return f"草稿{style_services.drop_style(by=request.actor, style_id=pk, on=on)}已删去。"


STYLE_ACTS = {
    "submit": style_act("documents.style", submit_style),
    "return": style_act("documents.style", return_style),
    "publish": style_act("documents.publish_style", publish_style),
    "withdraw": style_act("documents.publish_style", withdraw_style),
    "drop": style_act("documents.style", drop_style),
}
