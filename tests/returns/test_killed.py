"""kill -9 at a random moment of an import, a submission, a lock, the closing of a month: nothing is lost, nothing is doubled.

ANJU_KILLS sets how often (200 in a trial). Each trial is a process of its own that is killed; the same act is then done again to its end.
"""

import os
import random
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import local_actor, open_scope
from anju.core.trail import sealing
from anju.figures.models import Observation, Source, Undone
from anju.figures.services import current, imports, observations
from anju.projects.models import Event
from anju.returns.models import Cell, Return, Step
from anju.returns.services import corrections, filling, locking, review
from anju.workbooks.reading import reader
from tests.returns.conftest import complete
from tests.returns.together import month

KILLS = int(os.environ.get("ANJU_KILLS", "16"))
PLACE = next((Path(observations.__file__).parents[2] / "demo" / "places").glob("*/附件3*.xlsx"))
IMPORTED = "140500"
CHAIN = {
    "draft": "hand_in_return",
    "review": "review_return",
    "joint": "end_joint_review",
    "head": "submit_return",
    "city": "lock_month",
}


def killed(act, longest: float) -> bool:
    """Run the act in a process of its own and kill it at a random moment; False when it was done before that."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            sys.stdout.flush()
            os._exit(0)
    time.sleep(random.uniform(0, longest))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def import_file() -> None:
    by = local_actor()
    with open_scope(by):
        region = Region.objects.get(code=IMPORTED, valid_until=None)
        reading = reader.read_workbook(
            PLACE, PLACE.parent / "maps" / "loans-bonds.yaml", area=region.name, period="2021"
        )
        imports.import_tables(
            by=by, readings=reading, region=region, period="2021", content=PLACE.read_bytes(), title=PLACE.stem
        )


def advance(people, ret: Return) -> None:
    """The next act of the chain."""
    act = CHAIN[ret.state]
    if act == "lock_month":
        locking.lock_month(
            by=people["lock"],
            region=Region.objects.get(code=IMPORTED, valid_until=None),
            form_code=ret.form.code,
            period=ret.period,
        )
        return
    who = {"hand_in_return": "clerk", "submit_return": "head"}.get(act, "reviewer")
    more = {"remark": "各部门口头同意"} if act == "end_joint_review" else {}
    with open_scope(people[who]):
        getattr(review, act)(by=people[who], ret_id=ret.pk, **more)


def stands(ret: Return) -> Return:
    with open_scope(local_actor()):
        return Return.objects.select_related("form", "region", "organisation").get(pk=ret.pk)


def sound() -> None:
    """What must hold whatever was killed."""
    by = local_actor()
    with open_scope(by):
        assert current.check_current(by).differing == 0
        for ret in Return.objects.all():
            steps = list(Step.objects.filter(ret=ret).values_list("source", "target"))
            assert (
                all(steps[at][1] == steps[at + 1][0] for at in range(len(steps) - 1)) and steps[-1][1] == ret.state
            ), steps
            published = (
                Source.objects.filter(kind="return", observations__cited__startswith=f"return:{ret.pk} ")
                .distinct()
                .count()
            )
            locked = ret.state == Return.LOCKED
            assert published == (1 if locked else 0), (ret, published)
            assert (ret.locked_at is not None, bool(ret.digest)) == (locked, locked)
            assert (ret.first_submitted_at is not None) == any(step[1] == Return.CITY for step in steps)
            acts = Trail.objects.filter(
                object_type="returns.return", object_id=ret.pk,
                act__in=("returns.hand_in", "returns.review", "returns.clear", "returns.submit", "returns.lock"),
            )  # fmt: skip
            moves = sum(len(row.said["after"].get("moves", [row.act])) for row in acts)  # a review may clear at once
            assert moves == sum(1 for _, target in steps if target != Return.DRAFT), (
                "each step has its trail row, and each row its step"
            )
        for source in Source.objects.filter(kind="import"):
            assert source.observations.exists(), "an import without its numbers"
        doubled = Event.objects.filter(origin__startswith="return:").values_list("origin", "kind", "mode", "project_id")
        assert len(doubled) == len(set(doubled))
    sealing.seal_trail()


@pytest.mark.soak
@pytest.mark.usefixtures("committed")
def test_nothing_is_lost_or_doubled_whenever_the_process_is_killed():
    people, ret, line = month()
    complete(people["clerk"], ret)
    lost = 0
    for turn in range(KILLS):
        if turn % 4 == 3:
            before = _imports()
            hit = killed(import_file, 0.2)
            assert _imports() - before in (0, 1)
            if _imports():
                _undo()
        else:
            ret = stands(ret)
            state = ret.state
            hit = killed(partial(advance, people, ret), 0.12)
            ret = stands(ret)
            assert ret.state in (state, _after(state))
            if hit and ret.state == state and turn % 3 == 0:  # and done again by somebody else, to its end
                advance(people, ret)
                ret = stands(ret)
                assert ret.state == _after(state)
            if ret.state == Return.LOCKED:
                with open_scope(people["lock"]):
                    ret = corrections.begin_correction(by=people["lock"], ret_id=ret.pk, reason="更正试验")
                with open_scope(
                    people["clerk"]
                ):  # another number each time, so that each lock has something to publish
                    cell = Cell.objects.get(ret=ret, line=line, column="start")
                    filling.fill_cells(
                        by=people["clerk"],
                        ret_id=ret.pk,
                        changes=[filling.CellEntry(line, "start", str(282 - ret.serial), cell.version)],
                    )
                complete(people["clerk"], ret)
        lost += hit
        sound()
    assert lost > KILLS // 8, "the processes were killed too late to tell anything"


def _after(state: str) -> str:
    return {"draft": "review", "review": "joint", "joint": "head", "head": "city", "city": "locked"}[state]


def _imports() -> int:
    with open_scope(local_actor()):
        return Source.objects.filter(kind="import", undone_at=None).count()


def _undo() -> None:
    by = local_actor()
    with open_scope(by):
        for source in Source.objects.filter(kind="import", undone_at=None):
            count = Observation.objects.filter(source=source).count()
            imports.undo_import(by=by, source=source, reason="再试一次")
            assert Undone.objects.filter(observation__source=source).count() == count
