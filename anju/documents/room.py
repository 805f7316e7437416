"""Official documents."""

BAND = "documents"
PREFIXES = ("documents/",)
NAVIGATION = (
    {"order": 80, "label": "文书", "url": "documents:list", "permission": "documents.see", "guide": "documents"},
)
COMMANDS = (
    "anju.documents.commands:add_commands",
    "anju.documents.styles.commands:add_commands",
    "anju.documents.console.tables:add_commands",
)
DOCTOR = ("anju.documents.doctor",)
REMINDERS = ("anju.documents.reminders:document_reminders",)
OVERDUE = ("anju.documents.overdue:overdue_documents",)
USES = ("anju.documents.uses:documents_using",)
REFERENCES = ("anju.documents.tables.references:reference_kinds", "anju.documents.styles.doors:reference_kinds")
DOORS = ("anju.documents.styles.doors:open_given_panel",)
SUBJECTS = ("anju.documents.subjects:DOCUMENTS",)
DOCUMENTS = ("anju.documents.documents", "anju.documents.styles.kinds")
JOBS = ("anju.documents.jobs",)
FIGURE_CHANGES = ("anju.documents.jobs:look_for_corrections",)
STYLES = ("styles/shipped",)
PAPER_LISTS = (
    "anju.documents.styles.reported:REPORTED_MEASURES",
    "anju.documents.styles.reported:REPORTED_PLACES",
    "anju.documents.styles.reported:REPORTED_SHEETS",
)
