"""Styles as files: read, checked, found by region and day."""
