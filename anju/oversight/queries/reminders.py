"""What waits for a user (提醒), and the nodes of plans that are near and not reached."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.pages.addresses import path_of
from anju.core.people.permissions import may, permissions
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.core.reminders import Reminder, end_of_day
from anju.core.wording import read_day
from anju.documents.layout.annex import read_declarations
from anju.figures.models import Node
from anju.figures.queries import nodes as node_queries
from anju.oversight.models import SentReminder

LEADS = Path(__file__).parents[1] / "reminders.yaml"


def list_reminders(user: Actor, places: Iterable[int] | None = None) -> list[SentReminder]:
    """What waits for this user, the earliest deadline first: only what they may do themselves, and did not put away."""
    found = _open_reminders(user).select_related("region")
    return [
        row
        for row in (found if places is None else found.filter(region_id__in=places))
        if _concerns(user, row.act, row.organisation_id, row.region_id, row.region.parent_id)
    ]


def count_reminders(user: Actor) -> int:
    """How many, for the bar: one query."""
    found = _open_reminders(user).values_list("act", "organisation_id", "region_id", "region__parent_id")
    return sum(_concerns(user, act, office, region, above) for act, office, region, above in found)


def _concerns(user: Actor, act: str, organisation_id: int | None, region_id: int, above_id: int | None) -> bool:
    """May they do it there, or from above where it is done from there, and is it their organisation's, when it is one's alone?"""
    theirs = organisation_id is None or user.posts is None or organisation_id in user.organisation_ids
    place = above_id if permissions()[act].above else region_id
    return theirs and (user.posts is None or (place is not None and may(user, act, place)))


def _open_reminders(user: Actor) -> QuerySet[SentReminder]:
    mine = [act for act in permissions() if may(user, act)]
    return visible_rows(
        SentReminder.objects.filter(done_at=None, act__in=mine).exclude(seen__contains=[user.key]), user
    )


def node_reminders(user: Actor, at: datetime) -> Iterator[Reminder]:
    """Every county that is short of a node which is near, or of which nobody knows; counties are asked through the plan's own region."""
    on = timezone.localdate(at)
    lead: Any = read_declarations(LEADS)["nodes_days"]
    near = visible_rows(Node.objects.filter(on__gte=on, on__lte=on + timedelta(days=lead)), user)
    tops = Region.objects.filter(pk__in=near.values("document__region_id")).order_by("order", "id")
    for top in tops:
        below = tree.child_regions(user, top, on)
        for one in node_queries.year_nodes(user, top, on, below).coming:
            if not one.binding or (one.node.on - on).days > lead:
                continue
            for gap in one.parts or (one.whole,):
                if gap.asked and not gap.reached:
                    short = (
                        f"还差{gap.shortfall.text(None, None, True)}{gap.shortfall.unit}"
                        if gap.shortfall.known
                        else "完成数未报"
                    )
                    what = f"{gap.region.name}{read_day(one.node.on)}前{gap.target.name}完成{one.goal}，{short}"
                    link = f"{path_of('figures:targets')}?region={gap.region.code}&period={on.year}"
                    yield Reminder(
                        gap.region, "projects.edit", f"node/{one.node.pk}", what, link, end_of_day(one.node.on)
                    )
