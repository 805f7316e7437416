"""The order in which a book's steps and conditions are calculated, and the total of its criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anju.rules.book.schema import Book, BookStep, SortKey
from anju.rules.language.formula import Expr, Name, Ranked, Sum, formula_names


def total_step(criteria: Mapping[str, BookStep]) -> BookStep:
    """The implied total of a score table."""
    terms = tuple((1, Name(name)) for name in criteria)
    return BookStep(name="total", label="合计", formula=" + ".join(criteria), expr=Sum(terms), unit="point")


def ranked(order: Sequence[SortKey], shared: bool = False, entire: bool = False) -> Ranked:
    return Ranked(tuple((Name(item.name), item.descending) for item in order), shared, entire)


def order_text(order: Sequence[SortKey]) -> str:
    return ", ".join(f"{item.name} {'desc' if item.descending else 'asc'}" for item in order)


def rank_step(order: Sequence[SortKey]) -> BookStep:
    """The implied place of a row in a queue."""
    return BookStep(name="rank", label="名次", formula=order_text(order), expr=ranked(order, entire=True))


def order_steps(book: Book) -> list[str]:
    """Steps and conditions, each after what it uses; in the order written where free. ValueError holds a cycle."""
    done: list[str] = []
    placed: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> None:
        if name in placed or not (name in book.steps or name in book.conditions):
            return
        if name in path:
            raise ValueError(" → ".join((*path[path.index(name) :], name)))
        path.append(name)
        item = book.steps[name] if name in book.steps else book.conditions[name]
        for other in sorted(dependencies(item.expr, book)):
            visit(other)
        path.pop()
        placed.add(name)
        done.append(name)

    for name in (*book.steps, *book.conditions):
        visit(name)
    return done


def dependencies(expr: Expr, book: Book) -> set[str]:
    """Names an expression needs, through parameters too."""
    needed: set[str] = set()
    for name in formula_names(expr):
        needed.add(name)
        if parameter := book.parameters.get(name):
            needed |= {*parameter.by, parameter.bands} - {""}
    return needed
