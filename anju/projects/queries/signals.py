"""Facts of each project for the books that watch them, and what those books say: the ledgers' and the signals."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection
from ruamel.yaml import YAML

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.core.regions import tree as places
from anju.core.regions.tree import below
from anju.problems import Problem, Refused
from anju.projects.base import STANDING
from anju.projects.event_kinds import EVERY, load_event_kinds
from anju.projects.models import Project
from anju.projects.queries.facts import FACTS, fact_events_sql
from anju.quantities import exact_text, unit_of_measure
from anju.rules.book.schema import Book, BookCondition
from anju.rules.engine import engines, running
from anju.rules.engine.outcome import OutcomeRow
from anju.rules.explanation import explain
from anju.runs.binding.folders import book_library
from anju.runs.queries.books import NOT_IN_FORCE


@dataclass(frozen=True)
class BookWatch:
    """One book that looks at projects. each: project, or event for a row a kind of event. days: the step of the book that tells how long overdue."""

    subject: str
    label: str
    kind: str = "warning"
    kinds: tuple[str, ...] = EVERY
    each: str = "project"
    of: tuple[str, ...] = ()
    days: str = ""


@dataclass(frozen=True)
class Signal:
    """What a book says of a project. Its words are made when they are asked for: of thousands a page shows a hundred."""

    watch: BookWatch
    project_id: int
    region_id: int
    condition: BookCondition
    outcome: OutcomeRow
    facts: Mapping[str, Any]

    @property
    def colour(self) -> str:
        return self.condition.colour

    @property
    def propose(self) -> str:
        return self.condition.propose

    @property
    def text(self) -> str:
        return explain.fill_sentence(self.outcome, self.condition.says)

    @property
    def found(self) -> dict[str, str]:
        """The facts that the book was told, as text."""
        inputs = self.outcome.run.book.inputs.items()
        return {
            item.label: str(self.facts[name])
            for name, item in inputs
            if self.facts[name] is not None and name not in ("place", "project", "unit_name")
        }


@cache
def _table() -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(files("anju.projects").joinpath("signals.yaml").read_text(encoding="utf-8"))


def _watch(said: Mapping[str, Any]) -> BookWatch:
    return BookWatch(**{key: tuple(value) if isinstance(value, list) else value for key, value in said.items()})


@cache
def ledger_watches() -> dict[str, BookWatch]:
    return {subject: _watch({"subject": subject} | said) for subject, said in _table()["ledgers"].items()}


@cache
def all_watches() -> tuple[BookWatch, ...]:
    return tuple(_watch(said) for said in _table()["signals"])


NAMED = {"region_id": "p.region_id"} | {name: text for name, (_, text) in FACTS.items()}  # what a row has, in order
SELECT = f"""
SELECT p.id, {", ".join(NAMED.values())} FROM projects_project AS p{fact_events_sql(FACTS)}
WHERE p.region_id = ANY(%(regions)s) AND p.state = 'planned' AND (%(one)s::bigint IS NULL OR p.id = %(one)s) ORDER BY p.id
"""
MONTHS = f"""
SELECT e.project_id, e.kind, coalesce(sum(e.amount) FILTER (WHERE e."on" >= %(this)s), 0)::bigint,
  coalesce(sum(e.amount) FILTER (WHERE e."on" >= %(last)s AND e."on" < %(this)s), 0)::bigint,
  coalesce(sum(e.amount) FILTER (WHERE e."on" < %(last)s), 0)::bigint,
  coalesce(-sum(e.amount) FILTER (WHERE e."on" >= %(this)s AND e.amount < 0), 0)::bigint
