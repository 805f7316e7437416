"""Reading returns. The user comes first; what is outside their regions does not exist. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anju.core.people.scope import Operator, visible
from anju.quantities import exact_text
from anju.returns.base import called, find
from anju.returns.forms import spec as forms
from anju.returns.forms.spec import Column, Spec
from anju.returns.models import Cell, Change, Form, Return, Step

ret = find


def spec(of: Return | Form) -> Spec:
    """The form as it is written."""
    return forms.of(of.form if isinstance(of, Return) else of)


def form(user: Operator, code: str) -> Form:
    """The newest version."""
    return Form.objects.filter(code=code).order_by("-since")[:1].get()


def serials(user: Operator, of: Return) -> list[Return]:
    """The return and its corrections, in order."""
    found = Return.objects.filter(region_id=of.region_id, period=of.period, form__code=of.form.code)
    return list(visible(found.select_related("form", "region"), user).order_by("serial"))


def steps(user: Operator, of: Return) -> list[Step]:
    return list(visible(Step.objects.filter(ret=of), user).order_by("id"))


@dataclass(frozen=True)
class Was:
    """One change of a cell: by whom, when, from what to what."""

    who: str
    at: datetime
    before: str
    after: str
    via: str
    version: int


VIA = {"prefill": "系统预填", "page": "填报", "workbook": "离线表", "correct": "更正"}


def history(user: Operator, of: Return, line: str, column: str) -> list[Was]:
    """Every change of a cell, the newest first."""
    told = spec(of).by_code[column]
    changes = visible(Change.objects.filter(ret=of, line=line, column=column), user).order_by("-id")
    return [
        Was(
            called(one.by),
            one.at,
            _shown(one.before, told),
            _shown(one.after, told),
            VIA.get(one.via, one.via),
            one.version,
        )
        for one in changes
    ]


def _shown(said: dict[str, Any] | None, column: Column) -> str:
    if said is None:
        return ""
    if said["state"] == Cell.NUMBER:
        return exact_text(said["value"], column.unit, said["places"])
    return said["text"] if said["state"] == Cell.TEXT else Cell.STATES[said["state"]]
