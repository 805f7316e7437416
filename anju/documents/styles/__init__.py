"""Styles of papers (文书样式): what a paper says, as data. Read, found by region and day, computed, written."""
