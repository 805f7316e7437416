"""Quota documents, and of each line received what was handed on, what is left, since when and until when."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from anju.core.ledgers import Item, ledger
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.funds.catalogue import LEDGER, fund_sources
from anju.funds.models import QuotaDocument, QuotaLine, QuotaRecall
from anju.quantities import exact_text
from anju.rules.book.schema import Book
from anju.rules.engine.outcome import OutcomeRow
from anju.rules.engine.running import run_quickest
from anju.rules.explanation.explain import fill_sentence
from anju.runs.queries.books import find_book_if_any

BOOK = "quota-undistributed"  # the book of the clock: until when what was received is handed on
LATE = "红"  # the colour in which it tells what is late


def list_documents(user: Actor, region: Region) -> QuerySet[QuotaDocument]:
    """Those of a region's own ledger and those that gave it something, the newest first."""
    lines, recalls = (one.objects.filter(region=region).values("document") for one in (QuotaLine, QuotaRecall))
    rows = seen_documents(user).filter(Q(region=region) | Q(pk__in=lines) | Q(pk__in=recalls))
    return rows.select_related("region")


def find_document(user: Actor, pk: int) -> QuotaDocument:
    """QuotaDocument.DoesNotExist unless it stands in one of their regions' ledgers or gave one of them something."""
    return seen_documents(user).select_related("region", "follows", "file").get(pk=pk)


def seen_documents(user: Actor) -> QuerySet[QuotaDocument]:
    """In their regions' ledgers, or of a line or a recall of theirs."""
    rows = visible_rows(QuotaDocument.objects.all(), user)
    theirs = [visible_rows(one.objects.all(), user).values("document") for one in (QuotaLine, QuotaRecall)]
    return rows | QuotaDocument.objects.filter(Q(pk__in=theirs[0]) | Q(pk__in=theirs[1]))


def find_line(user: Actor, pk: int) -> QuotaLine:
    return visible_rows(QuotaLine.objects.select_related("document", "region"), user).get(pk=pk)


def lines_of(user: Actor, document: QuotaDocument) -> QuerySet[QuotaLine]:
    """Its lines that the user sees: of a paper to thirteen counties a county sees its own."""
    return visible_rows(document.lines.select_related("region", "taken_from__document"), user)


def list_items(user: Actor, region: Region, year: int | None) -> list[Item]:
    """The projects that money of a budget year may be assigned to; none where there are regions below, which assign to their own."""
    if year is None or tree.child_regions(user, region):
        return []
    projects = ledger(LEDGER)
    return projects.lines(user, region, projects.kinds(), date(year, 1, 1), date(year, 12, 31))


def recalls_of(user: Actor, document: QuotaDocument) -> QuerySet[QuotaRecall]:
    """What it took back, of the lines that the user sees."""
    rows = document.recalls.select_related("region", "line__document", "line__region")
    return visible_rows(rows, user)


def budget_years(user: Actor, region: Region) -> list[int]:
    """Of what stands in a region's ledger or came to it, the newest first."""
    years = list_documents(user, region).order_by().values_list("budget_year", flat=True)
    return sorted(set(years), reverse=True)


def standing_lines() -> QuerySet[QuotaLine]:
    """Without those of documents that are void."""
    return QuotaLine.objects.filter(document__voided_at=None)


def received_lines(user: Actor, regions: Collection[Region], year: int | None = None) -> QuerySet[QuotaLine]:
    """What regions received: from outside of the ledger, or from the level above; never what they assigned to their own projects."""
    rows = visible_rows(standing_lines().filter(region__in=regions, item=None), user)
    rows = rows.select_related("document", "region")
    return rows if year is None else rows.filter(document__budget_year=year)


