"""Writing reminders."""
