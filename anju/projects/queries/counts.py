"""What counts as started and completed: the counting books run over every project, and the sums with the projects they came from."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection
from ruamel.yaml import YAML

from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree as places
from anju.figures.models import Observation, Source
from anju.projects.base import STANDING
from anju.projects.event_kinds import load_event_kinds
from anju.projects.models import Project
from anju.quantities import scaled_text, to_base, unit_of_measure
from anju.rules.book.schema import Book
from anju.rules.engine import running
from anju.rules.language.ir import Num
from anju.runs.binding.folders import book_library

GONE = (Project.REPLACED, Project.CANCELLED)
SPAN, BEFORE = 0, 1


@dataclass
class MeasureCount:
    """A measure of one region by its projects. value: base units; None when some project's part is unknown, and then `missing` has them."""

    value: int | None = 0
    parts: list[tuple[int, int]] = field(
        default_factory=list
    )  # project id, base units; those with nothing are left out
    missing: list[int] = field(default_factory=list)

    def add(self, project_id: int, amount: int | None) -> None:
        if amount is None:
            self.missing.append(project_id)
            self.value = None
        else:
            if amount:
                self.parts.append((project_id, amount))
            if self.value is not None:
                self.value += amount


Counted = dict[int, dict[str, MeasureCount]]  # region id → measure → count


@dataclass(frozen=True)
class CountedMeasure:
    """A measure that the ledger counts: by a book's step, or by adding up an event."""

    code: str
    book: str = ""
    step: str = ""
    event: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)

    def about(self, project: Mapping[str, Any]) -> bool:
        return all(
            project[name] in (wanted if isinstance(wanted, list) else [wanted]) for name, wanted in self.where.items()
        )


@cache
def _table() -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(
        files("anju.projects").joinpath("measures.yaml").read_text(encoding="utf-8")
    )


@cache
def counted_measures() -> dict[str, CountedMeasure]:
    """Everything the ledger counts, by the measure's code."""
    return {code: CountedMeasure(code, **said) for code, said in _table()["measures"].items()}


COLUMNS = ("id", "region_id", "kind", "renovation", "units", "households", "communities", "buildings", "area")


def count_regions(
    user: Actor,
    regions: Iterable[Region],
    *,
    since: date,
    until: date,
    codes: Iterable[str] | None = None,
    books: Mapping[str, Book] | None = None,
) -> Counted:
    """Each region's own projects (not those below it) counted from `since` to `until` by the books in force at `until`.

    A region without a project of the kind has no count at all: nothing to count is not none. codes: of these measures only.
    books: subject → book, in place of those in force, for a trial of another way of counting.
    """
    wanted = [counted_measures()[code] for code in (counted_measures() if codes is None else codes)]
    by_id = {region.pk: region for region in regions if region.pk in user.region_ids}
    rows = [
        dict(zip(COLUMNS, row, strict=True))
        for row in visible_rows(Project.objects.exclude(state__in=GONE), user)
        .filter(region_id__in=list(by_id))
        .order_by("id")
        .values_list(*COLUMNS)
    ]
    sums = _sums(user, list(by_id), since, until)
    result: Counted = {}
    steps: dict[tuple[str, int], Mapping[str, int | None]] = {}
    for subject in {one.book for one in wanted if one.book}:
        mine = [row for row in rows if row["kind"] in _table()["books"][subject]["kinds"]]
        for book, group in _by_book(subject, mine, by_id, until, books):
            needed = sorted({one.step for one in wanted if one.book == subject})
            steps |= {(subject, pk): found for pk, found in _run(book, subject, group, sums, until, needed).items()}
    of_kinds: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in wanted:
        kinds = tuple(_table()["books"][one.book]["kinds"] if one.book else load_event_kinds()[one.event].kinds)
        if kinds not in of_kinds:
            of_kinds[kinds] = [row for row in rows if row["kind"] in kinds]
        for row in of_kinds[kinds]:
            if one.about(row):
                amount = (
                    steps[one.book, row["id"]][one.step]
                    if one.book
                    else sums.get((row["id"], one.event, ""), (0, 0))[SPAN]
                )
                result.setdefault(row["region_id"], {}).setdefault(one.code, MeasureCount()).add(row["id"], amount)
    return result


def add_counts(found: Counted) -> dict[str, MeasureCount]:
    """The counts of several regions added up: a city's own projects and its counties'."""
    total: dict[str, MeasureCount] = {}
    for listed in found.values():
        for code, one in listed.items():
            mine = total.setdefault(code, MeasureCount())
            mine.parts += one.parts
            mine.missing += one.missing
            mine.value = None if mine.value is None or one.value is None else mine.value + one.value
    return total


