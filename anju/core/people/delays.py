"""After wrong passwords and codes whoever tries must wait, longer each time: by the name and the address together, and an address that tries
many names as a whole. Nobody is shut out by what others try: another address waits for nothing, and a device on which the person has signed
in before is only answered more slowly.

Counted in axes' table, for axes' signals (django-axes calls the handler): name, address, and as user_agent the device or nothing.
"""

import hashlib
import secrets
import time
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Sum
from django.http import HttpResponse
from django.utils import timezone

from anju.core.models.people import Staff
from anju.core.pages.request import Request

FREE = 5  # failures, the last of which makes the first wait
FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
MANY = 50  # failures from one address within LONGEST, whatever the names: who signs in there for the first time waits
FORGOTTEN = timedelta(days=1)  # after the last failure
SLOWEST = 3  # seconds before a known device is answered
DOUBTED = 100  # failures of a known device, after which it is one no more
DEVICE, DEVICE_DAYS, DEVICE_PEOPLE = "device", 400, 8  # cookie of the people who signed in on it, and how many of them


def same_name(typed: str) -> str:
    """A user name in its one spelling: full-width letters, capitals and spaces around it are no other name."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def counted_name(typed: str) -> str:
    """Under which name failures are counted: the person's own, however they wrote it; of anything else only a digest is kept."""
    name = same_name(typed)
    if "\0" not in name and Staff.objects.filter(username=name).exists():
        return name
    return f"?{name_digest(name)}"


def name_digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]


def waiting_time(failures: int) -> timedelta:
    """How long after the last of so many failures the next try is looked at."""
    doubled: int = 2 ** min(max(failures - FREE, 0), 10)
    return timedelta() if failures < FREE else min(LONGEST, FIRST * doubled)


def remaining_wait(name: str, address: str, now: datetime) -> timedelta:
    """How long a device that is not known must still wait there under that name."""
    rows = AccessAttempt.objects.filter(ip_address=address, user_agent="")
    waits: list[timedelta] = [
        attempt.attempt_time + waiting_time(attempt.failures_since_start) - now
        for attempt in rows.filter(username=name, attempt_time__gt=now - FORGOTTEN)
    ]
    if not cache.get(unlocked_key(name)):
        lately = rows.filter(attempt_time__gt=now - LONGEST).order_by("-attempt_time")
        total = lately.aggregate(total=Sum("failures_since_start"))["total"] or 0
        if total >= MANY and (last := lately.first()):
            waits.append(last.attempt_time + waiting_time(FREE + (total - MANY) // 10) - now)
    return max([*waits, timedelta()])


def waiting_names(now: datetime) -> set[str]:
    """Under which names somebody must wait somewhere."""
    rows = AccessAttempt.objects.filter(failures_since_start__gte=FREE, attempt_time__gt=now - FORGOTTEN, user_agent="")
    return {one.username or "" for one in rows if one.attempt_time + waiting_time(one.failures_since_start) > now}


def end_wait(name: str) -> None:
    """Begin anew for that name, at every address and device; an address that has tried many names does not keep it waiting for a while."""
    AccessAttempt.objects.filter(username=name).delete()
    cache.set(unlocked_key(name), True, int(LONGEST.total_seconds()))


def unlocked_key(name: str) -> str:
    return f"anju.unlocked.{name_digest(name)}"


# -- devices ------------------------------------------------------------------------------------------------------------------------------


def known_device(request: Request, name: str) -> str:
    """The key of this device, when the person of that name has signed in on it before; else ""."""
    device = read_device(request)
    return device["key"] if name_digest(name) in device["people"] else ""


def read_device(request: Request) -> dict[str, Any]:
    try:
        device = signing.loads(request.COOKIES.get(DEVICE, ""), salt=DEVICE, max_age=timedelta(days=DEVICE_DAYS))
    except signing.BadSignature:
        return {"key": secrets.token_hex(8), "people": []}
    return {"key": device["key"], "people": device["people"]}


def remember_device(request: Request, response: HttpResponse, name: str) -> None:
    """The person has come in here."""
    device = read_device(request)
    mine = name_digest(name)
    device["people"] = [mine, *(one for one in device["people"] if one != mine)][:DEVICE_PEOPLE]
    response.set_cookie(
        DEVICE, signing.dumps(device, salt=DEVICE), max_age=DEVICE_DAYS * 24 * 3600, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def slow_down(device: str, failures: int) -> bool:
    """Let a known device wait for its answer. False when another answer to it is still waited for: it tries several at once."""
    seconds = min(SLOWEST, failures - FREE + 1)
    if seconds <= 0:
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('anju_device'), hashtext(%s))", [device])
        free: bool = cursor.fetchone()[0]
        if free:
            time.sleep(seconds)
    return free


class DelayHandler(AxesHandler):  # type: ignore[misc]
    """What axes asks before a password or code is looked at, and tells afterwards."""

    def is_allowed(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        name, now = self._name(request, credentials), timezone.now()
        if device := self._device(request, name):
            return slow_down(device, self._failures(name, device))
        wait = remaining_wait(name, request.axes_ip_address, now)
        request.anju_wait = wait
        return not wait

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any) -> None:
        if request is None or request.axes_locked_out:  # it was not looked at
            return
        name, now = self._name(request, credentials), timezone.now()
        device = self._device(request, name)
        AccessAttempt.objects.filter(attempt_time__lt=now - FORGOTTEN).delete()
        row, new = AccessAttempt.objects.get_or_create(
            username=name, ip_address=request.axes_ip_address, user_agent=device,
            defaults={"failures_since_start": 1, "http_accept": "", "path_info": "", "get_data": "", "post_data": ""},
        )  # fmt: skip
        if not new:
            AccessAttempt.objects.filter(pk=row.pk).update(
                failures_since_start=F("failures_since_start") + 1, attempt_time=now
            )
            row.refresh_from_db()
        request.axes_failures_since_start = row.failures_since_start
        if not device and row.failures_since_start >= FREE:
            request.anju_wait = waiting_time(row.failures_since_start)
            request.axes_locked_out = True

    def user_logged_in(self, sender: Any, request: Any, user: Staff, **more: Any) -> None:
        """Their own tries are forgotten; those of other addresses are not theirs."""
        AccessAttempt.objects.filter(username=user.username, ip_address=request.axes_ip_address, user_agent="").delete()
        if device := known_device(request, user.username):
            AccessAttempt.objects.filter(username=user.username, user_agent=device).delete()

    def user_logged_out(self, sender: Any, request: Any, user: Staff, **more: Any) -> None:
        pass

    def post_save_access_attempt(self, instance: Any, **more: Any) -> None:
        pass

    def post_delete_access_attempt(self, instance: Any, **more: Any) -> None:
        pass

    def _name(self, request: Any, credentials: dict[str, Any] | None) -> str:
        return counted_name(str((credentials or {}).get("username") or ""))

    def _device(self, request: Any, name: str) -> str:
        """A known device that is not doubted."""
        device = known_device(request, name)
        return device if device and self._failures(name, device) < DOUBTED else ""

    def _failures(self, name: str, device: str) -> int:
        rows = AccessAttempt.objects.filter(
            username=name, user_agent=device, attempt_time__gt=timezone.now() - FORGOTTEN
        )
        return rows.aggregate(total=Sum("failures_since_start"))["total"] or 0