@dataclass(frozen=True)
class HeldQuota:
    """A line with what became of it. until: the day on which the last of it was handed on, today while something is left.

    outcome: what the book of the clock says of it; None when no book is in force.
    """

    line: QuotaLine
    given: int
    assigned: int
    recalled: int
    until: date
    outcome: OutcomeRow | None = None

    @property
    def left(self) -> int:
        return self.line.amount - self.recalled - self.given - self.assigned

    @property
    def age_days(self) -> int | None:
        """Days since it was received, until nothing was left of it; None while nobody stamped its receipt."""
        return None if self.line.received_on is None else (self.until - self.line.received_on).days

    @property
    def css(self) -> str:
        colour = self.outcome.colour if self.outcome is not None else ""
        return "bad" if colour == LATE else "warn" if colour else ""

    @property
    def says(self) -> str:
        """The book's sentence on what is late or nearly so; "" when there is nothing to say."""
        if self.outcome is None or not self._held:
            return ""
        return fill_sentence(self.outcome, self.outcome.run.book.conditions[self._held[0]].says)

    @property
    def _held(self) -> list[str]:
        return self.outcome.held if self.outcome is not None else []


def held_quotas(user: Actor, regions: Collection[Region], on: date, year: int | None = None) -> list[HeldQuota]:
    """Every line received by these regions, the oldest first, with what was handed on of it: four statements, and the books of the clock."""
    lines = list(received_lines(user, regions, year).order_by("received_on", "document_id", "id"))
    moved = quota_moves(user, [line.pk for line in lines])
    held = []
    for line in lines:
        move = moved.get(line.pk, QuotaMove())
        one = HeldQuota(line, move.given, move.assigned, move.recalled, move.last or on)
        held.append(replace(one, until=on) if one.left else one)
    judged = _judgements(regions, held, on)
    return [replace(one, outcome=judged.get(one.line.pk)) for one in held]


@dataclass
class QuotaMove:
    """What was handed down of a line, assigned, and taken back from it, in 分. last: the day of the last of these papers."""

    given: int = 0
    assigned: int = 0
    recalled: int = 0
    last: date | None = None


def quota_moves(user: Actor, line_ids: Collection[int]) -> dict[int, QuotaMove]:
    """By line. What came back from below counts as not handed on: three statements."""
    moved: dict[int, QuotaMove] = defaultdict(QuotaMove)
    recalls = QuotaRecall.objects.filter(document__voided_at=None)
    parts = visible_rows(standing_lines().filter(taken_from__in=line_ids), user)
    for above, item, amount, dated in parts.values_list("taken_from__pk", "item", "amount", "document__dated"):
        _add(moved[above], item is not None, amount, dated)
    back = visible_rows(recalls.filter(line__taken_from__in=line_ids), user)
    for above, item, amount, dated in back.values_list(
        "line__taken_from__pk", "line__item", "amount", "document__dated"
    ):
        _add(moved[above], item is not None, -amount, dated)
    own = visible_rows(recalls.filter(line__in=line_ids), user)
    for line, amount, dated in own.values_list("line", "amount", "document__dated"):
        moved[line].recalled += amount
        moved[line].last = max(moved[line].last or dated, dated)
    return moved


def recallable_lines(user: Actor, region: Region, year: int) -> list[tuple[QuotaLine, int]]:
    """What may go back: of a region's own lines, its projects' and those of one level below, each with what is left of it, in 分."""
    places = [region, *tree.child_regions(user, region)]
    of_places = (
        standing_lines().filter(region__in=places, document__budget_year=year).select_related("document", "region")
    )
    lines = list(visible_rows(of_places, user).order_by("region__order", "region_id", "document__dated", "id"))
    left = lines_left(user, lines)
    return [
        (line, left[line.pk]) for line in lines if left[line.pk] and (line.item is None or line.region_id == region.pk)
    ]


def lines_left(user: Actor, lines: Collection[QuotaLine]) -> dict[int, int]:
    """What is left of each line, in 分."""
    moved = quota_moves(user, [line.pk for line in lines])
    left = {}
    for line in lines:
        move = moved.get(line.pk, QuotaMove())
        left[line.pk] = line.amount - move.given - move.assigned - move.recalled
    return left


