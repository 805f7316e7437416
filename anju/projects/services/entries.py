"""Entering projects in the ledgers of what is overdue (列入台账). What is done with an entry then is done with its case (cases/services)."""

from datetime import date

from django.db import transaction

from anju.cases.models import Case
from anju.cases.services.cases import enter_cases
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import below
from anju.core.trail import trail
from anju.projects.cases import OVERDUE, SUBJECT
from anju.projects.models import Entry, Project
from anju.projects.queries import signals


@transaction.atomic
@trail.act("projects.open_entries")
def open_entries(*, by: Actor, region: Region, on: date) -> list[Entry]:
    """Run the ledgers' books over the projects of a region and all below it, and enter those not entered yet (列入台账). Repeating adds nothing."""
    ids = below(by, region)
    require_permission(by, "runs.run", region.pk, f"{region.name} 项目台账")
    known = signals.project_facts(by, ids, on)
    entered: list[Entry] = []
    for ledger, watch in signals.ledger_watches().items():
        found = signals.scan_rows(watch, signals.rows_with_keys(known), on)
        in_ledger = visible_rows(Entry.objects.filter(case__ledger=ledger).exclude(case__state=Case.CLOSED), by)
        there = set(in_ledger.values_list("project_id", flat=True))
        entered += _enter(by, ledger, [signal for signal in found if signal.project_id not in there], on)
    if entered:
        listed = {ledger: sum(entry.case.ledger == ledger for entry in entered) for ledger in signals.ledger_watches()}
        after = listed | {"on": str(on), "entries": [entry.pk for entry in entered][:1000]}
        trail.describe(obj=trail.Subject.of(region, f"{region.name} 项目台账"), after=after, region_id=region.pk)
    return entered


def _enter(by: Actor, ledger: str, signals_found: list[signals.Signal], on: date) -> list[Entry]:
    """A case and an entry for each project that a book noticed."""
    rows = visible_rows(Project.objects.select_related("region").only("name", "code", "region__name"), by)
    projects = rows.in_bulk([signal.project_id for signal in signals_found])
    cases = [
        Case(
            kind=OVERDUE.code,
            ledger=ledger,
            subject_kind=SUBJECT,
            subject_key=str(signal.project_id),
            text=name_of(projects[signal.project_id]),
            region_id=signal.region_id,
            opened_on=on,
            facts={"says": signal.text, **signal.found},
            handled_by=by.key,
        )
        for signal in signals_found
    ]
    entries = [
        Entry(case=case, project_id=int(case.subject_key), region_id=case.region_id) for case in enter_cases(cases)
    ]
    return Entry.objects.bulk_create(entries)


def name_of(project: Project) -> str:
    return f"{project.region.name} {project.code} {project.name}"
