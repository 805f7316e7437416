"""文号: taken by the paper that is issued, kept for one to come, and what is left out explained."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.identity import person_name
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor
from anju.core.states import move
from anju.core.trail import trail
from anju.core.wording import read_day
from anju.documents.models import Document, DocumentNumber
from anju.documents.queries import numbers
from anju.documents.reminders import announce_gaps
from anju.documents.text.numbering import NumberParts, range_text
from anju.problems import Place, Problem, Refused, length_problems

NUMBER = "documents.number"
FIRST_YEAR = 1949  # of the offices whose papers are numbered here
LONGEST_REASON = 200  # characters
MOST = 500  # serials that are explained at once
CHANGE = "请核对发文登记，换一个文号。"


def taken_problem(user: Actor, region: Region, parts: NumberParts) -> Problem | None:
    """Why that number cannot be given to a paper now; None when it can: it is free, or kept for one to come."""
    taken = numbers.find_number(user, region, parts)
    where = Place(f"文号“{parts.text}”", field="文号")
    if taken is None or taken.state == DocumentNumber.RESERVED:
        return None
    if taken.document is not None:
        return Problem("DOC-020", where, f"已用于《{taken.document.title}》。", CHANGE)
    who = f"{person_name(taken.by)} {read_day(timezone.localdate(taken.at))}"
    return Problem("DOC-041", where, f"{who}已登记为{taken.state_text}：{taken.reason}。", CHANGE)


def take_number(by: Actor, document: Document, parts: NumberParts, on: date) -> None:
    """The number becomes that paper's. Part of the act that issues it. Refused DOC-020, DOC-041 when somebody else has it by now."""
    if problem := taken_problem(by, document.region, parts):
        raise Refused(problem)
    kept = numbers.find_number(by, document.region, parts)
    if kept is not None:
        kept.document, kept.by, kept.at = document, by.key, timezone.now()
        kept.save(update_fields=["document", "by", "at"])
        move(kept, "use_number", by=by, on=on)
    else:
        try:
            with transaction.atomic():
                DocumentNumber.objects.create(
                    region=document.region, code=parts.code, year=parts.year, serial=parts.serial,
                    state=DocumentNumber.USED, document=document, by=by.key,
                )  # fmt: skip
        except IntegrityError:
            where = Place(f"文号“{parts.text}”", field="文号")
            raise Refused(Problem("DOC-020", where, "刚刚被另一份公文用了。", CHANGE)) from None
    announce_gaps(by, document.region)


@transaction.atomic
@trail.act("documents.reserve_number")
def reserve_number(*, by: Actor, region: Region, parts: NumberParts, reason: str) -> DocumentNumber:
    """预留: keep a number for a paper to come. Refused DOC-020, DOC-041 when it is taken, DOC-042 without what it is kept for.

    DOC-043 for a slip of the hand: a year of another century or after the next, a serial far above the highest in use.
    """
    _require(by, region, parts.text)
    problem = taken_problem(by, region, parts)
    problems = [problem] if problem else [*_reason_problems(parts.text, reason, "没有写明留给哪件公文。")]
    problems += _slip_problems(by, region, parts)
    if problems:
        raise Refused(*problems)
    try:
        with transaction.atomic():
            row = DocumentNumber.objects.create(
                region=region, code=parts.code, year=parts.year, serial=parts.serial, state=DocumentNumber.RESERVED,
                reason=reason.strip(), by=by.key,
            )  # fmt: skip
    except IntegrityError:
        where = Place(f"文号“{parts.text}”", field="文号")
        raise Refused(Problem("DOC-020", where, "已经预留或使用。", CHANGE)) from None
    trail.describe(obj=row, after={"state": row.state}, reason=row.reason, region_id=region.pk)
    announce_gaps(by, region)
    return row


