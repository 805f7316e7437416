"""Score tables and the reports that carry them."""

BAND = "evaluation"
