"""Bind the members of rows: each to its row, every misfit named, before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from anju.problems import Place, Problem, Refused
from anju.rules.book.rollups import member_book
from anju.rules.book.schema import MAX_MEMBERS, MEMBERS, Book
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
            raise Refused(_needless(book))
        return None
    given = {str(key): people for key, people in (members or {}).items()}
    place = {key: index for index, key in enumerate(table.keys)}
    problems: list[Problem] = []
    odd: dict[str, tuple[Any, int]] = {}
    many: list[str] = []
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
            odd[key] = (count, len(people))
        if len(people) > MAX_MEMBERS:
            many.append(key)
        listed[index] = list(range(len(rows), len(rows) + len(people)))
        for number, person in enumerate(people, 1):
            name = str(person.get("key") or number)
            names.append(name)
            of.append(index)
            rows.append({**person, "key": f"{key}／{name}", own: table.dates[index]})
    problems += [count_problem(book, odd, len(odd))] if odd else []
    problems += [many_problem(book, many)] if many else []
    try:
        bound = bind_rows(member_book(book), rows, key="key", on=FIRST_DAY, on_field=own)
    except Refused as refused:
        raise Refused(*problems, *refused.problems) from None
    if problems:
        raise Refused(*problems)
    bound.rank = [table.rank[index] for index in of]
    return MemberTable(bound, of, names, listed, table.keys)


def require_members(book: Book, given: bool, absent: Collection[str]) -> None:
    """Refused RULE-049: a book whose members nobody gave, or said to be absent; RULE-048: members of a book that has none."""
    if book.members is None and given:
        raise Refused(_needless(book))
    if book.members and given == (MEMBERS in absent):
        what = "说是缺成员表，却给出了。" if given else "规则书要成员表，没有给出。"
        fix = "请用 --members 给出；确实没有的，写 --absent members，要成员的各项按未知计算。"
        raise Refused(Problem("RULE-049", _place(book), what, "请去掉其一。" if given else fix))


def _needless(book: Book) -> Problem:
    what = "规则书没有成员表，却给出了成员。"
    return Problem("RULE-048", f"《{book.title}》", what, "请删去，或在规则书里写 members 和 rollups。")


def lost_problem(book: Book, keys: Sequence[str], many: int) -> Problem:
    what = f"成员表里有 {many} 个行键在主表里没有：{_named(keys, many)}。"
    return Problem("RULE-045", _place(book), what, "请核对成员表里指明属于哪一行的那一列。")


def count_problem(book: Book, odd: Mapping[str, tuple[Any, int]], many: int) -> Problem:
    """odd: of the first rows, how many members each says and has."""
    assert book.members
    told = [f"“{key}”登记 {said}，成员表里有 {count}" for key, (said, count) in odd.items()][:NAMED]
    what = f"{'；'.join(told)}{'；等' if many > NAMED else ''}。"
    return Problem("RULE-046", _place(book), what, f"请核对成员表与“{book.label(book.members.count)}”。")


def many_problem(book: Book, keys: Sequence[str]) -> Problem:
    what = f"“{'、'.join(keys[:NAMED])}”的成员超过 {MAX_MEMBERS}。"
    return Problem("RULE-047", _place(book), what, "请核对成员表是否归错了行。")


def _named(keys: Sequence[str], many: int) -> str:
    return "、".join(keys[:NAMED]) + ("等" if many > NAMED else "")


def _place(book: Book) -> Place:
    assert book.members
    return Place(f"《{book.title}》{book.members.label}", field=book.members.key)
