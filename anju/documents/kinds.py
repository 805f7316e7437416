"""Which documents there are: each room registers its own, the machine knows none by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anju.core.models import Region
from anju.core.scope import Operator
from anju.problems import Problem, Refused

Gather = Callable[[Operator, Region, str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document. gather reads what its template needs; prose: keys of its free prose; upward: 上行文, needs a signatory to be issued."""

    code: str
    name: str
    template: str
    gather: Gather
    prose: tuple[str, ...] = ()
    upward: bool = False


_kinds: dict[str, DocumentKind] = {}


def register(kind: DocumentKind) -> DocumentKind:
    """Make a kind known. ValueError when its code is taken by another."""
    if _kinds.get(kind.code, kind).template != kind.template:
        raise ValueError(f"two kinds of document are called {kind.code}")
    _kinds[kind.code] = kind
    return kind


def kinds() -> list[DocumentKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def kind(code: str) -> DocumentKind:
    """Refused DOC-010 when there is none of that code."""
    try:
        return _kinds[code]
    except KeyError:
        known = "、".join(f"{one.code}（{one.name}）" for one in kinds()) or "没有"
        raise Refused(Problem("DOC-010", f"文种“{code}”", "没有这个文种。", f"现有文种：{known}。")) from None
