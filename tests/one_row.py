"""Watches every statement of a test: an act that ended well and changed something has left one row of the trail, and no second one.

The statements are counted where they are sent, not where the trail writes: a service that forgets its row, or writes another beside it, is found
in whatever test calls it.
"""

import re
from collections import Counter

from django.db import connections
from django.db.backends.signals import connection_created

from anju.core.trail import trail

WRITES = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
ROW = "core_trail"
BESIDE = {
    "procrastinate_jobs",  # waking the worker
    "core_cache",  # limiting the rate
    "figures_incoming",  # a table of the session only
}


class Watch:
    """What was sent while each act was under way."""

    def __init__(self) -> None:
        self.acts: dict[int, trail.ActUnderWay] = {}
        self.changed: Counter[int] = Counter()
        self.rows: Counter[int] = Counter()

    def __call__(self, execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        act, match = trail._under_way.get(), WRITES.match(sql if isinstance(sql, str) else "")
        if act is not None and match and context["cursor"].rowcount > 0:
            self.acts[id(act)] = act  # kept, so that no other gets its id
            where = self.rows if match[1] == ROW else self.changed
            if match[1] not in BESIDE:
                where[id(act)] += 1
        return result

    def problems(self) -> list[str]:
        found = []
        for key, act in self.acts.items():
            if act.ended and self.changed[key] and act.row is None:
                found.append(f"{act.code} changed something and left no row")
            if self.rows[key] > act.inner:
                found.append(f"{act.code} left a row beside its own")
        return found

    def on(self, sender=None, connection=None, **more) -> None:
        if connection.alias == "default" and self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)

    def __enter__(self) -> "Watch":
        connection_created.connect(self.on)  # of threads too
        self.on(connection=connections["default"])
        return self

    def __exit__(self, *failed) -> None:
        connection_created.disconnect(self.on)
        wrappers = connections["default"].execute_wrappers
        if self in wrappers:
            wrappers.remove(self)
