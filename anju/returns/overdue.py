"""Returns past their deadline, and questions of auditors past theirs."""

from datetime import date

from django.utils import timezone

from anju.core.models.region import Region
from anju.core.overdue import OverdueItem
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor
from anju.returns.queries import deadlines
from anju.returns.queries.inquiries import overdue_inquiries


def overdue_returns(user: Actor, region: Region, on: date) -> list[OverdueItem]:
    """Of the region and all below it. What was late on a day long past nobody knows any more: returns are told of as of now."""
    if on < timezone.localdate():
        return []
    asked = [
        OverdueItem(
            one.region, "审计问询答复", path_of("returns:inquiry", one.pk), since=one.due, days=(on - one.due).days
        )
        for one in overdue_inquiries(user, region, on)
    ]
    return asked + [
        OverdueItem(
            one.region,
            one.form.name,
            one.ret.get_absolute_url() if one.ret is not None else "",
            due=one.deadline,
            period=one.period,
        )
        for one in deadlines.due_returns(user, timezone.now(), region)
        if one.hours_left < 0
    ]
