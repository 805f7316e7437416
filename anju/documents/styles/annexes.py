"""The annexes of a style: tables as layout/annex.py declares them, filled from the style's figures, and those that rooms lay out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from anju import periods
from anju.core.models.region import Region
from anju.core.wording import period_label
from anju.documents.layout import annex
from anju.documents.layout.annex import Annex, AnnexCell, AnnexColumn, AnnexRow
from anju.documents.styles import sources
from anju.documents.styles.language.schema import AnnexSpec, FigureSpec, Style
from anju.documents.styles.library.scopes import base_list
from anju.documents.styles.sources import PaperRequest
from anju.documents.styles.values import beyond, requests
from anju.documents.styles.values.frames import Frame
from anju.documents.styles.values.paper import ComputedPaper
from anju.documents.tables.columns import item_words
from anju.documents.tables.filling import fill_at
from anju.documents.tables.rows import RowPlace
from anju.documents.tables.schema import DeclaredTable, each_names
from anju.figures.figure import DerivedFigure, Figure, total_figure
from anju.problems import ASK, Problem

TABLE = "documents/annex_table.html"
PARTS_WORD = "县（市、区）"
OWN = "="  # before a name of the style, where else a measure's code stands


def declare(style: Style, spec: AnnexSpec, request: PaperRequest) -> Annex | None:
    """The table with its heads and no rows; None when an option that it needs is not given, and for one that brings its rows (`fill_own`)."""
    if spec.table or not all(request.options.get(need) for need in spec.declaration.get("needs", ())):
        return None
    return annex.make_annex(spec.declaration, request.period, words(style, request))


def words(style: Style, request: PaperRequest) -> dict[str, Any]:
    """What placeholders of an annex may name."""
    defaults = {name: option.default for name, option in style.options.items() if option.default}
    chosen = {
        name: requests.option_word(style, request.options, name)
        for name, option in style.options.items()
        if option.type == "choice"
    }
    label = period_label(request.period)
    place = {"place": request.region.name, "parts_word": PARTS_WORD}
    spoken = {
        "span": f"{request.period}年度" if len(request.period) == 4 else label, "period": label,
        "month": str(periods.period_end(request.period).month),
    }  # fmt: skip
    return place | defaults | dict(request.options) | chosen | spoken


def fill_own(paper: ComputedPaper, table: DeclaredTable, of: Frame | None = None) -> Annex | None:
    """A table that brings its rows; the writer is reminded of what it says of them. of: the member of a list that it is repeated for."""
    request, frame = paper.request, of or paper.root
    repeated = {
        name: listed_words(paper, name, frame)
        for name in each_names(table.columns)
        if frame.has(name) or base_list(paper.style, name) in paper.style.lists
    }
    own = next(item_words([member_words(paper, of)])) if of else {}
    place = RowPlace(
        request.user, request.region, request.period, words(paper.style, request) | own | repeated, sets=paper.sets,
        names=partial(named_value, paper, frame),
        lists=partial(listed_rows, paper),
    )  # fmt: skip
    filled = fill_at(place, table)
    if filled is not None:
        request.reminders.extend(filled.problems)
    return filled


def listed_rows(paper: ComputedPaper, name: str) -> Iterator[tuple[str, str, Region, Frame]]:
    """The members of a list as rows: what each is called, its unit, its region."""
    for one in paper.members(name, paper.root).members:
        label, unit = (str(one.fields.get(word, "")) for word in ("name", "unit"))
        yield label, unit, one.region, one


def listed_words(paper: ComputedPaper, name: str, frame: Frame) -> list[dict[str, str]]:
    """Of each member of a list what a head may say."""
    return [member_words(paper, member) for member in paper.members(name, frame).members]


def member_words(paper: ComputedPaper, member: Frame) -> dict[str, str]:
    """Its words, and what its figures are called."""
    said = {"key": member.key[-1].partition(".")[2]}
    for word, value in member.fields.items():
        if isinstance(value, str):
            said[word] = value
        elif isinstance(value, FigureSpec):
            said[f"{word}_name"] = str(getattr(paper.value(word, member), "name", ""))
    return said


def annex_codes(tables: Iterable[Annex]) -> list[str]:
    """The measures that the columns ask for."""
    return [
        ":".join(filter(None, (column.code, column.calibre)))
        for table in tables
        for column in table.leaves
        if column.code and not column.code.startswith(OWN)
    ]


def write_annexes(paper: ComputedPaper, tables: Mapping[str, Annex | None]) -> list[tuple[str, SafeString]]:
    """(title, section) of every annex that has something to say, numbered in their order; then those that a room lays out."""
    printed: list[tuple[str, SafeString]] = []
    for spec in paper.style.annexes:
        if not paper.truth(spec.when, paper.root):
            continue
        if spec.source:
            source = sources.paper_annexes().get(spec.source)
            printed += source.sections(paper.request, len(printed)) if source else []
            continue
        for table in tables_of(paper, spec, tables):
            mark = "" if paper.style.enclosure else str(len(printed) + 1)
            printed.append((table.title, render_to_string(TABLE, {"annex": table, "mark": mark})))
    return printed


def tables_of(paper: ComputedPaper, spec: AnnexSpec, tables: Mapping[str, Annex | None]) -> Iterator[Annex]:
    """The tables that an annex is, as they are printed: one, or one for each member of the list that it is repeated for."""
    of = paper.members(spec.repeat, paper.root).members if spec.repeat else [None]
    found = [fill_own(paper, spec.table, one) for one in of] if spec.table else [tables.get(spec.name)]
    for table in filter(None, found):
        if not spec.table:
            fill(paper, spec, table)
        if not table.known and not spec.keep_empty:
            continue
        if spec.prune != "never" and not spec.table:
            table.prune(optional_only=spec.prune == "optional")
        yield table


def fill(paper: ComputedPaper, spec: AnnexSpec, table: Annex) -> None:
    regions = paper.sets(spec.set)
    if spec.rows == "targets":
        target_rows(paper, table, regions)
    else:
        annex.fill_rows(
            table,
            paper.request.region,
            regions,
            lambda column, region: cell_figure(paper, column, region),
            lambda region: region.name,
        )


def cell_figure(paper: ComputedPaper, column: AnnexColumn, region: Region) -> Any:
    """What a column says of a place: a measure as it stands, or a name of the style."""
    if column.code.startswith(OWN):
        return named_value(paper, paper.root, column.code[1:], region)
    return paper.readers.reader(requests.STANDING, paper.request.period)(column.code, region, calibre=column.calibre)


def named_value(paper: ComputedPaper, of: Frame, name: str, region: Region, member: Frame | None = None) -> Any:
    """A name of the style, of a place or of the row's own member; list.member.name; or list.member.list.name: of the member of the inner list that is
    the place, or of its first, as the place tells it. of: what the table is repeated for, whose lists may be named."""
    root = paper.root
    if member is not None and "." not in name:
        return paper.value(name, member)
    own = region.pk == root.region.pk
    frame = root if own else Frame(region, (f"annex.{region.code}",), "regions", {"name": region.name}, root)
    path = name.split(".")
    if len(path) == 1:
        return paper.value(name, frame)
    listed = paper.members(path[0], of)
    outer = next((one for one in listed.members if is_member(one, path)), None)
    if outer is None:
        if not any(is_member(one, path) for one in [*listed.unknown, *listed.rest]):
            remind_of_nobody(paper, path)
        return blank(paper, path, region)
    here = replace(outer, region=region, outer=frame)
    if len(path) == 3:
        return paper.value(path[2], here)
    inner = paper.members(path[2], outer).members
    if all(one.kind != "regions" for one in inner):
        inner = [replace(one, region=region) for one in paper.members(path[2], here).members[:1]]
    found = next((one for one in inner if one.region.pk == region.pk), None)
    return blank(paper, path, region) if found is None else paper.value(path[3], found)


def is_member(one: Frame, path: Sequence[str]) -> bool:
    return one.key[-1] == f"{path[0]}.{path[1]}"


def remind_of_nobody(paper: ComputedPaper, path: Sequence[str]) -> None:
    """The list has nobody of that name, in or out: the column would stay blank in silence."""
    what = f"名单“{path[0]}”里没有“{path[1]}”，这一栏空着。"
    where = f"文书样式 {paper.style.code} 的附表 {'.'.join(path)}"
    problem = Problem("DOC-073", where, what, "请核对附表的栏里写的名称，或名单、选项里的各项。", ASK)
    if problem not in paper.request.reminders:
        paper.request.reminders.append(problem)


def blank(paper: ComputedPaper, path: Sequence[str], region: Region) -> DerivedFigure:
    """Nothing, where a list has no such member."""
    key = (f"{path[0]}.{path[1]}", *(f"{one}.{region.code}" for one in path[2:-1]))
    frame = Frame(region, key, outer=paper.root)
    return beyond.nothing(paper, path[-1], FigureSpec(path[-1], 0), frame)


# -- targets handed down and handed out


@dataclass(frozen=True)
class RegionGroup:
    """Several parts of a region taken together. Its code is no region's: a sub-total has a reference of its own."""

    region: Region
    name: str
    members: list[Region]

    @property
    def code(self) -> str:
        return f"{self.region.code}#{self.name}"


