"""Of what a sentence speaks just now: a place, and the members of the lists that it goes through. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anju.core.models.region import Region

ROOT = "root"


@dataclass(frozen=True, eq=False)
class Frame:
    """region: the place meant; fields: what the member itself tells (words, figures or what they mean, members within); key: what tells it apart.

    kind: root, regions, or another list's; outer: around it; show: how its figures are printed.
    """

    region: Region
    key: tuple[str, ...] = ()
    kind: str = ROOT
    fields: Mapping[str, Any] = field(default_factory=dict)
    outer: "Frame | None" = None
    show: str = ""

    def chain(self) -> Iterator["Frame"]:
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.outer

    def field(self, name: str) -> Any:
        """Of the innermost member that tells it; LookupError when none does."""
        for frame in self.chain():
            if name in frame.fields:
                return frame.fields[name]
        raise LookupError(name)

    def has(self, name: str) -> bool:
        return any(name in frame.fields for frame in self.chain())

    @property
    def spoken_show(self) -> str:
        """How the figures of a task or a row are printed, unless they say it themselves."""
        return next((frame.show for frame in self.chain() if frame.show), "")

    def whole(self) -> "Frame":
        """The same members, of the paper's own place."""
        kept = [frame for frame in self.chain() if frame.kind != "regions"]
        root = kept[-1]
        made = root
        for frame in reversed(kept[:-1]):
            made = Frame(root.region, (*made.key, frame.key[-1]), frame.kind, frame.fields, made, frame.show)
        return made

    def around(self) -> "Frame":
        return self.outer or self
