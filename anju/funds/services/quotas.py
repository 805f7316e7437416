"""指标 registered as it is received, received (签收) where it was handed down, and confirmed by a second person where it rests on a paper alone."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.permissions import require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.trail import trail
from anju.funds import catalogue
from anju.funds.base import (
    CONFIRM,
    LONGEST_REASON,
    RECEIVE,
    REGISTER,
    VOID,
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
)
from anju.funds.models import QuotaDocument, QuotaLine
from anju.funds.queries.quotas import find_document, find_line, lines_left
from anju.funds.reminders import announce_quota, announce_receipt
from anju.problems import Place, Problem, Refused


@transaction.atomic
@trail.act("funds.register")
def register_quota(
    *, by: Actor, region: Region, paper: QuotaPaper, rows: Sequence[QuotaRow], received_on: date | None
) -> QuotaDocument:
    """登记上级下达的指标: a paper that came from above, with the day on which it was received here.

    Of a formal quota (正式下达) each line states 全年额度, 已提前 and 本次; the three agree, 已提前 is what the advance notice gave, and only 本次 counts.
    Refused with all of: FUND-001 texts, FUND-002 days and year, FUND-003 the number is there already, FUND-004 amounts, FUND-005 the three
    do not agree, FUND-007 source, subject or purpose, FUND-009 no scan.
    """
    require_act(by, REGISTER, region)
    hold_number(region, paper)
    problems = [*paper_problems(by, region, paper, QuotaDocument.Way.RECEIVED), *_receipt_problems(paper, received_on)]
    lines = [_own_line(paper, row, place, problems) for place, row in enumerate(rows, 1)]
    problems += [*count_problems(rows), *_advance_problems(by, paper, lines)]
    if problems:
        raise Refused(*problems)
    for line in lines:
        line.region, line.received_on, line.received_by = region, received_on, signature(by, REGISTER, region.pk)[:80]
    return keep_document(by, region, paper, QuotaDocument.Way.RECEIVED, lines, REGISTER)


@transaction.atomic
@trail.act("funds.receive")
def receive_quota(*, by: Actor, line_id: int, on: date) -> QuotaLine:
    """签收: stamp the day on which a line handed down from above came in here; the clocks of this level begin with it.

    Refused FUND-012: a day before the paper's or to come, one that is stamped already and differs, a void document, a project's line.
    """
    line = find_line(by, line_id)
    require_permission(by, RECEIVE, line.region_id, str(line))
    held = hold_lines(by, QuotaLine.objects.filter(pk=line_id, item=None))
    if line_id not in held:
        what = "文件已经作废。" if line.item is None else "落实到项目的不用签收。"
        raise Refused(Problem("FUND-012", Place.of(str(line), "收到日期"), what, "请刷新后核对。"))
    line = held[line_id]
    if line.received_on == on:
        return line
    where = Place.of(str(line), "收到日期")
    if line.received_on is not None:
        raise Refused(Problem("FUND-012", where, f"已签收，收到日期{line.received_on}。", "收到日期不再改动。"))
    if on < line.document.dated or on > timezone.localdate():
        what = f"{on}早于文件落款日期{line.document.dated}，或者还没有到。"
        raise Refused(Problem("FUND-012", where, what, "请填实际收到文件的日期。"))
    line.received_on, line.received_by = on, signature(by, RECEIVE, line.region_id)[:80]
    line.save(update_fields=["received_on", "received_by"])
    announce_receipt(by, line)
    trail.describe(obj=line, after={"received_on": str(on)}, region_id=line.region_id)
    return line


@transaction.atomic
@trail.act("funds.confirm")
def confirm_quota(*, by: Actor, document_id: int) -> QuotaDocument:
    """确认来文登记: a second person compared it with the scan. Refused: FUND-010 it is one's own entry, FUND-011 it does not wait for that."""
    find_document(by, document_id)
    document = visible_rows(QuotaDocument.objects.select_for_update(of=("self",)), by).get(pk=document_id)
    require_permission(by, CONFIRM, document.region_id, str(document))
    where = Place(f"指标文件 {document}")
    if not document.waits:
        raise Refused(Problem("FUND-011", where, "不在待确认。", "请刷新后核对；可能别人已先确认。"))
    if document.by == by.key:
        raise Refused(
            Problem("FUND-010", where, "是您自己登记的，不能由您确认。", "请另一位有权的人员对照扫描件确认。")
        )
    document.confirmed_by, document.confirmed_at = by.key, timezone.now()
    document.confirmed_name = signature(by, CONFIRM, document.region_id)[:80]
    document.save(update_fields=["confirmed_by", "confirmed_name", "confirmed_at"])
    announce_quota(by, document)
    trail.describe(obj=document, after={"confirmed_by": document.confirmed_name}, region_id=document.region_id)
    return document


