"""Warnings offered to the writer of a circular for 存在问题: the writer chooses; the sentences and their figures are the rules' own."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from anju.core.models import Region
from anju.core.scope import Operator
from anju.runs import queries
from anju.runs.books import inputs_of
from anju.runs.findings import Finding
from anju.runs.sentences import Piece, pieces


def offered(user: Operator, region: Region, period: str) -> list[Finding]:
    """Every standing warning of a region, the gravest first. Its id is stable: the same warning of another run has the same."""
    return queries.findings(user, region, period, kinds=["warning"])


def chosen(warnings: Iterable[Finding], choice: str | Iterable[str]) -> list[Finding]:
    """Those the writer chose by id, in the writer's order; * stands for any stretch of an id (warning/idle-credit/*), "all" for all."""
    left, picked = list(warnings), []
    for pattern in ["*"] if choice == "all" else choice:
        picked += [one for one in left if fnmatchcase(one.id, pattern)]
        left = [one for one in left if one not in picked]
    return picked


def paragraphs(user: Operator, warnings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Warnings of one kind make one paragraph, closed by what is proposed; each is told in pieces, its figures apart."""

    @cache
    def again(run_id: int) -> tuple[Any, Any]:
        run = queries.run(user, run_id)
        return run, queries.again(user, run)

    def told(warning: Finding) -> tuple[Piece, ...]:
        run, done = again(warning.run_id)
        says = done.book.conditions[warning.condition].says
        return pieces(run, done.row(warning.key), says, *inputs_of(done.book, warning.condition))

    groups: dict[tuple[str, str], list[Finding]] = {}
    for warning in warnings:
        groups.setdefault((warning.subject, warning.condition), []).append(warning)
    return [{"warnings": [told(one) for one in group], "propose": group[0].propose} for group in groups.values()]
