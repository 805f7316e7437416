"""A project that stands in a ledger, without the books that would have put it there."""

from datetime import date

from anju.cases.models import Case
from anju.projects.cases import OVERDUE, SUBJECT
from anju.projects.models import Entry, Project
from anju.projects.services.entries import name_of


def entered(project: Project, ledger: str, on: date) -> Entry:
    case = Case.objects.create(
        kind=OVERDUE.code, ledger=ledger, subject_kind=SUBJECT, subject_key=str(project.pk), text=name_of(project),
        region_id=project.region_id, opened_on=on,
    )  # fmt: skip
    return Entry.objects.create(case=case, project=project, region_id=project.region_id)
