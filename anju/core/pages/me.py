"""One's own page: who I am, my sessions."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from anju.core.pages.page import page_response
from anju.core.pages.request import Request
from anju.core.people import directory
from anju.core.people.access import record_sign_in
from anju.core.people.permissions import requires_permission


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
