"""Warnings offered to the writer of a circular for 存在问题: the writer chooses; the sentences and their figures are the rules' own."""

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from typing import Any

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.oversight.queries import grouping
from anju.problems import ASK, Problem, Refused
from anju.runs.binding.folders import book_library
from anju.runs.queries import runs
from anju.runs.queries.books import inputs_behind
from anju.runs.queries.findings import RuleFinding
from anju.runs.queries.sentences import SentencePiece, sentence_pieces


def offered_warnings(user: Actor, region: Region, period: str) -> list[RuleFinding]:
    """Every standing warning of a region, the gravest first. Its id is stable: the same warning of another run has the same."""
    return runs.list_findings(user, region, period, kinds=["warning"])


def chosen_warnings(warnings: Iterable[RuleFinding], choice: str | Iterable[str]) -> list[RuleFinding]:
    """Those the writer chose by id, in the writer's order; * stands for any stretch of an id (warning/idle-credit/*), "all" for all."""
    left, picked = list(warnings), []
    for pattern in ["*"] if choice == "all" else choice:
        picked += [one for one in left if fnmatchcase(one.id, pattern)]
        left = [one for one in left if one not in picked]
    return picked


def check_choice(warnings: Iterable[RuleFinding], choice: str | Iterable[str]) -> list[Problem]:
    """A reminder (OVER-004) for each pattern that stands for no warning of today. Refused OVER-003 for one that can never stand for any."""
    subjects = sorted({book.subject for book in book_library().books if book.kind == "warning"})
    wrong, idle = [], []
    for pattern in [] if choice == "all" else [choice] if isinstance(choice, str) else choice:
        kind, _, rest = pattern.partition("/")
        if not fnmatchcase("warning", kind) or not any(fnmatchcase(one, rest.split("/")[0] or "*") for one in subjects):
            near = get_close_matches(rest.split("/")[0], subjects, 1)
            meant = f"是不是 warning/{near[0]}/*？" if near else ""
            fix = f"{meant}写 all，或 warning/预警/…；预警有：{'、'.join(subjects)}。"
            wrong.append(Problem("OVER-003", f"文书选项 warnings“{pattern}”", "没有这种预警。", fix))
        elif not any(fnmatchcase(one.id, pattern) for one in warnings):
            what = "现在没有一条预警与它相合，存在问题里不会写。"
            idle.append(
                Problem("OVER-004", f"文书选项 warnings“{pattern}”", what, "请核对写法；确实已经没有的可以删去。", ASK)
            )
    if wrong:
        raise Refused(*wrong)
    return idle


def warning_paragraphs(user: Actor, warnings: Iterable[RuleFinding]) -> list[list[dict[str, Any]]]:
    """Warnings of one subject make one paragraph: those of one condition together, closed by what is proposed; each in pieces, its figures apart.

    Those that say the same of several places are one sentence.
    """

    @cache
    def again(run_id: int) -> tuple[Any, Any]:
        run = runs.find_run(user, run_id)
        return run, runs.rerun(user, run)

    def told(warning: RuleFinding) -> tuple[SentencePiece, ...]:
        run, done = again(warning.run_id)
        says = done.book.conditions[warning.condition].says
        return sentence_pieces(run, done.row(warning.key), says, *inputs_behind(done.book, warning.condition))

    subjects: dict[str, dict[str, list[RuleFinding]]] = {}
    for warning in warnings:
        subjects.setdefault(warning.subject, {}).setdefault(warning.condition, []).append(warning)
    made = [
        [
            {"warnings": grouping.group_sentences([told(one) for one in group]), "propose": group[0].propose}
            for group in groups.values()
        ]
        for groups in subjects.values()
    ]
    for groups in made:
        for group, following in pairwise(groups):
            if group["propose"] == following["propose"]:
                group["propose"] = ""  # said once, after the last it is for
    return made
