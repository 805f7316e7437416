"""Entries of the project ledgers that nobody closed out."""

from datetime import date

from anju.core import regions
from anju.core.addresses import path_of
from anju.core.models import Region
from anju.core.overdue import OverdueItem
from anju.core.scope import Operator, visible, within
from anju.projects.base import below
from anju.projects.models import Entry
from anju.projects.signals import ledger_names


def overdue(user: Operator, region: Region, on: date) -> list[OverdueItem]:
    """Of the region and all below it, the oldest first."""
    rows = within(visible(Entry.objects.exclude(state=Entry.CLOSED), user), below(user, region))
    rows = rows.filter(opened_on__lte=on).select_related("project").order_by("opened_on", "id")
    names, known = ledger_names(), regions.known().by_id
    return [
        OverdueItem(
            known[row.region_id],
            row.project.name,
            path_of("projects:project", row.project_id),
            ledger=names.get(row.ledger, row.ledger),
            since=row.opened_on,
            days=(on - row.opened_on).days,
            state=row.get_state_display(),
            reason=row.reason,
        )
        for row in rows.only("ledger", "state", "reason", "opened_on", "region", "project__name")
    ]
