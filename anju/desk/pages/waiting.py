"""等您办: what waits for a person, on the page where they land."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from anju.core.people.permissions import permissions
from anju.oversight.models import SentReminder

MANY = 4  # so many that want the same become one line


@dataclass
class WaitingGroup:
    """title: of several that want the same act of the same thing in several regions; "" for what stands alone."""

    title: str = ""
    rows: list[SentReminder] = field(default_factory=list)


def group_reminders(rows: Iterable[SentReminder]) -> list[WaitingGroup]:
    """In their order; thirteen counties that wait to be locked are one line with thirteen under it."""
    alike: dict[tuple[str, str], WaitingGroup] = {}
    for row in rows:
        alike.setdefault((row.act, row.key), WaitingGroup()).rows.append(row)
    groups = []
    for (act, _), group in alike.items():
        if len(group.rows) < MANY:
            groups += [WaitingGroup(rows=[row]) for row in group.rows]
            continue
        first = group.rows[0]
        thing = first.what.removeprefix(first.region.name).partition("，")[0]
        group.title = f"{permissions()[act].label}：{thing}，{len(group.rows)}件"
        groups.append(group)
    return groups
