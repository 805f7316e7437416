"""The trail (留痕): every act leaves one row in its own transaction; sealing makes a chain of what is committed.

A service is marked with `@act("room.verb")` and says once, by `describe`, what it did; moves of states made meanwhile are put into the same
row by themselves. The row is written when the service ends well. A service that said nothing (the same again) leaves none. What a marked
service calls that is a service too leaves a row of its own, which names the outer one.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar

from django.db import connection, models
from django.utils import timezone

from anju.core.models.region import Region
from anju.core.models.trail import Trail
from anju.core.people.scope import Actor
from anju.core.trail import acts, chain

# Of what a row says. Version 1 said the object as a text, an act by its Chinese name or that of a move; version 2 said the region's code,
# which several regions of different times may carry, and not from where the act came.
VERSION = 3

source_address: ContextVar[str] = ContextVar(
    "trail_source", default=""
)  # of the request in hand; "" for this machine's own commands and jobs

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Subject:
    """What was acted on. type: of a row "app.model", else a name like it; id: its key, "" where there is one only; text: as a person names it."""

    type: str
    id: str
    text: str

    @classmethod
    def of(cls, thing: models.Model, text: str = "") -> "Subject":
        """A row of the database; named by its model and itself unless the text says better."""
        return cls(thing._meta.label_lower, str(thing.pk), text or f"{thing._meta.verbose_name} {thing}")


def record(
    *,
    by: Actor,
    act: str,
    obj: Subject | models.Model,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    region_id: int | None = None,
    digest: str = "",
    count: int | None = None,
) -> Trail:
    """Leave a row for one act at once, inside the caller's transaction: for what is no marked service. A service says `describe`.

    act: a code of some acts.yaml. obj: what was acted on. before, after: plain data without floats.
    count, digest: of a bulk act, how many things it was done to and the SHA-256 of its content; it leaves one row, not one for each.
    While another act is under way the row names it.
    """
    outer = _under_way.get()
    return _write(
        ActDescription(
            act=acts.require_act(act).code,
            obj=obj,
            before=before,
            after=after,
            reason=reason,
            region_id=region_id,
            digest=digest,
            count=count,
        ),
        by=by,
        outer=outer.number_for_inner() if outer else None,
    )


@dataclass
class ActDescription:
    """What one row says, as the service gave it."""

    act: str
    obj: Subject | models.Model
    before: Any = None
    after: Any = None
    reason: str = ""
    region_id: int | None = None
    digest: str = ""
    count: int | None = None


def _write(description: ActDescription, *, by: Actor, outer: int | None, number: int | None = None) -> Trail:
    at = timezone.now()
    subject = description.obj if isinstance(description.obj, Subject) else Subject.of(description.obj)
    content = {
        "v": VERSION,
        "at": at.isoformat(),
        "by": {"key": by.key, "name": by.name},
        "act": description.act,
        "object": asdict(subject),
        "before": description.before,
        "after": description.after,
        "reason": description.reason,
        "region": None if description.region_id is None else _code(description.region_id),
        "region_id": description.region_id,
        "source": source_address.get(),
        "digest": description.digest,
        "count": description.count,
        "outer": outer,
    }
    row = Trail(
        at=at, by=by.key, act=description.act, obj=subject.text, object_type=subject.type, object_id=subject.id,
        region_id=description.region_id, canonical=chain.canonical_bytes(content),
    )  # fmt: skip
    if number is not None:
        row.id = number
    row.save(force_insert=True)
    return row


@dataclass(frozen=True)
class StateChange:
    """A change of state that was made in an act."""

    move: str
    thing: models.Model
    source: str
    target: str
    on: Any
    reason: str
    because: Any
    region_id: int | None


@dataclass(eq=False)
class ActUnderWay:
    """An act that has begun and not ended: what its service and the moves in it have to say."""

    code: str
    by: Actor
    outer: "ActUnderWay | None" = None
    said: ActDescription | None = None
    steps: list[StateChange] = field(default_factory=list)
    number: int | None = None  # of its row, taken early when an inner row names it
    inner: int = 0  # acts inside it that left their row
    row: Trail | None = None
    ended: bool = False  # well, and not to be rolled back

    def number_for_inner(self) -> int:
        if self.number is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(pg_get_serial_sequence('core_trail', 'id'))")
                (self.number,) = cursor.fetchone()
        return self.number

    def end(self) -> None:
        """Write the row. Nothing said and nothing moved: nothing happened."""
        if connection.needs_rollback:  # a preview: nothing of it will have happened
            return
        description = self._whole()
        if description is None:
            if self.number is not None:
                raise RuntimeError(f"{self.code}: acts were done inside it, and it says nothing of itself")
        else:
            outer = self.outer.number_for_inner() if self.outer else None
            self.row = _write(description, by=self.by, outer=outer, number=self.number)
            if self.outer:
                self.outer.inner += 1
        self.ended = True

    def _whole(self) -> ActDescription | None:
        """What was described and the states that changed, together."""
        if not self.steps:
            return self.said
        first, last = self.steps[0], self.steps[-1]
        description = self.said or ActDescription(self.code, first.thing, region_id=first.region_id)
        before, after = description.before or {}, description.after or {}
        if not (isinstance(before, dict) and isinstance(after, dict)):
            raise TypeError(f"{self.code}: what is said beside a change of state is a mapping")
        because = next((step.because for step in self.steps if step.because is not None), None)
        description.before = {"state": first.source} | before
        description.after = {"state": last.target, "on": last.on, "because": because} | after
        if len(self.steps) > 1:
            description.after["moves"] = [
                {"move": s.move, "from": s.source, "to": s.target, "reason": s.reason, "because": s.because}
                for s in self.steps
            ]
        description.reason = description.reason or first.reason
        return description


_under_way: ContextVar[ActUnderWay | None] = ContextVar("trail_act", default=None)


def act_under_way() -> ActUnderWay:
    """The act that is being done. RuntimeError outside of any: a service is marked with @act."""
    under_way = _under_way.get()
    if under_way is None:
        raise RuntimeError('no act is under way: mark the service with @trail.act("room.verb")')
    return under_way


@contextmanager
def open_act(code: str, *, by: Actor) -> Iterator[ActUnderWay]:
    """Do an act: its one row is written at the end, in the caller's transaction; none when it fails, or when nothing was said."""
    acts.require_act(code)
    if not connection.in_atomic_block:
        raise RuntimeError(f"{code}: an act and its row are one transaction")
    opened = ActUnderWay(code, by, _under_way.get())
    token = _under_way.set(opened)
    try:
        yield opened
    finally:
        _under_way.reset(token)
    opened.end()


