"""What to look at before a book is put into use (静态检查): what it leaves open, what can never happen in it, what its examples do not show.

None of it stops a book from being loaded: a book that was in use yesterday is in use today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from anju.problems import ASK, Place, Problem, Refused
from anju.rules.analysis.feasibility import Feasibility
from anju.rules.book.display import band_text
from anju.rules.book.lower import Program, lower_book
from anju.rules.book.order import order_steps
from anju.rules.book.parameters import each_program
from anju.rules.book.schema import DECIDING, Book, BookCondition, BookStep, DatedValue, Parameter
from anju.rules.engine.evaluation import band_of
from anju.rules.engine.examples import run_example
from anju.rules.engine.outcome import OutcomeRow
from anju.rules.explanation.explain import render_formula
from anju.rules.language.formula import CaseExpression, walk
from anju.rules.language.ir import Choice, Num

SHOWN = 8  # of what is missing, in one sentence


def find_doubts(book: Book) -> list[Problem]:
    """Reminders (提醒) on a book that loads, in the order of its lines; each says what was found and from which day."""
    doubts = _Doubts(book)
    doubts.days()
    days = []
    for day, values in each_program(book, []):
        program = lower_book(book, values, order_steps(book))
        days.append(Feasibility(program))
        doubts.keys(program, day)
        doubts.conditions(days[-1], day)
    doubts.examples(days)
    return sorted(doubts.found.values(), key=lambda problem: problem.where.line)


@dataclass
class _Doubts:
    book: Book
    found: dict[tuple[str, ...], Problem] = field(default_factory=dict)

    def add(self, code: str, names: tuple[str, ...], line: int, what: str, fix: str) -> None:
        """Once for the same names, on the first day on which it is so; what examples do not show has many parts."""
        labels = "、".join(f"“{self.book.label(name)}”（{name}）" for name in names)
        where = Place(f"{self.book.file} 第 {line} 行 {labels}", file=self.book.file, line=line, field=names[0])
        key = (code, *names, what if code == "BOOK-068" else "")
        self.found.setdefault(key, Problem(code, where, what, fix, ASK))

    # -- holes

    def days(self) -> None:
        """Days within the book's dates on which a parameter has no value."""
        book = self.book
        for parameter in book.parameters.values():
            holes = []
            first, last = parameter.values[0], parameter.values[-1]
            if first.since > book.applies_from:
                holes.append(f"{book.applies_from} 至 {first.since - timedelta(1)}")
            if last.until and (book.applies_until is None or last.until < book.applies_until):
                holes.append(f"{last.until + timedelta(1)} 至 {book.applies_until or '今后'}")
            if holes:
                what = f"{'、'.join(holes)}没有生效的值，这些天不能运行。"
                self.add(
                    "BOOK-064", (parameter.name,), parameter.line, what, "请补上这段时间的值，或改书头的 applies。"
                )

    def keys(self, program: Program, day: date) -> None:
        """Rows of a table that it does not list: whoever falls there is pending."""
        for parameter in self.book.parameters.values():
            table = program.values[parameter.name]
            if parameter.by and (missing := list(_missing_keys(program.of(parameter), parameter.by, table))):
                more = f"等 {len(missing)} 种" if len(missing) > SHOWN else ""
                what = f"{day} 起的值没有列到 {'、'.join(missing[:SHOWN])}{more}，落在那里的是未知（待核）。"
                self.add(
                    "BOOK-065",
                    (parameter.name,),
                    parameter.line,
                    what,
                    "确实不会出现的可以不管；会出现的请补上，整数可以用 more。",
                )

    # -- what can never be

    def conditions(self, feasible: Feasibility, day: date) -> None:
        decided: set[str] = set()
        for name, condition in self.book.conditions.items():
            for holds, never in (
                (True, "永远不会成立"),
                (False, "永远成立，什么也拦不住" if self.book.kind != "warning" else "永远成立"),
            ):
                if not feasible.can((condition.expr, holds)):
                    decided.add(name)
                    what = f"自 {day} 起{never}：{self.told(condition)}。"
                    self.add("BOOK-067", (name,), condition.line, what, "请核对公式、参数和输入的范围。")
        open_ones = [one for name, one in self.book.conditions.items() if name not in decided and one.gate]
        for first, second in combinations(open_ones, 2):
            if self.book.kind == "warning":
                if not feasible.can((first.expr, False), (second.expr, True)):
                    what = f"自 {day} 起永远轮不到“{second.label}”：它成立时，排在前面的“{first.label}”一定成立。"
                    self.add(
                        "BOOK-066", (first.name, second.name), second.line, what, "请把要求严的排在前面，或删去一条。"
                    )
            elif self.book.kind in (*DECIDING, "check") and not feasible.can((first.expr, True), (second.expr, True)):
                what = f"自 {day} 起不能同时成立：{self.told(first)}；{self.told(second)}。没有一行能两条都符合。"
                self.add(
                    "BOOK-066",
                    (first.name, second.name),
                    second.line,
                    what,
                    "请核对这两条，必有一条写错或不能放在同一本里。",
                )

    def told(self, condition: BookCondition) -> str:
        return render_formula(condition.expr, self.book.label)

    # -- what no example shows

    def examples(self, days: list[Feasibility]) -> None:
        book = self.book
        if not book.examples:
            return
        rows = list(_example_rows(book))
        for name, step in {**book.rollups, **book.steps}.items():
            if all(row.values[name] is None for row in rows):
                self.add(
                    "BOOK-068", (name,), step.line, "没有一个算例算到这一步（都是未知）。", "请加一个算到它的算例。"
                )
            elif name in book.steps:  # what a roll-up asks is asked of members
                self.branches(step, rows, days)
        for name, condition in book.conditions.items():
            seen = {row.values[name] for row in rows}
            unseen = [word for holds, word in ((True, "成立"), (False, "不成立")) if holds not in seen]
            if unseen:
                what = f"没有一个算例使它{'或'.join(unseen)}。"
                self.add("BOOK-068", (name,), condition.line, what, "请各加一个算例，边界上的最好。")
        inner = book.members.inputs if book.members else {}
        for parameter in book.parameters.values():
            if not inner.keys() & {*parameter.by, parameter.bands}:
                self.values_shown(parameter, rows)

    def branches(self, step: BookStep, rows: list[OutcomeRow], days: list[Feasibility]) -> None:
        """Branches of case that some row could take and no example does."""
        for expr in walk(step.expr):
            if isinstance(expr, CaseExpression):
                taken = {_branch(row, expr) for row in rows}
                tests = [test for test, _ in expr.branches]
                told = []
                for place in range(len(tests) + 1):
                    way = [
                        *((test, False) for test in tests[:place]),
                        *((test, True) for test in tests[place : place + 1]),
                    ]
                    if place not in taken and any(day.can(*way) for day in days):
                        told.append(
                            f"“{render_formula(tests[place], self.book.label) if place < len(tests) else '否则'}”"
                        )
                if told:
                    what = f"没有一个算例走到 {'、'.join(told)} 这样的情形。"
                    self.add("BOOK-068", (step.name,), step.line, what, "请各加一个算例。")

    def values_shown(self, parameter: Parameter, rows: list[OutcomeRow]) -> None:
        """Values, bands and keys that no example takes."""
        for dated in parameter.values:
            used = [row for row in rows if parameter.in_force(row.on) is dated]
            if not used:
                what = f"没有一个算例用到 {dated.since} 起的值。"
                self.add("BOOK-068", (parameter.name,), dated.line, what, "请加一个这以后的算例（写 date）。")
            elif unseen := _unseen(self.book, parameter, dated, used):
                more = f"等 {len(unseen)} 处" if len(unseen) > SHOWN else ""
                what = f"没有一个算例用到 {dated.since} 起的 {'、'.join(unseen[:SHOWN])}{more}。"
                self.add("BOOK-068", (parameter.name,), dated.line, what, "请各加一个算例，边界上的最好。")