def _add(move: QuotaMove, assigned: bool, amount: int, dated: date) -> None:
    if assigned:
        move.assigned += amount
    else:
        move.given += amount
    move.last = max(move.last or dated, dated)


def _judgements(regions: Collection[Region], held: list[HeldQuota], on: date) -> dict[int, OutcomeRow]:
    """What the book of the clock in force in each region says of its lines; of several regions with one book in one run."""
    books: dict[str, Book] = {}
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    book_of = {region.pk: find_book_if_any("warning", BOOK, region, on) for region in regions}
    for one in held:
        book = book_of[one.line.region_id]
        if book is not None:
            books[book.digest] = book
            rows[book.digest].append(
                {
                    "line": str(one.line.pk), "place": one.line.region.name, "number": one.line.document.number,
                    "received_on": one.line.received_on, "until": one.until, "left_amount": exact_text(one.left, "万元"),
                }
            )  # fmt: skip
    return {
        int(row.key): row
        for digest, book in books.items()
        for row in run_quickest(book, rows[digest], on=on, key="line").rows
    }


@dataclass(frozen=True)
class SourceTotal:
    """One source's money in a region, in 分: received and not taken back, handed down, assigned to projects, left."""

    source: str
    received: int
    given: int
    assigned: int

    @property
    def left(self) -> int:
        return self.received - self.given - self.assigned


def source_totals(held: list[HeldQuota]) -> list[SourceTotal]:
    """In the order of sources.yaml. What a level hands down is received below and counts there; a sum over levels would count it twice."""
    sums: dict[str, list[int]] = {}
    for one in held:
        row = sums.setdefault(one.line.source, [0, 0, 0])
        row[0] += one.line.amount - one.recalled
        row[1] += one.given
        row[2] += one.assigned
    return [SourceTotal(source, *sums[source]) for source in fund_sources() if source in sums]


@dataclass(frozen=True)
class PlaceTotal:
    """What one place below received and still holds, in 分. unsigned: lines whose receipt nobody stamped; late: those the book calls late."""

    region: Region
    received: int
    left: int
    unsigned: int
    late: int
    oldest: int | None  # days


def place_totals(held: Collection[HeldQuota]) -> list[PlaceTotal]:
    """Of the lines of several places, by place in their order."""
    places: dict[int, list[HeldQuota]] = defaultdict(list)
    for one in held:
        places[one.line.region_id].append(one)
    totals = []
    for lines in places.values():
        ages = [one.age_days for one in lines if one.left and one.age_days is not None]
        totals.append(
            PlaceTotal(
                lines[0].line.region, sum(one.line.amount - one.recalled for one in lines), sum(one.left for one in lines),
                sum(one.line.received_on is None for one in lines), sum(one.css == "bad" for one in lines), max(ages, default=None),
            )
        )  # fmt: skip
    return sorted(totals, key=lambda one: (one.region.order, one.region.pk))


def advances(user: Actor, region: Region) -> list[QuotaDocument]:
    """Advance notices (提前下达) that a formal quota of that region may complete."""
    rows = visible_rows(
        QuotaDocument.objects.filter(region=region, way=QuotaDocument.Way.RECEIVED, voided_at=None), user
    )
    done = QuotaDocument.objects.filter(voided_at=None, follows__isnull=False).values("follows")
    return list(rows.filter(stage=QuotaDocument.Stage.ADVANCE).exclude(pk__in=done))


def waiting_documents(user: Actor, region: Region) -> QuerySet[QuotaDocument]:
    """What rests on a paper alone and waits for a second person, there and below."""
    rows = QuotaDocument.objects.filter(
        known=QuotaDocument.Known.PAPER,
        confirmed_at=None,
        voided_at=None,
        region_id__in=tree.region_ids_below(user, region) | {region.pk},
    )
    return visible_rows(rows, user).select_related("region")
