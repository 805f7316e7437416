"""Rulebooks run over figures."""

BAND = "runs"
PREFIXES = ("runs/", "rules/")
NAVIGATION = (
    {"order": 70, "label": "评价", "url": "runs:list", "permission": "runs.see", "guide": "quickstart"},
    {"order": 90, "label": "规则", "url": "runs:books", "permission": "rules.see", "guide": "rulebook"},
)
COMMANDS = ("anju.runs.commands:add_commands",)
BINDINGS = ("binding/bindings.yaml",)
JOBS = ("anju.runs.jobs",)
DOCTOR = ("anju.runs.doctor",)
USES = ("anju.runs.uses:runs_using",)
REFERENCES = ("anju.runs.references:kinds",)
DOORS = ("anju.runs.pages.steps:open_step_panel",)
