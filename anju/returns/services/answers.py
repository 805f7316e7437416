"""Answers to what the checks of a return found, and waivers."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from anju.core.people.scope import Actor
from anju.core.trail import trail
from anju.problems import ASK, Problem, Refused
from anju.returns.base import FILL, WAIVE, hold_return, require_short, require_state
from anju.returns.models import Answer, Return
from anju.returns.queries.checks import CheckFinding, check_return


def _finding(by: Actor, ret: Return, check_id: str, line: str, column: str) -> CheckFinding:
    """The one finding of that check there. column: of several in a line; of a check that finds one thing a line it may be left out."""
    for one in check_return(by, ret):
        if (one.check_id, one.line) == (check_id, line) and column in ("", one.column):
            return one
    raise Refused(_not_asked(ret, check_id))


def _not_asked(ret: Return, check_id: str) -> Problem:
    return Problem("RET-042", str(ret), f"检查“{check_id}”现在没有提出问题。", "数可能已改，请刷新。")


@transaction.atomic
@trail.act("returns.answer")
def answer_check(*, by: Actor, ret_id: int, check_id: str, line: str, text: str, column: str = "") -> Answer | None:
    """Answer a check that asks (答复); "" takes the answer back. It is kept with the fact that it answers, and counts while that stands.

    Refused: RET-042 nothing is asked, RET-043 a check that blocks is not answered, RET-020 the return is locked.
    """
    ret = _hold(by, ret_id)
    found = _finding(by, ret, check_id, line, column)
    if found.level != ASK:
        raise Refused(_must_be_mended(found))
    require_short(found.where, "答复", text)
    if text.strip() == found.answer:
        return None
    made = _answer(by, ret, found, text)
    made.save()
    _describe_answer(by, ret, check_id, [line], made.text)
    return made


@transaction.atomic
@trail.act("returns.answer")
def answer_together(
    *, by: Actor, ret_id: int, check_id: str, places: Iterable[tuple[str, str]], text: str
) -> list[Answer]:
    """One answer to findings of one check that were looked at and ticked: thirty projects without progress may have one reason.

    places: line and column of each. Nothing else of the check is answered. All or none: refused RET-045 without an answer, RET-042 for
    each that is not asked any more, RET-043 for each that blocks.
    """
    ret = _hold(by, ret_id)
    if not text.strip():
        raise Refused(Problem("RET-045", str(ret), "一起答复没有写答复。", "请写一句原因；要收回答复的，逐条收回。"))
    require_short(str(ret), "答复", text)
    found = {(one.line, one.column): one for one in check_return(by, ret) if one.check_id == check_id}
    problems, made = [], []
    for place in dict.fromkeys(places):
        finding = found.get(place)
        if finding is None:
            problems.append(_not_asked(ret, check_id))
        elif finding.level != ASK:
            problems.append(_must_be_mended(finding))
        elif finding.answer != text.strip():
            made.append(_answer(by, ret, finding, text))
    if problems:
        raise Refused(*problems)
    Answer.objects.bulk_create(made)
    if made:
        _describe_answer(by, ret, check_id, [one.line for one in made], made[0].text)
    return made


def _hold(by: Actor, ret_id: int) -> Return:
    ret = hold_return(by, ret_id, FILL)
    require_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, Return.CITY, doing="答复检查")
    return ret


def _must_be_mended(found: CheckFinding) -> Problem:
    fix = "请改正；确有依据的，由有权豁免的人写明理由和期限。"
    return Problem("RET-043", found.where, f"{found.what}这是必须改正的。", fix)


def _describe_answer(by: Actor, ret: Return, check_id: str, lines: list[str], text: str) -> None:
    trail.describe(obj=ret, after={"check": check_id, "lines": lines}, reason=text, region_id=ret.region_id)


def _answer(by: Actor, ret: Return, found: CheckFinding, text: str) -> Answer:
    said = found.what[:400]
    return Answer(
        ret=ret,
        region_id=ret.region_id,
        check_id=found.check_id,
        line=found.line,
        said=said,
        text=text.strip(),
        by=by.key,
        by_name=by.name,
    )


@transaction.atomic
@trail.act("returns.waive")
def waive_check(
    *, by: Actor, ret_id: int, check_id: str, line: str, reason: str, until: date, column: str = ""
) -> Answer:
    """Waive what a check found (豁免): a named person, with a reason and a last day. Refused RET-044 without them."""
    ret = hold_return(by, ret_id, WAIVE)
    require_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, Return.CITY, doing="豁免检查")
    found = _finding(by, ret, check_id, line, column)
    if not reason.strip() or until < timezone.localdate():
        raise Refused(Problem("RET-044", found.where, "豁免没有写理由，或期限已过。", "请写明理由，期限写今天或以后。"))
    require_short(found.where, "理由", reason)
    made = Answer.objects.create(
        ret=ret, region_id=ret.region_id, check_id=check_id, line=line, said=found.what[:400], text=reason.strip(), waiver=True,
        until=until, by=by.key, by_name=by.name,
    )  # fmt: skip
    after = {"check": check_id, "line": line, "fact": found.what, "until": str(until)}
    trail.describe(obj=ret, after=after, reason=made.text, region_id=ret.region_id)
    return made
