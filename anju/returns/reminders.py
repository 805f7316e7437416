"""Reminders before a return's deadline, and after it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from anju.core.pages.addresses import path_of
from anju.core.people.permissions import permissions
from anju.core.people.scope import Actor
from anju.core.reminders import Reminder
from anju.core.wording import period_label
from anju.returns.queries import deadlines

LEADS = Path(__file__).with_name("reminders.yaml")


def return_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Returns that wait for an act and are due soon, or overdue."""
    lead = timedelta(hours=YAML(typ="safe").load(LEADS.read_text("utf-8"))["returns_hours"])
    for one in deadlines.due_returns(user, at):
        if one.deadline - at > lead:
            continue
        over = "已过期限，请尽快" if one.deadline < at else "请按时"
        what = (
            f"{one.region.name}{one.form.name}（{period_label(one.period)}）{over}{permissions()[one.waits_for].label}"
        )
        link = one.ret.get_absolute_url() if one.ret else f"{path_of('returns:home')}?region={one.region.code}"
        key = f"return/{one.form.code}/{one.period}/{one.waits_for}"
        yield Reminder(one.region, one.waits_for, key, what, link, one.deadline)
