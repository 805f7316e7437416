"""References to figures of this room: bench:140525, how many there are in a region."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Self

from anju.core.people.scope import Actor
from anju.core.regions import tree
from anju.figures.figure import DerivedFigure, Figure, derive_figure
from anju.figures.references import FigureReference, ReferenceKind
from anju.quantities import unit_of_measure
from tests.rooms.tiny.queries import benches


@dataclass(frozen=True, slots=True)
class BenchReference(FigureReference):
    """The benches of a region."""

    prefix = "bench"

    region: str

    @classmethod
    def read(cls, body: str) -> Self | None:
        return cls(body) if body.isdecimal() else None

    def write(self) -> str:
        return self.region


def kinds() -> tuple[ReferenceKind, ...]:
    return (ReferenceKind(BenchReference, counted),)


def counted(user: Actor, reference: BenchReference) -> DerivedFigure:
    region = tree.find_region(user, reference.region, date(2022, 12, 31))
    count = sum(bench.region_id == region.pk for bench in benches(user))
    blank = Figure("", "长椅", region, "2022", kind="stock", family="1")
    return derive_figure(blank, "长椅总数", Fraction(count * unit_of_measure("1").factor), (), reference, "逐张清点")
