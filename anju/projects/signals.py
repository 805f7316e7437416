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

from anju import rules
from anju.core import regions as places
from anju.core.models import Region
from anju.core.scope import Operator
from anju.problems import Problem, Refused
from anju.projects.base import STANDING, below
from anju.projects.events import EVERY, events, shown
from anju.projects.models import Project
from anju.quantities import unit
from anju.rules import engines, telling
from anju.rules.running import RunRow
from anju.rules.schema import Book, Condition
from anju.runs.folders import library

WORKS = tuple(code for code, one in events().items() if one.stage in ("建设", "改造") and code != "stage")
MONEY = ("invest", "pay")


@dataclass(frozen=True)
class Watch:
    """One book that looks at projects. each: project, or event for a row a kind of event."""

    subject: str
    label: str
    kind: str = "warning"
    kinds: tuple[str, ...] = EVERY
    each: str = "project"
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signal:
    """What a book says of a project. Its words are made when they are asked for: of thousands a page shows a hundred."""

    watch: Watch
    project_id: int
    region_id: int
    condition: Condition
    outcome: RunRow
    facts: Mapping[str, Any]

    @property
    def colour(self) -> str:
        return self.condition.colour

    @property
    def propose(self) -> str:
        return self.condition.propose

    @property
    def text(self) -> str:
        return telling.say(self.outcome, self.condition.says)

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


def _watch(said: Mapping[str, Any]) -> Watch:
    return Watch(**{key: tuple(value) if isinstance(value, list) else value for key, value in said.items()})


@cache
def ledgers() -> dict[str, Watch]:
    return {subject: _watch({"subject": subject} | said) for subject, said in _table()["ledgers"].items()}


@cache
def watches() -> tuple[Watch, ...]:
    return tuple(_watch(said) for said in _table()["signals"])


