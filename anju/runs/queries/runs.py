"""Reading runs. The user comes first; what is outside their regions is not found. Nothing here writes."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Operator, visible
from anju.rules.book.display import number_text
from anju.rules.engine import outcome as outcome_engine
from anju.rules.engine import running
from anju.rules.explanation.explain import Explained, explain_row
from anju.runs.models import Run
from anju.runs.queries import books
from anju.runs.queries.findings import Finding, Pending, severity


def runs(user: Operator, region: Region | None = None, period: str = "", kind: str = "") -> QuerySet[Run]:
    """The newest first, without the bytes."""
    found = visible(Run.objects.defer("outputs", "rows"), user).select_related("region")
    wanted = {name: value for name, value in (("region", region), ("period", period), ("kind", kind)) if value}
    return found.filter(**wanted)


def run(user: Operator, pk: int) -> Run:
    """Run.DoesNotExist outside the user's regions."""
    return visible(Run.objects.select_related("region", "book"), user).get(pk=pk)


def newest(user: Operator, kind: str, subject: str, region: Region, period: str) -> Run | None:
    """The run that stands for this book, region and period."""
    found = visible(Run.objects.select_related("region", "book"), user)
    return found.filter(kind=kind, subject=subject, region=region, period=period).order_by("-id").first()


def standing(user: Operator, region: Region, period: str, kinds: Iterable[str] = ("warning", "check")) -> list[Run]:
    """The newest run of every subject of these kinds for a region and period, without what went in and came out."""
    mine = visible(Run.objects.filter(region=region, period=period, kind__in=kinds), user)
    ids = mine.values("kind", "subject").annotate(newest=Max("id")).values("newest")
    return list(Run.objects.filter(pk__in=ids).defer("rows", "outputs").order_by("id"))


def findings(user: Operator, region: Region, period: str, kinds: Iterable[str] = ("warning", "check")) -> list[Finding]:
    """What the standing warnings and checks of a region found, the gravest first."""
    return found_by(*standing(user, region, period, kinds))


def pending(*ran: Run) -> list[Pending]:
    """Rows of these runs of which something cannot be told, with what lacks."""
    return [Pending(one.kind, one.subject, one.title, **said) for one in ran for said in one.pending]


def found_by(*ran: Run) -> list[Finding]:
    """The gravest first."""
    return sorted(
        (
            Finding(kind=one.kind, subject=one.subject, title=one.title, run_id=one.pk, **said)
            for one in ran
            for said in one.findings
        ),
        key=severity,
    )


def outcome(run: Run) -> dict[str, dict[str, str]]:
    """The kept result: row key → name → exact text (empty: unknown)."""
    lines = csv.DictReader(io.StringIO(bytes(run.outputs).decode("utf-8"), newline=""))
    return {line.pop("key"): line for line in lines}


def again(user: Operator, run: Run, engine: str = "duckdb", connection: Any = None) -> outcome_engine.Run:
    """The run once more, from the kept book and the kept inputs."""
    rows = [{"key": row["key"]} | {name: fact["value"] for name, fact in row["facts"].items()} for row in run.rows]
    return running.run(books.read(run.book), rows, on=run.on, key="key", engine=engine, connection=connection)


def explanation(user: Operator, run: Run, key: str = "") -> list[Explained]:
    """One row (the only one, unless a key is given) step by step: formula, figures put in, value, clause, lost points."""
    done = again(user, run)
    return explain_row(done.row(key) if key else done.rows[0])


# -- a score table as the document prints it


@dataclass(frozen=True)
class Item:
    """A criterion: what of the row's points it is, and how it came out."""

    name: str
    label: str
    points: str
    score: str
    lost: str
    sentence: str
    formula: str
    substituted: str
    assumed: bool


@dataclass(frozen=True)
class Line:
    """A row of the official table (二级指标). span: rows under the same 一级指标, 0 when it is not the first. score "" is unknown."""

    first: str
    first_points: str
    span: int
    second: str
    points: str
    standard: str
    score: str
    assumed: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class ScoreTable:
    """lost: a sentence for every lost point; unknown: for everything that could not be told; assumed: labels of 推定 inputs."""

    run: Run
    title: str
    rows: tuple[Line, ...]
    points: str
    total: str
    lost: tuple[str, ...]
    unknown: tuple[str, ...]
    assumed: tuple[str, ...]


def score_table(user: Operator, run: Run) -> ScoreTable:
    """The run of a score book laid out as its published table."""
    done = again(user, run)
    row, book = done.rows[0], done.book
    told = {one.name: one for one in explain_row(row)}
    facts = run.rows[0]["facts"]
    assumed = {name for name, fact in facts.items() if fact.get("assumed")}
    groups: dict[tuple[str, ...], list[Any]] = {}
    for step in book.criteria.values():
        groups.setdefault(step.under, []).append(step)
    firsts: dict[str, list[Any]] = {}
    for under, steps in groups.items():
        firsts.setdefault(under[0], []).extend(steps)
    lines = []
    opened: set[str] = set()
    for under, steps in groups.items():
        items = tuple(
            Item(
                name=step.name, label=step.label, points=_points([step]), score=row.text(step.name), lost=told[step.name].lost, sentence=told[step.name].sentence,
                formula=told[step.name].formula, substituted=told[step.name].substituted, assumed=bool(assumed & set(books.inputs_of(book, step.name))),
            )
            for step in steps
        )  # fmt: skip
        span = 0 if under[0] in opened else sum(1 for other in groups if other[0] == under[0])
        opened.add(under[0])
        standard = "；".join(step.standard for step in steps)
        lines.append(
            Line(
                first=under[0], first_points=_points(firsts[under[0]]), span=span, second=under[-1], points=_points(steps), standard=standard, score=_summed(row, steps),
                assumed=any(item.assumed for item in items), items=items,
            )
        )  # fmt: skip
    unknown = (
        []
        if row.values["total"] is not None
        else [*dict.fromkeys(text for fact in facts.values() for text in fact.get("missing", ()))]
    )
    return ScoreTable(
        run=run,
        title=book.title,
        rows=tuple(lines),
        points=_points(book.criteria.values()),
        total=row.text("total"),
        lost=tuple(item.sentence for line in lines for item in line.items if item.lost),
        unknown=tuple(unknown),
        assumed=tuple(book.inputs[name].label for name in book.inputs if name in assumed),
    )


def _points(steps: Iterable[Any]) -> str:
    return f"{sum(step.points for step in steps).normalize():f}"


def _summed(row: outcome_engine.RunRow, steps: list[Any]) -> str:
    """The row's score: exact sum of its criteria; unknown when one is."""
    values = [row.values[step.name] for step in steps]
    if any(value is None for value in values):
        return ""
    scales = [row.run.scales[step.name] for step in steps]
    places = max(scales)
    total = sum(value * 10 ** (places - scale) for value, scale in zip(values, scales, strict=True))
    return number_text(total, places, min(places, 2), "")
