"""Rulebooks run over figures."""

BAND = "runs"
COMMANDS = ("anju.runs.commands:add",)
BINDINGS = ("bindings.yaml",)
USES = ("anju.runs.uses:uses",)
