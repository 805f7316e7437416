"""What the books notice of a region with very many projects: found out in the background, kept with its day, shown until it is done again.

A county or a city of usual size is looked over while its page is made, and is always current; that of a province takes seconds.
What is kept is void when the day, the books or the ledger is another: the page then shows it as of its day and says why.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions.tree import below
from anju.core.wording import read_day
from anju.projects.models import Alert, AlertScan, Project
from anju.projects.queries import signals

LIVE = 1_000  # projects of the plan (在册) up to which nobody waits for the books longer than for a page

Progress = Callable[[int, int, str], None]


def is_large(user: Actor, region: Region) -> bool:
    """Has the region, with all below it, more projects in the plan than can be looked over while somebody waits?"""
    planned = visible_rows(Project.objects.filter(state=Project.PLANNED), user)
    return rows_within(planned, below(user, region)).order_by()[: LIVE + 1].count() > LIVE


def latest_scan(user: Actor, region: Region, on: date) -> AlertScan | None:
    """The newest that was found out of the month of that day, up to it."""
    return (
        visible_rows(AlertScan.objects.filter(region=region, on__range=(on.replace(day=1), on)), user)
        .order_by("-on", "-id")
        .first()
    )


def void_reasons(user: Actor, scan: AlertScan, on: date) -> list[str]:
    """Why a kept answer is void as of that day, in words; nothing while it holds."""
    said = [] if scan.on == on else [f"要看的是截至{read_day(on)}的"]
    if scan.books != _books_digest(user, scan.region, scan.on):
        said.append("规则书已经更换")
    if _ledger_changed(user, scan):
        said.append("此后台账有登记、更正")
    return said


def _books_digest(user: Actor, region: Region, on: date) -> str:
    """Over the books that watch the projects of a region and all below it, with the regions of each."""
    ids = below(user, region)
    used = [
        (watch.subject, [(book.digest, mine) for book, mine in signals.watching_books(watch, ids, on)])
        for watch in signals.all_watches()
    ]
    return hashlib.sha256(json.dumps(used, separators=(",", ":")).encode()).hexdigest()


def _snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def _ledger_changed(user: Actor, scan: AlertScan) -> bool:
    """Did anybody change the ledger of the region or below whom the answer did not see? By transactions: a late commit is a change too.

    A database that was restored counts its transactions anew; what was kept before that is not believed.
    """
    if not scan.snapshot:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(%(then)s::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) OR EXISTS (SELECT FROM projects_change"
            " WHERE region_id = ANY(%(regions)s) AND xid >= pg_snapshot_xmin(%(then)s::pg_snapshot)::text::bigint"
            " AND NOT pg_visible_in_snapshot(xid::text::xid8, %(then)s::pg_snapshot))",
            {"then": scan.snapshot, "regions": sorted(below(user, scan.region))},
        )
        return bool(cursor.fetchone()[0])


def list_alerts(user: Actor, scan: AlertScan) -> QuerySet[Alert]:
    return visible_rows(Alert.objects.filter(scan=scan), user).select_related("project__region").order_by("place")
