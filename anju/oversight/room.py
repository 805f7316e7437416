"""Dispatch, circulars, reminders, instructions and what came of them."""

BAND = "oversight"
PREFIXES = ("dispatch/",)
NAVIGATION = (
    {
        "order": 45,
        "label": "批示",
        "url": "oversight:instructions",
        "permission": "instructions.see",
        "guide": "dispatch",
    },
    {"order": 50, "label": "调度", "url": "oversight:dispatch", "permission": "dispatch.see", "guide": "dispatch"},
)
JOBS = ("anju.oversight.jobs",)
NOTICES = ("anju.oversight.queries.reminders:count_reminders",)
WAITING = ("anju.oversight.queries.reminders:list_reminders",)
ANNOUNCEMENTS = ("anju.oversight.services.reminders:announce_reminders",)
REMINDERS = (
    "anju.oversight.queries.reminders:node_reminders",
    "anju.oversight.reminders:demand_reminders",
)
OVERDUE = ("anju.oversight.overdue:overdue_demands",)
CASES = ("anju.oversight.cases:DEMAND",)
STYLES = ("papers/styles",)
PAPER_LISTS = (
    "anju.oversight.papers.lists:PROBLEMS",
    "anju.oversight.papers.lists:NODES",
    "anju.oversight.papers.lists:OVERDUE",
    "anju.oversight.papers.lists:PACK_CHANGES",
    "anju.oversight.papers.lists:LAST_PACK",
    "anju.oversight.papers.lists:OPEN_LEDGERS",
    "anju.oversight.papers.lists:OPEN_ENTRIES",
)
PAPER_REMINDERS = ("anju.oversight.papers.untold:UNTOLD_TASKS", "anju.oversight.papers.dispatch:MATTERS")
REFERENCES = ("anju.oversight.papers.dispatch:reference_kinds",)
PAGE_ACTS = ("anju.oversight.pages.instructions:acts_of_thing",)