@contextmanager
def inside_act(row: Trail, *, by: Actor) -> Iterator[None]:
    """Acts that belong to one whose row is written already, of an earlier transaction: theirs name it."""
    token = _under_way.set(ActUnderWay(row.act, by, number=row.pk))
    try:
        yield
    finally:
        _under_way.reset(token)


def act(code: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Mark a service with the act that it is (a code of acts.yaml), inside its transaction: below @transaction.atomic."""
    acts.require_act(code)

    def mark(service: Callable[Given, Result]) -> Callable[Given, Result]:
        @functools.wraps(service)
        def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            by: Any = kwargs["by"] if "by" in kwargs else args[0]
            with open_act(code, by=by):
                return service(*args, **kwargs)

        run.act = code  # type: ignore[attr-defined]
        return run

    return mark


def describe(
    *,
    obj: Subject | models.Model,
    act: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
    region_id: int | None = None,
    digest: str = "",
    count: int | None = None,
) -> None:
    """Say what the act under way did, once; as `record`. act: when it turned out to be another than the service is marked with."""
    here = act_under_way()
    if here.said is not None:
        raise RuntimeError(f"{here.code}: one act leaves one row, and it was described already")
    here.said = ActDescription(
        act=acts.require_act(act or here.code).code,
        obj=obj,
        before=before,
        after=after,
        reason=reason,
        region_id=region_id,
        digest=digest,
        count=count,
    )


@lru_cache(maxsize=8192)
def _code(region_id: int) -> str:
    return Region.objects.values_list("code", flat=True).get(pk=region_id)
