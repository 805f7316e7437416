"""A whole month locked: as far as it goes, told as it goes, and taken up again where it stopped."""

import threading
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import Actor, local_actor, open_scope
from anju.figures.catalogue import load_catalogue
from anju.figures.queries import current
from anju.projects.models import Event, Project
from anju.returns.models import Return, Step
from anju.returns.services import filling, locking, opening
from anju.returns.services.filling import CellEntry

FORM, PERIOD = "anju-project-month", "2021-08"
LOCK_STATEMENTS = 75  # of one return among others of its city
COUNTIES = ("140502", "140522", "140524", "140581")


def waiting(counties, projects=1):
    """Returns of these counties that wait for the city, made without the chain; the operator, and the city."""
    by = local_actor()
    with open_scope(by):
        load_catalogue(by=by)
        opening.load_forms(by=by)
        for code in counties:
            region = Region.objects.get(code=code, valid_until=None)
            Organisation.objects.create(region=region, kind="housing", name=f"{region.short}住建局")
            Project.objects.bulk_create(
                Project(region=region, code=f"P{n}", name=f"项目{n}", kind="shanty", year=2021, units=300, by="local")
                for n in range(projects)
            )
            ret = opening.open_return(by=by, form_code=FORM, region=region, period=PERIOD)
            lines = list(ret.lines.values_list("key", flat=True))
            columns = ("start", "start_money", "basic", "complete", "handover", "invest", "arrive", "pay")
            puts = [
                CellEntry(line, column, "0" if column == "start_money" else "7") for line in lines for column in columns
            ] + [CellEntry(line, "stage", "主体施工") for line in lines]
            assert not filling.fill_cells(by=by, ret_id=ret.pk, changes=puts).problems
            Return.objects.filter(pk=ret.pk).update(state=Return.CITY)
        return by, Region.objects.get(code="140500", valid_until=None)


def test_it_locks_what_is_sound_and_names_the_rest(committed):
    by, city = waiting(COUNTIES)
    with open_scope(by):
        bad = Return.objects.get(region__code="140522")
        Return.objects.filter(pk=bad.pk).update(state=Return.DRAFT)
        filling.fill_cells(by=by, ret_id=bad.pk, changes=[CellEntry(bad.lines.get().key, "start", "", 1)])
        Return.objects.filter(pk=bad.pk).update(state=Return.CITY)
    told = []
    done = locking.lock_month(
        by=by, region=city, form_code=FORM, period=PERIOD, progress=lambda *said: told.append(said)
    )
    assert len(done.locked) == 3 and [one.code for one in done.refused[bad]] == ["RET-040"]
    assert [one[:2] for one in told] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)] and told[-1][
        2
    ] == "锁定 3 张，1 张有问题"
    with open_scope(by):
        whole = Trail.objects.get(act="returns.close_month")
        locks = list(Trail.objects.filter(act="returns.lock"))
        assert whole.said["count"] == 4 and [row.said["outer"] for row in locks] == [whole.pk] * 3
        counted = {row.said["outer"] for row in Trail.objects.filter(act="returns.record_in_ledger")}
        assert counted == {row.pk for row in locks}, "what a lock records in the ledger names the lock"
        counties = list(Region.objects.filter(code__in=COUNTIES, valid_until=None))
        assert sorted(
            one.text() for one in current.current_figures(by, ["shanty.start"], counties, [PERIOD]).values()
        ) == [
            "",
            "7",
            "7",
            "7",
        ]


def test_a_citys_set_is_gathered_once_with_its_last_lock(committed):
    by, city = waiting(COUNTIES)
    seen = []
    with CaptureQueriesContext(connection) as queries:
        locking.lock_month(
            by=by, region=city, form_code=FORM, period=PERIOD, progress=lambda *_: seen.append(len(queries))
        )
        said = [one["sql"] for one in queries.captured_queries]
    asked = [
        sum('FROM "core_organisation"' in one and '"ended_on" IS NULL' in one for one in said[start:end])
        for start, end in pairwise(seen)
    ]
    assert asked == [1, 1, 1, 3], (
        "each asks for its own departments, the last for all units, for the word of it and for the set"
    )
    each = [end - start for start, end in pairwise(seen)]
    assert each[1] == each[2] <= LOCK_STATEMENTS


def test_stopped_in_the_middle_it_goes_on_where_it_stopped(committed):
    by, city = waiting(COUNTIES)

    class Stop(Exception):
        pass

    def stop(done, total, text):
        if done == 2:
            raise Stop

    with pytest.raises(Stop):
        locking.lock_month(by=by, region=city, form_code=FORM, period=PERIOD, progress=stop)
    with open_scope(by):
        assert Return.objects.filter(state=Return.LOCKED).count() == 2
    assert len(locking.lock_month(by=by, region=city, form_code=FORM, period=PERIOD).locked) == 2
    with open_scope(by):
        assert Step.objects.filter(move="lock").count() == 4
        assert Event.objects.filter(kind="start").count() == 4  # nothing twice


def test_two_at_once_lock_each_return_once(committed):
    by, city = waiting(COUNTIES)
    ready, outcomes = threading.Barrier(2), []

    def close():
        try:
            ready.wait()
            outcomes.append(locking.lock_month(by=by, region=city, form_code=FORM, period=PERIOD))
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sum(len(one.locked) for one in outcomes) == 4 and not any(one.refused for one in outcomes)
    with open_scope(by):
        assert Step.objects.filter(move="lock").count() == 4 and Event.objects.filter(kind="start").count() == 4


def test_who_may_not_lock_locks_nothing(committed):
    by, city = waiting(COUNTIES[:1])
    clerk = Actor("clerk", "填报某", by.region_ids, {"clerk": by.region_ids})
    done = locking.lock_month(by=clerk, region=city, form_code=FORM, period=PERIOD)
    assert not done.locked and [one.code for problems in done.refused.values() for one in problems] == ["ACT-001"]
    with open_scope(by):
        assert not Trail.objects.filter(act="returns.close_month").exists()
