"""指标 handed on: down to the next level (下达), and to projects (落实到项目).

What is handed on is taken from a line, under its lock: never more than is left of it.
"""

from collections.abc import Sequence

from django.db import transaction

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import child_regions
from anju.core.trail import trail
from anju.funds.base import (
    ASSIGN,
    HAND_DOWN,
    QuotaPaper,
    QuotaRow,
    count_problems,
    hold_lines,
    hold_number,
    keep_document,
    paper_problems,
    read_amount,
    require_act,
    shown_money,
    taking_problems,
)
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.queries.quotas import lines_left, list_items
from anju.problems import Place, Problem, Refused


@transaction.atomic
@trail.act("funds.hand_down")
def hand_down(*, by: Actor, region: Region, paper: QuotaPaper, rows: Sequence[QuotaRow]) -> QuotaDocument:
    """下达: parts of lines received here go to regions one level below. Source, subject, purpose and 直达标识 stay those of the line.

    Refused with all of: FUND-001 to -004, FUND-006 more than is left of a line, FUND-008 a receiver that is not one level below, FUND-009,
    FUND-017 a paper older than the receipt or of another year.
    """
    require_act(by, HAND_DOWN, region)
    below = {one.pk for one in child_regions(by, region)}
    return _hand_on(by, region, paper, rows, QuotaDocument.Way.GIVEN, below)


@transaction.atomic
@trail.act("funds.assign")
def assign_quota(*, by: Actor, region: Region, paper: QuotaPaper, rows: Sequence[QuotaRow]) -> QuotaDocument:
    """落实到项目: parts of lines received here go to projects of this region.

    Refused with all of: FUND-001 to -004, FUND-006, FUND-009, FUND-013 a project that is none of the region's in the plan, FUND-017.
    """
    require_act(by, ASSIGN, region)
    return _hand_on(by, region, paper, rows, QuotaDocument.Way.ASSIGNED, set())


def _hand_on(
    by: Actor, region: Region, paper: QuotaPaper, rows: Sequence[QuotaRow], way: str, below: set[int]
) -> QuotaDocument:
    """Take each row from its line. The lines are locked in order, so that of two at once the second sees what the first took."""
    hold_number(region, paper)
    registered = _registered_below(by, paper, rows)
    items = (
        {one.id: one for one in list_items(by, region, paper.budget_year)} if way == QuotaDocument.Way.ASSIGNED else {}
    )
    problems = [*paper_problems(by, region, paper, way), *count_problems(rows)]
    wanted = {row.taken_from for row in rows if row.taken_from is not None}
    held = hold_lines(by, QuotaLine.objects.filter(pk__in=wanted, region=region, item=None))
    left = lines_left(by, held.values())
    lines = []
    for place, row in enumerate(rows, 1):
        amount = read_amount(row.amount, row.place(place, "金额"), problems)
        above = held.get(row.taken_from or 0)
        if above is None:
            problems.append(
                Problem(
                    "FUND-006",
                    row.place(place, "从哪一笔"),
                    "没有选，或不是本级收到的。",
                    "请从本级收到的指标里选一笔。",
                )
            )
            continue
        if above.received_on is None:
            problems.append(
                Problem("FUND-006", row.place(place, "从哪一笔"), f"{above}还没有签收。", "请先签收，再分下去。")
            )
        problems += taking_problems(paper, row, place, above)
        left[above.pk] -= amount or 0
        line = QuotaLine(
            source=above.source, subject=above.subject, purpose=above.purpose, direct=above.direct, amount=amount or 0, taken_from=above,
        )  # fmt: skip
        if way == QuotaDocument.Way.GIVEN:
            if row.receiver is None or row.receiver.pk not in below:
                problems.append(
                    Problem(
                        "FUND-008", row.place(place, "接收"), "没有选，或不是直接下一级。", "请选本级直接管的区划。"
                    )
                )
                continue
            line.region = row.receiver
            if row.receiver.pk in registered:
                fix = "请该地先作废自己登记的那一份，再由本级下达，免得计两次。"
                problems.append(Problem("FUND-003", row.place(place, "接收"), "那里已按这个文号登记过。", fix))
        else:
            if row.item is None or row.item.id not in items:
                problems.append(
                    Problem(
                        "FUND-013",
                        row.place(place, "项目"),
                        "没有选，或不是本级在册的项目。",
                        "请选本级在册项目；没有登记的先到“项目”登记。",
                    )
                )
                continue
            line.region, line.item, line.item_label = region, row.item.id, items[row.item.id].label
        lines.append(line)
    for pk, rest in left.items():
        if rest < 0:
            what = f"分出去的比这一笔剩下的多{shown_money(-rest)}。"
            problems.append(
                Problem(
                    "FUND-006",
                    Place(f"指标 {held[pk]}"),
                    what,
                    f"这一笔原有{shown_money(held[pk].amount)}，请核对各行金额。",
                )
            )
    if problems:
        raise Refused(*problems)
    return keep_document(by, region, paper, way, lines, HAND_DOWN if way == QuotaDocument.Way.GIVEN else ASSIGN)


def _registered_below(by: Actor, paper: QuotaPaper, rows: Sequence[QuotaRow]) -> set[int]:
    """Receivers that entered this very paper themselves; their entry of the number is held, so that none comes in meanwhile."""
    receivers = {row.receiver.pk: row.receiver for row in rows if row.receiver is not None}
    for _, receiver in sorted(receivers.items()):
        hold_number(receiver, paper)
    theirs = QuotaDocument.objects.filter(region__in=receivers, number=paper.standard_number, voided_at=None)
    return set(visible_rows(theirs.filter(way=QuotaDocument.Way.RECEIVED), by).values_list("region_id", flat=True))
