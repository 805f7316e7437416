"""Annex tables declared as data: heads of several rows, a measure for each column, declared decimals. Pure.

One YAML file holds a room's annexes:

    progress:
      title: "{year}年度……完成情况"      # placeholders as in wording.py
      corner: 县区名称                   # head of the first column
      columns:
        - head: 开工情况（套）
          columns: [{head: 任务量, code: shanty.start.target}, {head: 开工率, code: shanty.start.rate, show: "% 1"}]
        - {each: audits, head: "{item}年度审计", columns: [{head: 问题数量, code: "audit.{item}.found"}]}

`show` is what the template tag takes ("亿元 2", "1", "bare"). Without it a figure is printed in the unit that its head （…） or the annex's
`unit` names: as reported when it was reported in that unit, else converted, with at most `places` decimals (of the column or a head above
it; 0 when none says). `each` repeats a
column for every value of that option ({item}; of a mapping {item} is its key and {item_name} its value). `optional: true`: left out when nobody
says anything of it. `groups` (an option of the document) sets sub-totals before the rows they sum.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from anju.documents.text.wording import fill_placeholders
from anju.figures.figure import NOTHING_TO_ADD
from anju.problems import Problem
from anju.quantities import UNITS
from anju.workbooks.writing.heads import HeadCell, head_rows, paths_of

TOTALS = ("合计", "小计", "总计")
UNIT = re.compile(r"（([^（）]+)）$")


@dataclass(frozen=True)
class AnnexColumn:
    """A column with its measure, or a head over columns. optional: left out when nobody says anything of it, though others stay."""

    head: str
    code: str = ""
    calibre: str = ""
    show: str = ""
    optional: bool = False
    columns: tuple["AnnexColumn", ...] = ()


@dataclass(frozen=True)
class AnnexCell:
    """figure: None for a cell of words. number: its words are a number that nothing stands behind: a rank, a line of a ledger."""

    figure: Any
    show: str = ""
    text: str = ""
    number: bool = False

    @property
    def known(self) -> bool:
        return bool(self.text) if self.figure is None else self.figure.known


@dataclass(frozen=True)
class AnnexRow:
    """label: the region's or the sub-total's name. inside: it belongs to a group, whose name stands merged over span rows at its first.

    part: it is a 其中 or stands a level deeper, and its label begins at the left.
    """

    label: str
    cells: tuple[AnnexCell, ...]
    total: bool = False
    inside: bool = False
    group: str = ""
    span: int = 0
    part: bool = False
    number: str = ""


@dataclass
class Annex:
    """numbered: the head of a column of numbers before the names. page: how it lies (upright, landscape, wide); "" lies across from eleven columns on. problems: what its writer is reminded of."""

    title: str
    columns: Sequence[AnnexColumn]
    rows: list[AnnexRow] = field(default_factory=list)
    unit: str = ""
    note: str = ""
    corner: str = "单位"
    grouped: bool = False
    numbered: str = ""
    page: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def paths(self) -> list[tuple[AnnexColumn, ...]]:
        """Each column with the heads over it, from the top."""
        return paths_of(self.columns, lambda column: column.columns)

    @property
    def leaves(self) -> list[AnnexColumn]:
        return [path[-1] for path in self.paths]

    @property
    def landscape(self) -> bool:
        return self.page == "landscape" if self.page else len(self.leaves) > 10

    @property
    def wide(self) -> bool:
        return self.page == "wide"

    @property
    def head(self) -> list[list[HeadCell[str]]]:
        """Head rows for the template: every text once, with its rowspan and colspan."""
        first: list[tuple[str, ...]] = [(self.corner,), ()] if self.grouped else [(self.corner,)]
        before = [(self.numbered,)] if self.numbered else []
        return head_rows([*before, *first, *(tuple(column.head for column in path) for path in self.paths)])

    @property
    def known(self) -> bool:
        return any(cell.known for row in self.rows for cell in row.cells)

    def prune(self, optional_only: bool = False) -> None:
        """Leave out the columns of which no row says anything, and the heads that then stand over nothing."""
        said = [
            any(_was_said(row.cells[place]) for row in self.rows) or (optional_only and not column.optional)
            for place, column in enumerate(self.leaves)
        ]
        if not any(said):
            return
        self.rows = [replace(row, cells=tuple(compress(row.cells, said))) for row in self.rows]
        left = iter(said)

        def kept(columns: Iterable[AnnexColumn]) -> Iterable[AnnexColumn]:
            for column in columns:
                if not column.columns:
                    if next(left):
                        yield column
                elif below := tuple(kept(column.columns)):
                    yield _without_empty_level(replace(column, columns=below))

        self.columns = tuple(kept(self.columns))


def _without_empty_level(head: AnnexColumn) -> AnnexColumn:
    """A head over nothing but its own total is that column: 任务量 over 合计 alone is 任务量."""
    [only] = head.columns if len(head.columns) == 1 else [None]
    if only is None or only.columns or only.head not in (*TOTALS, head.head):
        return head
    return replace(only, head=head.head)


def _was_said(cell: AnnexCell) -> bool:
    """A value, or a state that the place itself gave (未报 included), or one that follows from its figures (分母为 0)."""
    if (figure := cell.figure) is None:
        return bool(cell.text)
    return figure.known or figure.observation_id is not None or figure.state in NOTHING_TO_ADD


@cache
def read_declarations(path: Path) -> dict[str, dict[str, Any]]:
    """The annexes of one YAML file, as written there."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def make_annex(declaration: Mapping[str, Any], period: str, options: dict[str, Any]) -> Annex:
    """An annex with its heads filled in and no rows yet."""
    texts = {
        key: fill_placeholders(declaration[key], period, options)
        for key in ("title", "unit", "note", "corner")
        if declaration.get(key)
    }
    unit = next((name for name in UNITS if name == texts.get("unit", "").partition("（")[0]), "")
    return Annex(
        columns=tuple(_columns(declaration["columns"], period, options, unit, declaration.get("places", 0))), **texts
    )


