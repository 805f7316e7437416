"""What every act on a return begins with: finding it, holding it, and saying who was faster."""

from datetime import datetime

from django.utils import timezone

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.identity import read_name
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import below
from anju.problems import Place, Problem, Refused, length_problems
from anju.returns.models import Return, Step

FILL, REVIEW, OPINE, SUBMIT, LOCK = "returns.fill", "returns.review", "returns.opine", "returns.submit", "returns.lock"
WAIVE, CORRECT, AUDIT = "returns.waive", "returns.correct", "returns.audit"
LOCAL = "本机操作员"
LONGEST, LONGEST_NUMBER, LONGEST_NAME = 1_000, 80, 40  # characters of a remark, of a number that others gave, of a name
SHORTER = "请写得简短些，长的写成附件或情况说明。"


def actor_name(key: str) -> str:
    """A person by name."""
    return read_name(key) or (LOCAL if key == "local" else key)


def clock_text(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def text_problems(where: str, field: str, text: str, most: int = LONGEST) -> list[Problem]:
    """RET-034 of what is longer than is kept. field: what the page calls it."""
    return length_problems("RET-034", Place(where, field=field), text, most, SHORTER)


def require_short(where: str, field: str, text: str, most: int = LONGEST) -> None:
    if problems := text_problems(where, field, text, most):
        raise Refused(*problems)


def typed_moment(at: datetime | None, after: datetime | None) -> datetime:
    """The moment that somebody typed for an act, now when they typed none. A page knows no seconds: in the minute of what went before it is
    that moment."""
    if at is None:
        return timezone.now()
    return after if after is not None and after.replace(second=0, microsecond=0) <= at < after else at


def find_return(user: Actor, pk: int) -> Return:
    """Return.DoesNotExist outside the scope."""
    return visible_rows(
        Return.objects.select_related("form", "region__parent", "organisation").defer("form__spec"), user
    ).get(pk=pk)


def hold_return(by: Actor, pk: int, act: str) -> Return:
    """The return with its row locked, by whoever may do that act for it."""
    ret = visible_rows(
        Return.objects.select_for_update(of=("self",)).select_related("form", "region", "organisation"), by
    ).get(pk=pk)
    require_return_act(by, ret, act)
    return ret


def require_return_act(by: Actor, ret: Return, act: str) -> None:
    """Refused ACT-001 without the post, RET-012 when the return is another organisation's to make."""
    require_permission(by, act, ret.region_id, str(ret))
    if act in (FILL, REVIEW, SUBMIT):
        require_own_organisation(by, ret.organisation, str(ret))


def is_own_organisation(user: Actor, organisation: Organisation | None) -> bool:
    """Who fills, reviews and submits a return is of the organisation that makes it; the same act of another department's return is not theirs.
    Where that organisation has ended, any of the same kind in its region goes on with what it left."""
    if user.posts is None or organisation is None or organisation.pk in user.organisation_ids:
        return True
    heirs = Organisation.objects.filter(
        region_id=organisation.region_id, kind=organisation.kind, ended_on=None, pk__in=user.organisation_ids
    )
    return organisation.ended_on is not None and heirs.exists()


def require_own_organisation(by: Actor, organisation: Organisation | None, where: str) -> None:
    if not is_own_organisation(by, organisation):
        raise Refused(
            Problem(
                "RET-012", where, f"这张表由{organisation.name}填报，您不在这个单位任岗。", "请由该单位的人员办理。"
            )
        )


def unlocked_returns(user: Actor, region: Region, form_code: str, period: str) -> list[Return]:
    """The returns of a period that wait for the city, in the region and below."""
    found = Return.objects.filter(
        form__code=form_code, period=period, state=Return.CITY, region_id__in=below(user, region)
    )
    return list(
        visible_rows(found.select_related("form", "region").defer("form__spec"), user).order_by("region__order", "id")
    )


def who_was_faster(ret: Return) -> str:
    """Who moved the return last, and when."""
    step = Step.objects.filter(ret=ret).order_by("-id").first()
    return f"{step.by_name} 已于 {clock_text(step.at)} 办理“{step_label(step)}”" if step else "状态已变"


def step_label(step: Step) -> str:
    return next((m.label for m in Return.STATES if m.name == step.move and m.source == step.source), step.move)


def require_state(ret: Return, *states: str, doing: str) -> None:
    """Refused RET-020 with who and when."""
    if ret.state not in states:
        wanted = "、".join(Return.STATES.label(state) for state in states)
        what = f"现为“{Return.STATES.label(ret.state)}”，不能{doing}：{who_was_faster(ret)}。"
        raise Refused(Problem("RET-020", str(ret), what, f"“{wanted}”时才能{doing}；请刷新后按现在的状态办理。"))