@transaction.atomic
@trail.act("funds.void")
def void_quota(*, by: Actor, document_id: int, reason: str) -> QuotaDocument:
    """作废: it was entered wrongly. It stays with its reason and counts for nothing; its number may be entered anew.

    Refused: FUND-015 no reason or a long one, or void already; FUND-016 something rests on it: a line of it was handed on, went back, or
    was received by the level below, or a formal quota completes it.
    """
    find_document(by, document_id)
    held = QuotaDocument.objects.select_for_update(of=("self",)).select_related("region")
    document = visible_rows(held, by).get(pk=document_id)
    require_act(by, VOID, document.region)
    where, reason = Place(f"指标文件 {document}"), reason.strip()
    if document.voided_at is not None or not 0 < len(reason) <= LONGEST_REASON:
        what = (
            "已经作废。"
            if document.voided_at
            else "没有写原因。"
            if not reason
            else f"原因写了{len(reason)}个字，最多{LONGEST_REASON}个。"
        )
        raise Refused(Problem("FUND-015", where, what, "请刷新后核对；作废须写明错在哪里。"))
    lines = list(
        visible_rows(QuotaLine.objects.filter(document=document).select_for_update(of=("self",)), by).order_by("pk")
    )
    left = lines_left(by, lines)
    below = document.way == QuotaDocument.Way.GIVEN
    if any(left[line.pk] != line.amount or (below and line.received_on) for line in lines):
        what = "已有分下去、收回的，或下一级已签收。"
        raise Refused(Problem("FUND-016", where, what, "先作废在它下面的那几份；下一级已签收的用“收回”。"))
    if formal := QuotaDocument.objects.filter(follows=document, voided_at=None).first():
        what = f"正式下达的{formal}已与它核对。"
        raise Refused(Problem("FUND-016", where, what, "先作废那一份正式下达的。"))
    if any(rest < 0 for rest in _left_without(by, document).values()):
        what = "收回的已经又分下去，作废了就不够分。"
        raise Refused(Problem("FUND-016", where, what, "先作废后来分下去的那几份。"))
    document.voided_at, document.void_reason = timezone.now(), reason
    document.voided_name = signature(by, VOID, document.region_id)[:80]
    document.save(update_fields=["voided_at", "voided_name", "void_reason"])
    trail.describe(obj=document, after={"void": True}, reason=reason, region_id=document.region_id)
    announce_quota(by, document)
    return document


def _left_without(by: Actor, document: QuotaDocument) -> dict[int, int]:
    """Of a recall: what would be left of the lines to which it brought something back, had it not been."""
    back: dict[int, int] = {}
    for above, amount in document.recalls.exclude(line__taken_from=None).values_list("line__taken_from__pk", "amount"):
        back[above] = back.get(above, 0) + amount
    rows = QuotaLine.objects.filter(pk__in=back).select_for_update(of=("self",))
    lines = list(visible_rows(rows, by).order_by("pk"))
    left = lines_left(by, lines)
    return {pk: left[pk] - back[pk] for pk in left}


def _receipt_problems(paper: QuotaPaper, received_on: date | None) -> list[Problem]:
    where = Place("指标文件 收到日期", field="收到日期")
    if received_on is None:
        return [Problem("FUND-002", where, "没有填写。", "请填本级收到文件的日期；时限从这一天起算。")]
    if received_on > timezone.localdate() or (paper.dated and received_on < paper.dated):
        what = f"{received_on}早于落款日期，或者还没有到。"
        return [Problem("FUND-002", where, what, "请填本级实际收到文件的日期。")]
    return []