# A project's facts on a day, from what stands of its events. 实物: without what was resettled with money, which is never built.
# Each project's events are fetched by themselves: most projects of a province are closed, and reading the events of all takes a second.
FACTS = f"""
SELECT p.id, p.region_id, r.name, p.name, p.kind, coalesce(p.units, p.households), p.monetised, p.due_on, p.licence <> '' OR e.permits > 0,
  e.started - e.moneyed, e.gathered, e.built, e.finished, e.handed, e.first_start, e.last_works, e.last_stage, e.last_money, p.year
FROM projects_project AS p JOIN core_region AS r ON r.id = p.region_id
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE e.kind = 'permit') AS permits,
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'start'), 0)::bigint AS started,
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'start' AND e.mode = 'monetised'), 0)::bigint AS moneyed,
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'gather'), 0)::bigint AS gathered,
    coalesce(sum(e.amount) FILTER (WHERE e.kind IN ('basic', 'finish') AND e.mode <> 'monetised'), 0)::bigint AS built,
    coalesce(sum(e.amount) FILTER (WHERE e.kind IN ('complete', 'finish')), 0)::bigint AS finished,
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'handover'), 0)::bigint AS handed,
    min(e."on") FILTER (WHERE e.kind = 'start' AND e.amount > 0 AND e.mode <> 'monetised') AS first_start,
    max(e."on") FILTER (WHERE e.kind = ANY(%(works)s) AND (e.amount > 0 OR e.kind = 'accept')) AS last_works,
    max(e."on") FILTER (WHERE e.kind = 'stage' AND NOT EXISTS (SELECT FROM projects_event AS same
      WHERE same.project_id = e.project_id AND same.kind = 'stage' AND same.note = e.note AND (same."on", same.id) < (e."on", e.id))) AS last_stage,
    max(e."on") FILTER (WHERE e.kind = ANY(%(money)s) AND e.amount > 0) AS last_money
  FROM projects_event AS e WHERE e.project_id = p.id AND e."on" <= %(on)s AND {STANDING}
) AS e
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


def facts(
    user: Operator, region_ids: Collection[int], on: date, project_id: int | None = None
) -> dict[int, dict[str, Any]]:
    """Facts of the projects of the plan (在册) of these regions, by project; of one only when named. In plain values; None is unknown."""
    regions = sorted(set(region_ids) & user.region_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            FACTS, {"works": list(WORKS), "money": list(MONEY), "regions": regions, "on": on, "one": project_id}
        )
        return {row[0]: _facts(*row) for row in cursor.fetchall()}


def _facts(
    pk: int, region_id: int, place: str, name: str, kind: str, planned: int | None, monetised: int | None, due_on: date | None,
    permitted: bool | None, started: int | None, gathered: int | None, built: int | None, finished: int | None, handed: int | None,
    first_start: date | None, last_works: date | None, last_stage: date | None, last_money: date | None, year: int | None,
) -> dict[str, Any]:  # fmt: skip
    # What is bought or leased stands already: it is gathered, built and finished at once.
    gathered = gathered or 0
    progress = [day for day in (last_works, last_stage) if day]
    return {
        "region_id": region_id, "kind": kind, "place": place, "project": name, "unit_name": events()["start"].unit_for(kind), "planned": planned,
        "houses": None if planned is None else planned - (monetised or 0), "due_on": due_on, "permitted": bool(permitted),
        "started": (started or 0) + gathered, "built": (built or 0) + gathered, "finished": (finished or 0) + gathered,
        "handed": handed or 0, "first_start": first_start,
        # Nothing was ever built: reckoned from the beginning of the plan's year, so that money spent since is seen.
        "last_progress": max(progress) if progress else date(year, 1, 1) if year else None, "last_money": last_money,
    }  # fmt: skip


def _months(user: Operator, region_ids: Collection[int], on: date, kinds: Iterable[str]) -> list[dict[str, Any]]:
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


def signals(user: Operator, region: Region, on: date) -> list[Signal]:
    """What the books say of the projects of a region and all below it, the gravest first. Nothing is kept."""
    return looked(user, region, on)[1]


def looked(
    user: Operator, region: Region, on: date, told: Callable[[int, str], None] | None = None
) -> tuple[int, list[Signal]]:
    """How many projects were looked over, and what the books say of them. told: after which book, and what is begun."""
    ids = below(user, region)
    known = facts(user, ids, on)
    months = _months(user, ids, on, {code for watch in watches() for code in watch.of})
    rows, found = keyed(known), []
    with closing(engines.connect()) as engine:  # one for all books: opening it costs more than most of them
        for place, watch in enumerate(watches()):
            if told:
                told(place, f"正在核对{watch.label}")
            found += look(watch, rows if watch.each == "project" else _rows(watch, months, known), on, engine)
    order = {colour: place for place, colour in enumerate(("红", "橙", "黄", "蓝", "绿", ""))}
    return len(known), sorted(found, key=lambda one: (order[one.colour], one.project_id))


def _rows(watch: Watch, months: list[dict[str, Any]], known: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for month in months:
        pk, kind = month["project_id"], events()[month["event"]]
        if pk in known and kind.code in watch.of:
            unit_name = kind.unit_for(known[pk]["kind"])
            whole = unit(unit_name).factor == 1
            amounts = {
                name: month[name] if whole else shown(month[name], unit_name)
                for name in ("this_month", "last_month", "month_before", "fallen")
            }
            made.append(
                known[pk] | amounts | {"key": f"{pk}/{kind.code}", "id": pk, "what": kind.label, "unit_name": unit_name}
            )
    return made


def keyed(known: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"key": str(pk), "id": pk} for pk, row in known.items()]


def look(watch: Watch, rows: list[dict[str, Any]], on: date, engine: Any = None) -> list[Signal]:
    """Run a book over rows; a signal for each warning that holds and each check that fails. What cannot be told says nothing."""
    rows = [row for row in rows if row["kind"] in watch.kinds]
    found = []
    for book, mine in _by_book(watch, rows, on):
        run = rules.run(book, [_inputs(book, row) for row in mine], on=on, key="key", connection=engine)
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
    if strange := [name for name in book.inputs if name not in row]:
        what = f"项目台账没有这些输入：{'、'.join(strange)}。"
        raise Refused(
            Problem(
                "PROJ-030",
                f"《{book.title}》（{book.file}）",
                what,
                "请改用项目台账能给出的输入，见 docs/projects.md。",
            )
        )
    return {name: row[name] for name in book.inputs} | {"key": row["key"]}


def _by_book(watch: Watch, rows: list[dict[str, Any]], on: date) -> list[tuple[Book, list[dict[str, Any]]]]:
    """The rows with the book of their region; regions without a book in force are passed over."""
    books, groups = library(), {}
    own = any(book.region for book in books.books if (book.kind, book.subject) == (watch.kind, watch.subject))
    regions = places.known().by_id
    found: dict[int, Book | None] = {}
    for row in rows:
        key = row["region_id"] if own else 0
        if key not in found:
            try:
                found[key] = books.find(watch.kind, watch.subject, places.path_codes(regions[key]) if own else [], on)
            except Refused:
                found[key] = None
        if (book := found[key]) is not None:
            groups.setdefault(book.digest, (book, []))[1].append(row)
    return list(groups.values())


def holds(user: Operator, ledger: str, project: Project, on: date) -> Signal | None:
    """What the ledger's book says of one project now; None when it has nothing against it any more."""
    known = facts(user, [project.region_id], on, project.pk)
    found = look(ledgers()[ledger], keyed(known), on)
    return found[0] if found else None


def ledger_names() -> dict[str, str]:
    """What people call a ledger, by the subject of the book that opens its entries."""
    return {book.subject: book.title for book in library().books}
