"""Which measures a warning or check looks at (the rooms' bindings.yaml), spread over what the catalogue holds.

A binding names no place: `members`, `targets`, `dimensions` … follow the catalogue, so a measure that a place adds is judged as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from anju.core import registry
from anju.figures.models import Measure
from anju.quantities import unit_of_measure

AUDIT = re.compile(r"audit\.(\d{4})\.found")
OVER = ("self", "children", "both")


@dataclass(frozen=True)
class BindingCase:
    """One row a region: what distinguishes it (key) and what the input templates are filled with."""

    key: str
    words: Mapping[str, str]

    def fill(self, template: str) -> str:
        return template.format(*(self.words[name] for name in ("0", "1") if name in self.words), **self.words)


@dataclass(frozen=True)
class Binding:
    """How the rows of one book are made; one entry of bindings.yaml."""

    kind: str
    subject: str
    over: str
    each: str
    needs: tuple[str, ...]
    inputs: Mapping[str, Mapping[str, Any]]
    of: tuple[str, ...] = ()
    family: str = ""

    @property
    def waits(self) -> bool:
        """Does a row exist only when the caller gives something?"""
        return any("given" in self.inputs[name] for name in self.needs)

    def cases(self, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> list[BindingCase]:
        return list(EACH[self.each](self, catalogue, calibres))


@cache
def bindings() -> dict[tuple[str, str], tuple[Binding, ...]]:
    """By kind and subject. ValueError when two files bind one."""
    by_book: dict[tuple[str, str], tuple[Binding, ...]] = {}
    for path in registry.room_files("bindings"):
        for kind, subject, entries in _entries(path):
            if (kind, subject) in by_book:
                raise ValueError(f"{path}: {kind} {subject} is bound already")
            listed = entries if isinstance(entries, list) else [entries]
            by_book[kind, subject] = tuple(
                Binding(
                    kind,
                    subject,
                    **{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()},
                )
                for entry in listed
            )
    return by_book


def _entries(path: Path) -> Iterator[tuple[str, str, Any]]:
    data = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    for kind, subjects in data.items():
        for subject, entries in subjects.items():
            yield kind, subject, entries


# -- what `each` may be


def _spread_binding(
    binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]
) -> Iterator[BindingCase]:
    yield BindingCase("", {})


def _members(binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> Iterator[BindingCase]:
    """Parts of the first whole, each with the part of the same name of the second."""
    by_name = [
        {(measure.dimension, measure.member): measure for measure in catalogue.values() if measure.of_id == whole}
        for whole in binding.of
    ]
    for name, first in by_name[0].items():
        if all(name in parts for parts in by_name):
            codes = {str(place): parts[name].code for place, parts in enumerate(by_name)}
            yield BindingCase(first.code, codes | {"member": name[1], "dimension": name[0]})


def _targets(binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> Iterator[BindingCase]:
    for plan, done in _pairs(catalogue):
        for calibre in ("", *done.calibres):
            code = f"{done.code}:{calibre}" if calibre else done.code
            yield BindingCase(
                code,
                {
                    "done": code,
                    "plan": plan.code,
                    "name": _measure_name(done, calibres.get(calibre, "") if calibre else ""),
                },
            )


def _calibres(binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> Iterator[BindingCase]:
    for plan, done in _pairs(catalogue):
        if binding.family and unit_of_measure(done.unit).family != binding.family:
            continue
        for first, second in combinations(done.calibres, 2):
            words = {
                "first": f"{done.code}:{first}",
                "second": f"{done.code}:{second}",
                "plan": plan.code,
                "name": done.name,
            }
            yield BindingCase(
                f"{done.code}:{first}:{second}",
                words | {"first_name": calibres[first], "second_name": calibres[second]},
            )


def _dimensions(
    binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]
) -> Iterator[BindingCase]:
    yield from _wholes(catalogue, complete=False)


def _complete(binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> Iterator[BindingCase]:
    yield from _wholes(catalogue, complete=True)


def _rollups(binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> Iterator[BindingCase]:
    for measure in catalogue.values():
        if not measure.is_computed and measure.adds:
            for calibre in ("", *measure.calibres):
                code = f"{measure.code}:{calibre}" if calibre else measure.code
                yield BindingCase(
                    code, {"whole": code, "name": _measure_name(measure, calibres.get(calibre, "") if calibre else "")}
                )


def _audits(binding: Binding, catalogue: Mapping[str, Measure], calibres: Mapping[str, str]) -> Iterator[BindingCase]:
    """Which year is the latest depends on what was reported: the binder settles it and asks again with `latest`."""
    for code in catalogue:
        if match := AUDIT.fullmatch(code):
            yield BindingCase(match[1], {"year": match[1]})


def _pairs(catalogue: Mapping[str, Measure]) -> Iterator[tuple[Measure, Measure]]:
    """Targets of whole measures with what they are targets of; rates are left out, their two sides are judged."""
    for plan in catalogue.values():
        done = catalogue.get(plan.target_of_id or "")
        if done is not None and not plan.of_id and not done.is_computed and unit_of_measure(done.unit).family != "%":
            yield plan, done


def _wholes(catalogue: Mapping[str, Measure], complete: bool) -> Iterator[BindingCase]:
    groups: dict[tuple[str, str], list[Measure]] = {}
    for measure in catalogue.values():
        if measure.of_id:
            groups.setdefault((measure.of_id, measure.dimension), []).append(measure)
    for (whole, dimension), members in groups.items():
        if whole in catalogue and catalogue[whole].adds and members[0].complete is complete and len(members) > 1:
            yield BindingCase(
                f"{whole}/{dimension}", {"whole": whole, "dimension": dimension, "name": catalogue[whole].name}
            )


def _measure_name(measure: Measure, calibre: str) -> str:
    return f"{measure.name}（{calibre}）" if calibre else measure.name


EACH: dict[str, Callable[[Binding, Mapping[str, Measure], Mapping[str, str]], Iterator[BindingCase]]] = {
    "one": _spread_binding, "members": _members, "targets": _targets, "calibres": _calibres,
    "dimensions": _dimensions, "complete": _complete, "rollups": _rollups, "audits": _audits,
}  # fmt: skip
