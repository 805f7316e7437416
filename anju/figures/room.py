"""Measures, targets and figures."""

BAND = "figures"
COMMANDS = ("anju.figures.commands:add",)
DOCTOR = ("anju.figures.doctor",)
PLACES = ("anju.figures.queries.places:places",)
PERIODS = ("anju.figures.queries.places:periods_of",)
MEASURES = ("catalogue",)
