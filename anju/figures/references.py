"""References to figures: how a figure is named in an address, in a paper and in what a run stored. Written and read here alone. Pure.

    shanty.start@140500/2021:cal2                      a measure's figure: code@region/period:calibre
    sum:shanty.start@140500/2021-08                    the sum of a region's parts, where it has no figure of its own
    node:67   node:67@140500   node:67@140500/2021-09-30    what a node asks, of a region, and what is left on a day
    obs:12                                             an observation, as it stood before its correction
    a÷b   a+b+c   a−b                                  what was computed of several

A room may have kinds of its own (registry: `references`). Papers and runs keep such texts for ever, so a spelling is never taken back.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self

from anju.core import registry

DIFFERENCE, RATIO, TOTAL = SIGNS = ("−", "÷", "+")  # what binds least comes first: a+b÷c is (a+b)÷c


class FigureReference(ABC):
    """What a figure is called wherever it is cited. str() writes it, parse() reads it; equal references mean the same figure.

    prefix: what its kind is known by before a colon; "" for a measure's figure and for what was computed of several.
    """

    __slots__ = ()
    prefix: ClassVar[str] = ""

    @staticmethod
    def parse(text: str) -> "FigureReference":
        """LookupError for what is no reference."""
        prefix, colon, body = text.partition(":")
        kind = reference_kinds().get(prefix) if colon and prefix else None
        read = kind.reads.read(body) if kind else MeasureReference.read(text)
        return read or CombinedReference.split(text)

    @classmethod
    @abstractmethod
    def read(cls, body: str) -> Self | None:
        """The reference of this kind with that text behind its prefix; None when it is none."""

    @abstractmethod
    def write(self) -> str:
        """What stands behind the prefix."""

    def __str__(self) -> str:
        return f"{self.prefix}:{self.write()}" if self.prefix else self.write()


@dataclass(frozen=True, slots=True)
class MeasureReference(FigureReference):
    """A measure's figure. region: a region's code, or with #name behind it a sub-total that only its own paper knows."""

    SHAPE: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<code>[a-z][a-z0-9_.]*)@(?P<region>[0-9A-Z-]+(#[^/@−÷+]+)?)/(?P<period>[0-9HQA-]+)(:(?P<calibre>[^−÷+]+))?"
    )

    code: str
    region: str = ""
    period: str = ""
    calibre: str = ""

    @classmethod
    def read(cls, body: str) -> Self | None:
        match = cls.SHAPE.fullmatch(body)
        return cls(match["code"], match["region"], match["period"], match["calibre"] or "") if match else None

    @classmethod
    def of_stored(cls, figure: Mapping[str, Any]) -> Self:
        """Of a figure as a run keeps it among its facts."""
        return cls(figure["code"], figure["region"], figure["period"], figure["calibre"])

    @classmethod
    def of_words(cls, words: Sequence[str]) -> tuple[Self, list[str]]:
        """As prose spells it: shanty.start @140502 /2021 :cal2, all but the code in any order. "" for what is left out.

        Also the words that are no part of it.
        """
        code, _, calibre = words[0].partition(":")
        said, rest = {"@": "", "/": "", ":": calibre}, []
        for word in words[1:]:
            if word[0] in said:
                said[word[0]] = word[1:]
            else:
                rest.append(word)
        return cls(code, said["@"], said["/"], said[":"]), rest

    @property
    def column(self) -> str:
        """Measure and calibre as queries are asked for them: invest.done:cal2."""
        return f"{self.code}:{self.calibre}" if self.calibre else self.code

    def write(self) -> str:
        return (
            f"{self.code}@{self.region}/{self.period}:{self.calibre}"
            if self.calibre
            else f"{self.code}@{self.region}/{self.period}"
        )


@dataclass(frozen=True, slots=True)
class SumReference(MeasureReference):
    """The sum of a region's parts, where it reported nothing itself."""

    prefix = "sum"


@dataclass(frozen=True, slots=True)
class NodeReference(FigureReference):
    """What a node asks: its share; of a region, the number; with a day (as 2021-09-30), how much is left on it."""

    prefix = "node"
    SHAPE: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<node>\d{1,18})(@(?P<region>[0-9A-Z-]+)(/(?P<day>\d{4}-\d\d-\d\d))?)?", re.ASCII
    )

    node: int
    region: str = ""
    day: str = ""

    @classmethod
    def read(cls, body: str) -> Self | None:
        match = cls.SHAPE.fullmatch(body)
        return cls(int(match["node"]), match["region"] or "", match["day"] or "") if match else None

    def write(self) -> str:
        return f"{self.node}{f'@{self.region}' if self.region else ''}{f'/{self.day}' if self.day else ''}"


@dataclass(frozen=True, slots=True)
class ObservationReference(FigureReference):
    """An observation that was corrected, as it stood."""

    prefix = "obs"
    SHAPE: ClassVar[re.Pattern[str]] = re.compile(r"\d{1,18}", re.ASCII)

    observation: int

    @classmethod
    def read(cls, body: str) -> Self | None:
        return cls(int(body)) if cls.SHAPE.fullmatch(body) else None

    def write(self) -> str:
        return str(self.observation)


@dataclass(frozen=True, slots=True)
class CombinedReference(FigureReference):
    """What was computed of several: a÷b, a+b+c, a−b. A part that binds less than the whole (a÷b within a+c) cannot be read back."""

    sign: str
    parts: tuple[FigureReference, ...]

    @classmethod
    def split(cls, text: str) -> Self:
        """LookupError for what is none."""
        sign = next((sign for sign in SIGNS if sign in text), "")
        texts = text.split(sign) if sign else []
        if not texts or (sign != TOTAL and len(texts) != 2):
            raise LookupError(text)
        return cls(sign, tuple(FigureReference.parse(part) for part in texts))

    @classmethod
    def read(cls, body: str) -> Self | None:
        try:
            return cls.split(body)
        except LookupError:
            return None

    def write(self) -> str:
        return self.sign.join(map(str, self.parts))


@dataclass(frozen=True)
class ReferenceKind:
    """A kind of reference that a room brings. reads: its class, with a prefix that no other has.

    figure(user, reference): what it means to a user; LookupError when there is no such figure. None: it has a panel only (registry: `doors`).
    """

    reads: type[FigureReference]
    figure: Callable[[Any, Any], Any] | None = None


@cache
def reference_kinds() -> dict[str, ReferenceKind]:
    """Every kind, by its prefix. ValueError when two rooms claim one."""
    kinds: dict[str, ReferenceKind] = {}
    for kind in (kind for bring in registry.fetch_hooks("references") for kind in bring()):
        if kind.reads.prefix in kinds:
            raise ValueError(f"two kinds of references begin with {kind.reads.prefix!r}")
        kinds[kind.reads.prefix] = kind
    return kinds
