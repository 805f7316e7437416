"""Period returns, their checks and locks."""

BAND = "returns"
PREFIXES = ("returns/",)
