"""Who is registered, for those who look after people. The user comes first."""

from datetime import date

from django.db.models import Case, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from anju.core.models.people import Organisation, Posting, Staff
from anju.core.people.delays import waiting_names
from anju.core.people.scope import Actor, rows_within, visible_rows

KINDS = Case(
    *(When(kind=kind, then=order) for order, kind in enumerate(Organisation.Kind.values))
)  # the housing bureau first, builders last


def list_organisations(user: Actor) -> QuerySet[Organisation]:
    return visible_rows(Organisation.objects.select_related("region"), user).order_by("region__order", KINDS, "id")


def list_postings(user: Actor) -> QuerySet[Posting]:
    return visible_rows(
        Posting.objects.select_related("staff", "organisation__region"), user, "organisation__region_id"
    )


def postings_in_force(postings: QuerySet[Posting], day: date | None = None) -> QuerySet[Posting]:
    """Those whose last day is that day (today), later, or open."""
    return postings.filter(Q(until=None) | Q(until__gte=day or timezone.localdate()))


def list_people(user: Actor, below: frozenset[int] | None = None) -> QuerySet[Staff]:
    """Who has, or had, a post in the user's regions, or in those of them, and who has none anywhere yet."""
    mine = list_postings(user).values("staff_id")
    mine = mine if below is None else rows_within(mine, below, "organisation__region_id")
    return Staff.objects.filter(
        Q(pk__in=mine)
        | Q(pk__in=RawSQL("SELECT s.id FROM core_staff AS s WHERE NOT EXISTS (SELECT FROM anju_posts_of(s.id))", []))
    )


def find_person(user: Actor, username: str) -> Staff:
    return list_people(user).get(username=username.strip().lower())


def list_locked_staff(user: Actor) -> list[Staff]:
    """Under whose name somebody must wait now, after too many failures."""
    return list(list_people(user).filter(username__in=waiting_names(timezone.now())))
