"""Writing the nodes of a plan (节点)."""

from datetime import date
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from anju.core.people import permissions
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.core.trail import trail
from anju.figures.models import Node, TargetDocument
from anju.figures.queries.nodes import _sides, node_goal
from anju.problems import Problem, Refused
from anju.quantities import unit_of_measure


@transaction.atomic
@trail.act("targets.set_node")
def set_node(
    *,
    by: Actor,
    document: TargetDocument,
    measure: str,
    on: date,
    share: Fraction | None = None,
    value: int | None = None,
    reason: str = "",
) -> list[Node]:
    """Register a node of a plan (登记节点): a share of the target, or a number of its own.

    measure: the target, or what is counted against it. A share binds the plan's region and all below it; a number (in the measure's own
    unit) the plan's region only, for nobody divided it. The same again changes nothing; something else needs a reason.
    Refused: ACT-001; FIG-071 no target belongs to the measure; FIG-072 neither share nor number; FIG-073 another node stands.
    """
    where = f"{document.number}的节点 {on}"
    permissions.require_permission(by, "targets.edit", document.region_id, where)
    target, actual = _sides(measure, where)
    if (
        (share is None) == (value is None)
        or (share is not None and not 0 < share <= 1)
        or (value is not None and value <= 0)
    ):
        raise Refused(
            Problem(
                "FIG-072",
                where,
                "节点没有写明比例或数量。",
                "比例写 80% 或 4/5 这样的（大于 0，不大于 1），数量写正整数；两者写一样。",
            )
        )
    said = {
        "numerator": share.numerator if share else None,
        "denominator": share.denominator if share else None,
        "value": value * unit_of_measure(target.unit).factor if value else None,
    }
    bound = [document.region, *(tree.descendant_regions(by, document.region, on) if share else [])]
    known = {row.region_id: row for row in Node.objects.filter(document=document, target=target, on=on)}
    changed = [row for row in known.values() if any(getattr(row, key) != one for key, one in said.items())]
    if changed and not reason.strip():
        raise Refused(Problem("FIG-073", where, f"已登记为{node_goal(changed[0])}。", "确要改的，请写明原因和依据。"))
    if changed:
        visible_rows(Node.objects.filter(pk__in=[row.pk for row in changed]), by).update(
            **said, by=by.key, at=timezone.now()
        )
    new = [
        Node(
            document=document, number=document.number, level=document.level, issued_on=document.issued_on, region=region,
            target=target, actual=actual, on=on, by=by.key, **said,
        )
        for region in bound if region.pk not in known
    ]  # fmt: skip
    Node.objects.bulk_create(new)
    if changed or new:
        trail.describe(
            obj=trail.Subject.of(document, f"{where} {target.code}"),
            after=said | {"on": str(on), "regions": len(new)},
            before={key: getattr(changed[0], key) for key in said} if changed else None,
            reason=reason,
            region_id=document.region_id,
        )
    return list(Node.objects.filter(document=document, target=target, on=on))
