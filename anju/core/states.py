"""States of a thing in one table of moves, and the functions that change them: of one thing, of many."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Q, Value, When

from anju.core.people.permissions import may, permissions
from anju.core.people.scope import Actor
from anju.core.trail import trail
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
        moves = [move for move in self.moves if move.name == name]
        if not moves:
            raise ValueError(f"no move is called {name}")
        return moves

    def open_to(self, user: Actor, state: str, region_id: int | None = None) -> list[Move]:
        """What this user may do now, for a thing of that region: the buttons to show."""
        return [move for move in self.moves if move.source == state and may(user, move.permission, region_id)]

    def label(self, state: str) -> str:
        return self.labels.get(state, state)


@transaction.atomic
def move(thing: models.Model, name: str, *, by: Actor, on: date, reason: str = "", because: Any = None) -> Move:
    """Move a thing to its next state: check the permission, compare and set in the database, put it into the trail row of the act under way.

    because: what the decision rests on, as plain data, for the trail.
    Raises Refused STATE-001 when the thing is not (or no longer) where this move begins; STATE-002 when the post is another's;
    RuntimeError outside of an act (core/trail/trail.py): a state never changes without a row.
    """
    act = trail.act_under_way()
    chosen = _chosen(thing, name)
    _require(by, chosen, thing)
    rows = type(thing).objects.filter(pk=thing.pk)
    if not rows.filter(state=chosen.source).update(state=chosen.target):
        raise Refused(_elsewhere(thing, chosen, rows.values_list("state", flat=True).first()))
    act.steps.append(
        trail.StateChange(
            move=name,
            thing=thing,
            source=chosen.source,
            target=chosen.target,
            on=on,
            reason=reason,
            because=because,
            region_id=getattr(thing, "region_id", None),
        )
    )
    thing.state = chosen.target
    return chosen


@transaction.atomic
def move_many(
    things: Sequence[models.Model],
    name: str,
    *,
    by: Actor,
    on: date,
    obj: trail.Subject,
    reason: str = "",
    because: Any = None,
    region_id: int | None = None,
) -> None:
    """Move many things of one kind at once, by one statement: all or none. The act under way gets one row, with their number and a digest.

    things: as the user saw them, each in its state. obj: what they are together, as people name it; region_id: the region of them all.
    digest: SHA-256 of a line a thing, "key TAB from TAB to", by key.
    Raises as `move`; STATE-001 names every thing that is elsewhere.
    """
    trail.act_under_way()
    if not things:
        return
    kind = type(things[0])
    chosen = {thing.pk: _chosen(thing, name) for thing in things}
    for thing in things:
        _require(by, chosen[thing.pk], thing)
    moves = set(chosen.values())
    here = Q()
    for step in moves:
        here |= Q(state=step.source, pk__in=[thing.pk for thing in things if chosen[thing.pk] == step])
    target = Case(*(When(state=step.source, then=Value(step.target)) for step in moves))
    with transaction.atomic():
        moved = kind.objects.filter(here).update(state=target)
        transaction.set_rollback(moved != len(chosen))
    if moved != len(chosen):
        now = dict(kind.objects.filter(pk__in=list(chosen)).values_list("pk", "state"))
        behind = [thing for thing in things if now.get(thing.pk) != chosen[thing.pk].source]
        raise Refused(*(_elsewhere(thing, chosen[thing.pk], now.get(thing.pk)) for thing in behind or things))
    lines = "".join(f"{pk}\t{chosen[pk].source}\t{chosen[pk].target}\n" for pk in sorted(chosen))
    before = {"state": sorted({step.source for step in moves})}
    after = {"state": sorted({step.target for step in moves}), "on": on, "because": because}
    trail.describe(
        obj=obj, before=before, after=after, reason=reason, region_id=region_id, count=len(chosen),
        digest=hashlib.sha256(lines.encode()).hexdigest(),
    )  # fmt: skip
    for thing in things:
        thing.state = chosen[thing.pk].target


def _chosen(thing: models.Model, name: str) -> Move:
    candidates = thing.STATES.called(name)
    return next((move for move in candidates if move.source == thing.state), candidates[0])


def _require(by: Actor, chosen: Move, thing: models.Model) -> None:
    if not may(by, chosen.permission, getattr(thing, "region_id", None)):
        who = permissions()[chosen.permission].who
        what = f"“{chosen.label}”须由{who}岗办理，您没有这个岗位。"
        raise Refused(Problem("STATE-002", _thing_name(thing), what, "请转交该岗位的人员。"))


def _elsewhere(thing: models.Model, chosen: Move, now: str | None) -> Problem:
    label = thing.STATES.label
    what = "已不存在。" if now is None else f"现为“{label(now)}”，不能“{chosen.label}”；可能别人已先办理。"
    return Problem("STATE-001", _thing_name(thing), what, "请刷新页面，按现在的状态办理。")


def _thing_name(thing: models.Model) -> str:
    return f"{thing._meta.verbose_name} {thing}"
