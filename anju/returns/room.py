"""Period returns, their checks and locks."""

BAND = "returns"
PREFIXES = ("returns/",)
NAVIGATION = ({"order": 40, "label": "报表", "url": "returns:home", "permission": "returns.see"},)
JOBS = ("anju.returns.jobs",)
HOLDS = ("anju.returns.queries.holds:fixed",)
REMINDERS = ("anju.returns.reminders:reminders",)
OVERDUE = ("anju.returns.queries.overdue:overdue_returns",)
