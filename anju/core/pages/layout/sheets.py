"""Official tables as data: heads of several rows (as in an annex), rows, cells. Templates only lay them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column, or a heading over columns. part: a 其中 column; sort: its name in the address, when it can be sorted by."""

    label: str
    children: tuple["Column", ...] = ()
    unit: str = ""
    part: bool = False
    text: bool = False
    sort: str = ""
    href: str = ""

    @property
    def leaves(self) -> list["Column"]:
        return [leaf for child in self.children for leaf in child.leaves] if self.children else [self]

    @property
    def depth(self) -> int:
        return 1 + max((child.depth for child in self.children), default=0)


@dataclass(frozen=True)
class Head:
    column: Column
    rowspan: int
    colspan: int
    first: bool = False


@dataclass(frozen=True)
class Cell:
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
class Row:
    cells: list[Cell]
    css: str = ""
    more: Any = None
    key: str = ""


@dataclass
class Sheet:
    """A table. columns[0] is the sticky first column; total rows carry css "total" and come first."""

    id: str
    columns: Sequence[Column]
    rows: list[Row] = field(default_factory=list)
    caption: str = ""
    css: str = ""

    @property
    def head(self) -> list[list[Head]]:
        depth = max(column.depth for column in self.columns)
        lines: list[list[Head]] = [[] for _ in range(depth)]

        def place(column: Column, line: int, first: bool) -> None:
            rowspan = 1 if column.children else depth - line
            lines[line].append(Head(column, rowspan, len(column.leaves), first))
            for child in column.children:
                place(child, line + 1, False)

        for number, column in enumerate(self.columns):
            place(column, 0, number == 0)
        return lines

    @property
    def leaves(self) -> list[Column]:
        return [leaf for column in self.columns for leaf in column.leaves]
