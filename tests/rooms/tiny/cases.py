"""Cases of benches: a broken one is explained, and closed out by a second person when it is mended."""

from datetime import date

from anju.cases.kinds import CLOSED, OPEN, CaseKind
from anju.cases.models import Case
from anju.core.people.scope import Actor
from anju.core.states import Move, States
from anju.problems import Problem, Refused
from tests.rooms.tiny.models import RepairCase


def close_if_mended(by: Actor, case: Case, on: date) -> None:
    if RepairCase.objects.get(case=case).bench.broken:
        raise Refused(Problem("TINY-002", case.full_name, "还没有修好。", "请先修好。"))


REPAIR = CaseKind(
    code="tiny.repair",
    label="报修",
    subject="长椅",
    states=States(
        Move("explain", OPEN, "explained", permission="cases.edit", label="说明原因"),
        Move("close", "explained", CLOSED, permission="cases.close", label="销号"),
        Move("reopen", CLOSED, OPEN, permission="cases.close", label="恢复"),
        labels={OPEN: "待修", "explained": "已说明", CLOSED: "修好"},
    ),
    acts={step: f"cases.{step}" for step in ("open", "explain", "close", "reopen")},
    second_person=True,
    may_close=close_if_mended,
)
