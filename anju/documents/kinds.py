"""Which documents there are: each room registers its own, the machine knows none by name."""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from anju.core import registry
from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.models import Version
from anju.documents.text.wording import PLACEHOLDER
from anju.problems import Problem, Refused

# What every kind takes (docs/document-kinds.md).
OPTIONS = ("organs", "addressee", "signatories", "copies", "disclosure", "printed_by", "title", "cited", "dates")

Gather = Callable[[Actor, Region, str, dict[str, Any]], dict[str, Any]]
Write = Callable[[Actor, Region, str, dict[str, Any], Mapping[str, Any]], tuple[str, dict[str, Any]]]
Review = Callable[[Actor, Region, str, set[str]], list[Problem]]


@dataclass(frozen=True)
class KindOption:
    """An option of a kind as a page asks for it. type: as styles have them (text, texts, number, choice, regions, codes, table, given). values: of a
    choice, what each is called. each_time: said for the paper of one period alone."""

    name: str
    type: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    each_time: bool = False


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document. gather reads what its template needs; prose, options: keys of its free prose and its own options; upward: 上行文, needs a signatory.

    apart: an option; drafts of one kind, region and period that differ in it are papers of their own.
    write: instead of gather and template, how its text is made; sections: what its parts of prose are called.
    digest: of what makes it, content: exactly that (a style's bytes), file: what it is called; kept with every paper.
    asks: those of its own options that the page of a draft has fields for.
    once: options that are said for the paper of one period alone, not for the next.
    fits: whether it tells of a period of that shape.
    needs: options without which its layout is not whole, so that it is not signed (organs, addressee).
    remind: what the writer is reminded of about the free prose; review: about the written text, given the references of the figures that its sentences print.
    """

    code: str
    name: str
    template: str
    gather: Gather = lambda user, region, period, options: {}
    prose: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    upward: bool = False
    needs: tuple[str, ...] = ()
    apart: str = ""
    remind: Callable[[dict[str, Any]], list[Problem]] = lambda prose: []
    review: Review = lambda user, region, period, told: []
    write: Write | None = None
    digest: str = ""
    content: bytes = b""
    file: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[KindOption, ...] = ()
    fits: Callable[[str], bool] = lambda period: True
    once: tuple[str, ...] = ()


class KindSource(Protocol):
    """Where kinds come from that no room registers: styles, which a region may have of its own."""

    def find(self, code: str, region: Region | None, period: str) -> DocumentKind | None:
        """The kind as it is there and then; without a region, as anybody has it. None: it knows none of that code."""

    def kept(self, code: str, digest: str) -> DocumentKind | None:
        """The kind as papers with that digest were written. None: not kept, or readable no more."""

    def names(self) -> dict[str, str]:
        """What each is called, by code."""


_sources: list[KindSource] = []


def register_source(source: KindSource) -> None:
    """Make a source of kinds known; what it knows goes before what a room registered under the same code."""
    if source not in _sources:
        _sources.append(source)


_kinds: dict[str, DocumentKind] = {}


def register_kind(kind: DocumentKind) -> DocumentKind:
    """Make a kind known. ValueError when its code is taken by another."""
    if _kinds.get(kind.code, kind).template != kind.template:
        raise ValueError(f"two kinds of document are called {kind.code}")
    _kinds[kind.code] = kind
    return kind


def is_built_in(code: str) -> bool:
    """Whether a room writes that kind by itself, so that no style may take its place."""
    registry.fetch_hooks("documents")
    return code in _kinds


def registered_kinds() -> list[DocumentKind]:
    registry.fetch_hooks("documents")
    sourced = [kind for source in _sources for code in source.names() if (kind := source.find(code, None, ""))]
    return sorted({**_kinds, **{kind.code: kind for kind in sourced}}.values(), key=lambda kind: kind.code)


def kinds_offered(region: Region, period: str) -> list[DocumentKind]:
    """What may be begun for a place and period: in force there and then, of such a period, and not begun from another paper."""
    offered = []
    for one in registered_kinds():
        try:
            kind = find_kind(one.code, region, period)
        except Refused:  # of another place, or not in force then; whoever asks for it by its code is told why
            continue
        if kind.fits(period) and not kind.apart:
            offered.append(kind)
    return offered


def find_kind(code: str, region: Region | None = None, period: str = "") -> DocumentKind:
    """The kind as it is for a place and period. Refused DOC-010 when there is none of that code."""
    registry.fetch_hooks("documents")
    for source in _sources:
        if kind := source.find(code, region, period):
            return kind
    try:
        return _kinds[code]
    except KeyError:
        known = "、".join(f"{one.code}（{one.name}）" for one in registered_kinds()) or "没有"
        raise Refused(Problem("DOC-010", f"文种“{code}”", "没有这个文种。", f"现有文种：{known}。")) from None


def kind_behind(version: Version) -> DocumentKind:
    """The kind as it was when that version was written; where that was not kept, as it is now."""
    document = version.document
    registry.fetch_hooks("documents")
    for source in _sources:
        if kind := source.kept(document.kind, version.template_digest):
            return kind
    return find_kind(document.kind, document.region, document.period)


def check_keys(kind: DocumentKind, options: dict[str, Any], prose: dict[str, Any]) -> None:
    """Refused DOC-032 for each option and DOC-033 for each section of prose that the kind does not have: a typing error is not passed over.

    An option that a placeholder of the prose asks for ({key}) is known by that.
    """
    taken = (*OPTIONS, *kind.options)
    problems = unknown_key_problems("DOC-032", f"{kind.name}的选项", options, taken, also=asked_options(prose))
    problems += unknown_key_problems("DOC-033", f"{kind.name}的自由正文", prose, kind.prose)
    if problems:
        raise Refused(*problems)


def asked_options(prose: Mapping[str, Any]) -> set[str]:
    """The options that placeholders of the prose ask for."""
    texts = [text for value in prose.values() for text in ([value] if isinstance(value, str) else value or [])]
    return {match[1].split(".")[0] for text in texts for match in PLACEHOLDER.finditer(text)}


def carried_over(kind: DocumentKind, version: Version, period: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options and prose that a paper of that period takes from one written before: what the kind still has, and of another period not what was said
    for that one alone."""
    prose = {key: text for key, text in version.prose.items() if key in kind.prose}
    taken = {*OPTIONS, *kind.options, *asked_options(prose)}
    if version.document.period != period:
        taken -= {*kind.once}
    return {key: value for key, value in version.options.items() if key in taken}, prose


def unknown_key_problems(
    code: str, where: str, keys: Iterable[str], allowed: Collection[str], also: Collection[str] = ()
) -> list[Problem]:
    """A problem for each key that is not allowed, with the nearest that is."""
    problems = []
    for key in keys:
        if key not in allowed and key not in also:
            near = difflib.get_close_matches(str(key), allowed, 1)
            meant = f"是不是 {near[0]}？" if near else ""
            problems.append(
                Problem(
                    code,
                    f"{where}“{key}”",
                    "没有这一项。",
                    f"{meant}可以写的有：{'、'.join(allowed) or '（没有）'}。请改正或删去。",
                )
            )
    return problems