@transaction.atomic
@trail.act("documents.explain_gap")
def explain_gap(
    *, by: Actor, region: Region, code: str, year: int, first: int, last: int, state: str, reason: str
) -> list[DocumentNumber]:
    """说明空号: why no paper here has these serials. state: VOID (空号) or OUTSIDE (系统外使用).

    Refused DOC-042 without the reason; DOC-043 for what is no gap of that code and year, somebody's explanation of the same gap among it.
    """
    name = f"{code}〔{year}〕{range_text(first, last)}"
    _require(by, region, name)
    problems = _reason_problems(name, reason, "没有写明为什么空着。")
    if state not in (DocumentNumber.VOID, DocumentNumber.OUTSIDE):
        problems.append(Problem("DOC-043", name, "没有选是空号还是系统外使用。", "请选一种。"))
    gaps = [one for one in numbers.list_gaps(by, [region]) if (one.code, one.year) == (code, year)]
    if not any(one.first <= first <= last <= one.last for one in gaps) or last - first >= MOST:
        there = "、".join(range_text(one.first, one.last) for one in gaps) or "没有"
        fix = f"还没有说明的空号：{there}，一次至多{MOST}个。请刷新后再办。"
        problems.append(Problem("DOC-043", name, "不是还没有说明的空号。", fix))
    if problems:
        raise Refused(*problems)
    rows = [
        DocumentNumber(
            region=region, code=code, year=year, serial=serial, state=state, reason=reason.strip(), by=by.key,
            at=timezone.now(),
        )
        for serial in range(first, last + 1)
    ]  # fmt: skip
    try:
        with transaction.atomic():
            DocumentNumber.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused(Problem("DOC-043", name, "刚刚由别人登记了。", "请刷新页面，按现在的登记办理。")) from None
    trail.describe(
        obj=trail.Subject("documents.documentnumber", str(rows[0].pk), f"文号 {name}"),
        after={"state": state, "numbers": len(rows)},
        reason=reason.strip(),
        region_id=region.pk,
    )
    announce_gaps(by, region)
    return rows


@transaction.atomic
@trail.act("documents.void_number")
def void_number(*, by: Actor, number_id: int, reason: str) -> DocumentNumber:
    """A number that was kept is not going to be used: 空号, with the reason. DocumentNumber.DoesNotExist outside of one's regions."""
    row = numbers.list_numbers(by).select_for_update(of=("self",)).select_related("region").get(pk=number_id)
    _require(by, row.region, str(row))
    if problems := _reason_problems(str(row), reason, "没有写明为什么不用了。"):
        raise Refused(*problems)
    move(row, "void_number", by=by, on=timezone.localdate(), reason=reason.strip())
    row.reason, row.by = reason.strip(), by.key
    row.save(update_fields=["reason", "by"])
    return row


def _require(by: Actor, region: Region, name: str) -> None:
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require_permission(by, NUMBER, region.pk, f"文号 {name}")


def _slip_problems(by: Actor, region: Region, parts: NumberParts) -> list[Problem]:
    where, next_year = Place(f"文号“{parts.text}”", field="文号"), timezone.localdate().year + 1
    if not FIRST_YEAR <= parts.year <= next_year:
        return [Problem("DOC-043", where, f"年份写的是{parts.year}。", f"请写{FIRST_YEAR}—{next_year}年之间的年份。")]
    used = numbers.list_numbers(by).filter(region=region, code=parts.code, year=parts.year)
    highest = used.aggregate(highest=Max("serial"))["highest"] or 0
    if parts.serial > highest + MOST:
        return [Problem("DOC-043", where, f"现在用到{highest}号，一下子跳到{parts.serial}号。", "请核对顺序号；确实编到了这里的，先预留中间的一个号。")]  # fmt: skip
    return []


def _reason_problems(name: str, reason: str, what: str) -> list[Problem]:
    if reason.strip():
        return length_problems("DOC-042", Place(f"文号“{name}”", field="说明"), reason, LONGEST_REASON)
    return [Problem("DOC-042", Place(f"文号“{name}”", field="说明"), what, "请写明，它会留在发文登记里。")]
