"""Who a signed-in person is: their posts in force today, as the *user* of queries and services. Asked once a request, in one query."""

from datetime import date
from functools import lru_cache
from time import monotonic

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.utils import timezone

from anju.core.models.people import Organisation, Staff
from anju.core.pages.request import Request
from anju.core.people.permissions import posts
from anju.core.people.scope import Actor
from anju.problems import Problem, Refused

PEOPLE = {"local": "本机操作员", "generate": "模拟数据"}


def person_name(key: str) -> str:
    """The name of who acted: this machine's operator, or a person by their user name."""
    return PEOPLE.get(key) or read_name(key) or key


def read_name(key: str) -> str:
    return cached_name(key, current_ten_minutes())


@lru_cache(maxsize=4096)  # a list shows the same few people on every line
def cached_name(key: str, since: int) -> str:
    return Staff.objects.filter(username=key).values_list("name", flat=True).first() or ""


def current_ten_minutes() -> int:
    """So long a worker may still tell the name that another worker has corrected."""
    return int(monotonic()) // 600


def is_session_within_limits(request: Request) -> bool:
    """Is this session still good? Not after so long without a click, and not for more than a working day."""
    now, session = int(timezone.now().timestamp()), request.session
    if (
        now - session.setdefault("since", now) > settings.SESSION_LONGEST
        or now - session.get("seen", now) > settings.SESSION_IDLE
    ):
        return False
    if now - session.get("seen", 0) >= 60:  # written once a minute, not at every click
        session["seen"] = now
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
    return True


def recognise_actor(request: Request) -> Actor | None:
    """Whoever is signed in, put on the request, for the page's navigation too. It opens no scope: that is for who calls a view."""
    if not hasattr(request, "actor"):
        staff = getattr(request, "user", None)  # what fails before the session is read knows nobody
        if staff is None or not staff.is_authenticated or not is_session_within_limits(request):
            return None
        request.actor = actor_of_staff(staff)
    return request.actor


def actor_of_staff(staff: Staff, day: date | None = None) -> Actor:
    """The person with the posts of that day (today). A post that has ended, or has not begun, gives nothing."""
    known = posts()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT post, organisation_id, region_ids, whole_region, acting_for FROM anju_postings(%s, %s)",
            [staff.pk, day or timezone.localdate()],
        )
        # A post whose room was taken out gives nothing.
        rows = [
            (post, organisation, frozenset(ids), whole, acting_for)
            for post, organisation, ids, whole, acting_for in cursor.fetchall()
            if post in known
        ]
    held: dict[str, frozenset[int]] = {}
    for post, _, ids, _, _ in rows:
        held[post] = held.get(post, frozenset()) | ids
    own = {post for post, *_, acting_for in rows if not acting_for}
    places = frozenset[int]().union(*held.values())
    seen = frozenset[int]().union(*(ids for _, _, ids, whole, _ in rows if whole))
    # Who only checks or administers sees what was handed in, never what somebody is still writing; a superior what was delivered to it.
    drafts = frozenset[int]().union(*(ids for post, _, ids, whole, _ in rows if whole and known[post].drafts))
    handed_in = frozenset[int]().union(*(ids for post, _, ids, whole, _ in rows if whole and not known[post].delivered))
    return Actor(
        staff.username,
        staff.name,
        seen,
        held,
        drafts,
        frozenset(organisation for _, organisation, *_ in rows),
        place_ids=None if places == seen else places,
        staff_id=staff.pk,
        delivered_ids=seen - handed_in,
        acting_for={post: acting_for for post, *_, acting_for in rows if acting_for and post not in own},
    )


def home_region_id(user: Actor) -> int | None:
    """The region of the first organisation that the user works for: where what they did for no region of its own is kept."""
    offices = Organisation.objects.filter(pk__in=user.organisation_ids).order_by("region__order", "id")
    return offices.values_list("region_id", flat=True).first() if user.organisation_ids else None


def find_actor(key: str) -> Actor:
    """The person with that user name, as they stand now: for what runs later on their behalf. Refused STAFF-010 when they have left."""
    staff = Staff.objects.filter(username=key, is_active=True).first()
    if staff is None:
        raise Refused(Problem("STAFF-010", f"用户 {key}", "没有这个在用的人员。", "请由在岗的人员重新办理。"))
    return actor_of_staff(staff)


def must_have_codes(user: Actor) -> bool:
    """Must they have a second factor (动态口令)? The three administrators, and the posts that the office names; nobody at the machine itself."""
    held = set(user.posts or ())
    return any(posts()[code].admin for code in held) or bool(held and ({"all"} | held) & settings.TWO_FACTORS)


def lacks_codes(staff: Staff, user: Actor) -> bool:
    """They must have one and have not set it up yet."""
    return must_have_codes(user) and not Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).exists()
