"""What may have been done (办理事项): the acts.yaml of every room. The trail writes an act's code; labels and search know older spellings too.

It knows no Django and imports no room.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from anju.core.people.permissions import collect_entries, permissions


@dataclass(frozen=True)
class ActAlias:
    """How rows of an earlier version say the act. object: a pattern of the row's object, where several acts were written alike."""

    text: str
    object: str = ""

    def fits(self, text: str, obj: str) -> bool:
        return text == self.text and (not self.object or re.search(self.object, obj) is not None)


@dataclass(frozen=True)
class Act:
    """An act as the trail has it. permissions: one of them is needed; none: the machine does it by itself, or somebody unknown."""

    code: str
    label: str
    permissions: tuple[str, ...] = ()
    aliases: tuple[ActAlias, ...] = ()


@cache
def acts() -> dict[str, Act]:
    """Every act by its code. ValueError names the file of one that is there twice, of an unknown permission, of an alias that two acts claim."""
    by_code: dict[str, Act] = {}
    plain: dict[str, str] = {}
    for file, code, entry in collect_entries("acts.yaml"):
        wanted = _several(entry.get("permission"))
        if strange := [one for one in wanted if one not in permissions()]:
            raise ValueError(f"{file}: {code} names unknown permissions {strange}")
        aliases = tuple(ActAlias(one) if isinstance(one, str) else ActAlias(**one) for one in entry.get("aliases", ()))
        for alias in aliases:
            other = plain.setdefault(alias.text, code)
            if other != code and not (alias.object and _qualified(by_code[other], alias.text)):
                raise ValueError(f"{file}: {code} and {other} were both written {alias.text}; say of which objects")
        by_code[code] = Act(code, entry["label"], wanted, aliases)
    if strange := sorted(set(plain) & set(by_code)):
        raise ValueError(f"acts.yaml: {strange} are codes and aliases at once")
    return by_code


def _several(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _qualified(act: Act, text: str) -> bool:
    return all(alias.object for alias in act.aliases if alias.text == text)


def require_act(code: str) -> Act:
    """ValueError when no room's acts.yaml has it."""
    act = acts().get(code)
    if act is None:
        raise ValueError(f"no acts.yaml has the act {code}")
    return act


def find_act(text: str, obj: str = "") -> Act | None:
    """The act of a row, by the code or the earlier spelling that it carries, and its object. None: of a room that is gone."""
    return acts().get(text) or next(
        (act for act in acts().values() if any(alias.fits(text, obj) for alias in act.aliases)), None
    )


def act_label(text: str, obj: str = "") -> str:
    """What people call it. A row that was written in Chinese is shown in its own words."""
    act = find_act(text, obj) if text.isascii() else None
    return act.label if act else text
