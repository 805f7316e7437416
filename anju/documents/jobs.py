"""Work of this room in the background: whether issued papers need a correction."""

from typing import Any

from anju.core.jobs.queue import enqueue, register_daily_work, register_work
from anju.core.models.job import Job
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor
from anju.documents.services import corrections

LOOK = "documents.corrections"


@register_work(LOOK, "核对已印发公文")
def propose_corrections(job: Any, *, by: Actor) -> str:
    corrections.propose_corrections(by=by)
    return path_of("documents:list")


@register_daily_work("documents.daily_corrections", "核对已印发公文（每日）")
def propose_daily(job: Any, *, by: Actor) -> str:
    corrections.propose_corrections(by=by)
    return path_of("documents:list")


def look_for_corrections(by: Actor) -> None:
    """Figures changed: have it looked at once this is committed. By the machine's own operator, for a county's clerk does not see the city's
    papers. What waits already sees this change too."""
    if not Job.objects.filter(name=LOOK, state=Job.State.WAITING).exists():
        enqueue(Actor("local", "本机操作员", frozenset()), LOOK)
