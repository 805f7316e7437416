"""Measures, targets and figures."""

BAND = "figures"
COMMANDS = ("anju.figures.commands:add",)
