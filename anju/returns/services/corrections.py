"""Opening a correction (更正) beside a locked return, and giving up one that was begun by mistake."""

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.returns.base import (
    CORRECT,
    LONGEST_NUMBER,
    actor_name,
    clock_text,
    hold_return,
    require_own_organisation,
    require_state,
    text_problems,
)
from anju.returns.models import Return, Step
from anju.returns.queries.deliveries import returned_cells
from anju.returns.reminders import announce_return, announce_scan
from anju.returns.services.review import move_return


@transaction.atomic
@trail.act("returns.correct")
def begin_correction(*, by: Actor, ret_id: int, reason: str, ordered_by: str = "") -> Return:
    """Begin a correction of a locked return (更正): a draft with its cells, beside it. Both stay. Its explanation (情况说明) is written
    anew: the old one tells of the old numbers.

    reason: the explanation, kept with every figure that it changes. ordered_by: the ground, when a superior ordered it.
    Refused: RET-060 there is a correction already (who and when), RET-061 no reason, RET-020 it is not locked.
    """
    ret = _hold(by, ret_id)
    require_state(ret, Return.LOCKED, doing="更正")
    if not reason.strip():
        raise Refused(Problem("RET-061", str(ret), "更正没有写说明。", "请写明为什么改、依据什么改。"))
    if problems := [
        *text_problems(str(ret), "更正说明", reason),
        *text_problems(str(ret), "上级要求的依据", ordered_by, LONGEST_NUMBER),
    ]:
        raise Refused(*problems)
    return _begin(by, ret, reason, ordered_by)


@transaction.atomic
@trail.act("returns.correct_returned")
def correct_returned(*, by: Actor, ret_id: int, reason: str, ordered_by: str) -> Return:
    """The same for a cell that the superior returned, by who may register that. RET-060, RET-020."""
    ret = hold_return(by, ret_id, "returns.return_cell")
    require_state(ret, Return.LOCKED, doing="更正")
    return _begin(by, ret, reason, ordered_by)


def _begin(by: Actor, ret: Return, reason: str, ordered_by: str) -> Return:
    every = Return.objects.filter(region_id=ret.region_id, period=ret.period, form_id=ret.form_id)
    last = every.aggregate(last=Max("serial"))["last"]
    made = Return(
        form=ret.form, region=ret.region, organisation=ret.organisation, period=ret.period, serial=last + 1, corrects=ret,
        reason=reason.strip(), ordered_by=ordered_by.strip(), cut_off=ret.cut_off, due=ret.due, by=by.key,
        first_submitted_at=None,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        there = every.filter(serial__gt=ret.serial).exclude(state=Return.VOID).order_by("serial").first()
        what = f"{actor_name(there.by)} 已于 {clock_text(there.at)} 发起更正。" if there else "别人已发起更正。"
        raise Refused(Problem("RET-060", str(ret), what, "请在那一次更正里改。")) from None
    with connection.cursor() as cursor:
        for table, columns in (
            ("line", 'region_id, key, label, project, facts, "order"'),
            ("answer", "region_id, check_id, line, said, text, waiver, until, by, by_name, at"),
        ):
            cursor.execute(
                f"INSERT INTO returns_{table} (ret_id, {columns}) SELECT %s, {columns} FROM returns_{table} WHERE ret_id = %s ORDER BY id",
                [made.pk, ret.pk],
            )
        columns = 'region_id, line, "column", state, value, places, text'
        cursor.execute(
            f"INSERT INTO returns_cell (ret_id, {columns}, version, via, by, at) SELECT %s, {columns}, 1, 'correct', by, now()"
            " FROM returns_cell WHERE ret_id = %s",
            [made.pk, ret.pk],
        )
    Step.objects.create(
        ret=made,
        region=ret.region,
        move="open",
        source="",
        target=Return.DRAFT,
        remark=made.reason,
        by=by.key,
        by_name=by.name,
    )
    announce_return(by, made)
    announce_scan(by, ret)
    after = {"corrects": ret.pk, "serial": made.serial, "ordered_by": made.ordered_by}
    trail.describe(obj=made, after=after, reason=made.reason, region_id=ret.region_id)
    return made


@transaction.atomic
@trail.act("returns.discard_correction")
def discard_correction(*, by: Actor, ret_id: int, reason: str) -> Return:
    """Give up a correction that was begun by mistake (撤销更正), while it is a draft. What it was to correct stands as before, and may be
    corrected anew; the given-up one stays to be looked at. The return that stands is given back.

    Refused: RET-062 it corrects nothing, RET-063 no reason, RET-020 it was handed in, RET-099 the superior asked for it.
    """
    ret = _hold(by, ret_id)
    if ret.corrects is None:
        raise Refused(Problem("RET-062", str(ret), "不是更正，不能撤销。", "数不对的，在这张表里改。"))
    require_state(ret, Return.DRAFT, doing="撤销更正")
    if not reason.strip():
        raise Refused(Problem("RET-063", str(ret), "没有写撤销的理由。", "请写一句为什么不再更正。"))
    if returned_cells(by, ret):
        what = "上级退回的格要在这次更正里答复，不能撤销。"
        raise Refused(Problem("RET-099", str(ret), what, "请改正那一格；不用改的，在“检查”里写明为什么。"))
    move_return(by, ret, "discard", reason)
    announce_scan(by, ret.corrects)
    return ret.corrects


def _hold(by: Actor, ret_id: int) -> Return:
    """The return, by whoever may correct it: its own unit, or the city."""
    ret = hold_return(by, ret_id, CORRECT)
    if by.posts is not None and not by.holds("city_reviewer", ret.region_id):
        require_own_organisation(by, ret.organisation, str(ret))
    return ret
