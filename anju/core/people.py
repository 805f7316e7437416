"""Who a signed-in person is: their posts in force today, as the *user* of queries and services. Asked once a request, in one query."""

from datetime import date
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from anju.core.acts import posts
from anju.core.models import Staff
from anju.core.scope import Operator
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


def operator_called(key: str) -> Operator:
    """The person with that user name, as they stand now: for what runs later on their behalf. Refused STAFF-010 when they have left."""
    staff = Staff.objects.filter(username=key, is_active=True).first()
    if staff is None:
        raise Refused(Problem("STAFF-010", f"用户 {key}", "没有这个在用的人员。", "请由在岗的人员重新办理。"))
    return operator_of(staff)
