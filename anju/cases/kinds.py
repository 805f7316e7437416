"""Kinds of cases: what the room of each ledger says of its own (CASES in its room.py)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from anju.core import registry
from anju.core.people.scope import Actor
from anju.core.states import States
from anju.core.trail import acts
from anju.problems import Problem, Refused

OPEN, CLOSED = "open", "closed"  # where every kind begins and ends; the one-open rule of the database reads CLOSED
STEPS = ("open", "explain", "report", "consent", "close", "reopen")


@dataclass(frozen=True)
class CaseKind:
    """A kind of case, as its ledger's room declares it.

    code: begins with the room's name. label: what people call one such case; subject: and the thing that it is about.
    states: its table, from OPEN to CLOSED; a step makes the move of its name if there is one from where the case stands.
    acts: by step, the code in acts.yaml whose permission it needs and which its trail row has. A step that is not there is not taken.
    ledgers: names of the ledgers, where cases of the kind stand in several.
    second_person: whoever dealt with a case last may not close it.
    may_close: called with (by, case, on) before it is closed; raises Refused while it may not be, and gives what the decision rests on, as
    plain data for the trail.
    reason_advice: what a reason has to say. codes: by code of a problem here, the one by which the ledger's users know it already.
    """

    code: str
    label: str
    subject: str
    states: States
    acts: Mapping[str, str]
    ledgers: Callable[[], Mapping[str, str]] = dict
    second_person: bool = False
    may_close: Callable[[Actor, Any, date], Any] | None = None
    reason_advice: str = "请写明原因和采取的措施。"
    codes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if strange := set(self.acts) - set(STEPS):
            raise ValueError(f"{self.code}: cases have no step {sorted(strange)}")
        if not {OPEN, CLOSED} <= set(self.states.labels):
            raise ValueError(f"{self.code}: a case begins {OPEN} and ends {CLOSED}")
        for code in self.acts.values():
            if len(acts.require_act(code).permissions) != 1:
                raise ValueError(f"{self.code}: {code} does not name the one permission that it needs")

    def permission(self, step: str) -> str:
        [code] = acts.require_act(self.acts[step]).permissions
        return code

    def moves(self, step: str, state: str) -> bool:
        """Does the step change the state of a case that stands there?"""
        return any(move.name == step and move.source == state for move in self.states)


@cache
def kinds() -> dict[str, CaseKind]:
    """Every kind by its code."""
    return {kind.code: kind for kind in registry.fetch_hooks("cases")}


def kind_of(code: str) -> CaseKind:
    """Refused CASE-001 when no room brings it (any more): nobody knows then who may do what."""
    kind = kinds().get(code)
    if kind is None:
        raise Refused(
            Problem("CASE-001", f"台账事项类别“{code}”", "登记这类台账的模块没有安装。", "请安装该模块后再办理。")
        )
    return kind
