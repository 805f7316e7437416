"""Warnings offered to the writer of a circular for 存在问题: the writer chooses; the sentences and their figures are the rules' own."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from anju.core.models import Region
from anju.core.scope import Operator
from anju.runs import queries
from anju.runs.books import inputs_of
from anju.runs.sentences import Piece, pieces


@dataclass(frozen=True)
class Offered:
    """One warning. key is stable: the same warning of another run has the same."""

    key: str
    group: tuple[str, str]
    colour: str
    sentence: str
    pieces: tuple[Piece, ...]
    propose: str


def offered(user: Operator, region: Region, period: str) -> list[Offered]:
    """Every standing warning of a region, the gravest first."""
    runs = {run.pk: (run, queries.again(user, run)) for run in queries.standing(user, region, period, kinds=["warning"])}
    made = []
    for finding in queries.findings(user, region, period, kinds=["warning"]):
        run, done = runs[finding.run_id]
        condition = done.book.conditions[finding.condition]
        told = pieces(run, done.row(finding.key), condition.says, *inputs_of(done.book, condition.name))
        made.append(Offered(finding.id, (finding.subject, finding.condition), finding.colour, finding.sentence, told, finding.propose))
    return made


def chosen(warnings: Iterable[Offered], choice: str | Iterable[str]) -> list[Offered]:
    """Those the writer chose by key, in the writer's order; * stands for any stretch of a key (warning/idle-credit/*), "all" for all."""
    left, picked = list(warnings), []
    for pattern in ["*"] if choice == "all" else choice:
        picked += [one for one in left if fnmatchcase(one.key, pattern)]
        left = [one for one in left if one not in picked]
    return picked


def paragraphs(warnings: Iterable[Offered]) -> list[dict[str, Any]]:
    """Warnings of one kind make one paragraph, closed by what is proposed."""
    groups: dict[tuple[str, str], list[Offered]] = {}
    for warning in warnings:
        groups.setdefault(warning.group, []).append(warning)
    return [{"warnings": group, "propose": group[0].propose} for group in groups.values()]
