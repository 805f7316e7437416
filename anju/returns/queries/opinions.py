"""The joint review (部门联审): whom it asks and what they said."""

from dataclasses import dataclass
from typing import Any

from anju.core.models.people import Organisation
from anju.core.people.scope import Actor
from anju.returns.forms import spec as forms
from anju.returns.models import Cell, Opinion, Return, Step
from anju.returns.queries import reading


def asked_kinds(ret: Return) -> tuple[str, ...]:
    """The kinds of departments that are asked in the joint review: those of the form, of a correction those that its changed cells concern
    (all of them where no cell was changed: what it is about stands in words only)."""
    spec = forms.form_spec(ret.form)
    if ret.corrects_id is None or not spec.joint:
        return spec.joint
    changed = _changed_columns(ret)
    if not changed:
        return spec.joint
    kinds = {kind for code in changed for kind in spec.departments_of(spec.by_code[code])}
    return tuple(kind for kind in spec.joint if kind in kinds)


def _changed_columns(ret: Return) -> set[str]:
    """The columns in which a correction says something else than what it corrects; a blank that was never written says nothing."""
    now, before = (
        set(
            Cell.objects.filter(ret_id=pk)
            .exclude(state=Cell.TEXT, text="")
            .values_list("column", "line", "state", "value", "text")
        )
        for pk in (ret.pk, ret.corrects_id)
    )
    return {column for column, *_ in now ^ before}


def asked_departments(ret: Return) -> list[Organisation]:
    """The organisations of the region that are asked in the joint review."""
    joint = asked_kinds(ret)
    found = (
        Organisation.objects.filter(region_id=ret.region_id, kind__in=joint, ended_on=None).order_by("id")
        if joint
        else ()
    )
    return sorted(found, key=lambda one: (joint.index(one.kind), one.pk))


@dataclass(frozen=True)
class AskedDepartment:
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


def joint_review(user: Actor, ret: Return, steps: list[Step] | None = None) -> list[AskedDepartment]:
    """Each department with the latest opinion given since the return was handed in: an earlier one was about other numbers.

    steps: what was done with the return, when it was read already.
    """
    if (page := reading.locked_content(user, ret)) is not None:
        return _asked_before_lock(page["departments"])
    joint = asked_kinds(ret)
    steps = list(Step.objects.filter(ret=ret, move="hand_in").order_by("id")) if steps is None else steps
    since = max((step.at for step in steps if step.move == "hand_in"), default=None)
    opinions = Opinion.objects.filter(ret=ret, **({"at__gte": since} if since else {})).order_by("id") if joint else ()
    latest = {one.organisation_id: one for one in opinions}
    offices = asked_departments(ret)
    found = []
    for kind in joint:
        mine = [one for one in offices if one.kind == kind]
        label = Organisation.Kind(kind).label
        found += [AskedDepartment(kind, label, one, latest.get(one.pk)) for one in mine] or [
            AskedDepartment(kind, label)
        ]
    return found


def departments_as_data(asked: list[AskedDepartment]) -> list[dict[str, Any]]:
    """As the lock keeps them."""
    return [
        {
            "kind": one.kind,
            "label": one.label,
            "organisation": one.organisation.pk if one.organisation else None,
            "opinion": one.opinion.pk if one.opinion else None,
        }
        for one in asked
    ]


def _asked_before_lock(kept: list[dict[str, Any]]) -> list[AskedDepartment]:
    offices = Organisation.objects.in_bulk([one["organisation"] for one in kept if one["organisation"]])
    opinions = Opinion.objects.in_bulk([one["opinion"] for one in kept if one["opinion"]])
    return [
        AskedDepartment(one["kind"], one["label"], offices.get(one["organisation"]), opinions.get(one["opinion"]))
        for one in kept
    ]
