"""The checklist of what a project needs before it starts (开工条件)."""

from dataclasses import dataclass
from datetime import date

from anju.core.people.scope import Actor, visible_rows
from anju.projects.event_kinds import condition_kinds_for
from anju.projects.models import Condition, Event, Project
from anju.projects.queries.events import standing_events


@dataclass(frozen=True)
class ChecklistLine:
    """A line of the checklist. by_event: the event that meets it; condition: what was ticked."""

    code: str
    label: str
    condition: Condition | None
    by_event: Event | None

    @property
    def met_on(self) -> date | None:
        if self.condition is not None and self.condition.met_on:
            return self.condition.met_on
        return self.by_event.on if self.by_event is not None else None

    @property
    def number(self) -> str:
        return (self.condition and self.condition.number) or (self.by_event and self.by_event.number) or ""

    @property
    def not_needed(self) -> bool:
        return self.condition is not None and self.condition.not_needed

    @property
    def open(self) -> bool:
        return not self.met_on and not self.not_needed


def checklist(user: Actor, project: Project) -> list[ChecklistLine]:
    """开工条件 of a project, in order: two queries."""
    ticked = {one.code: one for one in visible_rows(Condition.objects.filter(project=project), user)}
    kinds = condition_kinds_for(project.kind)
    first: dict[str, Event] = {}
    for event in (
        standing_events(user)
        .filter(project=project, kind__in=[kind.by for kind in kinds if kind.by])
        .order_by("on", "id")
    ):
        first.setdefault(event.kind, event)
    return [ChecklistLine(kind.code, kind.label, ticked.get(kind.code), first.get(kind.by)) for kind in kinds]
