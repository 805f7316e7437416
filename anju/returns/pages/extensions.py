"""延期: a unit asks for a later deadline on one page, the city decides on the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anju.core.pages.context import page_context, render_page
from anju.core.pages.forms import Input, PostedForm
from anju.core.pages.request import Request
from anju.core.people.permissions import may, requires_permission
from anju.problems import Problem, Refused
from anju.returns.base import is_own_organisation
from anju.returns.models import Extension, Return
from anju.returns.pages import wording
from anju.returns.queries import extensions, returns
from anju.returns.services import extensions as extension_services


class ExtensionForm(PostedForm):
    code = "RET-080"


@requires_permission("returns.see")
@require_GET
def show_extension(request: Request, pk: int) -> HttpResponse:
    """What was asked for and decided, with the form of whoever has to act."""
    return render_extension(request, returns.get_return(request.actor, pk))


def render_extension(
    request: Request, ret: Return, status: int = 200, problems: list[Problem] | None = None
) -> HttpResponse:
    page_context(request, of=ret)
    user, at = request.actor, timezone.now()
    listed = extensions.list_extensions(user, ret)
    waiting = next((one for one in listed if one.state == Extension.ASKED), None)
    due = datetime.fromisoformat(ret.due["unit"])
    left, css = wording.time_left(due, at)
    return render_page(
        request, "returns/extension.html", status=status, heading=f"延期：{ret}", ret=ret, listed=listed, waiting=waiting,
        sub=f"期限{wording.moment_text(due)}，{left if css == 'late' else f'还剩{left}'}", problems=problems or [],
        asking=_ask_inputs(request, problems or []) if waiting is None and may_ask(request, ret) else None,
        deciding=_decide_inputs(request, waiting, problems or []) if waiting and may(user, "returns.extend", ret.region_id) else None,
    )  # fmt: skip


def may_ask(request: Request, ret: Return) -> bool:
    """Whether this person may ask for a later deadline of that return now."""
    return (
        ret.serial == 1
        and ret.state not in Return.SUBMITTED
        and may(request.actor, "returns.ask_extension", ret.region_id)
        and is_own_organisation(request.actor, ret.organisation)
    )


def _ask_inputs(request: Request, problems: list[Problem]) -> list[Input]:
    typed, wrong = PostedForm(request), _by_field(problems)
    return [
        Input("until", "延至", "date", typed.text("until"), wrong=wrong.get("延至", "")),
        Input("reason", "延期原因", "area", typed.text("reason"), wrong=wrong.get("延期原因", ""), whole=True),
    ]


def _decide_inputs(request: Request, waiting: Extension, problems: list[Problem]) -> list[Input]:
    typed, wrong = PostedForm(request), _by_field(problems)
    until = typed.text("until") or str(waiting.until)
    return [
        Input("until", "延至", "date", until, hint="可以改成另一天", wrong=wrong.get("延至", "")),
        Input("ground", "决定的理由", "area", typed.text("ground"), wrong=wrong.get("决定的理由", ""), whole=True),
    ]


def _by_field(problems: list[Problem]) -> dict[str, str]:
    return {problem.where.field: f"{problem.what}{problem.fix}" for problem in problems if problem.where.field}


@requires_permission("returns.ask_extension")
@require_POST
def ask_extension(request: Request, pk: int) -> HttpResponse:
    ret = returns.get_return(request.actor, pk)
    posted = ExtensionForm(request, str(ret))

    def ask() -> str:
        until = posted.day("until", "延至")
        posted.check()
        assert until is not None
        extension_services.ask_extension(by=request.actor, ret_id=pk, until=until, reason=posted.text("reason"))
        return "延期申请已送市级。决定以前，期限照旧。"

    return _act(request, ret, ask)


@requires_permission("returns.extend")
@require_POST
def decide_extension(request: Request, pk: int) -> HttpResponse:
    """同意延期 or 不同意延期, by the button pressed."""
    ret = returns.get_return(request.actor, pk)
    posted = ExtensionForm(request, str(ret))

    def decide() -> str:
        asked = next(
            (one for one in extensions.list_extensions(request.actor, ret) if one.pk == posted.key("extension")), None
        )
        if asked is None:
            raise Refused(
                Problem("RET-084", str(ret), "没有选中要决定的延期申请。", "请打开这一页，对列出的申请办理。")
            )
        ground = posted.text("ground")
        if posted.text("decision") == "refuse":
            extension_services.refuse_extension(by=request.actor, extension_id=asked.pk, ground=ground)
            return "没有同意延期，期限照旧；理由已送达。"
        until = posted.day("until", "延至")
        posted.check()
        assert until is not None
        extension_services.grant_extension(by=request.actor, extension_id=asked.pk, until=until, ground=ground)
        return f"已同意延至{until}，新的期限到处生效。"

    return _act(request, ret, decide)


def _act(request: Request, ret: Return, act: Callable[[], Any]) -> HttpResponse:
    try:
        messages.success(request, act())
    except Refused as refused:
        return render_extension(request, ret, status=422, problems=refused.problems)
    return redirect("returns:extension", ret.pk)
