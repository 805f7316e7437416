"""Period returns, their checks and locks."""

BAND = "returns"
PREFIXES = ("returns/",)
NAVIGATION = (
    {"order": 40, "label": "报表", "url": "returns:home", "permission": "returns.see", "guide": "five-minutes"},
)
JOBS = ("anju.returns.jobs",)
HOLDS = ("anju.returns.queries.holds:locked_fields",)
REMINDERS = ("anju.returns.reminders:return_reminders",)
OVERDUE = ("anju.returns.overdue:overdue_returns",)
BACKUP = ("workdays.yaml",)
