"""Official documents."""

BAND = "documents"
PREFIXES = ("documents/",)
NAVIGATION = (
    {"order": 80, "label": "文书", "url": "documents:list", "permission": "documents.see", "guide": "documents"},
)
COMMANDS = ("anju.documents.commands:add_commands",)
DOCTOR = ("anju.documents.doctor",)
OVERDUE = ("anju.documents.overdue:overdue_documents",)
USES = ("anju.documents.uses:documents_using",)
REFERENCES = ("anju.documents.tables.references:reference_kinds",)
SUBJECTS = ("anju.documents.subjects:DOCUMENTS",)
