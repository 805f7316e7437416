"""Measures, targets and figures."""

BAND = "figures"
COMMANDS = ("anju.figures.commands:add",)
DOCTOR = ("anju.figures.doctor",)
PLACES = ("anju.figures.places:places",)
PERIODS = ("anju.figures.places:periods_of",)
MEASURES = ("catalogue",)
