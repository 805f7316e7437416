"""The ledgers (台账) that a form is filled from, compared with and recorded in at the lock. Their rooms register them; forms name them by code.

LEDGERS = ("anju.projects.ledger:PROJECTS",)      # in room.py; in a form: from: {ledger: projects, event: start}
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Protocol

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.problems import ConfigurationFault, Problem


@dataclass(frozen=True)
class Item:
    """One thing of a ledger, as a line of a return. kind: one of the ledger's. facts: what columns and sums may ask of it, all as text."""

    id: int
    label: str
    kind: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """A kind of event (事项) as forms may ask for it. text: the newest word of it counts (形象进度); otherwise it has an amount that is
    added up. modes: the ways that it may be done."""

    text: bool = False
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stated:
    """What a return says of an event of an item, and what the ledger has recorded of it (None: nothing). Amounts in base units.

    kind: of the item. mode: "" is all of it. rest: the mode of what no other statement about the event takes.
    """

    item: int
    kind: str
    event: str
    value: int | str
    recorded: int | str | None
    mode: str = ""
    rest: str = ""


class Ledger(Protocol):
    """What a room offers of its ledger. Every reading takes many items and costs one statement, however many; the user comes first and
    outside their regions nothing is found. None is unknown; 0 only where something was recorded.

    code: what forms call it. label: what one of its items is called (项目). initial: the letter before an item's id in a line's key.
    """

    code: str
    label: str
    initial: str

    # Known without a database: forms are checked when they are loaded.

    def kinds(self) -> Sequence[str]:
        """The kinds of its items, in the order of lines."""

    def known_fields(self) -> Mapping[str, str]:
        """Its fields, each "number" or "text"."""

    def known_events(self) -> Mapping[str, Happening]:
        """Its kinds of events."""

    def fixed(self) -> Collection[str]:
        """The fields that stand fast once a locked return gave them: only a document changes them."""

    # Read.

    def lines(self, user: Actor, region: Region, kinds: Sequence[str], since: date, until: date) -> list[Item]:
        """The items of the region and below that a return from `since` to `until` has lines for, in order; of these kinds."""

    def fields(
        self, user: Actor, items: Collection[int], names: Collection[str]
    ) -> dict[int, dict[str, int | str | None]]:
        """Fields by item: numbers in base units, anything else as people read it."""

    def sums(self, user: Actor, items: Collection[int], since: date | None, until: date) -> dict[int, dict[str, int]]:
        """Amounts by item added up, both days included: {"start": 250, "start:monetised": 30, …}. What was never recorded is not there."""

    def texts(self, user: Actor, items: Collection[int], event: str, until: date) -> dict[int, str]:
        """By item the newest word of a text event up to that day."""

    def counts(
        self, user: Actor, region: Region, since: date, until: date, measures: Collection[str]
    ) -> dict[str, int | None]:
        """Of these measures those that the ledger counts itself, for the region and below; None when it cannot tell."""

    # Record.

    def differences(self, stated: Sequence[Stated], on: date, why: str) -> Sequence[Any]:
        """What is to be recorded on that day so that the ledger says what the return says; what `record` takes. Statements about one event
        of one item stand together. why: the note of an amount."""

    def record(self, *, by: Actor, entries: Sequence[Any], origin: str, act: str) -> None:
        """Record them, all or none, as one act with its trail row. origin: `return:` and its number; the same again adds nothing."""


@cache
def ledgers() -> dict[str, Ledger]:
    """Every ledger by its code. Refused ROOM-002 when two have the same."""
    registered: tuple[Ledger, ...] = registry.fetch_hooks("ledgers")
    registry.refuse_clashes("台账", ((one.code, type(one).__module__) for one in registered))
    return {one.code: one for one in registered}


def ledger(code: str) -> Ledger:
    """The ledger that forms call so. Refused ROOM-004 when no room has it: what rests on it is not passed over."""
    named = ledgers().get(code)
    if named is None:
        fix = f"请把它所在的模块装回，并写进 {registry.EXTRA}；表式里写错了名称的，请核对 ledger。"
        raise ConfigurationFault(
            Problem("ROOM-004", f"台账“{code}”", "没有模块登记这个台账，用到它的报表不能办理。", fix)
        )
    return named
