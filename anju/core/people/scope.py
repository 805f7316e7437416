"""Who acts, by which posts, and which regions they see. PostgreSQL's row-level security reads the same scope (core/database)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
# What the policies read, in the order of `_settings`. Places are those of which the user does not see every row.
SETTINGS = ("user", "staff", "regions", "drafts", "delivered", "places", "organisations", "estates", "own")
CURRENT = "SELECT " + ", ".join(f"coalesce(current_setting('app.{name}', true), '')" for name in SETTINGS)
SET = "SELECT " + ", ".join(f"set_config('app.{name}', %s, true)" for name in SETTINGS)


@dataclass(frozen=True)
class Actor:
    """The *user* of every query and service.

    region_ids: the regions whose every row they see. posts: each post with the regions it is held for; None: every post everywhere (the
    machine's own operator). draft_ids: the regions of which they also see what was not submitted yet; None: all of theirs. An auditor
    sees no drafts. delivered_ids: the regions of which they see only returns that were delivered to the superior.
    place_ids: where they may navigate; None: the regions whose rows they see. A street's clerk has a place, but no region.
    Of people and homes they also see what belongs to their organisations (organisation_ids), to their estates (estate_ids), and to the
    households that are assigned to them (staff_id). household_ids: a resident's own, for the portal.
    acting_for: of posts that they hold as a deputy only, the name of whom they stand for.
    """

    key: str
    name: str
    region_ids: frozenset[int]
    posts: Mapping[str, frozenset[int]] | None = None
    draft_ids: frozenset[int] | None = None
    organisation_ids: frozenset[int] = frozenset()
    place_ids: frozenset[int] | None = None
    estate_ids: frozenset[int] = frozenset()
    staff_id: int | None = None
    household_ids: frozenset[int] = frozenset()
    acting_for: Mapping[str, str] = field(default_factory=dict)
    delivered_ids: frozenset[int] = frozenset()

    def holds(self, post: str, region_id: int | None = None) -> bool:
        """Do they hold that post, for that region when one is named?"""
        if self.posts is None:
            return True
        where = self.posts.get(post)
        return where is not None and (region_id is None or region_id in where)

    @property
    def drafts(self) -> frozenset[int]:
        return self.region_ids if self.draft_ids is None else self.draft_ids

    @property
    def places(self) -> frozenset[int]:
        return self.region_ids if self.place_ids is None else self.place_ids


def local_actor() -> Actor:
    """本机操作员: whoever sits at this machine and runs its commands, with every region and every post. Pages have people instead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(array_agg(id), '{}') FROM core_region")
        (ids,) = cursor.fetchone()
    return Actor("local", "本机操作员", frozenset(ids))


@contextmanager
def open_scope(user: Actor) -> Iterator[Actor]:
    """A transaction in which the database shows and takes only this user's rows. May be nested, for another user too."""
    outer = _current() if connection.in_atomic_block else None
    with transaction.atomic():
        _write_settings(_settings(user))
        yield user
        # A setting outlives its savepoint when that is released, and goes with it when rolled back.
        if outer is not None and not transaction.get_rollback():
            _write_settings(outer)


def visible_rows(queryset: Rows, user: Actor, field: str = "region_id") -> Rows:
    """The rows of the user's regions: the first wall; the database's own is the second."""
    return rows_within(queryset, user.region_ids, field)


def rows_within(queryset: Rows, region_ids: frozenset[int] | set[int], field: str = "region_id") -> Rows:
    # One array, not 3,400 parameters: taking those apart took longer than the query itself.
    mine = RawSQL("SELECT unnest(%s::int[])", [id_array(region_ids)])
    return queryset.filter(**{f"{field}__in": mine})


def id_array(region_ids: frozenset[int] | set[int]) -> str:
    """The ids as the text of one PostgreSQL array, for `= ANY(%s::int[])`: a request asks with the same ones dozens of times."""
    return "{" + _joined_ids(frozenset(region_ids)) + "}"


@lru_cache(maxsize=256)
def _joined_ids(ids: frozenset[int]) -> str:
    return ",".join(map(str, sorted(ids)))


def _settings(user: Actor) -> tuple[str, ...]:
    return (
        user.key,
        "" if user.staff_id is None else str(user.staff_id),
        _joined_ids(user.region_ids),
        _joined_ids(user.drafts),
        _joined_ids(user.delivered_ids),
        _joined_ids(user.places - user.region_ids),
        _joined_ids(user.organisation_ids),
        _joined_ids(user.estate_ids),
        _joined_ids(user.household_ids),
    )


def _current() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(CURRENT)
        current: tuple[str, ...] = cursor.fetchone()
    return current


def _write_settings(values: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET, values)
