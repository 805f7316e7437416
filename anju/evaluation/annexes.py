"""Annexes that this room brings to styles of papers: the score tables that the option `tables` asks for."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from anju.documents.styles.sources import PaperAnnex, PaperRequest
from anju.evaluation import scores

TEMPLATE = "evaluation/documents/score_table.html"


def score_annexes(request: PaperRequest, before: int) -> Iterator[tuple[str, SafeString]]:
    """Each as its published table is laid out. Refused EVAL-001 for one that was never scored."""
    for number, table in enumerate(scores.asked_tables(request), before + 1):
        title = request.region.name + table.title
        yield title, render_to_string(TEMPLATE, {"table": table, "mark": number, "region": request.region})


SCORE_ANNEXES = PaperAnnex("score-tables", "绩效评价指标表", score_annexes)