def _missing_keys(program: Program, by: tuple[str, ...], table: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Key by key, what the table does not list of what the rows may hold."""
    type_ = program.types[by[0]]
    listed = {key for key in table if key != "more"}
    if isinstance(type_, Choice):
        yield from (" ".join((*path, value)) for value in type_.domain if value not in listed)
    elif isinstance(type_, Num):
        numbers = sorted(map(int, listed))
        if type_.low < numbers[0]:
            yield " ".join((*path, f"小于 {numbers[0]}"))
        gaps = (
            [number for number in range(numbers[0], numbers[-1]) if number not in numbers][: SHOWN + 1]
            if numbers[-1] - numbers[0] < 1000
            else []
        )
        yield from (" ".join((*path, str(number))) for number in gaps)
        if "more" not in table and type_.high > numbers[-1]:
            yield " ".join((*path, f"大于 {numbers[-1]}"))
    for key, row in table.items():
        if isinstance(row, Mapping):
            yield from _missing_keys(program, by[1:], row, (*path, "更多" if key == "more" else key))


def _example_rows(book: Book) -> Iterator[OutcomeRow]:
    for example in book.examples:
        try:
            yield from run_example(book, example).rows
        except Refused:
            continue


def _branch(row: OutcomeRow, expr: CaseExpression) -> int | None:
    """The branch that the row takes; None where that is unknown."""
    for place, (test, _) in enumerate(expr.branches):
        holds = row.run.trace.figure(row.index, test)[0]
        if holds is None:
            return None
        if holds:
            return place
    return len(expr.branches)


def _unseen(book: Book, parameter: Parameter, dated: DatedValue, rows: list[OutcomeRow]) -> list[str]:
    """The bands, or the entries of the table, that none of these rows takes."""
    names = parameter.by or ((parameter.bands,) if parameter.bands else ())
    known = [(row, subjects) for row in rows for subjects in _subjects(row, names) if None not in subjects]
    if isinstance(dated.value, tuple):
        taken = set()
        for row, (subject,) in known:
            bands: Any = row.run.values[row.index][parameter.name]  # the same bands, their edges as numbers
            taken.add(bands.index(band_of(bands, subject)))
        return [band_text(book, band) for place, band in enumerate(dated.value) if place not in taken]
    if not isinstance(dated.value, Mapping):
        return []
    keys = {_taken_keys(dated.value, subjects) for _, subjects in known}
    return [
        " ".join("更多" if key == "more" else key for key in path) for path in _paths(dated.value) if path not in keys
    ]


def _subjects(row: OutcomeRow, names: tuple[str, ...]) -> list[list[Any]]:
    """What a table is keyed by, of the row; of each of its members, where it is they who have it."""
    book, trace, people = row.run.book, row.run.trace, row.run.table.members
    if not (book.members and {*names} & book.members.inputs.keys()):
        return [[trace.value(row.index, name)[0] for name in names]]
    if people is None or trace.members is None:
        return []
    return [[trace.members.value(member, name)[0] for name in names] for member in people.listed.get(row.index, ())]


def _paths(table: Any) -> Iterator[tuple[str, ...]]:
    for key, row in table.items():
        yield from ((key, *path) for path in _paths(row)) if isinstance(row, Mapping) else [(key,)]


def _taken_keys(table: Any, subjects: list[Any]) -> tuple[str, ...]:
    path: list[str] = []
    for subject in subjects:
        text = str(int(subject)) if isinstance(subject, Decimal) else str(subject)
        path.append(text if text in table else "more")
        table = table.get(path[-1], {})
    return tuple(path)
