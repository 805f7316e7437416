"""Keeping a table that was asked for (临时取数), and letting it go."""

from django.db import transaction
from django.utils import timezone

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.documents.asking.picks import Picks
from anju.documents.models import AskedTable
from anju.documents.queries import asked_tables
from anju.problems import Problem, Refused

LONGEST_NAME = 100


@transaction.atomic
@trail.act("documents.keep_table")
def keep_table(*, by: Actor, region: Region, period: str, pasted: str, picks: Picks) -> AskedTable:
    """Keep a table under its name for the user's office; one of that name is replaced. It must give a table today.

    Refused: DOC-120, DOC-121, DOC-122 what is asked for; DOC-123 the name.
    """
    require_permission(by, "documents.tables", region.pk, region.name)
    name = " ".join(picks.name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(Problem("DOC-123", "名称", f"要写，最多 {LONGEST_NAME} 个字。", "请写一个下次认得出的名称。"))
    asked_tables.fill_asked(by, region, period, pasted, picks)
    office = office_of(by, region)
    confirmed = {"period": period, "pasted": pasted, "picks": picks.as_stored(), "by": by.key}
    kept, before = AskedTable.objects.select_for_update(), None
    table, is_new = kept.get_or_create(
        organisation=office, region=region, name=name, dropped_at=None, defaults=confirmed
    )  # of two at once the later replaces
    if not is_new:
        before = {"period": table.period, "picks": table.picks}
        table.period, table.pasted, table.picks, table.by = period, pasted, confirmed["picks"], by.key
        table.save(update_fields=list(confirmed))
    after = {"period": period, "picks": table.picks}
    trail.describe(obj=table, region_id=region.pk, before=before, after=after)
    return table


def office_of(user: Actor, region: Region) -> Organisation | None:
    """The office of theirs in that region, else their first; None for the machine's own operator."""
    offices = list(Organisation.objects.filter(pk__in=user.organisation_ids).order_by("id"))
    return next((one for one in offices if one.region_id == region.pk), offices[0] if offices else None)


@transaction.atomic
@trail.act("documents.drop_table")
def drop_table(*, by: Actor, table_id: int) -> AskedTable:
    """Keep it no longer. AskedTable.DoesNotExist for another office's, and the second time."""
    table = asked_tables.find_table(by, table_id)
    require_permission(by, "documents.tables", table.region_id, table.region.name)
    table.dropped_at = timezone.now()
    table.save(update_fields=["dropped_at"])
    trail.describe(obj=table, region_id=table.region_id)
    return table