def _own_line(paper: QuotaPaper, row: QuotaRow, place: int, problems: list[Problem]) -> QuotaLine:
    """A line of a paper from above, with what is wrong with it."""
    amount = read_amount(row.amount, row.place(place, "本次下达"), problems)
    whole = already = None
    if paper.stage == QuotaDocument.Stage.FORMAL:
        whole = read_amount(row.whole, row.place(place, "全年额度"), problems)
        already = read_amount(row.already, row.place(place, "已提前下达"), problems, least=0)
        if None not in (amount, whole, already) and whole != already + amount:  # type: ignore[operator]
            what = (
                f"全年额度{shown_money(whole)}不等于已提前下达{shown_money(already)}与本次{shown_money(amount)}之和。"
            )
            problems.append(
                Problem("FUND-005", row.place(place, "全年额度"), what, "请对照文件核对这三个数；只有本次计入。")
            )
    for field, code, known in (
        ("来源", row.source, catalogue.fund_sources()),
        ("用途", row.purpose, catalogue.purposes()),
    ):
        year = paper.budget_year
        if code not in known or (year is not None and not known[code].is_of_year(year)):
            what = f"没有“{code}”。" if code not in known else f"{year}年度没有“{known[code].label}”。"
            problems.append(Problem("FUND-007", row.place(place, field), what, "请从列出的里面选。"))
    if not (len(row.subject) == 7 and row.subject.isascii() and row.subject.isdecimal()):
        where = row.place(place, "支出科目")
        problems.append(
            Problem("FUND-007", where, f"“{row.subject[:20]}”不是七位数字。", "请照文件填写项级科目代码，如 2210108。")
        )
    if row.direct and row.direct not in catalogue.direct_marks():
        where = row.place(place, "直达标识")
        problems.append(Problem("FUND-007", where, f"没有“{row.direct}”。", "请从列出的里面选；不是直达的留空。"))
    if len(row.unit) > 80:
        where = row.place(place, "用款单位")
        problems.append(Problem("FUND-001", where, f"写了{len(row.unit)}个字，最多80个。", "请写单位全称。"))
    return QuotaLine(
        unit=row.unit.strip(), source=row.source, subject=row.subject, purpose=row.purpose, direct=row.direct, amount=amount or 0, whole=whole,
        already=already,
    )  # fmt: skip


def _advance_problems(by: Actor, paper: QuotaPaper, lines: Sequence[QuotaLine]) -> list[Problem]:
    """已提前 of a formal quota is what the advance notice gave, by source and purpose."""
    if paper.stage != QuotaDocument.Stage.FORMAL:
        return []
    where = Place("指标文件 提前下达的文件", field="提前下达的文件")
    said: dict[tuple[str, str], int] = {}
    for line in lines:
        said[line.source, line.purpose] = said.get((line.source, line.purpose), 0) + (line.already or 0)
    if paper.follows is None:
        if any(said.values()):
            what = "写了已提前下达的金额，没有选提前下达的文件。"
            return [Problem("FUND-005", where, what, "请选那份提前下达的文件；没有登记的先登记。")]
        return []
    held = QuotaDocument.objects.select_for_update(of=("self",)).filter(pk=paper.follows.pk)
    advance = visible_rows(held, by).get()
    problems = []
    if advance.voided_at is not None:
        problems.append(Problem("FUND-005", where, f"{advance}已经作废。", "请选没有作废的那一份。"))
    if other := QuotaDocument.objects.filter(follows=advance, voided_at=None).first():
        what = f"{advance}已由{other}正式下达。"
        problems.append(Problem("FUND-005", where, what, "请打开那一份核对，免得计两次；再次追加的选一次下达。"))
    if advance.stage != QuotaDocument.Stage.ADVANCE or advance.budget_year != paper.budget_year:
        what = f"{advance}不是{paper.budget_year}年度提前下达的文件。"
        problems.append(Problem("FUND-005", where, what, "请选同一预算年度提前下达的那一份。"))
    given = {
        (source, purpose): amount
        for source, purpose, amount in visible_rows(QuotaLine.objects.filter(document=advance), by)
        .values_list("source", "purpose")
        .annotate(Sum("amount"))
        .order_by()
    }
    for key in sorted({*said, *given}):
        if said.get(key, 0) != given.get(key, 0):
            source, purpose = catalogue.fund_sources().get(key[0]), catalogue.purposes().get(key[1])
            named = f"{source.label if source else key[0]}、{purpose.label if purpose else key[1]}"
            what = f"{named}：已提前下达写的是{shown_money(said.get(key, 0))}，{advance}下达的是{shown_money(given.get(key, 0))}。"
            problems.append(Problem("FUND-005", where, what, "请核对两份文件。"))
    return problems
