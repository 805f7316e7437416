"""Entries of the ledgers of what is overdue (台账)."""

from datetime import date

from anju.cases.models import Case
from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions import tree
from anju.core.regions.tree import below
from anju.projects.models import Entry
from anju.projects.queries.signals import ledger_names


def list_entries(user: Actor, region: Region, ledger: str = "", state: str = "") -> list[Entry]:
    """Entries of the ledgers of a region and all below it, the oldest first."""
    found = rows_within(
        visible_rows(Entry.objects.select_related("case", "project", "region"), user), below(user, region)
    )
    asked = {"case__ledger": ledger, "case__state": state}
    return list(found.filter(**{key: value for key, value in asked.items() if value}))


def find_entry(user: Actor, pk: int) -> Entry:
    return visible_rows(Entry.objects.select_related("case", "project__region", "region"), user).get(pk=pk)


def overdue_entries(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    """Of the region and all below it, the oldest first."""
    rows = rows_within(visible_rows(Entry.objects.exclude(case__state=Case.CLOSED), user), below(user, region))
    rows = rows.filter(case__opened_on__lte=on).select_related("case", "project")
    rows = rows.order_by("case__opened_on", "case_id").only(
        *(f"case__{name}" for name in ("kind", "ledger", "state", "reason", "opened_on")), "region", "project__name"
    )
    names, known = ledger_names(), tree.region_tree().by_id
    return [
        OverdueItem(
            known[row.region_id],
            row.project.name,
            path_of("projects:project", row.project_id),
            ledger=names.get(row.case.ledger, row.case.ledger),
            since=row.case.opened_on,
            days=(on - row.case.opened_on).days,
            state=row.case.state_label,
            reason=row.case.reason,
        )
        for row in rows
    ]
