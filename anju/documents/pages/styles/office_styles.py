"""文书样式 of an office: which papers are written by which style, drafts, what waits to be published, and the acts on each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.models.region import Region
from anju.core.pages.addresses import page_address
from anju.core.pages.context import needs_region, page_context, render_page
from anju.core.pages.forms import PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import requires_permission
from anju.documents.models import OfficeStyle
from anju.documents.pages.styles import outlines
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
@needs_region("documents/styles.html", heading="还没有文书样式", kinds=[], listed=[])
def list_styles(request: Request) -> HttpResponse:
    return render_styles(request)


def render_styles(request: Request, status: int = 200, **extra: Any) -> HttpResponse:
    made, user = page_context(request), request.actor
    listed = list(styles.list_styles(user, made.region))
    return render_page(
        request, "documents/styles.html", status=status, heading=f"{made.region.name}的文书样式", listed=listed, kinds=styles.used_styles(made.region, made.period), css=CSS, **extra
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


@requires_permission("documents.see")
@require_GET
def show_style(request: Request, pk: int) -> HttpResponse:
    return render_style(request, find_style(request, pk))


def render_style(
    request: Request, style: OfficeStyle, status: int = 200, text: str | None = None, **extra: Any
) -> HttpResponse:
    """text: as it was just typed, when it could not be kept."""
    posted, stands = StyleForm(request), style.text if text is None else text
    context = outlines.editor_context(request, style, stands)
    if "problems" in extra:  # those of the text stand beside its outline
        extra["problems"] = [one for one in extra["problems"] if one not in context["flaws"]]
    moves = OfficeStyle.STATES.open_to(request.actor, style.state, style.region_id)
    return render_page(
        request, "documents/office_style.html", status=status, heading=style.name, style=style, text=stands, css=CSS.get(style.state, ""),
        moves={move.name for move in moves}, wrote=request.actor.key in style.authors, today_text=timezone.localdate().isoformat(),
        typed=posted.typed, differences=outlines.differences(request, style, stands, context["outline"]), **context, **extra,
    )  # fmt: skip


@requires_permission("documents.style")
@require_POST
def save_style(request: Request, pk: int) -> HttpResponse:
    """Keep the text as the draft; then=submit: and submit it."""
    style = find_style(request, pk)
    posted = StyleForm(request)
    text = posted.typed.get("text", "").replace("\r\n", "\n")
    try:
        with transaction.atomic():  # both or neither
            style_services.revise_style(by=request.actor, style_id=pk, text=text, opened=posted.text("opened"))
            said = "草稿已保存。"
            if posted.text("then") == "submit":
                style_services.submit_style(by=request.actor, style_id=pk, on=timezone.localdate())
                said = "已提交，请另一位有权发布的人员核对、发布。"
    except OfficeStyle.DoesNotExist as error:
        raise Http404(str(pk)) from error
    except Refused as refused:
        return render_style(request, style, status=422, text=text, problems=refused.problems)
    messages.success(request, said)
    return redirect(page_address(request, style))


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
        by=request.actor,
        style_id=pk,
        number=posted.text("number"),
        dated=dated,
        on=on,
        opened=posted.text("opened"),
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
