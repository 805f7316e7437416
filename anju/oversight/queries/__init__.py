"""Reading what is overdue and what warnings are offered. The user comes first."""
