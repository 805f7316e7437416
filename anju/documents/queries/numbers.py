"""The register of 文号: which are in use, by the code of an organ and the year, and which nobody has explained."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import QuerySet

from anju.core.models.region import Region
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.documents.models import Document, DocumentNumber
from anju.documents.text.numbering import NumberParts, parse_number, range_text, ranges


@dataclass(frozen=True)
class NumberGap:
    """Serials below the highest of their code and year that no row has."""

    region: Region
    code: str
    year: int
    first: int
    last: int

    @property
    def text(self) -> str:
        return f"{self.code}〔{self.year}〕{range_text(self.first, self.last)}"


@dataclass
class NumberSeries:
    """The numbers of one code and year. rows: by their serial."""

    region: Region
    code: str
    year: int
    rows: list[DocumentNumber] = field(default_factory=list)

    @property
    def gaps(self) -> list[NumberGap]:
        taken = {row.serial for row in self.rows}
        missing = [serial for serial in range(1, max(taken)) if serial not in taken]
        return [NumberGap(self.region, self.code, self.year, first, last) for first, last in ranges(missing)]

    @property
    def next_serial(self) -> int:
        return self.rows[-1].serial + 1

    @property
    def lines(self) -> list[DocumentNumber | NumberGap]:
        """Rows and gaps in the order of their serials, the newest first."""
        listed: list[DocumentNumber | NumberGap] = [*self.rows, *self.gaps]
        return sorted(listed, key=lambda one: -(one.first if isinstance(one, NumberGap) else one.serial))


def list_series(user: Actor, regions: Collection[Region]) -> list[NumberSeries]:
    """Of these regions' own papers, the newest year first."""
    rows = list_numbers(user).select_related("region", "document").order_by("region_id", "-year", "code", "serial")
    listed = rows_within(rows, {one.pk for one in regions})
    return [
        NumberSeries(*key, list(group))
        for key, group in groupby(listed, key=lambda row: (row.region, row.code, row.year))
    ]


def list_gaps(user: Actor, regions: Collection[Region]) -> list[NumberGap]:
    return [gap for series in list_series(user, regions) for gap in series.gaps]


def list_numbers(user: Actor) -> QuerySet[DocumentNumber]:
    return visible_rows(DocumentNumber.objects.all(), user)


def find_number(user: Actor, region: Region, parts: NumberParts) -> DocumentNumber | None:
    """Who has that number, if anybody."""
    taken = list_numbers(user).filter(region=region, code=parts.code, year=parts.year, serial=parts.serial)
    return taken.select_related("document").first()


def shapeless_documents(user: Actor, region: Region) -> list[Document]:
    """Issued papers whose number has not the form 代字〔年份〕顺序号: they stand in no series."""
    issued = visible_rows(Document.objects.filter(region=region).exclude(number=""), user)
    return [one for one in issued if parse_number(one.number) is None]


def suggest_number(user: Actor, region: Region, kind: str, year: int) -> str:
    """The number that the next paper of that kind would have: behind the highest of the code that the last one had. "" before the first."""
    last = visible_rows(Document.objects.filter(region=region).exclude(number=""), user).order_by("-issued_on", "-id")
    for document in (last.filter(kind=kind).first(), last.first()):
        parts = parse_number(document.number) if document else None
        if parts is None:
            continue
        highest = list_numbers(user).filter(region=region, code=parts.code, year=year).order_by("-serial").first()
        return NumberParts(parts.code, year, highest.serial + 1 if highest else 1).text
    return ""
