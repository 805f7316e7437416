"""收回、上缴: a part of a line that nobody used goes back to where it was taken from, by a numbered paper."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions.tree import child_regions
from anju.core.trail import trail
from anju.funds.base import (
    RECALL,
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
from anju.funds.models import QuotaDocument, QuotaLine, QuotaRecall
from anju.funds.queries.quotas import lines_left
from anju.problems import Place, Problem, Refused


@transaction.atomic
@trail.act("funds.recall")
def recall_quota(*, by: Actor, region: Region, paper: QuotaPaper, rows: Sequence[QuotaRow]) -> QuotaDocument:
    """收回 from places one level below and from projects, or 上缴 of one's own: what goes back is free again where it was taken from.

    rows: each with taken_from, the line from which it goes back. Refused with all of: FUND-001 to -004, FUND-009, FUND-014 a line that is
    not one's own nor of one level below, or more than is left of it, FUND-017 a paper older than the line or of another year.
    """
    require_act(by, RECALL, region)
    hold_number(region, paper)
    problems = [*paper_problems(by, region, paper, QuotaDocument.Way.RECALLED), *count_problems(rows)]
    wanted = QuotaLine.objects.filter(pk__in={row.taken_from for row in rows if row.taken_from is not None})
    held = hold_lines(by, wanted.filter(Q(region=region) | Q(region__in=child_regions(by, region), item=None)))
    left = lines_left(by, held.values())
    recalls = []
    for place, row in enumerate(rows, 1):
        amount = read_amount(row.amount, row.place(place, "金额"), problems)
        line = held.get(row.taken_from or 0)
        if line is None:
            fix = "请选本级或直接下一级收到的指标。"
            problems.append(Problem("FUND-014", row.place(place, "哪一笔"), "没有选，或不是本级、下一级的。", fix))
            continue
        problems += taking_problems(paper, row, place, line)
        left[line.pk] -= amount or 0
        recalls.append(QuotaRecall(region=line.region, line=line, amount=amount or 0))
    for pk, rest in left.items():
        if rest < 0:
            what = f"比这一笔剩下的多{shown_money(-rest)}。"
            fix = "已下达、已落实到项目的，请先从下一级、从项目收回。"
            problems.append(Problem("FUND-014", Place(f"指标 {held[pk]}"), what, fix))
    if problems:
        raise Refused(*problems)
    return keep_document(by, region, paper, QuotaDocument.Way.RECALLED, recalls, RECALL)
