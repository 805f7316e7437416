"""What happened to a project, as it stands now: corrected events left out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from anju.core.people.scope import Actor, visible_rows
from anju.projects.event_kinds import EventKind, amount_text, load_event_kinds
from anju.projects.models import Adjustment, Event, Project


def newest_notes(user: Actor, project_ids: Collection[int], kind: str, until: date) -> dict[int, str]:
    """The note of each project's newest event of a kind up to that day: of 形象进度 (stage) how far it has come."""
    found = (
        standing_events(user)
        .filter(project_id__in=list(project_ids), kind=kind, on__lte=until)
        .order_by("project_id", "-on", "-id")
    )
    return dict(found.distinct("project_id").values_list("project_id", "note"))


def standing_events(user: Actor) -> QuerySet[Event]:
    """Events that count: neither mended nor taken back."""
    return visible_rows(Event.objects.filter(void=False, superseded_by=None), user)


@dataclass(frozen=True)
class TimelineItem:
    """One line of the timeline. event or adjustment is set; mended: what took the event's place."""

    on: date
    label: str
    text: str
    event: Event | None = None
    adjustment: Adjustment | None = None
    mended: Event | None = None
    kind: EventKind | None = None


def project_timeline(user: Actor, project: Project) -> list[TimelineItem]:
    """Everything that happened to a project, the newest first, with what was mended and taken back."""
    rows = list(
        visible_rows(Event.objects.filter(project=project).select_related("evidence").defer("evidence__content"), user)
    )
    later = {row.supersedes_id: row for row in rows if row.supersedes_id}
    kinds = load_event_kinds()
    found = [
        TimelineItem(
            on=row.on,
            label=kinds[row.kind].label,
            text=amount_text(row.kind, project.kind, row.amount),
            event=row,
            adjustment=None,
            mended=later.get(row.pk),
            kind=kinds[row.kind],
        )
        for row in rows
    ]
    changes = visible_rows(Adjustment.objects.filter(project=project).select_related("replaced_by"), user)
    found += [
        TimelineItem(one.on, f"{one.get_kind_display()}（{one.number}）", one.reason, None, one) for one in changes
    ]

    def when(one: TimelineItem) -> tuple:
        row = one.event or one.adjustment
        return one.on, row.at, one.event is None, row.pk  # of what was entered in one act the adjustment came last

    return sorted(found, key=when, reverse=True)
