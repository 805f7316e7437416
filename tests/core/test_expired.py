"""What has expired is gone: sessions, where somebody was signed in, the addresses of failures."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from anju.core.jobs.sessions import clear_expired_sessions
from tests.cast import person, sign_in


def session_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def test_what_has_expired_is_cleared_and_what_is_in_use_stays(committed):
    now, staff = timezone.now(), person("clerk")
    idle, expired, used = Client(), Client(), Client()
    for client in (idle, expired, used):
        sign_in(client, staff)
        UserSession.objects.get_or_create(session_key=session_of(client), user=staff, defaults={"ip": "10.0.0.8"})
    UserSession.objects.filter(session_key=session_of(idle)).update(last_seen_at=now - timedelta(hours=2))
    UserSession.objects.update(created_at=now - timedelta(hours=3))
    Session.objects.filter(session_key=session_of(expired)).update(expire_date=now - timedelta(seconds=1))
    for age in (timedelta(days=2), timedelta(minutes=1)):
        made = AccessAttempt.objects.create(username=str(age), ip_address="10.0.0.9", failures_since_start=1)
        AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=now - age)
    clear_expired_sessions()
    assert set(Session.objects.values_list("session_key", flat=True)) == {session_of(used)}
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {session_of(used)}
    assert AccessAttempt.objects.count() == 1
