"""Projects (项目): the library, progress as events, adjustments, ledgers with close-out, cohorts."""
