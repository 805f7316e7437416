"""The back office's pages: home, panel, and those about figures, runs, documents and the trail."""

BAND = "desk"
PREFIXES = (
    "",
    "notices/",
    "targets/",
    "dispatch/",
    "figures/",
    "figures.xlsx",
    "runs/",
    "rules/",
    "documents/",
    "imports/",
    "trail/",
)
