"""The scores that the reports print: the newest run of each book they ask for, and what a check says of a score that a unit filed itself."""

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.styles.sources import PaperRequest
from anju.problems import ASK, Problem, Refused
from anju.runs.queries.runs import found_by, newest_run
from anju.runs.queries.score_table import ScoreTable, lay_out_score_table

FULL_SCORE = ("check", "full-score")
MEMO = "score-tables"


def asked_tables(request: PaperRequest) -> list[ScoreTable]:
    """The score tables that the option `tables` asks for: [{book: subject, name}], read once for a paper, which rests on their books.

    One without a book has no published standard and is left to the style's words. Refused EVAL-001 for each that was never scored, all at once.
    """
    if MEMO not in request.memo:
        request.memo[MEMO] = tables = _read(request)
        request.books.extend(table.book for table in tables if table.book not in request.books)
    asked: list[ScoreTable] = request.memo[MEMO]
    return asked


def _read(request: PaperRequest) -> list[ScoreTable]:
    user, region, period = request.user, request.region, request.period
    wanted = [one for one in request.options.get("tables") or () if one.get("book")]
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


def filed_score_reminders(user: Actor, region: Region, period: str) -> list[Problem]:
    """What the check of a self-score that a unit filed, against the problems it lists, says to the writer."""
    run = newest_run(user, *FULL_SCORE, region, period)
    return [
        Problem("EVAL-002", one.title, f"{one.sentence}。", "请补写扣分或说明理由；确无不妥的可以保留。", ASK)
        for one in (found_by(run) if run else ())
    ]
