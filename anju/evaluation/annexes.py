"""Annexes that this room brings to styles of papers: the score tables that the option `tables` asks for."""

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from anju.documents.styles.sources import PaperAnnex, PaperRequest
from anju.evaluation import scores

TEMPLATE = "evaluation/documents/score_table.html"


def score_annexes(request: PaperRequest, before: int) -> Iterator[tuple[str, SafeString]]:
    """Each with its book among those that the paper keeps the digest of. Refused EVAL-001 for one that was never run."""
    wanted = [one for one in request.options.get("tables", ()) if one.get("book")]
    for number, table in enumerate(
        scores.score_tables(request.user, request.region, request.period, wanted), before + 1
    ):
        if table.book not in request.books:
            request.books.append(table.book)
        title = request.region.name + table.title
        yield title, render_to_string(TEMPLATE, {"table": table, "mark": number, "region": request.region})


SCORE_TABLES = PaperAnnex("score-tables", "绩效评价指标表", score_annexes)
