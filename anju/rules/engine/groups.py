"""Rows that run with the same parameter values, and what holds for a partition of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from anju.problems import Problem, Refused
from anju.rules.book.parameters import check_day, interval_start, stale_values, values_in_force
from anju.rules.book.schema import Book, Value
from anju.rules.engine.bind import BoundTable
from anju.rules.language.ir import MAX_ROWS

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class RowGroup:
    """Rows that run with the same parameter values."""

    values: dict[str, Value]
    indexes: list[int]


def group_rows(
    book: Book, table: BoundTable, on: date, overrides: Mapping[str, Any] | None
) -> tuple[list[RowGroup], list[Problem]]:
    """Rows by the interval, between changes of value, that their date falls into; and the warnings of those dates."""
    problems: dict[str, Problem] = {}
    warnings: dict[str, Problem] = {}
    by_day: dict[date, list[int]] = {} if len(table) else {on: []}  # without rows the day itself is still checked
    for index, day in enumerate(table.dates):
        by_day.setdefault(day, []).append(index)
    by_interval: dict[date, list[int]] = {}
    for day, indexes in by_day.items():
        if wrong := check_day(book, day):
            problems |= {str(problem): problem for problem in wrong}
            continue
        warnings |= {str(problem): problem for problem in stale_values(book, day)}
        by_interval.setdefault(interval_start(book, day), []).extend(indexes)
    groups = []
    for day, indexes in sorted(by_interval.items()):
        try:
            groups.append(RowGroup(values_in_force(book, day, overrides), indexes))
        except Refused as refused:
            problems |= {str(problem): problem for problem in refused.problems}
    if problems:
        raise Refused(*problems.values())
    return groups, list(warnings.values())


def check_partitions(book: Book, table: BoundTable, group: RowGroup) -> None:
    """A partition is calculated at once: its rows cannot fall under different parameter values."""
    check_size(book, max(map(len, table.partitions().values()), default=0))
    inside = set(group.indexes)
    if len(inside) == len(table):
        return
    for partition, indexes in table.partitions().items():
        if 0 < len(inside & set(indexes)) < len(indexes):
            shown_as = (
                "、".join(table.text(name, value) for name, value in zip(book.partition, partition, strict=True))
                or "全部"
            )
            what = f"“{shown_as}”这一组的行业务日期不同，适用的参数值不同，不能一起分摊或排序。"
            raise Refused(Problem("RULE-018", f"《{book.title}》", what, "请使同一组的业务日期一致，或分开计算。"))


def check_size(book: Book, rows: int) -> None:
    """The range of a sum over a partition was reckoned with so many rows and no more."""
    if rows > MAX_ROWS:
        what = f"一组有 {rows} 行，最多 {MAX_ROWS} 行。"
        raise Refused(Problem("RULE-019", f"《{book.title}》", what, "请写明 partition，分组计算。"))
