"""Later deadlines (延期): a unit asks with its reason, the city grants or refuses with its ground."""

from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from anju.core.people.permissions import require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.returns.base import (
    LONGEST_NAME,
    actor_name,
    clock_text,
    hold_return,
    require_own_organisation,
    require_state,
    text_problems,
)
from anju.returns.forms import calendar
from anju.returns.forms import spec as forms
from anju.returns.models import Extension, Return
from anju.returns.reminders import announce_extension, announce_return

ASK, EXTEND = "returns.ask_extension", "returns.extend"


@transaction.atomic
@trail.act("returns.ask_extension")
def ask_extension(*, by: Actor, ret_id: int, until: date, reason: str) -> Extension:
    """Ask the city for a later deadline of the unit (申请延期), until the end of that day's reporting hours.

    Refused: RET-020 it has left the unit, RET-012 another organisation's, RET-080 the day is no later one, RET-081 no reason,
    RET-082 it was asked for already.
    """
    ret = hold_return(by, ret_id, ASK)
    require_own_organisation(by, ret.organisation, str(ret))
    require_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, doing="申请延期")
    problems = _day_problems(ret, until)
    if not reason.strip():
        fix = "请写明为什么不能按期报、哪些数还没有到。"
        problems.append(Problem("RET-081", Place(str(ret), field="延期原因"), "没有写延期的原因。", fix))
    problems += text_problems(str(ret), "延期原因", reason)
    if problems:
        raise Refused(*problems)
    asked = Extension(
        ret=ret,
        region_id=ret.region_id,
        until=until,
        reason=reason.strip(),
        by=by.key,
        by_name=signature(by, ASK, ret.region_id)[:LONGEST_NAME],
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        there = Extension.objects.get(ret=ret, state=Extension.ASKED)
        what = f"{actor_name(there.by)} 已于 {clock_text(there.at)} 申请延至 {there.until}，市级还没有决定。"
        raise Refused(Problem("RET-082", str(ret), what, "请等市级决定；急的请电话联系。")) from None
    announce_extension(by, asked)
    after = {"until": str(until), "due": ret.due["unit"]}
    trail.describe(obj=ret, after=after, reason=asked.reason, region_id=ret.region_id)
    return asked


@transaction.atomic
@trail.act("returns.grant_extension")
def grant_extension(*, by: Actor, extension_id: int, until: date, ground: str) -> Extension:
    """Grant it (同意延期), until the day asked for or another: the return's deadline from now on, everywhere.

    Refused: RET-020 it is locked, RET-080 the day is no later one, RET-083 no ground, STATE-001 decided already.
    """
    asked, ret = _hold_extension(by, extension_id)
    require_state(ret, Return.DRAFT, Return.REVIEW, Return.JOINT, Return.HEAD, Return.CITY, doing="同意延期")
    problems = [*_day_problems(ret, until), *_ground_problems(ret, ground)]
    if problems:
        raise Refused(*problems)
    due = {"unit": deadline_on(ret, until).isoformat(), "extended_from": ret.due.get("extended_from", ret.due["unit"])}
    before, ret.due = {"due": ret.due["unit"]}, ret.due | due
    ret.save(update_fields=["due"])
    asked.until = until
    return _decide(by, asked, "grant", ground, before=before, after={"due": ret.due["unit"]})


@transaction.atomic
@trail.act("returns.refuse_extension")
def refuse_extension(*, by: Actor, extension_id: int, ground: str) -> Extension:
    """Refuse it (不同意延期); the deadline stands. RET-083 no ground, STATE-001 decided already."""
    asked, ret = _hold_extension(by, extension_id)
    if problems := _ground_problems(ret, ground):
        raise Refused(*problems)
    return _decide(by, asked, "refuse", ground)


def deadline_on(ret: Return, day: date) -> datetime:
    """The hour of the form's deadline on that day, in the time of the place."""
    hour = time.fromisoformat(forms.form_spec(ret.form).due["unit"].time)
    return datetime.combine(day, hour, calendar.local_zone())


def _hold_extension(by: Actor, extension_id: int) -> tuple[Extension, Return]:
    asked = visible_rows(Extension.objects.select_for_update(of=("self",)), by).get(pk=extension_id)
    asked.ret = ret = hold_return(by, asked.ret_id, "returns.see")
    require_permission(by, EXTEND, ret.region_id, str(ret))
    return asked, ret


def _day_problems(ret: Return, until: date) -> list[Problem]:
    """The day has to be later than the deadline in force and not later than the city's own."""
    moment, where = deadline_on(ret, until), Place(str(ret), field="延至")
    stands = datetime.fromisoformat(ret.due["unit"])
    if moment <= stands:
        what = f"{until} 不晚于现在的期限 {clock_text(stands)}。"
        return [Problem("RET-080", where, what, "请写期限以后的一天。")]
    if moment < timezone.now():
        return [Problem("RET-080", where, f"{until} 已经过去。", "请写今天以后的一天。")]
    if "city" in ret.due and moment > (last := datetime.fromisoformat(ret.due["city"])):
        what = f"{until} 晚于市级自己的期限 {clock_text(last)}。"
        return [Problem("RET-080", where, what, "请写市级期限以前的一天。")]
    return []


def _ground_problems(ret: Return, ground: str) -> list[Problem]:
    if ground.strip():
        return text_problems(str(ret), "决定的理由", ground)
    return [
        Problem(
            "RET-083", Place(str(ret), field="决定的理由"), "没有写决定的理由。", "请写明同意或不同意的理由、依据。"
        )
    ]


def _decide(
    by: Actor,
    asked: Extension,
    name: str,
    ground: str,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> Extension:
    move(asked, name, by=by, on=timezone.localdate(), reason=ground.strip())
    asked.ground, asked.decided_by, asked.decided_by_name = ground.strip(), by.key, by.name
    Extension.objects.filter(pk=asked.pk).update(
        until=asked.until, ground=asked.ground, decided_by=by.key, decided_by_name=by.name, decided_at=Now()
    )
    asked.refresh_from_db(fields=["decided_at"])
    announce_extension(by, asked)
    if asked.state == Extension.GRANTED:
        announce_return(by, asked.ret)  # its deadline is another
    trail.describe(
        obj=asked.ret,
        before=before or {},
        after={"extension": asked.pk, "until": str(asked.until), **(after or {})},
        reason=asked.ground,
        region_id=asked.region_id,
    )
    return asked
