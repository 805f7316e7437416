"""Score tables and the reports that carry them."""

BAND = "evaluation"
DOCUMENTS = ("anju.evaluation.documents",)
