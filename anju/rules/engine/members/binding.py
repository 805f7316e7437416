"""Bind the members of rows: each to its row, every misfit named, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.rules.book.rollups import member_book
from anju.rules.book.schema import MAX_MEMBERS, Book
from anju.rules.engine.bind import FIRST_DAY, BoundTable, MemberTable, bind_rows

NAMED = 20  # keys in one sentence


def bind_members(
    book: Book, table: BoundTable, members: Mapping[str, Sequence[Mapping[str, Any]]] | None
) -> MemberTable | None:
    """members: key of a row → its members, each input → value and, if it has one, its own `key`. An empty list is known to be empty; a row
    that is not named has no list, unless its count says 0. Every member runs on its row's date.

    Refused: RULE-045 members of no row, RULE-046 another number than the row says, RULE-047 too many, RULE-048 the book has none; misfits as for rows.
    """
    if book.members is None:
        if members:
            what = "规则书没有成员表，却给出了成员。"
            raise Refused(Problem("RULE-048", f"《{book.title}》", what, "请删去，或在规则书里写 members 和 rollups。"))
        return None
    given = {str(key): people for key, people in (members or {}).items()}
    place = {key: index for index, key in enumerate(table.keys)}
    problems = []
    if strange := [key for key in given if key not in place]:
        problems.append(lost_problem(book, strange, len(strange)))
    counts = table.columns[book.members.count] if book.members.count else [None] * len(table)
    listed: dict[int, list[int]] = {}
    rows: list[dict[str, Any]] = []
    of, names, own = [], [], book.members.key
    for index, (key, count) in enumerate(zip(table.keys, counts, strict=True)):
        if key not in given and count != 0:
            continue
        people = given.get(key, ())
        if count is not None and count != len(people):
            problems.append(count_problem(book, [key], f"“{key}”登记 {count}，成员表里有 {len(people)}"))
        if len(people) > MAX_MEMBERS:
            problems.append(many_problem(book, [key]))
        listed[index] = list(range(len(rows), len(rows) + len(people)))
        for number, person in enumerate(people, 1):
            name = str(person.get("key") or number)
            names.append(name)
            of.append(index)
            rows.append({**person, "key": f"{key}／{name}", own: table.dates[index]})
    if problems:
        raise Refused(*problems)
    bound = bind_rows(member_book(book), rows, key="key", on=FIRST_DAY, on_field=own)
    bound.rank = [table.rank[index] for index in of]
    return MemberTable(bound, of, names, listed, table.keys)


def lost_problem(book: Book, keys: Sequence[str], many: int) -> Problem:
    what = f"成员表里有 {many} 个行键在主表里没有：{_named(keys, many)}。"
    return Problem("RULE-045", _place(book), what, "请核对成员表里指明属于哪一行的那一列。")


def count_problem(book: Book, keys: Sequence[str], what: str, many: int = 1) -> Problem:
    assert book.members
    text = what if many == 1 else f"有 {many} 行的成员数与登记的不同，例如{_named(keys, many)}"
    return Problem("RULE-046", _place(book), f"{text}。", f"请核对成员表与“{book.label(book.members.count)}”。")


def many_problem(book: Book, keys: Sequence[str]) -> Problem:
    what = f"“{'、'.join(keys[:NAMED])}”的成员超过 {MAX_MEMBERS}。"
    return Problem("RULE-047", _place(book), what, "请核对成员表是否归错了行。")


def _named(keys: Sequence[str], many: int) -> str:
    return "、".join(keys[:NAMED]) + ("等" if many > NAMED else "")


def _place(book: Book) -> Place:
    assert book.members
    return Place(f"《{book.title}》{book.members.label}", field=book.members.key)
