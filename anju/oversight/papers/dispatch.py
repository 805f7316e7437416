"""The dispatch pack (调度材料) of a week, a month or a quarter: progress and ranking, gaps to the node, what changed, what is overdue, matters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from anju import periods
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.documents import kinds
from anju.documents.kinds import DocumentKind
from anju.documents.layout import annex
from anju.documents.models import Document
from anju.documents.queries import documents
from anju.documents.styles.sources import PaperReminder, PaperRequest
from anju.figures.figure import DerivedFigure, Figure, derive_figure
from anju.figures.models import Observation
from anju.figures.queries import current, latest
from anju.figures.queries.changes import added_since, figure_before_correction
from anju.figures.queries.current import FigureMapping
from anju.figures.queries.latest import LatestFigures
from anju.figures.references import MeasureReference, ReferenceKind
from anju.figures.tasks import tasks as all_tasks
from anju.figures.tasks import tasks_of
from anju.oversight.queries import overdue
from anju.problems import ASK, Problem
from anju.quantities import unit_of_measure

DECLARED = Path(__file__).with_name("dispatch.yaml")
PACKS = ("dispatch-week", "dispatch-month", "dispatch-quarter")
ONE = unit_of_measure("1").factor


def pack_kinds() -> list[DocumentKind]:
    """The kinds of packs: a style and its variants (styles/dispatch.yaml)."""
    return [kinds.find_kind(code) for code in PACKS]


@dataclass(frozen=True, slots=True)
class RankReference(MeasureReference):
    """The rank of a place by a rate: rank:shanty.start.rate@140502/2021-08."""

    prefix = "rank"


@dataclass(frozen=True)
class DispatchTask:
    """One task of the year, with what every place did of it."""

    said: dict[str, str]
    actual: dict[int, Figure]
    target: dict[int, Figure]
    rate: dict[int, Figure]

    @property
    def code(self) -> str:
        return self.said["actual"]

    @property
    def told(self) -> bool:
        return any(one.known for one in self.actual.values())


@dataclass(frozen=True)
class RankedPlace:
    """One place of a ranking. rank is None for who is not ranked."""

    region: Region
    rate: Figure
    rank: DerivedFigure


@dataclass
class Ranking:
    """Dense: equal rates share a rank and the next one follows at once. unknown: asked and not reported; idle: nothing was asked."""

    name: str
    code: str
    places: list[RankedPlace] = field(default_factory=list)
    unknown: list[Region] = field(default_factory=list)
    idle: list[Region] = field(default_factory=list)

    @property
    def ties(self) -> list[list[RankedPlace]]:
        """The places by rank, those of one rank together."""
        grouped: dict[int, list[RankedPlace]] = {}
        for one in self.places:
            grouped.setdefault(one.rank.value, []).append(one)
        return list(grouped.values())


@dataclass(frozen=True)
class PlaceIncrease:
    """What one place did since the last pack. more is unknown when there was no new report."""

    then: Figure
    now: Figure
    more: DerivedFigure


@dataclass
class SinceLastPack:
    """The last pack of the kind, what changed since, and what of it was corrected afterwards: (as it was printed, as it stands)."""

    document: Document
    changes: dict[str, dict[int, PlaceIncrease]] = field(default_factory=dict)
    corrected: list[tuple[Figure, Figure]] = field(default_factory=list)


@dataclass
class PackFigures:
    """What the lists of a pack have in common, read once for a writing."""

    since: SinceLastPack | None
    late: overdue.OverdueList


def pack_figures(request: PaperRequest) -> PackFigures:
    if "dispatch" not in request.memo:
        user, region = request.user, request.region
        on = periods.period_end(request.period)
        listed = [region, *tree.child_regions(user, region, on)]
        since = changes_since_last(user, request.kind, region, request.period, listed)
        request.memo["dispatch"] = PackFigures(since, overdue.list_overdue(user, region, on))
    found: PackFigures = request.memo["dispatch"]
    return found


def read_tasks(user: Actor, listed: Sequence[Region], on: Any) -> list[DispatchTask]:
    """Every declared task as it stood on that day: the newest report up to it, against the year's target."""
    said = tasks_of(annex.read_declarations(DECLARED)["tasks"])
    done = latest.latest_figures(user, [one["actual"] for one in said], listed, on)
    when = {one["rate"]: done.period(one["actual"]) or done.year for one in said}
    found = current.current_figures(
        user, [*when, *(one["target"] for one in said)], listed, {done.year, *when.values()}
    )
    return [build_task(one, done, found, when[one["rate"]], listed) for one in said]


def build_task(
    one: dict[str, str], done: LatestFigures, found: FigureMapping, when: str, listed: Sequence[Region]
) -> DispatchTask:
    actual = {place.pk: done(one["actual"], place) for place in listed}
    target = {place.pk: found(one["target"], place, done.year) for place in listed}
    rates = {place.pk: found(one["rate"], place, when) for place in listed}
    for pk, figure in actual.items():
        if isinstance(figure, DerivedFigure):  # a sum of parts: the catalogue's own rate knows nothing of it
            rates[pk] = latest.rate_figure(one["rate"], figure, target[pk], rates[pk])
    return DispatchTask(one, actual, target, rates)


