"""Who a signed-in person is: their posts in force today, as the *user* of queries and services. Asked once a request, in one query."""

from datetime import date
from functools import lru_cache

from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.utils import timezone

from anju.core.acts import posts
from anju.core.models import Organisation, Posting, Staff
from anju.core.scope import Operator, visible
from anju.problems import Problem, Refused


@lru_cache(maxsize=4096)  # a list shows the same few people on every line
def name_of(key: str) -> str:
    return Staff.objects.filter(username=key).values_list("name", flat=True).first() or ""


def operator_of(staff: Staff, day: date | None = None) -> Operator:
    """The person with the posts of that day (today). A post that has ended, or has not begun, gives nothing."""
    known = posts()
    with connection.cursor() as cursor:
        cursor.execute("SELECT post, organisation_id, region_ids FROM anju_postings(%s, %s)", [staff.pk, day or timezone.localdate()])
        rows = [(post, organisation, frozenset(ids)) for post, organisation, ids in cursor.fetchall()]
    held: dict[str, frozenset[int]] = {}
    for post, _, ids in rows:
        held[post] = held.get(post, frozenset()) | ids
    everything = frozenset[int]().union(*held.values())
    # Who only checks or administers sees what was handed in, never what somebody is still writing.
    drafts = frozenset[int]().union(*(ids for post, ids in held.items() if not (known[post].bounded or known[post].admin)))
    return Operator(staff.username, staff.name, everything, held, drafts, frozenset(organisation for _, organisation, _ in rows))


def home(user: Operator) -> int | None:
    """The region of the first organisation that the user works for: where what they did for no region of its own is kept."""
    offices = Organisation.objects.filter(pk__in=user.organisation_ids).order_by("region__order", "id")
    return offices.values_list("region_id", flat=True).first() if user.organisation_ids else None


def operator_called(key: str) -> Operator:
    """The person with that user name, as they stand now: for what runs later on their behalf. Refused STAFF-010 when they have left."""
    staff = Staff.objects.filter(username=key, is_active=True).first()
    if staff is None:
        raise Refused(Problem("STAFF-010", f"用户 {key}", "没有这个在用的人员。", "请由在岗的人员重新办理。"))
    return operator_of(staff)


# -- who is registered, for those who look after people ---------------------------------------------------------------------------


def organisations(user: Operator) -> QuerySet[Organisation]:
    return visible(Organisation.objects.select_related("region"), user).order_by("region__order", "kind", "id")


def postings(user: Operator) -> QuerySet[Posting]:
    return visible(Posting.objects.select_related("staff", "organisation__region"), user, "organisation__region_id")


def people(user: Operator) -> QuerySet[Staff]:
    """Who has, or had, a post in the user's regions, and who has none anywhere yet."""
    mine = postings(user).values("staff_id")
    return Staff.objects.filter(Q(pk__in=mine) | Q(pk__in=RawSQL("SELECT s.id FROM core_staff AS s WHERE NOT EXISTS (SELECT FROM anju_posts_of(s.id))", [])))


def person(user: Operator, username: str) -> Staff:
    return people(user).get(username=username.strip().lower())


def locked(user: Operator) -> list[Staff]:
    """Who cannot come in now, after too many failures."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    failures = AccessAttempt.objects.filter(attempt_time__gte=since).values("username").annotate(failures=Sum("failures_since_start"))
    names = failures.filter(failures__gte=settings.AXES_FAILURE_LIMIT).values("username")
    return list(people(user).filter(username__in=names))
