"""Returns past their deadline, and questions of auditors past theirs."""

from datetime import date

from django.utils import timezone

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import permissions
from anju.core.people.scope import Actor
from anju.core.wording import read_day
from anju.returns.queries import deadlines
from anju.returns.queries.inquiries import overdue_inquiries
from anju.returns.reminders import OWN


def overdue_returns(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    """Of the region and all below it. What was late on a day long past nobody knows any more: returns are told of as of now."""
    if on < timezone.localdate():
        return []
    asked = [
        OverdueItem(
            one.region,
            f"{one.ret}：审计问询",
            path_of("returns:inquiry", one.pk),
            since=one.due,
            days=(on - one.due).days,
            state=f"应于{read_day(one.due)}前答复，已过{(on - one.due).days}天",
        )
        for one in overdue_inquiries(user, region, on)
    ]
    return asked + [
        OverdueItem(
            one.region,
            one.form.name,
            one.ret.get_absolute_url()
            if one.ret is not None
            else f"{path_of('returns:home')}?region={one.region.code}",
            due=one.deadline,
            days=(on - timezone.localdate(one.deadline)).days,
            period=one.period,
            state=_waits_text(one),
        )
        for one in deadlines.due_returns(user, timezone.now(), region)
        if one.hours_left < 0
    ]


def _waits_text(one: deadlines.DueReturn) -> str:
    """Whose turn it is: 还没有开始，等财政部门填报岗."""
    office = f"{one.organisation.get_kind_display()}部门" if one.organisation and one.waits_for in OWN else ""
    return f"{'还没有开始，' if one.ret is None else ''}等{office}{permissions()[one.waits_for].who}岗"
