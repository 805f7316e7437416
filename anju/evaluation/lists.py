"""What this room brings to styles of papers: the score tables that the option `tables` asks for, row by row, and what they lost points for."""

from collections.abc import Iterator, Mapping
from typing import Any

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.documents.styles.sources import PaperList, PaperReminder, PaperRequest
from anju.evaluation import scores
from anju.problems import Problem
from anju.runs.queries.score_table import Score, ScoredCriterion, ScoreTable
from anju.runs.references import StepReference


def asked_tables(request: PaperRequest) -> Iterator[Mapping[str, Any]]:
    """Each with its total, its rows and the criteria that lost points. Refused EVAL-001 for one that was never scored."""
    for table in scores.asked_tables(request):
        yield {
            "key": table.run.subject,
            "name": table.name,
            "title": table.title,
            "points": table.points,
            "total": table.total,
            "indicators": [
                {
                    "key": number,
                    "first": line.first,
                    "second": line.second,
                    "points": line.points,
                    "standard": line.standard,
                    "score": line.score,
                }
                for number, line in enumerate(table.rows, 1)
            ],
            "losses": [_loss(table, item) for item in table.lost],
        }


def _loss(table: ScoreTable, item: ScoredCriterion) -> Mapping[str, Any]:
    """why: the reason as the book's sentence gives it, its figures with their references."""
    reference = StepReference(table.run.pk, f"扣分/{item.name}")
    lost = Score(reference, f"{item.label}扣分", item.lost.removesuffix("分").strip(), item.assumed)
    return {"key": item.name, "name": item.label, "points": item.points, "lost": lost, "why": item.pieces}


def filed_score_reminders(user: Actor, region: Region, period: str, told: set[str]) -> list[Problem]:
    return scores.filed_score_reminders(user, region, period)


SCORE_TABLES = PaperList(
    "score-tables",
    "绩效评价指标表",
    asked_tables,
    words=("name", "title", "points"),
    figures=("total",),
    lists={
        "indicators": PaperList(
            "indicators", "二级指标", words=("first", "second", "points", "standard"), figures=("score",)
        ),
        "losses": PaperList("losses", "扣分的", words=("name", "points"), figures=("lost",), pieces=("why",)),
    },
)
FILED_SCORE = PaperReminder("filed-score", "自报得分与列举的问题", text=filed_score_reminders)
