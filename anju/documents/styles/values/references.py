"""What a style computes, as it is cited: style:half-year/growth/140500/2021-H1, style:half-year/behind.140502/gap/140500/2021-H1."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from anju.figures.references import FigureReference

if TYPE_CHECKING:
    from anju.documents.styles.values.frames import Frame
    from anju.documents.styles.values.paper import ComputedPaper


@dataclass(frozen=True, slots=True)
class StyleReference(FigureReference):
    """kind: the code of the style; path: the members gone through, each list.key, and the name at the end; region, period: the paper's."""

    prefix = "style"
    SHAPE: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<kind>[a-z][a-z0-9_-]*)/(?P<path>[^@÷+−]+)/(?P<region>[0-9A-Z-]+)/(?P<period>[0-9HQ-]+)"
    )

    kind: str
    path: str
    region: str
    period: str

    @classmethod
    def of(cls, paper: "ComputedPaper", name: str, frame: "Frame") -> Self:
        request = paper.request
        return cls(paper.style.code, "/".join((*frame.key, name)), request.region.code, request.period)

    @classmethod
    def read(cls, body: str) -> Self | None:
        match = cls.SHAPE.fullmatch(body)
        return cls(match["kind"], match["path"], match["region"], match["period"]) if match else None

    @property
    def names(self) -> tuple[list[str], str]:
        """The members gone through, and the name."""
        *members, name = self.path.split("/")
        return members, name

    def write(self) -> str:
        return "/".join((self.kind, self.path, self.region, self.period))