def _sums(user: Actor, region_ids: list[int], since: date, until: date) -> dict[tuple[int, str, str], tuple[int, int]]:
    """(project, event, mode) → within the span, and before it; mode "" is all of them. What was never recorded is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT e.project_id, e.kind, e.mode, sum(e.amount) FILTER (WHERE e."on" >= %s)::bigint, sum(e.amount) FILTER (WHERE e."on" < %s)::bigint'
            f' FROM projects_event AS e WHERE e.region_id = ANY(%s) AND e.amount IS NOT NULL AND e."on" <= %s AND {STANDING} GROUP BY 1, 2, 3',
            [since, since, sorted(set(region_ids) & user.region_ids), until],
        )
        found: dict[tuple[int, str, str], tuple[int, int]] = {}
        for pk, kind, mode, span, before in cursor.fetchall():
            for key in {(pk, kind, ""), (pk, kind, mode)}:
                old = found.get(key, (0, 0))
                found[key] = (old[SPAN] + (span or 0), old[BEFORE] + (before or 0))
    return found


def _by_book(
    subject: str, rows: list[dict], regions: Mapping[int, Region], on: date, given: Mapping[str, Book] | None
) -> list[tuple[Book, list[dict]]]:
    """The rows with the book that applies to them. Only where some region has a book of its own is each one's path looked up."""
    if given and subject in given:
        return [(given[subject], rows)]
    books = book_library()
    if not any(book.regions for book in books.books if (book.kind, book.subject) == ("counting", subject)):
        return [(books.find("counting", subject, [], on), rows)] if rows else []
    groups: dict[str, tuple[Book, list[dict]]] = {}
    found = {
        pk: books.find("counting", subject, places.region_path_codes(regions[pk]), on)
        for pk in {row["region_id"] for row in rows}
    }
    for row in rows:
        book = found[row["region_id"]]
        groups.setdefault(book.digest, (book, []))[1].append(row)
    return list(groups.values())


def _run(
    book: Book,
    subject: str,
    rows: list[dict],
    sums: Mapping[tuple[int, str, str], tuple[int, int]],
    on: date,
    steps: list[str],
) -> dict[int, dict[str, int | None]]:
    """Each project's steps in base units. Projects that have the same facts are counted once."""
    specs = _table()["books"][subject]["inputs"]
    told = [_fact(book, name, specs[name], sums) for name in book.inputs]
    facts = {row["id"]: tuple(say(row) for say in told) for row in rows}
    distinct = {fact: index for index, fact in enumerate(dict.fromkeys(facts.values()))}
    if not distinct:
        return {}
    listed = [dict(zip(book.inputs, fact, strict=True)) | {"key": str(index)} for fact, index in distinct.items()]
    run = running.run_quickest(book, listed, on=on, key="key")
    values = [{step: _base(book, run, step, row.values[step]) for step in steps} for row in run.rows]
    return {pk: values[distinct[fact]] for pk, fact in facts.items()}


def _fact(
    book: Book, name: str, spec: Mapping[str, Any], sums: Mapping[tuple[int, str, str], tuple[int, int]]
) -> Callable[[Mapping[str, Any]], int | str | None]:
    """Who says an input of a project: exact, in the book's unit, a whole number as such; None is unknown."""
    item = book.inputs[name]
    times, factor = 10**item.places, unit_of_measure(item.unit).factor

    def in_unit(value: int | None) -> int | str | None:
        if value is None:
            return None
        scaled, rest = divmod(value * times, factor)
        if rest:
            raise ValueError(f"{book.file}: {name} is finer than its {item.places} places")
        return scaled_text(scaled, item.places) if item.places else scaled

    if "field" in spec:
        field = spec["field"]
        return lambda row: in_unit(row[field])
    window, terms = next((key, spec[key]) for key in ("span", "all", "before") if key in spec)
    parts = [_term(term) for term in terms]
    known = spec.get("known", False)

    def summed(row: Mapping[str, Any]) -> int | str | None:
        found = [(sign, sums.get((row["id"], kind, mode))) for sign, kind, mode in parts]
        if known and all(amounts is None for _, amounts in found):
            return None
        return in_unit(sum(sign * _amount(amounts, window) for sign, amounts in found if amounts is not None))

    return summed


def _term(text: str) -> tuple[int, str, str]:
    """Sign, event and mode: "-start:monetised"."""
    kind, _, mode = text.removeprefix("-").partition(":")
    return (-1 if text.startswith("-") else 1), kind, mode


def _amount(amounts: tuple[int, int], window: str) -> int:
    return sum(amounts) if window == "all" else amounts[SPAN if window == "span" else BEFORE]


def _base(book: Book, run: Any, step: str, value: int | None) -> int | None:
    kind = run.types[step]
    if value is None or not isinstance(kind, Num):
        return None
    return to_base(value, kind.places, book.steps[step].unit or "1")


def projects_counted_in(user: Actor, observation: Observation) -> list[tuple[Project, int]]:
    """The projects that a figure of the ledger was counted from, with each one's part; the largest first. Those the user sees."""
    source = Source.objects.filter(pk=observation.source_id, kind=Source.Kind.LEDGER).first()
    if source is None or not source.content:
        return []
    if observation.region_id not in user.region_ids:
        return []
    region = places.region_tree().by_id[observation.region_id]
    codes = {region.code, *(one.code for one in places.descendant_regions(user, region))}
    counts = json.loads(bytes(source.content))["counts"]
    parts = {
        pk: amount
        for code, mine in counts.items()
        if code in codes
        for pk, amount in mine.get(observation.measure_id, ())
    }
    known = {
        one.pk: one for one in visible_rows(Project.objects.filter(pk__in=list(parts)).select_related("region"), user)
    }
    return sorted(
        ((known[pk], amount) for pk, amount in parts.items() if pk in known), key=lambda one: (-one[1], one[0].pk)
    )
