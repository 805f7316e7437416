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

from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people import directory, drafts
from anju.core.people.permissions import requires_permission
from anju.core.people.sign_in import record_sign_in
from anju.core.wording import read_day


@requires_permission("core.own")
@require_safe
def show_me(request: Request) -> HttpResponse:
    """本人: posts, password, codes, where one is signed in."""
    today = timezone.localdate()
    held = (
        directory.postings_in_force(directory.list_postings(request.actor)).filter(staff=request.user).order_by("since")
    )
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    sessions = sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.last_seen_at, reverse=True)
    context = {
        "held": held,
        "today": today,
        "kinds": kinds,
        "sessions": sessions,
        "current": request.session.session_key,
    }
    return page_response(request, "core/me.html", heading=request.actor.name, **context)


@requires_permission("core.own")
@require_POST
def end_other_sessions(request: Request) -> HttpResponse:
    for one in UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key):
        one.end()
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
        found = drafts.list_drafts(request.actor, request.GET.getlist("action"))
        told = [{"action": one.action, "key": one.key, "fields": one.fields, "at": read_day(one.at)} for one in found]
        return JsonResponse({"drafts": told})
    try:
        draft = json.loads(request.body)
        drafts.keep_draft(by=request.actor, action=draft["action"], key=draft["key"], fields=draft["fields"])
    except (ValueError, KeyError, TypeError, RecursionError):  # no page of ours sends it
        return JsonResponse({"kept": False}, status=422)
    return JsonResponse({"kept": True})
