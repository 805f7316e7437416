"""Runs a book over rows: compiled to SQL for an engine, or by the slow reference, with the same outcome."""
