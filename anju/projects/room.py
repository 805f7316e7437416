"""The project library and its ledgers."""

BAND = "ledgers"
PREFIXES = ("projects/",)
