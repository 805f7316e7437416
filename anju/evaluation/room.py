"""Score tables and the reports that carry them."""

BAND = "evaluation"
DOCUMENTS = ("anju.evaluation.documents",)
PAPER_ANNEXES = ("anju.evaluation.annexes:SCORE_TABLES",)
