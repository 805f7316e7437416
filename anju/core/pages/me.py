"""One's own page: who I am, my sessions; and what I have typed and not sent yet."""

import json

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anju.core.models.people import Posting
from anju.core.pages.forms import Input, PostedForm
from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people import deputies, directory, drafts
from anju.core.people.access import record_sign_in
from anju.core.people.permissions import may, requires_permission
from anju.core.wording import read_day
from anju.problems import Problem, Refused


@requires_permission("core.own")
@require_safe
def show_me(request: Request) -> HttpResponse:
    """本人: posts, deputies, password, codes, where one is signed in."""
    return render_me(request)


def render_me(request: Request, status: int = 200, problems: list[Problem] | None = None) -> HttpResponse:
    today = timezone.localdate()
    held = (
        directory.postings_in_force(directory.list_postings(request.actor))
        .filter(staff=request.user)
        .select_related("acting_for", "organisation__region")
        .order_by("since")
    )
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    sessions = sorted(
        UserSession.objects.purge_and_list(request.user), key=lambda session: session.last_seen_at, reverse=True
    )
    context = {
        "held": held,
        "today": today,
        "kinds": kinds,
        "sessions": sessions,
        "current": request.session.session_key,
        "deputies": deputies.list_deputies(request.actor) if may(request.actor, deputies.NAME_DEPUTY) else (),
        "deputising": _deputy_forms(request, problems or []) if may(request.actor, deputies.NAME_DEPUTY) else (),
        "problems": problems or [],
    }
    return page_response(request, "core/me.html", status=status, heading=request.actor.name, **context)


def _deputy_forms(request: Request, problems: list[Problem]) -> list[tuple[Posting, list[Input]]]:
    """A form for each post for which one may name a deputy; what was refused stays as it was typed."""
    typed = PostedForm(request)
    wrong = {one.where.field: f"{one.what}{one.fix}" for one in problems if one.where.field}
    forms = []
    for posting in deputies.own_postings(request.actor):
        people = [
            (one.username, f"{one.name}（{one.username}）") for one in deputies.list_colleagues(request.actor, posting)
        ]
        forms.append(
            (
                posting,
                [
                    Input(
                        "username",
                        "代理人",
                        "choice",
                        typed.text("username"),
                        hint="请选择",
                        choices=people,
                        wrong=wrong.get("代理人", ""),
                    ),
                    Input("until", "代理到", "date", typed.text("until"), wrong=wrong.get("代理到", "")),
                    Input("reason", "事由", "text", typed.text("reason"), wrong=wrong.get("事由", "")),
                ],
            )
        )
    return forms


class DeputyForm(PostedForm):
    code = "STAFF-007"


@requires_permission("staff.name_deputy")
@require_POST
def name_deputy(request: Request) -> HttpResponse:
    """指定代理."""
    posted = DeputyForm(request)
    until = posted.day("until", "代理到", required=False)
    try:
        if posted.key("posting") is None:
            posted.refuse("posting", Problem("STAFF-001", "代理", "没有选要代理的岗位。", "请在本人页面上办理。"))
        posted.check()
        deputy = deputies.name_deputy(
            by=request.actor, posting_id=posted.key("posting") or 0, username=posted.text("username"), until=until,
            reason=posted.text("reason"),
        )  # fmt: skip
    except Refused as refused:
        return render_me(request, status=422, problems=refused.problems)
    messages.success(
        request,
        f"已指定{deputy.staff.name}代理到{deputy.until}，以“{deputy.staff.name}（代{request.actor.name}）”署名。",
    )
    return redirect("core:me")


@requires_permission("staff.name_deputy")
@require_POST
def end_deputy(request: Request, pk: int) -> HttpResponse:
    """收回代理."""
    ended = deputies.end_deputy(by=request.actor, posting_id=pk)
    messages.success(request, f"{ended.staff.name}的代理已收回，立即生效。")
    return redirect("core:me")


@requires_permission("core.own")
@require_POST
def end_other_sessions(request: Request) -> HttpResponse:
    for session in UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key):
        session.end()
    record_sign_in(request.user, "sign_in.end_others")
    messages.success(request, "别处的登录都已退出。")
    return redirect("core:me")


@requires_permission("core.own")
@require_safe
def tell_session(request: Request) -> HttpResponse:
    """For pages that stay open while a sign-in ends and another begins: who is signed in, and the token that their forms are sent with."""
    return JsonResponse({"user": request.actor.key, "name": request.actor.name, "token": get_token(request)})


@requires_permission("core.own")
@require_http_methods(["GET", "HEAD", "POST"])
def keep_drafts(request: Request) -> HttpResponse:
    """What was typed into the forms of a page and not sent: told when the page opens, kept while it is typed."""
    if request.method != "POST":
        kept = drafts.list_drafts(request.actor, request.GET.getlist("action"))
        answer = [{"action": one.action, "key": one.key, "fields": one.fields, "at": read_day(one.at)} for one in kept]
        return JsonResponse({"drafts": answer})
    try:
        draft = json.loads(request.body)
        drafts.keep_draft(by=request.actor, action=draft["action"], key=draft["key"], fields=draft["fields"])
    except (ValueError, KeyError, TypeError, RecursionError):  # no page of ours sends it
        return JsonResponse({"kept": False}, status=422)
    return JsonResponse({"kept": True})
