"""The review chain: hand in, review, joint review, submit, send back. Each move is compared and set; the loser is told who and when."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from anju.core.models.people import Organisation
from anju.core.people.permissions import signature
from anju.core.people.scope import Actor
from anju.core.states import Move, move
from anju.core.trail import trail
from anju.problems import Problem, Refused
from anju.returns.base import (
    FILL,
    LONGEST_NAME,
    OPINE,
    REVIEW,
    SUBMIT,
    hold_return,
    require_return_act,
    require_short,
    require_state,
    who_was_faster,
)
from anju.returns.forms import spec as forms
from anju.returns.forms.spec import FormSpec
from anju.returns.models import Line, Opinion, Return, Step
from anju.returns.queries.checks import CheckFinding, check_return, standing_findings
from anju.returns.queries.opinions import asked_departments, asked_kinds, joint_review
from anju.returns.queries.returns import filled_returns
from anju.returns.queries.values import ReturnValues
from anju.returns.reminders import announce_return


def move_return(
    by: Actor, ret: Return, name: str, remark: str = "", because: Any = None, cell: tuple[str, str] = ("", "")
) -> Move:
    """The move, its step, and word of it to whose turn it is now. RET-021 when somebody was faster, with who and when; RET-034 a remark
    that is too long.

    cell: line and column that the remark is about."""
    source = ret.state
    require_short(str(ret), "意见", remark)
    try:
        with transaction.atomic():
            made = move(ret, name, by=by, on=timezone.localdate(), reason=remark, because=because)
    except Refused as refused:
        if refused.problems[0].code != "STATE-001":
            raise
        label = next(m.label for m in Return.STATES.called(name))
        now = Return.objects.filter(pk=ret.pk).values_list("state", flat=True).first()
        what = f"现为“{Return.STATES.label(now or '')}”，不能“{label}”：{who_was_faster(ret)}。"
        raise Refused(Problem("RET-021", str(ret), what, "请刷新后按现在的状态办理。")) from None
    Step.objects.create(
        ret=ret,
        region_id=ret.region_id,
        move=name,
        source=source,
        target=ret.state,
        remark=remark.strip(),
        line=cell[0],
        column=cell[1],
        by=by.key,
        by_name=signature(by, made.permission, ret.region_id)[:LONGEST_NAME],
    )
    announce_return(by, ret)
    return made


def require_settled(by: Actor, ret: Return) -> list[CheckFinding]:
    """All findings, when none stands in the way. Refused with every one that does."""
    found = check_return(by, ret)
    if open_ := standing_findings(found):
        raise Refused(*(one.problem() for one in open_))
    return found


def count_findings(found: list[CheckFinding]) -> dict[str, int]:
    """What a decision rested on, for the trail."""
    return {"answered": sum(bool(one.answer) for one in found), "waived": sum(one.waived is not None for one in found)}


def require_another(by: Actor, ret: Return, doing: str) -> None:
    """Who filled a return does not judge it: refused RET-054. The machine's own operator, who files old papers, is bound by no post."""
    if by.posts is not None and filled_returns(by, [ret]):
        what = f"您填过这张报表，不能由您{doing}。"
        raise Refused(Problem("RET-054", str(ret), what, "一人不能既填报又审核，请由另一位有这个岗位的人办理。"))


@transaction.atomic
@trail.act("returns.hand_in")
def hand_in_return(*, by: Actor, ret_id: int) -> Return:
    """Hand the filled return in for review (提交审核). Refused with everything that the checks find and nobody answered."""
    ret = hold_return(by, ret_id, FILL)
    require_state(ret, Return.DRAFT, doing="提交审核")
    move_return(by, ret, "hand_in", because=count_findings(require_settled(by, ret)))
    return ret


@transaction.atomic
@trail.act("returns.withdraw")
def withdraw_return(*, by: Actor, ret_id: int) -> Return:
    """Take it back while nobody has reviewed it (撤回修改)."""
    ret = hold_return(by, ret_id, FILL)
    move_return(by, ret, "withdraw")
    return ret


@transaction.atomic
@trail.act("returns.review")
def review_return(*, by: Actor, ret_id: int, remark: str = "") -> Return:
    """Pass the review (审核通过). Where no department is to be asked it goes on to the head at once. Refused RET-054 by who filled it."""
    ret = hold_return(by, ret_id, REVIEW)
    require_state(ret, Return.REVIEW, doing="审核")
    require_another(by, ret, "审核")
    move_return(by, ret, "review", remark)
    if not asked_kinds(ret):
        joint = forms.form_spec(ret.form).joint
        move_return(by, ret, "clear", "更正的格不涉及联审部门" if joint else "本表不设部门联审")
    return ret


