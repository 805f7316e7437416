"""Clearing what is left of sessions and of failed sign-ins, addresses too: nothing of it is kept longer than it is needed."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from anju.core.people.delays import FORGOTTEN

LATE = timedelta(minutes=2)  # a session is written down a moment after its line in the list, and seen once a minute


def clear_expired_sessions() -> None:
    """Sessions that have ended by themselves, the list of where somebody is signed in, and old failures. As the owner: nobody is signed in."""
    now = timezone.now()
    Session.objects.using("owner").filter(expire_date__lt=now).delete()
    live, listed = Session.objects.using("owner").values("session_key"), UserSession.objects.using("owner")
    idle = listed.filter(last_seen_at__lt=now - timedelta(seconds=settings.SESSION_IDLE) - LATE)
    Session.objects.using("owner").filter(session_key__in=list(idle.values_list("session_key", flat=True))).delete()
    listed.filter(created_at__lt=now - LATE).exclude(session_key__in=live).delete()
    AccessAttempt.objects.using("owner").filter(attempt_time__lt=now - FORGOTTEN).delete()
