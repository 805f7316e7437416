"""Official tables as data: heads of several rows (as in an annex), rows, cells. Templates only lay them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from anju.workbooks.writing.heads import HeadCell, head_rows, paths_of


@dataclass(frozen=True)
class SheetColumn:
    """A column, or a heading over columns. part: a 其中 column; sort: its name in the address, when it can be sorted by."""

    label: str
    children: tuple["SheetColumn", ...] = ()
    unit: str = ""
    part: bool = False
    text: bool = False
    sort: str = ""
    href: str = ""


@dataclass(frozen=True)
class SheetCell:
    """One cell: a figure (a door), or text. note is shown on hover; label names the column where a phone shows cards."""

    figure: Any = None
    text: str = ""
    href: str = ""
    css: str = ""
    note: str = ""
    label: str = ""
    unit: str = ""
    places: int | None = None


@dataclass(frozen=True)
class SheetRow:
    cells: list[SheetCell]
    css: str = ""
    more: Any = None
    key: str = ""


@dataclass
class Sheet:
    """A table. columns[0] is the sticky first column; total rows carry css "total" and come first."""

    id: str
    columns: Sequence[SheetColumn]
    rows: list[SheetRow] = field(default_factory=list)
    caption: str = ""
    css: str = ""

    @property
    def paths(self) -> list[tuple[SheetColumn, ...]]:
        """Each column with the headings over it, from the top."""
        return paths_of(self.columns, lambda column: column.children)

    @property
    def head(self) -> list[list[HeadCell[SheetColumn]]]:
        return head_rows(self.paths)
