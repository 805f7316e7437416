"""Finding out what the books notice of a region with very many projects, in the background."""

from datetime import date

from django.db import transaction

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.projects.models import Alert, AlertScan
from anju.projects.queries import signals
from anju.projects.queries.alerts import Progress, _books_digest, _snapshot


@transaction.atomic
@trail.act("projects.look_over")
def scan_alerts(*, by: Actor, region: Region, on: date, told: Progress = lambda done, total, text: None) -> AlertScan:
    """Find out what the books notice of a region and all below it on a day, and keep it in place of the month's earlier one."""
    require_permission(by, "runs.run", region.pk, f"{region.name} 规则书提醒")
    books = len(signals.all_watches())
    snapshot, books_digest = (
        _snapshot(),
        _books_digest(by, region, on),
    )  # before anything is read: a change meanwhile voids it
    known, found = signals.scan_regions(by, region, on, lambda done, text: told(done, books + 1, text))
    told(books, books + 1, f"正在存下{len(found)}处提醒")
    AlertScan.objects.filter(region=region, on__year=on.year, on__month=on.month).delete()
    scan = AlertScan.objects.create(
        region=region, on=on, projects=known, by=by.key, books=books_digest, snapshot=snapshot
    )
    Alert.objects.bulk_create(
        (
            Alert(scan=scan, region_id=one.region_id, project_id=one.project_id, place=place, subject=one.watch.subject, colour=one.colour,
                   text=one.text, propose=one.propose)
            for place, one in enumerate(found)
        ),
        batch_size=2_000,
    )  # fmt: skip
    trail.describe(
        obj=trail.Subject.of(region, f"{region.name} 项目台账"),
        after={"on": str(on), "notices": len(found)},
        region_id=region.pk,
    )
    return scan
