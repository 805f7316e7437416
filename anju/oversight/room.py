"""Dispatch, circulars and reminders."""

BAND = "oversight"
DOCUMENTS = ("anju.oversight.documents",)
JOBS = ("anju.oversight.jobs",)
NOTICES = ("anju.oversight.reminders:count",)
REMINDERS = ("anju.oversight.reminders:nodes",)
