"""Work of this room for the queue."""

from typing import Any

from anju.core.jobs.queue import register_work
from anju.core.people.scope import Actor
from tests.rooms.tiny import queries


@register_work("tiny.count", "清点长椅")
def count(job: Any, *, by: Actor) -> str:
    return f"/benches/?found={len(queries.benches(by))}"
