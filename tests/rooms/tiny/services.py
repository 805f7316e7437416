"""Acts on benches."""

from datetime import date

from django.db import transaction

from anju.cases.services.cases import open_case
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.documents.models import Document
from anju.problems import Problem, Refused
from tests.rooms.tiny.cases import REPAIR
from tests.rooms.tiny.models import Bench, RepairCase


@transaction.atomic
@trail.act("tiny.put_up")
def put_up(*, by: Actor, region: Region, name: str, broken: bool = False, seats: int | None = None) -> Bench:
    """Put up a bench (安放长椅)."""
    require_permission(by, "tiny.edit", region.pk, name)
    bench = Bench.objects.create(region=region, name=name, broken=broken, seats=seats)
    trail.describe(obj=bench, region_id=region.pk)
    return bench


@transaction.atomic
@trail.act("tiny.report_broken")
def report_broken(*, by: Actor, bench: Bench, on: date) -> RepairCase:
    """A broken bench becomes a case (报修)."""
    require_permission(by, "tiny.edit", bench.region_id, str(bench))
    case = open_case(by=by, kind=REPAIR.code, subject=trail.Subject.of(bench), region=bench.region, on=on)
    trail.describe(obj=bench, after={"case": case.pk}, region_id=bench.region_id)
    return RepairCase.objects.create(case=case, bench=bench, region=bench.region)


def let_issue(by: Actor, document: Document, on: date) -> None:
    """A gate: no paper is issued by an office whose bench is broken."""
    for bench in visible_rows(Bench.objects.filter(region=document.region, broken=True), by)[:1]:
        raise Refused(Problem("TINY-001", f"公文 {document}", f"{bench}待修。", "请先修好长椅。"))
