"""The scores that the reports print: the newest run of each book they ask for, and the score that a unit filed itself."""

from collections.abc import Mapping
from decimal import Decimal

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.problems import ASK, Problem, Refused
from anju.quantities import trim_zeros
from anju.runs.queries.runs import found_by, newest_run
from anju.runs.queries.score_table import Score, ScoreTable, lay_out_score_table
from anju.runs.references import StepReference

FULL_SCORE = ("check", "full-score")


def score_tables(user: Actor, region: Region, period: str, wanted: list[Mapping[str, str]]) -> list[ScoreTable]:
    """The score tables asked for: [{book: subject, name}]. Refused EVAL-001 for each that was never run, all at once."""
    runs = [(one, newest_run(user, "scoring", one["book"], region, period)) for one in wanted]
    problems = [
        Problem(
            "EVAL-001",
            f"{region.name} {period}“{one['book']}”",
            "还没有评过分，自评表没有数可印。",
            "请先运行这张评分表，再写评价报告。",
        )
        for one, run in runs
        if run is None
    ]
    if problems:
        raise Refused(*problems)
    return [lay_out_score_table(user, run, one.get("name", "")) for one, run in runs if run is not None]


def filed_self_score(user: Actor, region: Region, period: str) -> tuple[Score | None, list[Problem]]:
    """The self-score a unit filed where no score table can be run, and what the check of it against the listed problems says."""
    run = newest_run(user, *FULL_SCORE, region, period)
    if run is None:
        return None, []
    given = run.rows[0]["facts"]["score"]["value"]
    sentences = [
        Problem("EVAL-002", one.title, f"{one.sentence}。", "请补写扣分或说明理由；确无不妥的可以保留。", ASK)
        for one in found_by(run)
    ]
    value = trim_zeros(f"{Decimal(given):f}") if given else ""
    return Score(StepReference(run.pk, "score"), "自评得分", value), sentences
