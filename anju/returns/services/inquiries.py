"""An auditor asks a unit about a return or a cell of it (审计问询); the unit answers; the auditor closes it or asks again."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from anju import file_sizes
from anju.core.files import keep_file
from anju.core.people.permissions import require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.returns.base import LONGEST_NAME, require_own_organisation, require_short, require_state, text_problems
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.models import Inquiry, InquiryEntry, Return
from anju.returns.queries import returns
from anju.returns.reminders import announce_inquiry
from anju.returns.services.offline.audit import audit_grounds
from anju.returns.services.review import has_cell

ASK, ANSWER = "returns.inquire", "returns.answer_inquiry"
MOST_WORKDAYS = 60  # a longer one is a slip of the key


@transaction.atomic
@trail.act("returns.inquire")
def open_inquiry(
    *,
    by: Actor,
    ret_id: int,
    text: str,
    workdays: int | None = None,
    due_on: date | None = None,
    line: str = "",
    column: str = "",
) -> Inquiry:
    """Ask the unit about its submitted return, or a cell of it, to be answered in so many workdays or by a day.

    Refused: ACT-001 (no auditor there, or their last day is over), RET-020 it was not submitted, RET-110 no question, RET-111 no fit number
    of workdays, no fit day, or workdays of a year whose holidays nobody registered, RET-112 no such cell.
    """
    ret = returns.get_return(by, ret_id)
    require_permission(by, ASK, ret.region_id, str(ret))
    require_state(ret, *Return.SUBMITTED, doing="问询")
    due, wrong_day = _read_due_day(str(ret), workdays, due_on)
    problems = [*_word_problems(str(ret), text), *wrong_day]
    if (line or column) and not has_cell(ret, forms.form_spec(ret.form), line, column):
        fix = "行或列可能已变，请刷新后重新点；问整张报表的，不用选格。"
        problems.append(Problem("RET-112", str(ret), "所问的格不在表里。", fix))
    if problems or due is None:
        raise Refused(*problems)
    made = Inquiry.objects.create(
        ret=ret, region_id=ret.region_id, line=line, column=column, due=due,
        ground="、".join(dict.fromkeys(audit_grounds(by)))[:200],
    )  # fmt: skip
    _enter(by, made, "ask", text)
    announce_inquiry(by, made)
    after = {"line": line, "column": column, "due": str(made.due), "ground": made.ground}
    trail.describe(obj=made, after=after, reason=text.strip(), region_id=ret.region_id)
    return made


@transaction.atomic
@trail.act("returns.answer_inquiry")
def answer_inquiry(*, by: Actor, inquiry_id: int, text: str, name: str = "", content: bytes = b"") -> InquiryEntry:
    """The unit answers, with a file if it has one. Refused: RET-012 another unit's, RET-113 no answer, RET-114 too large, STATE-001."""
    inquiry = _hold(by, inquiry_id, ANSWER)
    require_own_organisation(by, inquiry.ret.organisation, str(inquiry))
    require_short(str(inquiry), "答复", text)
    if not text.strip():
        where = Place(str(inquiry), field="答复")
        raise Refused(Problem("RET-113", where, "没有写答复。", "请写明情况；有材料的一并上传。"))
    if problems := file_sizes.too_large(
        len(content), file_sizes.EVIDENCE, code="RET-114", where=Place(file=name), fix="请只留有关的几页。"
    ):
        raise Refused(*problems)
    late = timezone.localdate() > inquiry.due
    move(inquiry, "answer", by=by, on=timezone.localdate(), because={"due": str(inquiry.due), "late": late})
    made = _enter(by, inquiry, "answer", text, name, content)
    file = made.file
    shown = {"file": file.name, "sha256": file.sha256} if file else {}
    trail.describe(
        obj=inquiry, after=shown, reason=made.text, region_id=inquiry.region_id, digest=file.sha256 if file else ""
    )
    announce_inquiry(by, inquiry)
    return made


@transaction.atomic
@trail.act("returns.ask_again")
def ask_again(
    *, by: Actor, inquiry_id: int, text: str, workdays: int | None = None, due_on: date | None = None
) -> Inquiry:
    """The answer does not do: ask again (再问), with a new due day. Refused RET-110, RET-111, STATE-001."""
    inquiry = _hold(by, inquiry_id, ASK)
    due, problems = _read_due_day(str(inquiry), workdays, due_on)
    problems = [*_word_problems(str(inquiry), text), *problems]
    if problems or due is None:
        raise Refused(*problems)
    before = inquiry.due
    move(inquiry, "ask_again", by=by, on=timezone.localdate())
    inquiry.due = due
    inquiry.save(update_fields=["due"])
    made = _enter(by, inquiry, "ask", text)
    announce_inquiry(by, inquiry)
    _describe(inquiry, made, before)
    return inquiry


@transaction.atomic
@trail.act("returns.settle_inquiry")
def settle_inquiry(*, by: Actor, inquiry_id: int, text: str = "") -> Inquiry:
    """The answer does: close it (办结). STATE-001."""
    inquiry = _hold(by, inquiry_id, ASK)
    move(inquiry, "settle", by=by, on=timezone.localdate())
    require_short(str(inquiry), "办结的话", text)
    made = _enter(by, inquiry, "close", text)
    announce_inquiry(by, inquiry)
    _describe(inquiry, made, inquiry.due)
    return inquiry


def _describe(inquiry: Inquiry, entry: InquiryEntry, before: date) -> None:
    trail.describe(
        obj=inquiry, before={"due": str(before)}, after={"due": str(inquiry.due)}, reason=entry.text, region_id=inquiry.region_id
    )  # fmt: skip


def _hold(by: Actor, inquiry_id: int, act: str) -> Inquiry:
    rows = Inquiry.objects.select_for_update(of=("self",)).select_related(
        "ret__form", "ret__region", "ret__organisation"
    )
    inquiry = visible_rows(rows, by).get(pk=inquiry_id)
    require_permission(by, act, inquiry.region_id, str(inquiry))
    return inquiry


def _word_problems(where: str, text: str) -> list[Problem]:
    problems = []
    if not text.strip():
        problems.append(
            Problem("RET-110", Place(where, field="问什么"), "没有写要问什么。", "请写明问哪个数、要什么说明或材料。")
        )
    return problems + text_problems(where, "问什么", text)


def _read_due_day(where: str, workdays: int | None, due_on: date | None) -> tuple[date | None, list[Problem]]:
    at, today = Place(where, field="期限"), timezone.localdate()
    return calendar.read_due_day(today, workdays, due_on, code="RET-111", where=at, most=MOST_WORKDAYS)


def _enter(by: Actor, inquiry: Inquiry, kind: str, text: str, name: str = "", content: bytes = b"") -> InquiryEntry:
    media = "application/octet-stream"
    file = keep_file(by=by, region_id=inquiry.region_id, name=name, content=content, media=media) if content else None
    act = ANSWER if kind == "answer" else ASK
    return InquiryEntry.objects.create(
        inquiry=inquiry, region_id=inquiry.region_id, kind=kind, text=text.strip(), file=file, by=by.key,
        by_name=signature(by, act, inquiry.region_id)[:LONGEST_NAME],
    )  # fmt: skip
