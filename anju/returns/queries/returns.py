"""Reading returns. The user comes first; what is outside their regions does not exist. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable

from anju.core.models.region import Region
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions.tree import below
from anju.quantities import exact_text
from anju.returns.base import actor_name, find_return
from anju.returns.forms import spec as forms
from anju.returns.forms.spec import FormColumn, FormSpec
from anju.returns.models import Answer, Cell, Change, Form, Return, Step

get_return = find_return


def return_spec(of: Return | Form) -> FormSpec:
    """The form as it is written."""
    return forms.form_spec(of.form if isinstance(of, Return) else of)


def find_waiting(user: Actor, form_code: str, region_id: int, period: str) -> Return | None:
    """The return or correction of a form, region and period that waits to be submitted or locked, None when none does."""
    found = Return.objects.filter(form__code=form_code, region_id=region_id, period=period)
    waiting = found.filter(state__in=(Return.HEAD, Return.CITY)).select_related("form", "region", "organisation")
    return visible_rows(waiting, user).order_by("serial").last()


def list_serials(user: Actor, of: Return) -> list[Return]:
    """The return and its corrections, in order."""
    found = Return.objects.filter(region_id=of.region_id, period=of.period, form__code=of.form.code)
    return list(visible_rows(found.select_related("form", "region"), user).order_by("serial"))


def has_filled(user: Actor) -> Combinable:
    """Of each return, whether this person filled it: wrote a cell of it, answered a check, or handed it in. What a correction took over
    is not theirs."""
    mine = {"ret": OuterRef("pk"), "by": user.key}
    return (
        Exists(Change.objects.filter(**mine))
        | Exists(Step.objects.filter(move="hand_in", **mine))
        | Exists(Answer.objects.filter(waiver=False, at__gte=OuterRef("at"), **mine))
    )


def filled_returns(user: Actor, of: Iterable[Return]) -> set[int]:
    """Those of them that this person filled."""
    ids = [ret.pk for ret in of]
    return set(visible_rows(Return.objects.filter(has_filled(user), pk__in=ids), user).values_list("pk", flat=True))


def fillers(of: Return) -> list[str]:
    """User names of who filled it: wrote a cell, or handed it in."""
    written = Change.objects.filter(ret=of).values_list("by", flat=True)
    handed = Step.objects.filter(ret=of, move="hand_in").values_list("by", flat=True)
    return sorted({*written, *handed})


def list_steps(user: Actor, of: Return) -> list[Step]:
    return list(visible_rows(Step.objects.filter(ret=of), user).order_by("id"))


def list_corrections(user: Actor, region: Region, period: str) -> list[Return]:
    """Corrections after the lock that were submitted, of a period or of all of a year, of the region and below: the newest first, each
    with what it corrects."""
    found = Return.objects.filter(serial__gt=1, state__in=Return.SUBMITTED, period__startswith=period)
    rows = rows_within(found.select_related("form", "region", "corrects").defer("form__spec"), below(user, region))
    return list(visible_rows(rows, user).order_by("-submitted_at", "-id"))


@dataclass(frozen=True)
class CellChange:
    """One change of a cell: by whom, when, from what to what."""

    who: str
    at: datetime
    before: str
    after: str
    via: str
    version: int


VIA = {"prefill": "系统预填", "page": "填报", "workbook": "离线表", "correct": "更正"}


def cell_history(user: Actor, of: Return, line: str, column: str) -> list[CellChange]:
    """Every change of a cell, the newest first."""
    told = return_spec(of).by_code[column]
    changes = visible_rows(Change.objects.filter(ret=of, line=line, column=column), user).order_by("-id")
    return [
        CellChange(
            actor_name(one.by),
            one.at,
            _change_value_text(one.before, told),
            _change_value_text(one.after, told),
            VIA.get(one.via, one.via),
            one.version,
        )
        for one in changes
    ]


def _change_value_text(said: dict[str, Any] | None, column: FormColumn) -> str:
    if said is None:
        return ""
    if said["state"] == Cell.NUMBER:
        return exact_text(said["value"], column.unit, said["places"])
    return said["text"] if said["state"] == Cell.TEXT else Cell.STATES[said["state"]]
