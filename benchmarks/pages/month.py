"""A province's month closed (整期锁定): the returns of the newest month locked one by one, as the job of the page does it. Begun anew each time.

To measure again, the locks of that month are taken back by the owner, past the triggers that forbid it: on a synthetic province only.
"""

import time
from typing import Any

from django.db import connections, transaction

TOUCHED = ("returns_return", "returns_lockedpage", "returns_step", "projects_event", "figures_observation")
FORM = "anju-project-month"


def waiting(province: str) -> str:
    """The newest month, all its returns waiting for the city again; which month."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT max(period) FROM returns_return AS ret JOIN core_region AS r ON r.id = ret.region_id WHERE ret.by = 'generate' AND r.code LIKE %s",
            [province[:2] + "%"],
        )
        (period,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM returns_return WHERE by <> 'generate' AND period = %s", [period])
        assert cursor.fetchone() == (0,), "not a synthetic province only"
        cursor.execute(
            "CREATE TEMP TABLE again ON COMMIT DROP AS SELECT id, 'return:' || id AS origin FROM returns_return WHERE period = %s",
            [period],
        )
        for table in TOUCHED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _back(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TOUCHED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return period


def _back(cursor: Any) -> None:
    cursor.execute("DELETE FROM projects_event WHERE origin IN (SELECT origin FROM again)")
    cursor.execute(
        "CREATE TEMP TABLE said ON COMMIT DROP AS SELECT o.id FROM figures_observation AS o JOIN figures_source AS s ON s.id = o.source_id JOIN again ON again.origin = s.map_id"
    )
    cursor.execute("DELETE FROM figures_current WHERE observation_id IN (SELECT id FROM said)")
    cursor.execute("DELETE FROM figures_observation WHERE id IN (SELECT id FROM said)")
    cursor.execute("DELETE FROM figures_source WHERE map_id IN (SELECT origin FROM again)")
    cursor.execute("DELETE FROM returns_lockedpage WHERE ret_id IN (SELECT id FROM again)")
    cursor.execute("DELETE FROM returns_step WHERE ret_id IN (SELECT id FROM again) AND move = 'lock'")
    cursor.execute(
        "UPDATE returns_return SET state = 'city', locked_at = NULL, digest = '' WHERE id IN (SELECT id FROM again)"
    )


def close(province: str) -> tuple[int, int, int, int, int]:
    """Milliseconds, those of them on the processor, returns locked, returns refused, events recorded. By whoever looks after the province's regions."""
    from anju.core.people.scope import Actor, local_actor, open_scope
    from anju.core.regions import tree
    from anju.projects.models import Event
    from anju.returns.services import locking

    period, by = waiting(province), local_actor()
    with open_scope(by):
        region, before = tree.find_region(by, province), Event.objects.count()
        by = Actor(by.key, by.name, tree.region_ids_below(by, region))
    began, cpu = time.perf_counter_ns(), time.process_time_ns()
    done = locking.lock_month(by=by, region=region, form_code=FORM, period=period)
    taken, used = (time.perf_counter_ns() - began) // 1_000_000, (time.process_time_ns() - cpu) // 1_000_000
    with open_scope(by):
        return taken, used, len(done.locked), len(done.refused), Event.objects.count() - before
