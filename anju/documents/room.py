"""Official documents."""

BAND = "documents"
COMMANDS = ("anju.documents.commands:add",)
DOCTOR = ("anju.documents.doctor",)
OVERDUE = ("anju.documents.overdue:overdue",)
USES = ("anju.documents.uses:uses",)
