"""Official documents."""

BAND = "documents"
PREFIXES = ("documents/",)
NAVIGATION = (
    {"order": 80, "label": "文书", "url": "documents:list", "permission": "documents.see", "guide": "documents"},
)
COMMANDS = ("anju.documents.commands:add_commands", "anju.documents.styles.commands:add_commands")
DOCTOR = ("anju.documents.doctor",)
OVERDUE = ("anju.documents.overdue:overdue_documents",)
USES = ("anju.documents.uses:documents_using",)
SUBJECTS = ("anju.documents.subjects:DOCUMENTS",)
DOCUMENTS = ("anju.documents.styles.kinds",)
STYLES = ("styles/shipped",)
REFERENCES = ("anju.documents.styles.doors:reference_kinds",)
