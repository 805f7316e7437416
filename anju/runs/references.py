"""References to what a run computed: run:12/total, run:12/140502/rate."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from anju.figures.references import FigureReference, ReferenceKind


@dataclass(frozen=True, slots=True)
class StepReference(FigureReference):
    """A step of a run. path: what was computed, with the key of its row before it where the run has several."""

    prefix = "run"
    SHAPE: ClassVar[re.Pattern[str]] = re.compile(r"(?P<run>\d{1,18})[#/](?P<path>.+)", re.ASCII)

    run: int
    path: str

    @classmethod
    def read(cls, body: str) -> Self | None:
        match = cls.SHAPE.fullmatch(body)
        return cls(int(match["run"]), match["path"]) if match else None

    @property
    def row(self) -> str:
        """The key of its row; "" where none is said."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def write(self) -> str:
        return f"{self.run}/{self.path}"


def kinds() -> tuple[ReferenceKind, ...]:
    """A step has a panel of its own (runs/pages/steps.py) and is no figure."""
    return (ReferenceKind(StepReference),)