def _columns(
    declarations: Iterable[Mapping[str, Any]], period: str, options: dict[str, Any], unit: str, places: int
) -> Iterable[AnnexColumn]:
    """unit, places: of the heads above, for the columns that say nothing else."""
    for one in declarations:
        items = options.get(one["each"], ()) if "each" in one else [""]
        for item, name in items.items() if isinstance(items, Mapping) else ((item, item) for item in items):
            here = {**options, "item": item, "item_name": name} if "each" in one else options
            texts = {
                key: fill_placeholders(one.get(key, ""), period, here) for key in ("head", "code", "calibre", "show")
            }
            named = UNIT.search(texts["head"])
            own, most = named[1] if named and named[1] in UNITS else unit, one.get("places", places)
            if texts["code"] and own and not texts["show"]:
                texts["show"] = f"{own} upto {most}"
            below = tuple(_columns(one.get("columns", ()), period, here, own, most))
            yield AnnexColumn(columns=below, optional=one.get("optional", False), **texts)


def order_parts(parts: Sequence[Any], codes: Sequence[str]) -> list[Any]:
    """The parts as the place lists them in its papers (区划排列); those it does not name follow as they are."""
    places = {code: place for place, code in enumerate(codes)}
    return sorted(parts, key=lambda part: places.get(part.code, len(places)))


def fill_rows(
    annex: Annex,
    whole: Any,
    parts: Sequence[Any],
    figure: Callable[[AnnexColumn, Any], Any],
    label: Callable[[Any], str],
) -> None:
    """The whole first, then its parts. A part that is no place of its own (市本级, 开发区) and has nothing to say is left out."""
    for region in (whole, *parts):
        cells = tuple(AnnexCell(figure(column, region), column.show) for column in annex.leaves)
        if region.kind == "pseudo" and not any(cell.known for cell in cells):
            continue
        annex.rows.append(AnnexRow(label(region), cells, total=region is whole))
