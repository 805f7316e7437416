"""Score tables and the reports that carry them, which are styles of papers."""

BAND = "evaluation"
STYLES = ("styles",)
PAPER_LISTS = ("anju.evaluation.lists:SCORE_TABLES",)
PAPER_ANNEXES = ("anju.evaluation.annexes:SCORE_ANNEXES",)
PAPER_REMINDERS = ("anju.evaluation.lists:FILED_SCORE",)