def rank_places(tasks: list[DispatchTask], region: Region, parts: Sequence[Region], period: str) -> Ranking:
    """By the first declared rate that more than one place has."""
    for name in annex.read_declarations(DECLARED)["ranking"]:
        code = all_tasks()[name]["rate"]
        task = next((one for one in tasks if one.said["rate"] == code), None)
        if task is None or sum(task.rate[one.pk].known for one in parts) < 2:
            continue
        made = Ranking(next(task.rate[one.pk].name for one in parts), code)
        known = sorted(
            (one for one in parts if task.rate[one.pk].known), key=lambda one: task.rate[one.pk].exact, reverse=True
        )
        order = sorted({task.rate[one.pk].exact for one in known}, reverse=True)
        for one in known:
            rate = task.rate[one.pk]
            made.places.append(RankedPlace(one, rate, place_rank(rate, order.index(rate.exact) + 1, period)))
        for one in parts:
            asked = task.target[one.pk]
            if not task.rate[one.pk].known:
                (made.unknown if asked.known and asked.exact else made.idle).append(one)
        return made
    return Ranking("", "")


def place_rank(rate: Figure, place: int, period: str) -> DerivedFigure:
    said = f"{rate.name}由高到低的名次；相同的并列，名次连续"
    return derive_figure(
        rate, f"{rate.name}名次", Fraction(place * ONE), (rate,), RankReference(rate.code, rate.region.code, period), said,
        unit="1", family="1", places=0, kind="", period=period,
    )  # fmt: skip


def rank_figure(user: Actor, code: str, region: Region, period: str) -> DerivedFigure:
    """What a reference to a rank means. LookupError when the place has none."""
    if region.parent is None or region.parent_id not in user.region_ids:
        raise LookupError(code)
    on = periods.period_end(period)
    parts = tree.child_regions(user, region.parent, on)
    made = rank_places(read_tasks(user, [region.parent, *parts], on), region.parent, parts, period)
    found = next((one.rank for one in made.places if one.region.pk == region.pk and made.code == code), None)
    if found is None:
        raise LookupError(code)
    return found


def reference_kinds() -> tuple[ReferenceKind, ...]:
    """The references that this room reads."""
    return (ReferenceKind(RankReference, read_rank),)


def read_rank(user: Actor, reference: RankReference) -> DerivedFigure:
    region = tree.find_region(user, reference.region, periods.period_end(reference.period))
    return rank_figure(user, reference.code, region, reference.period)


def last_pack(user: Actor, code: str, region: Region, period: str) -> Document | None:
    """The last pack of the kind in the same year: counts since January do not go over the new year."""
    found = documents.list_documents(user, region, kind=code).exclude(state=Document.WITHDRAWN)
    return found.filter(period__lt=period, period__startswith=period[:4]).order_by("-period", "-id").first()


def changes_since_last(
    user: Actor, code: str, region: Region, period: str, listed: Sequence[Region]
) -> SinceLastPack | None:
    """What was done of each task since the last pack of the kind; None when there was none."""
    before = last_pack(user, code, region, period)
    if before is None:
        return None
    made = SinceLastPack(before)
    codes = [one["actual"] for one in all_tasks().values()]
    now = latest.latest_figures(user, codes, listed, periods.period_end(period))
    then = latest.latest_figures(user, codes, listed, periods.period_end(before.period))
    for one in codes:
        if then.period(one):
            made.changes[one] = {where.pk: place_increase(then(one, where), now(one, where)) for where in listed}
    made.corrected = corrected_figures(
        user, before, [one.then for changed in made.changes.values() for one in changed.values()]
    )
    return made


def place_increase(before: Figure, now: Figure) -> PlaceIncrease:
    return PlaceIncrease(before, now, added_since(now, before))


def corrected_figures(user: Actor, before: Document, figures: list[Figure]) -> list[tuple[Figure, Figure]]:
    """Figures that the last pack printed otherwise than they stand now."""
    printed = {one["ref"]: one["observations"] for one in documents.find_version(user, before).figures}
    other = {}
    for figure in figures:
        cited = printed.get(str(figure.reference))
        if cited and figure.observation_id and figure.observation_id not in cited:
            other[cited[-1]] = figure
    rows = visible_rows(Observation.objects.filter(pk__in=other), user).select_related("measure", "region")
    return [(figure_before_correction(row), other[row.pk]) for row in rows]


def unanswered_reminders(prose: dict[str, Any]) -> list[Problem]:
    """A reminder (OVER-011) for each matter that does not say who answers for it, and by when."""
    told, paragraphs = [], prose.get("matters")
    for number, text in enumerate([paragraphs] if isinstance(paragraphs, str) else paragraphs or [], 1):
        if text.startswith("#"):
            continue
        missing = [word for word in ("责任单位", "时限") if word not in text]
        if missing:
            what = f"没有写明{'、'.join(missing)}。"
            told.append(
                Problem("OVER-011", f"需研究的事项第{number}条", what, "请在句末写（责任单位：…；时限：…）。", ASK)
            )
    return told


MATTERS = PaperReminder("matters", "提请研究的事项写明责任单位和时限", prose=unanswered_reminders)