@transaction.atomic
@trail.act("returns.opine")
def give_opinion(
    *, by: Actor, ret_id: int, agrees: bool | None, remark: str = "", line: str = "", column: str = ""
) -> Opinion:
    """A department's opinion in the joint review (联审意见); the latest of each organisation counts. An objection says why.

    agrees: None when nothing was chosen. line, column: the cell that the remark is about.
    Refused: RET-020 not in joint review, RET-050 the person's organisation is not asked, RET-051 an objection without a remark,
    RET-055 neither agreed nor objected, RET-056 there is no such cell.
    """
    ret = hold_return(by, ret_id, OPINE)
    require_state(ret, Return.JOINT, doing="发表联审意见")
    spec = forms.form_spec(ret.form)
    mine = [one for one in asked_departments(ret) if one.pk in by.organisation_ids or by.posts is None]
    if not mine:
        kinds = "、".join(Organisation.Kind(kind).label for kind in spec.joint)
        raise Refused(
            Problem("RET-050", str(ret), f"本表由{kinds}部门联审，您不在这些部门任岗。", "请由这些部门的人员办理。")
        )
    if agrees is None:
        raise Refused(Problem("RET-055", str(ret), "没有选同意还是有不同意见。", "请看过报表，选一样再提交。"))
    require_cell(ret, line, column)
    if not agrees and not remark.strip():
        raise Refused(Problem("RET-051", str(ret), "不同意却没有写意见。", "请写明哪一格、为什么不同意。"))
    require_short(str(ret), "意见", remark)
    made = Opinion.objects.create(
        ret=ret, region_id=ret.region_id, organisation=mine[0], agrees=agrees, remark=remark.strip(), line=line, column=column,
        by=by.key, by_name=by.name,
    )  # fmt: skip
    announce_return(by, ret)
    after = {"agrees": agrees, "organisation": str(mine[0]), "line": line, "column": column}
    trail.describe(obj=ret, after=after, reason=made.remark, region_id=ret.region_id)
    return made


def require_cell(ret: Return, line: str, column: str) -> None:
    """Of a remark about a cell, that there is one. Refused RET-056."""
    if (line or column) and not has_cell(ret, forms.form_spec(ret.form), line, column):
        raise Refused(Problem("RET-056", str(ret), "意见所指的格不在表里。", "行或列可能已变，请刷新后重新点。"))


def has_cell(ret: Return, spec: FormSpec, line: str, column: str) -> bool:
    """Is there such a cell: is the line in the return now, and has it anything in that column?"""
    return column in spec.by_code and ReturnValues(spec, Line.objects.filter(ret=ret), ()).has(
        line, spec.by_code[column]
    )


@transaction.atomic
@trail.act("returns.clear")
def end_joint_review(*, by: Actor, ret_id: int, remark: str = "") -> Return:
    """End the joint review (联审完毕). While a department objects or is silent only with a remark of the reviewer (RET-052)."""
    ret = hold_return(by, ret_id, REVIEW)
    require_state(ret, Return.JOINT, doing="结束联审")
    asked = joint_review(by, ret)
    if not remark.strip() and (lacking := [one for one in asked if not one.agrees]):
        what = "；".join(one.said for one in lacking)
        raise Refused(Problem("RET-052", str(ret), f"{what}。", "请等各部门意见一致；确须继续的，请写明处理意见。"))
    move_return(by, ret, "clear", remark, because={"opinions": [one.said for one in asked]})
    return ret


@transaction.atomic
@trail.act("returns.submit")
def submit_return(*, by: Actor, ret_id: int, remark: str = "") -> Return:
    """Submit to the city (上报市级). The time of the first submission is the proof of when it was reported, and is never set again."""
    ret = hold_return(by, ret_id, SUBMIT)
    require_state(ret, Return.HEAD, doing="上报")
    move_return(by, ret, "submit", remark, because=count_findings(require_settled(by, ret)))
    Return.objects.filter(pk=ret.pk).update(
        submitted_at=Now(), first_submitted_at=Coalesce("first_submitted_at", Now())
    )
    ret.refresh_from_db(fields=["submitted_at", "first_submitted_at"])
    return ret


@transaction.atomic
@trail.act("returns.send_back")
def send_return_back(*, by: Actor, ret_id: int, remark: str, line: str = "", column: str = "") -> Return:
    """Send it back to be filled again (退回), as a whole or for a cell. RET-053 without a remark, RET-056 there is no such cell."""
    ret = hold_return(by, ret_id, "returns.see")
    if not remark.strip():
        raise Refused(Problem("RET-053", str(ret), "退回没有写意见。", "请写明要改哪里。"))
    if ret.state in (Return.REVIEW, Return.JOINT):
        require_return_act(by, ret, REVIEW)
    elif ret.state == Return.HEAD:
        require_return_act(by, ret, SUBMIT)
    require_cell(ret, line, column)
    because = {"line": line, "column": column} if line or column else None
    move_return(by, ret, "return", remark, because=because, cell=(line, column))
    return ret
