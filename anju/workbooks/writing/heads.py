"""The head of a table in several rows: headings over their columns, each once with how far it reaches. Of pages, papers and workbooks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Heading = TypeVar("Heading")


@dataclass(frozen=True)
class HeadCell(Generic[Heading]):
    """heading: a text, or what the table has for one. row, column: where it begins, from 0. leaf: it is the column's own, none is below it."""

    heading: Heading
    row: int
    column: int
    rowspan: int
    colspan: int
    leaf: bool


def head_cells(paths: Sequence[Sequence[Heading]]) -> list[HeadCell[Heading]]:
    """The cells row by row. paths: each column's headings from the top.

    The last heading of a short path reaches down, an empty path shares that of the column before, neighbours share equal headings above it.
    """
    depth = max(map(len, paths), default=1)
    cells = []
    for row in range(depth):
        column = 0
        while column < len(paths):
            path = tuple(paths[column])
            end = column + 1
            if row < len(path):
                leaf = row == len(path) - 1
                while end < len(paths) and (not paths[end] if leaf else _shares(paths[end], path[: row + 1])):
                    end += 1
                cells.append(HeadCell(path[row], row, column, depth - row if leaf else 1, end - column, leaf))
            column = end
    return cells


def _shares(path: Sequence[Heading], above: tuple[Heading, ...]) -> bool:
    return len(path) > len(above) and tuple(path[: len(above)]) == above


def head_rows(paths: Sequence[Sequence[Heading]]) -> list[list[HeadCell[Heading]]]:
    """The same in rows: for each the cells that begin there."""
    rows: list[list[HeadCell[Heading]]] = [[] for _ in range(max(map(len, paths), default=1))]
    for cell in head_cells(paths):
        rows[cell.row].append(cell)
    return rows


def paths_of(headings: Iterable[Heading], below: Callable[[Heading], Iterable[Heading]]) -> list[tuple[Heading, ...]]:
    """Each column of a tree of headings with those above it. below: what stands under a heading, nothing under a column."""
    paths = []
    for heading in headings:
        under = paths_of(below(heading), below)
        paths += [(heading, *path) for path in under] if under else [(heading,)]
    return paths
