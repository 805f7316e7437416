"""Work of this room for the queue."""

from typing import Any

from anju.core.jobs.queue import register
from anju.core.people.scope import Operator
from tests.rooms.tiny import queries


@register("tiny.count", "清点长椅")
def count(job: Any, *, by: Operator) -> str:
    return f"/benches/?found={len(queries.benches(by))}"
