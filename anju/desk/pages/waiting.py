"""等您办: what waits for a person, on the page where they land."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from anju.core.people import directory
from anju.core.people.permissions import permissions, posts
from anju.core.people.scope import Actor
from anju.core.wording import read_day
from anju.oversight.models import SentReminder
from anju.returns.pages.summary import totals_line
from anju.returns.pages.wording import duration_text, time_left
from anju.returns.queries.returns import find_waiting

MANY = 4  # so many that want the same become one line


@dataclass(frozen=True)
class WaitingRow:
    """left: how much of the time is left, or by how much it is over; waited: since when it waits for this person.

    totals: of a return that they submit or lock, the first of its totals; "" of anything else.
    """

    reminder: SentReminder
    left: str
    css: str
    waited: str
    totals: str = ""


@dataclass
class WaitingGroup:
    """title: of several that want the same act of the same thing in several regions; "" for what stands alone."""

    title: str = ""
    rows: list[WaitingRow] = field(default_factory=list)


def group_reminders(user: Actor, rows: Iterable[SentReminder], at: datetime) -> list[WaitingGroup]:
    """In their order; thirteen counties that wait to be locked are one line with thirteen under it. What stands alone tells its totals."""
    alike: dict[tuple[str, str], WaitingGroup] = {}
    for row in rows:
        left, css = time_left(row.due, at)
        shown = WaitingRow(row, left if css == "late" else f"还剩{left}", css, duration_text(at - row.at))
        alike.setdefault((row.act, row.key), WaitingGroup()).rows.append(shown)
    groups = []
    for (act, _), group in alike.items():
        if len(group.rows) < MANY:
            groups += [
                WaitingGroup(rows=[replace(row, totals=return_totals(user, row.reminder))]) for row in group.rows
            ]
            continue
        first = group.rows[0].reminder
        thing = first.what.removeprefix(first.region.name).partition("，")[0]
        group.title = f"{permissions()[act].label}：{thing}，{len(group.rows)}件"
        groups.append(group)
    return groups


def return_totals(user: Actor, row: SentReminder) -> str:
    """Before the return is opened: what whoever answers for it would see first."""
    room, _, rest = row.key.partition("/")
    if room != "return" or row.act not in ("returns.submit", "returns.lock"):
        return ""
    form, period, *_ = rest.split("/")
    ret = find_waiting(user, form, row.region_id, period)
    return totals_line(user, ret) if ret is not None else ""


def describe_terms(user: Actor, today: date) -> list[str]:
    """Of posts that are held for a time, an auditor's and a deputy's: on what ground, where, until when and how long that is."""
    if not user.acting_for and not any(posts()[post].bounded for post in user.posts or ()):
        return []
    held = directory.postings_in_force(directory.list_postings(user)).filter(
        staff__username=user.key, until__isnull=False, since__lte=today
    )
    places: dict[tuple[str, str, date], list[str]] = {}
    for one in held.select_related("acting_for").order_by("until", "id"):
        whose = f"（代{one.acting_for.name}）" if one.acting_for else ""
        places.setdefault((f"{one.label}{whose}", one.ground, one.until), []).append(one.organisation.region.name)
    return [
        f"{post}：{ground}，{'、'.join(names)}，到{read_day(until)}，{_days_left((until - today).days)}"
        for (post, ground, until), names in places.items()
    ]


def _days_left(days: int) -> str:
    return f"还剩{days}天" if days else "今天是最后一天"