FROM projects_event AS e
WHERE e.region_id = ANY(%(regions)s) AND e.kind = ANY(%(kinds)s) AND e."on" BETWEEN %(before)s AND %(on)s AND e.amount IS NOT NULL AND {STANDING}
GROUP BY 1, 2 HAVING max(e."on") >= %(this)s ORDER BY 1, 2
"""


def project_facts(
    user: Actor, region_ids: Collection[int], on: date, project_id: int | None = None
) -> dict[int, dict[str, Any]]:
    """Facts of the projects of the plan (在册) of these regions, by project; of one only when named. In plain values; None is unknown."""
    regions = sorted(set(region_ids) & user.region_ids)
    with connection.cursor() as cursor:
        cursor.execute(SELECT, {"regions": regions, "on": on, "one": project_id})
        return {row[0]: dict(zip(NAMED, row[1:], strict=True)) for row in cursor.fetchall()}


def _months(user: Actor, region_ids: Collection[int], on: date, kinds: Iterable[str]) -> list[dict[str, Any]]:
    """What was added in the month of `on` and in the two before, by project and event; nothing where the month has no event."""
    this = on.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    before = (last - timedelta(days=1)).replace(day=1)
    with connection.cursor() as cursor:
        given = {
            "this": this,
            "last": last,
            "before": before,
            "on": on,
            "kinds": sorted(kinds),
            "regions": sorted(set(region_ids) & user.region_ids),
        }
        cursor.execute(MONTHS, given)
        names = ("project_id", "event", "this_month", "last_month", "month_before", "fallen")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def list_signals(user: Actor, region: Region, on: date) -> list[Signal]:
    """What the books say of the projects of a region and all below it, the gravest first. Nothing is kept."""
    return scan_regions(user, region, on)[1]


def scan_regions(
    user: Actor, region: Region, on: date, told: Callable[[int, str], None] | None = None
) -> tuple[int, list[Signal]]:
    """How many projects were looked over, and what the books say of them. told: after which book, and what is begun."""
    ids = below(user, region)
    known = project_facts(user, ids, on)
    months = _months(user, ids, on, {code for watch in all_watches() for code in watch.of})
    rows, found = rows_with_keys(known), []
    with closing(engines.connect()) as engine:  # one for all books: opening it costs more than most of them
        for place, watch in enumerate(all_watches()):
            if told:
                told(place, f"正在核对{watch.label}")
            found += scan_rows(watch, rows if watch.each == "project" else _rows(watch, months, known), on, engine)
    order = {colour: place for place, colour in enumerate(("红", "橙", "黄", "蓝", "绿", ""))}
    return len(known), sorted(found, key=lambda one: (order[one.colour], one.project_id))


def _rows(
    watch: BookWatch, months: list[dict[str, Any]], known: Mapping[int, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    made = []
    for month in months:
        pk, kind = month["project_id"], load_event_kinds()[month["event"]]
        if pk in known and kind.code in watch.of:
            unit_name = kind.unit_for(known[pk]["kind"])
            whole = unit_of_measure(unit_name).factor == 1
            amounts = {
                name: month[name] if whole else exact_text(month[name], unit_name)
                for name in ("this_month", "last_month", "month_before", "fallen")
            }
            made.append(
                known[pk] | amounts | {"key": f"{pk}/{kind.code}", "id": pk, "what": kind.label, "unit_name": unit_name}
            )
    return made


def rows_with_keys(known: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"key": str(pk), "id": pk} for pk, row in known.items()]


def scan_rows(watch: BookWatch, rows: list[dict[str, Any]], on: date, engine: Any = None) -> list[Signal]:
    """Run a book over rows; a signal for each warning that holds and each check that fails. What cannot be told says nothing."""
    rows = [row for row in rows if row["kind"] in watch.kinds]
    found = []
    for book, mine in _by_book(watch, rows, on):
        run = running.run_rows(book, [_inputs(book, row) for row in mine], on=on, key="key", connection=engine)
        everything = (1 << len(book.conditions)) - 1
        for row, outcome, (*_, failed, unknown) in zip(mine, run.rows, run.results, strict=True):
            if book.kind == "warning" and failed | unknown != everything:
                found.append(Signal(watch, row["id"], row["region_id"], outcome.warning, outcome, row))
            elif book.kind != "warning" and failed:
                found += [
                    Signal(watch, row["id"], row["region_id"], book.conditions[name], outcome, row)
                    for name in outcome.failed
                ]
    return found


def _inputs(book: Book, row: Mapping[str, Any]) -> dict[str, Any]:
    check_inputs(book, row)
    return {name: row[name] for name in book.inputs} | {"key": row["key"]}


def check_inputs(book: Book, known: Collection[str]) -> None:
    """Refused PROJ-030 when the book asks for what the project library does not know."""
    if strange := [name for name in book.inputs if name not in known]:
        what = f"项目台账没有这些输入：{'、'.join(strange)}。"
        raise Refused(
            Problem(
                "PROJ-030",
                f"《{book.title}》（{book.file}）",
                what,
                "请改用项目台账能给出的输入，见 docs/projects.md。",
            )
        )


def _by_book(watch: BookWatch, rows: list[dict[str, Any]], on: date) -> list[tuple[Book, list[dict[str, Any]]]]:
    """The rows with the book of their region; those of regions without a book in force are passed over."""
    found = watching_books(watch, {row["region_id"] for row in rows}, on)
    of_region = {pk: place for place, (_, ids) in enumerate(found) for pk in ids}
    groups: list[tuple[Book, list[dict[str, Any]]]] = [(book, []) for book, _ in found]
    for row in rows:
        if (place := of_region.get(row["region_id"])) is not None:
            groups[place][1].append(row)
    return groups


def watching_books(watch: BookWatch, region_ids: Collection[int], on: date) -> list[tuple[Book, list[int]]]:
    """The books of a watch that are in force in these regions on that day, each with its regions. Regions without one are passed over."""
    books, groups = book_library(), dict[str, tuple[Book, list[int]]]()
    own = any(book.regions for book in books.books if (book.kind, book.subject) == (watch.kind, watch.subject))
    regions = places.region_tree().by_id
    for pk in sorted(region_ids):
        try:
            book = books.find(watch.kind, watch.subject, places.region_path_codes(regions[pk]) if own else [], on)
        except Refused as refused:
            if {problem.code for problem in refused.problems} - NOT_IN_FORCE:
                raise
            if own:
                continue
            return []
        if not own:
            return [(book, sorted(region_ids))]
        groups.setdefault(book.digest, (book, []))[1].append(pk)
    return list(groups.values())


def signal_against(user: Actor, ledger: str, project: Project, on: date) -> Signal | None:
    """What the ledger's book says of one project now; None when it has nothing against it any more."""
    known = project_facts(user, [project.region_id], on, project.pk)
    found = scan_rows(ledger_watches()[ledger], rows_with_keys(known), on)
    return found[0] if found else None


def ledger_names() -> dict[str, str]:
    """What people call a ledger, by the subject of the book that opens its entries; a place's own book does not rename everybody's."""
    books = sorted(book_library().books, key=lambda book: not book.regions)
    return {book.subject: book.title for book in books}
