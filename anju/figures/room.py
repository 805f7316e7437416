"""Measures, targets and figures."""

BAND = "figures"
PREFIXES = ("targets/", "figures/", "figures.xlsx", "imports/")
NAVIGATION = (
    {"order": 20, "label": "目标", "url": "figures:targets", "permission": "targets.see", "guide": "nodes"},
    {"order": 60, "label": "指标", "url": "figures:explorer", "permission": "figures.see", "guide": "measures"},
    {"order": 100, "label": "导入", "url": "figures:imports", "permission": "imports.see", "guide": "map-files"},
)
COMMANDS = ("anju.figures.commands:add_commands",)
DOCTOR = ("anju.figures.doctor",)
PLACES = ("anju.figures.queries.places:figure_regions",)
PERIODS = ("anju.figures.queries.places:figure_periods",)
MEASURES = ("catalogue",)
REFERENCES = ("anju.figures.queries.references:kinds",)
SUBJECTS = ("anju.figures.subjects:MEASURES",)
DEMO = ("anju.figures.demo:FIGURES",)
BACKUP = ("maps",)
