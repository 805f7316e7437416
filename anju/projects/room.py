"""The project library and its ledgers."""

BAND = "ledgers"
PREFIXES = ("projects/",)
NAVIGATION = (
    {"order": 30, "label": "项目", "url": "projects:list", "permission": "projects.see", "guide": "projects"},
)
JOBS = ("anju.projects.jobs",)
LEDGERS = ("anju.projects.ledger:PROJECTS",)
REMINDERS = ("anju.projects.reminders:entry_reminders",)
CASES = ("anju.projects.cases:OVERDUE",)
OVERDUE = ("anju.projects.queries.entries:overdue_entries",)
SUBJECTS = ("anju.projects.subjects:PROJECTS",)
DEMO = ("anju.projects.demo:PROJECTS",)
THINGS = ("anju.projects.subjects:name_project",)
BEHIND = ("anju.projects.queries.behind:projects_behind",)
