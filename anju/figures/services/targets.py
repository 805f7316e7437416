"""Writing the documents that set targets (下达文件)."""

from datetime import date

from django.db import transaction

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.figures.models import TargetDocument
from anju.figures.services.observations import _may, _require_own_region
from anju.problems import Problem, Refused


@transaction.atomic
@trail.act("targets.register_document")
def register_target_document(
    *,
    by: Actor,
    number: str,
    title: str,
    level: str,
    region: Region,
    issued_on: date | None = None,
    effective_on: date | None = None,
) -> TargetDocument:
    """Register a document that sets targets (下达文件). The same again changes nothing; FIG-054 when the number is another document's.

    region: the one whose total it divides. effective_on: the day of issue unless given.
    """
    _may(by, "targets.edit", region)
    if level not in TargetDocument.Level.values:
        raise Refused(
            Problem(
                "FIG-055",
                f"文件 {number}",
                f"层级“{level}”不对。",
                f"请写 {'、'.join(f'{code}（{label}）' for code, label in TargetDocument.Level.choices)} 之一。",
            )
        )
    wanted = {"title": title, "level": level, "issued_on": issued_on, "effective_on": effective_on or issued_on}
    made, new = TargetDocument.objects.get_or_create(
        number=number, region=_require_own_region(by, region), defaults=wanted
    )
    if new:
        shown = wanted | {key: wanted[key] and str(wanted[key]) for key in ("issued_on", "effective_on")}
        trail.describe(obj=trail.Subject.of(made, number), after=shown, region_id=region.pk)
    elif any(getattr(made, key) != value for key, value in wanted.items()):
        raise Refused(
            Problem(
                "FIG-054",
                f"文件 {number}",
                f"已登记为《{made.title}》，印发于 {made.issued_on}。",
                "请核对文号、题名、层级和日期。",
            )
        )
    return made
