"""Dispatch, circulars and reminders."""

BAND = "oversight"
