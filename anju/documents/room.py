"""Official documents."""

BAND = "documents"
PREFIXES = ("documents/",)
NAVIGATION = ({"order": 80, "label": "文书", "url": "documents:list", "permission": "documents.see"},)
COMMANDS = ("anju.documents.commands:add",)
DOCTOR = ("anju.documents.doctor",)
OVERDUE = ("anju.documents.overdue:overdue",)
USES = ("anju.documents.uses:uses",)
