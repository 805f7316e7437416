"""The home page, and what it reminds of."""

BAND = "desk"
PREFIXES = ("", "notices/")
NAVIGATION = ({"order": 10, "label": "总览", "url": "desk:leader", "permission": "leader.see", "guide": "quickstart"},)
