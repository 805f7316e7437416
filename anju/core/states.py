"""States of a thing in one table of moves, and the one function that changes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from anju.core import trail
from anju.core.permissions import may, permissions
from anju.core.scope import Operator
from anju.problems import Problem, Refused


@dataclass(frozen=True)
class Move:
    """One arrow: from a state to a state, by whoever has that permission. label: what the button says."""

    name: str
    source: str
    target: str
    permission: str
    label: str


class States:
    """The table of a thing's moves. A model has it as `STATES`, with a text field `state`; labels: what users call each state."""

    def __init__(self, *moves: Move, labels: dict[str, str] | None = None) -> None:
        self.moves = moves
        self.labels = labels or {}
        keys = [(move.name, move.source) for move in moves]
        if len(set(keys)) != len(keys):
            raise ValueError("two moves of one name leave the same state")

    def __iter__(self) -> Iterator[Move]:
        return iter(self.moves)

    def called(self, name: str) -> list[Move]:
        found = [move for move in self.moves if move.name == name]
        if not found:
            raise ValueError(f"no move is called {name}")
        return found

    def open_to(self, user: Operator, state: str, region_id: int | None = None) -> list[Move]:
        """What this user may do now, for a thing of that region: the buttons to show."""
        return [move for move in self.moves if move.source == state and may(user, move.permission, region_id)]

    def label(self, state: str) -> str:
        return self.labels.get(state, state)


@transaction.atomic
def move(thing: models.Model, name: str, *, by: Operator, on: date, reason: str = "", because: Any = None) -> Move:
    """Move a thing to its next state: check the act, compare and set in the database, leave a trail row.

    because: what the decision rests on, as plain data, for the trail.
    Raises Refused STATE-001 when the thing is not (or no longer) where this move begins; STATE-002 when the post is another's.
    """
    states: States = thing.STATES
    rows = type(thing).objects.filter(pk=thing.pk)
    candidates = states.called(name)
    chosen = next((move for move in candidates if move.source == thing.state), candidates[0])
    obj = f"{thing._meta.verbose_name} {thing}"
    region_id = getattr(thing, "region_id", None)
    if not may(by, chosen.permission, region_id):
        who = permissions()[chosen.permission].who
        raise Refused(
            Problem("STATE-002", obj, f"“{chosen.label}”须由{who}岗办理，您没有这个岗位。", "请转交该岗位的人员。")
        )
    if not rows.filter(state=chosen.source).update(state=chosen.target):
        now = rows.values_list("state", flat=True).first()
        what = "已不存在。" if now is None else f"现为“{states.label(now)}”，不能“{chosen.label}”；可能别人已先办理。"
        raise Refused(Problem("STATE-001", obj, what, "请刷新页面，按现在的状态办理。"))
    trail.record(
        by=by, act=name, obj=obj, before={"state": chosen.source}, after={"state": chosen.target, "on": on, "because": because},
        reason=reason, region_id=region_id,
    )  # fmt: skip
    thing.state = chosen.target
    return chosen
