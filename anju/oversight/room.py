"""Dispatch, circulars and reminders."""

BAND = "oversight"
DOCUMENTS = ("anju.oversight.documents",)
JOBS = ("anju.oversight.jobs",)
NOTICES = ("anju.oversight.services.reminders:count",)
REMINDERS = ("anju.oversight.services.reminders:nodes",)
