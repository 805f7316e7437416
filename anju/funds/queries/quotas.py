"""Quota documents, and of each line received what was handed on, what is left, since when and until when."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from anju.core.ledgers import Item, ledger
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions import tree
from anju.funds.catalogue import LEDGER
from anju.funds.models import QuotaDocument, QuotaLine
from anju.quantities import exact_text
from anju.rules.engine.outcome import OutcomeRow
from anju.rules.engine.running import run_quickest
from anju.rules.explanation.explain import fill_sentence
from anju.runs.queries.books import find_book_if_any

BOOK = "quota-undistributed"  # the book of the clock: until when what was received is handed on
WRONG = ("held_late",)  # its conditions that are told in red, the others in yellow


def list_documents(user: Actor, region: Region, year: int | None = None) -> QuerySet[QuotaDocument]:
    """Those of a region's own ledger and those that gave it something, the newest first."""
    of_region = Q(region=region) | Q(lines__region=region)
    rows = QuotaDocument.objects.filter(
        of_region, Q(region_id__in=user.region_ids) | Q(lines__region_id__in=user.region_ids)
    )
    return (rows if year is None else rows.filter(budget_year=year)).distinct().select_related("region")


def find_document(user: Actor, pk: int) -> QuotaDocument:
    """QuotaDocument.DoesNotExist unless it stands in one of their regions' ledgers or gave one of them something."""
    rows = QuotaDocument.objects.filter(Q(region_id__in=user.region_ids) | Q(lines__region_id__in=user.region_ids))
    return rows.distinct().select_related("region", "follows").get(pk=pk)


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


def budget_years(user: Actor, region: Region) -> list[int]:
    """Of what stands in a region's ledger or came to it, the newest first."""
    years = list_documents(user, region).order_by().values_list("budget_year", flat=True)
    return sorted(set(years), reverse=True)


def received_lines(user: Actor, region: Region, year: int | None = None) -> QuerySet[QuotaLine]:
    """What a region received: from outside of the ledger, or from the level above; never what it assigned to its own projects."""
    rows = visible_rows(QuotaLine.objects.filter(region=region, item=None), user).select_related("document", "region")
    return rows if year is None else rows.filter(document__budget_year=year)


@dataclass(frozen=True)
class HeldQuota:
    """A line with what became of it. until: the day on which the last of it was handed on, today while something is left.

    outcome: what the book of the clock says of it; None when no book is in force.
    """

    line: QuotaLine
    given: int
    assigned: int
    until: date
    outcome: OutcomeRow | None = None

    @property
    def left(self) -> int:
        return self.line.amount - self.given - self.assigned

    @property
    def age_days(self) -> int | None:
        """Days since it was received, until nothing was left of it; None while nobody stamped its receipt."""
        return None if self.line.received_on is None else (self.until - self.line.received_on).days

    @property
    def css(self) -> str:
        return "" if not self._held else "bad" if self._held[0] in WRONG else "warn"

    @property
    def says(self) -> str:
        """The book's sentence on what is late or nearly so; "" when there is nothing to say."""
        if self.outcome is None or not self._held:
            return ""
        return fill_sentence(self.outcome, self.outcome.run.book.conditions[self._held[0]].says)

    @property
    def _held(self) -> list[str]:
        return self.outcome.held if self.outcome is not None else []


def held_quotas(user: Actor, region: Region, on: date, year: int | None = None) -> list[HeldQuota]:
    """Every line received by a region, the oldest first, with what was handed on of it: three statements, and the book."""
    lines = list(received_lines(user, region, year).order_by("received_on", "document_id", "id"))
    parts = visible_rows(QuotaLine.objects.filter(taken_from__in=[line.pk for line in lines]), user)
    taken: dict[int, tuple[int, int, date]] = {}
    for above, item, amount, dated in parts.values_list("taken_from_id", "item", "amount", "document__dated"):
        given, assigned, last = taken.get(above, (0, 0, dated))
        to_project = item is not None
        taken[above] = (
            given + (0 if to_project else amount),
            assigned + (amount if to_project else 0),
            max(last, dated),
        )
    held = []
    for line in lines:
        given, assigned, last = taken.get(line.pk, (0, 0, on))
        held.append(HeldQuota(line, given, assigned, on if given + assigned < line.amount else last))
    return _judged(region, held, on)


def _judged(region: Region, held: list[HeldQuota], on: date) -> list[HeldQuota]:
    book = find_book_if_any("warning", BOOK, region, on)
    if book is None or not held:
        return held
    rows = [
        {
            "line": str(one.line.pk), "place": region.name, "number": one.line.document.number, "received_on": one.line.received_on,
            "until": one.until, "left_amount": exact_text(one.left, "万元"),
        }
        for one in held
    ]  # fmt: skip
    judged = {row.key: row for row in run_quickest(book, rows, on=on, key="line").rows}
    return [HeldQuota(one.line, one.given, one.assigned, one.until, judged[str(one.line.pk)]) for one in held]


@dataclass(frozen=True)
class SourceTotal:
    """One source's money in a region, in 分: received, handed down, assigned to projects, left."""

    source: str
    received: int
    given: int
    assigned: int

    @property
    def left(self) -> int:
        return self.received - self.given - self.assigned


def source_totals(held: list[HeldQuota]) -> list[SourceTotal]:
    """In the order of the catalogue. What a level hands down is received below and counts there; a sum over levels would count it twice."""
    sums: dict[str, list[int]] = {}
    for one in held:
        row = sums.setdefault(one.line.source, [0, 0, 0])
        row[0] += one.line.amount
        row[1] += one.given
        row[2] += one.assigned
    return [SourceTotal(source, *row) for source, row in sums.items()]


def advances(user: Actor, region: Region) -> list[QuotaDocument]:
    """Advance notices (提前下达) that a formal quota of that region may complete."""
    rows = visible_rows(QuotaDocument.objects.filter(region=region, way=QuotaDocument.Way.RECEIVED), user)
    return list(rows.filter(stage=QuotaDocument.Stage.ADVANCE))


def waiting_documents(user: Actor, region: Region) -> QuerySet[QuotaDocument]:
    """What rests on a paper alone and waits for a second person, there and below."""
    rows = QuotaDocument.objects.filter(
        known=QuotaDocument.Known.PAPER,
        confirmed_at=None,
        region_id__in=tree.region_ids_below(user, region) | {region.pk},
    )
    return visible_rows(rows, user).select_related("region")
