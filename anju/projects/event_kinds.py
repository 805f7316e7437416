"""The kinds of events and the checklist of 开工条件, as events.yaml says them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from anju.projects.models import Event, Project
from anju.quantities import exact_text, unit_of_measure

MODES = dict(Event._meta.get_field("mode").choices)
EVERY = tuple(Project.Kind.values)


@dataclass(frozen=True)
class EventKind:
    """A kind of event (事项). unit: as users write it; "" for what has no amount. modes: the ways it may be done."""

    code: str
    label: str
    stage: str
    unit: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    amount: str = ""
    kinds: tuple[str, ...] = EVERY
    modes: tuple[str, ...] = ()
    number: bool = False
    choices: tuple[str, ...] = ()

    def unit_for(self, kind: str) -> str:
        return self.units.get(kind, self.unit)

    @property
    def needs_amount(self) -> bool:
        return bool(self.unit) and self.amount != "optional"

    def modes_for(self, kind: str) -> tuple[str, ...]:
        """实物 and 货币化 are ways of resettling: other projects have none of them."""
        resettles = kind == Project.Kind.SHANTY
        return tuple(mode for mode in self.modes if resettles or mode not in ("physical", "monetised"))


@dataclass(frozen=True)
class ConditionKind:
    """A line of the checklist. by: the event that meets it."""

    code: str
    label: str
    kinds: tuple[str, ...]
    by: str = ""


@cache
def _table() -> dict:
    return YAML(typ="safe", pure=True).load(files("anju.projects").joinpath("events.yaml").read_text(encoding="utf-8"))


def _with_tuples(said: dict) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}


@cache
def load_event_kinds() -> dict[str, EventKind]:
    found = {code: EventKind(code, **_with_tuples(said)) for code, said in _table()["events"].items()}
    for one in found.values():
        if one.stage not in _table()["stages"] or set(one.modes) - set(MODES) or set(one.kinds) - set(EVERY):
            raise ValueError(f"events.yaml: {one.code}")
        for name in (one.unit, *one.units.values()):
            if name:
                unit_of_measure(name)
    return found


def event_kinds_for(kind: str) -> list[EventKind]:
    """What can happen to a project of that kind, in order."""
    return [one for one in load_event_kinds().values() if kind in one.kinds]


@cache
def load_condition_kinds() -> dict[str, ConditionKind]:
    return {code: ConditionKind(code, **_with_tuples(said)) for code, said in _table()["conditions"].items()}


def condition_kinds_for(kind: str) -> list[ConditionKind]:
    return [one for one in load_condition_kinds().values() if kind in one.kinds]


def amount_text(kind: str, project_kind: str, amount: int | None) -> str:
    """An event's amount with its unit: 27.27万元."""
    name = load_event_kinds()[kind].unit_for(project_kind)
    return "" if amount is None or not name else f"{exact_text(amount, name)}{name}"
