"""Entries of the ledgers of what is overdue (台账)."""

from datetime import date

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Operator, visible, within
from anju.core.regions import tree
from anju.core.regions.tree import below
from anju.projects.models import Entry
from anju.projects.queries.signals import ledger_names


def entries(user: Operator, region: Region, ledger: str = "", state: str = "") -> list[Entry]:
    """Entries of the ledgers of a region and all below it, the oldest first."""
    found = within(visible(Entry.objects.select_related("project", "region"), user), below(user, region))
    asked = {"ledger": ledger, "state": state}
    return list(found.filter(**{key: value for key, value in asked.items() if value}))


def entry(user: Operator, pk: int) -> Entry:
    return visible(Entry.objects.select_related("project__region", "region"), user).get(pk=pk)


def overdue_entries(user: Operator, region: Region, on: date) -> list[OverdueItem]:
    """Of the region and all below it, the oldest first."""
    rows = within(visible(Entry.objects.exclude(state=Entry.CLOSED), user), below(user, region))
    rows = rows.filter(opened_on__lte=on).select_related("project").order_by("opened_on", "id")
    names, known = ledger_names(), tree.known().by_id
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
