"""The review chain: hand in, review, joint review, submit, send back. Each move is compared and set; the loser is told who and when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from anju.core import trail
from anju.core.models import Organisation
from anju.core.scope import Operator, visible
from anju.core.states import Move, move
from anju.problems import Problem, Refused
from anju.returns import spec as forms
from anju.returns.base import FILL, OPINE, REVIEW, SUBMIT, WAIVE, allowed, faster, held, in_state
from anju.returns.checking import Finding, check, standing
from anju.returns.models import Answer, Opinion, Return, Step

LONGEST = 1_000


def moved(by: Operator, ret: Return, name: str, remark: str = "", because: Any = None) -> Move:
    """The move and its step. RET-021 when somebody was faster, with who and when."""
    source = ret.state
    try:
        with transaction.atomic():
            made = move(ret, name, by=by, on=timezone.localdate(), reason=remark, because=because)
    except Refused as refused:
        if refused.problems[0].code != "STATE-001":
            raise
        label = next(m.label for m in Return.STATES.called(name))
        now = Return.objects.filter(pk=ret.pk).values_list("state", flat=True).first()
        what = f"现为“{Return.STATES.label(now or '')}”，不能“{label}”：{faster(ret)}。"
        raise Refused(Problem("RET-021", str(ret), what, "请刷新后按现在的状态办理。")) from None
    Step.objects.create(
        ret=ret,
        region_id=ret.region_id,
        move=name,
        source=source,
        target=ret.state,
        remark=remark.strip(),
        by=by.key,
        by_name=by.name,
    )
    return made


def settled(by: Operator, ret: Return) -> list[Finding]:
    """All findings, when none stands in the way. Refused with every one that does."""
    found = check(by, ret)
    if open_ := standing(found):
        raise Refused(*(one.problem() for one in open_))
    return found


def told(found: list[Finding]) -> dict[str, int]:
    """What a decision rested on, for the trail."""
    return {"answered": sum(bool(one.answer) for one in found), "waived": sum(one.waived is not None for one in found)}


@transaction.atomic
@trail.act("returns.hand_in")
def hand_in(*, by: Operator, ret_id: int) -> Return:
    """Hand the filled return in for review (提交审核). Refused with everything that the checks find and nobody answered."""
    ret = held(by, ret_id, FILL)
    in_state(ret, Return.DRAFT, doing="提交审核")
    moved(by, ret, "hand_in", because=told(settled(by, ret)))
    return ret


@transaction.atomic
@trail.act("returns.withdraw")
def withdraw(*, by: Operator, ret_id: int) -> Return:
    """Take it back while nobody has reviewed it (撤回修改)."""
    ret = held(by, ret_id, FILL)
    moved(by, ret, "withdraw")
    return ret


@transaction.atomic
@trail.act("returns.review")
def review(*, by: Operator, ret_id: int, remark: str = "") -> Return:
    """Pass the review (审核通过). A form without joint review goes on to the head at once."""
    ret = held(by, ret_id, REVIEW)
    moved(by, ret, "review", remark)
    if not forms.of(ret.form).joint:
        moved(by, ret, "clear", "本表不设部门联审")
    return ret


@transaction.atomic
@trail.act("returns.opine")
def opine(*, by: Operator, ret_id: int, agrees: bool, remark: str = "", line: str = "", column: str = "") -> Opinion:
    """A department's opinion in the joint review (联审意见); the latest of each organisation counts. An objection says why.

    Refused: RET-020 not in joint review, RET-050 the person's organisation is not asked, RET-051 an objection without a remark.
    """
    ret = held(by, ret_id, OPINE)
    in_state(ret, Return.JOINT, doing="发表联审意见")
    spec = forms.of(ret.form)
    mine = [one for one in asked_departments(ret) if one.pk in by.organisation_ids or by.posts is None]
    if not mine:
        kinds = "、".join(Organisation.Kind(kind).label for kind in spec.joint)
        raise Refused(
            Problem("RET-050", str(ret), f"本表由{kinds}部门联审，您不在这些部门任岗。", "请由这些部门的人员办理。")
        )
    if not agrees and not remark.strip():
        raise Refused(Problem("RET-051", str(ret), "不同意却没有写意见。", "请写明哪一格、为什么不同意。"))
    made = Opinion.objects.create(
        ret=ret, region_id=ret.region_id, organisation=mine[0], agrees=agrees, remark=remark.strip()[:LONGEST], line=line, column=column,
        by=by.key, by_name=by.name,
    )  # fmt: skip
    after = {"agrees": agrees, "organisation": str(mine[0]), "line": line, "column": column}
    trail.describe(obj=ret, after=after, reason=made.remark, region_id=ret.region_id)
    return made


def asked_departments(ret: Return) -> list[Organisation]:
    """The organisations of the region that are asked in the joint review."""
    joint = forms.of(ret.form).joint
    found = (
        Organisation.objects.filter(region_id=ret.region_id, kind__in=joint, ended_on=None).order_by("id")
        if joint
        else ()
    )
    return sorted(found, key=lambda one: (joint.index(one.kind), one.pk))


@dataclass(frozen=True)
class Asked:
    """A department of the joint review. organisation None: none of that kind is registered. opinion None: silent so far."""

    kind: str
    label: str
    organisation: Organisation | None = None
    opinion: Opinion | None = None

    @property
    def agrees(self) -> bool:
        return self.opinion is not None and self.opinion.agrees

    @property
    def said(self) -> str:
        name = self.organisation.name if self.organisation else f"{self.label}部门"
        if self.organisation is None:
            return f"{name}没有登记机构"
        if self.opinion is None:
            return f"{name}没有发表意见"
        return f"{name}{'同意' if self.agrees else '不同意：' + self.opinion.remark}"


def joint(user: Operator, ret: Return, steps: list[Step] | None = None) -> list[Asked]:
    """Each department with the latest opinion given since the return was handed in: an earlier one was about other numbers.

    steps: what was done with the return, when it was read already.
    """
    spec = forms.of(ret.form)
    steps = list(Step.objects.filter(ret=ret, move="hand_in").order_by("id")) if steps is None else steps
    since = max((step.at for step in steps if step.move == "hand_in"), default=None)
    opinions = (
        Opinion.objects.filter(ret=ret, **({"at__gte": since} if since else {})).order_by("id") if spec.joint else ()
    )
    latest = {one.organisation_id: one for one in opinions}
    offices = asked_departments(ret)
    found = []
    for kind in spec.joint:
        mine = [one for one in offices if one.kind == kind]
        label = Organisation.Kind(kind).label
        found += [Asked(kind, label, one, latest.get(one.pk)) for one in mine] or [Asked(kind, label)]
    return found


@transaction.atomic
@trail.act("returns.clear")
def clear(*, by: Operator, ret_id: int, remark: str = "") -> Return:
    """End the joint review (联审完毕). While a department objects or is silent only with a remark of the reviewer (RET-052)."""
    ret = held(by, ret_id, REVIEW)
    in_state(ret, Return.JOINT, doing="结束联审")
    asked = joint(by, ret)
    if not remark.strip() and (lacking := [one for one in asked if not one.agrees]):
        what = "；".join(one.said for one in lacking)
        raise Refused(Problem("RET-052", str(ret), f"{what}。", "请等各部门意见一致；确须继续的，请写明处理意见。"))
    moved(by, ret, "clear", remark, because={"opinions": [one.said for one in asked]})
    return ret


@transaction.atomic
@trail.act("returns.submit")
def submit(*, by: Operator, ret_id: int, remark: str = "") -> Return:
    """Submit to the city (上报市级). The time of the first submission is the proof of when it was reported, and is never set again."""
    ret = held(by, ret_id, SUBMIT)
    in_state(ret, Return.HEAD, doing="上报")
    moved(by, ret, "submit", remark, because=told(settled(by, ret)))
    Return.objects.filter(pk=ret.pk).update(
        submitted_at=Now(), first_submitted_at=Coalesce("first_submitted_at", Now())
    )
    ret.refresh_from_db(fields=["submitted_at", "first_submitted_at"])
    return ret


@transaction.atomic
@trail.act("returns.send_back")
def send_back(*, by: Operator, ret_id: int, remark: str) -> Return:
    """Send it back to be filled again (退回). RET-053 without a remark."""
    ret = held(by, ret_id, "returns.see")
    if not remark.strip():
        raise Refused(Problem("RET-053", str(ret), "退回没有写意见。", "请写明要改哪里。"))
    if ret.state in (Return.REVIEW, Return.JOINT):
        allowed(by, ret, REVIEW)
    elif ret.state == Return.HEAD:
        allowed(by, ret, SUBMIT)
    moved(by, ret, "return", remark)
    return ret


# -- answers and waivers -------------------------------------------------------------------------------------------------------


def _finding(by: Operator, ret: Return, check_id: str, line: str) -> Finding:
    found = next((one for one in check(by, ret) if one.check_id == check_id and one.line == line), None)
    if found is None:
        raise Refused(Problem("RET-042", str(ret), f"检查“{check_id}”现在没有提出问题。", "数可能已改，请刷新。"))
    return found


@transaction.atomic
@trail.act("returns.answer")
def answer(*, by: Operator, ret_id: int, check_id: str, line: str, text: str) -> Answer | None:
    """Answer a check that asks (答复); "" takes the answer back. It is kept with the fact that it answers, and counts while that stands.

    Refused: RET-042 nothing is asked, RET-043 a check that blocks is not answered, RET-020 the return is locked.
    """
    ret = held(by, ret_id, FILL)
    in_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, Return.CITY, doing="答复检查")
    found = _finding(by, ret, check_id, line)
    if found.level != "提醒":
        raise Refused(
            Problem(
                "RET-043",
                found.where,
                f"{found.what}这是必须改正的。",
                "请改正；确有依据的，由有权豁免的人写明理由和期限。",
            )
        )
    if text.strip()[:LONGEST] == found.answer:
        return None
    made = _answer(by, ret, found, text)
    made.save()
    _answered(by, ret, check_id, [line], made.text)
    return made


@transaction.atomic
@trail.act("returns.answer")
def answer_alike(*, by: Operator, ret_id: int, check_id: str, text: str) -> list[Answer]:
    """One answer to everything that this check asks and nobody answered: thirty projects without progress have one reason. Refused: as `answer`."""
    ret = held(by, ret_id, FILL)
    in_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, Return.CITY, doing="答复检查")
    asks = (
        [one for one in check(by, ret) if one.check_id == check_id and one.level == "提醒" and one.open]
        if text.strip()
        else []
    )
    made = Answer.objects.bulk_create([_answer(by, ret, one, text) for one in asks])
    if made:
        _answered(by, ret, check_id, [one.line for one in made], made[0].text)
    return made


def _answered(by: Operator, ret: Return, check_id: str, lines: list[str], text: str) -> None:
    trail.describe(obj=ret, after={"check": check_id, "lines": lines}, reason=text, region_id=ret.region_id)


def _answer(by: Operator, ret: Return, found: Finding, text: str) -> Answer:
    said = found.what[:400]
    return Answer(
        ret=ret,
        region_id=ret.region_id,
        check_id=found.check_id,
        line=found.line,
        said=said,
        text=text.strip()[:LONGEST],
        by=by.key,
        by_name=by.name,
    )


@transaction.atomic
@trail.act("returns.waive")
def waive(*, by: Operator, ret_id: int, check_id: str, line: str, reason: str, until: date) -> Answer:
    """Waive what a check found (豁免): a named person, with a reason and a last day. Refused RET-044 without them."""
    ret = held(by, ret_id, WAIVE)
    in_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, Return.CITY, doing="豁免检查")
    found = _finding(by, ret, check_id, line)
    if not reason.strip() or until < timezone.localdate():
        raise Refused(Problem("RET-044", found.where, "豁免没有写理由，或期限已过。", "请写明理由，期限写今天或以后。"))
    made = Answer.objects.create(
        ret=ret, region_id=ret.region_id, check_id=check_id, line=line, said=found.what[:400], text=reason.strip()[:LONGEST], waiver=True,
        until=until, by=by.key, by_name=by.name,
    )  # fmt: skip
    after = {"check": check_id, "line": line, "fact": found.what, "until": str(until)}
    trail.describe(obj=ret, after=after, reason=made.text, region_id=ret.region_id)
    return made


def opinions(user: Operator, ret: Return) -> list[Opinion]:
    return list(visible(Opinion.objects.filter(ret=ret).select_related("organisation"), user))