def target_rows(paper: ComputedPaper, table: Annex, parts: Sequence[Region]) -> None:
    """Handed down to the region, handed out to its parts, sub-totals by group (option groups), then every part. What is handed out is summed."""

    def handed_down(column: AnnexColumn, where: Region) -> Any:
        return cell_figure(paper, column, where)

    def handed_out(column: AnnexColumn, among: RegionGroup) -> Figure:
        """Over those the paper gives a task at all: no line is no task, but a line that is not filled in leaves the sum unknown."""
        lines = [cell_figure(paper, column, part) for part in among.members]
        lines = [line for line in lines if line.observation_id is not None] or lines
        return total_figure(lines, region=among)

    def cells(of: Any, where: Any) -> tuple[AnnexCell, ...]:
        return tuple(AnnexCell(of(column, where), column.show) for column in table.leaves)

    region, groups = paper.request.region, paper.request.options.get("groups", [])
    table.grouped = bool(groups)
    table.rows.append(AnnexRow("下达任务", cells(handed_down, region), total=True))
    if parts:
        among = RegionGroup(region, "任务分解", list(parts))
        table.rows.append(AnnexRow("任务分解", cells(handed_out, among), total=True))
    by_code = {part.code: part for part in parts}
    grouped: set[str] = set()
    for group in groups:
        members = [by_code[code] for code in group["regions"] if code in by_code]
        if not members:
            continue
        grouped |= {member.code for member in members}
        table.rows.append(
            AnnexRow(group["total"], cells(handed_out, RegionGroup(region, group["total"], members)), total=True)
        )
        for place, member in enumerate(members):
            span = 0 if place else len(members)
            table.rows.append(
                AnnexRow(member.name, cells(handed_down, member), inside=True, group=group["label"], span=span)
            )
    table.rows += [AnnexRow(part.name, cells(handed_down, part)) for part in parts if part.code not in grouped]
