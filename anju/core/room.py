"""What every room stands on: people, regions, trail, jobs, and the pages about them."""

BAND = "core"
PREFIXES = ("sign-in/", "sign-out/", "me/", "staff/", "jobs/", "trail/", "search/", "help/")
COMMANDS = ("anju.core.console.commands:add_commands",)
JOBS = ("anju.core.jobs.daily", "anju.core.jobs.reading")
DOCTOR = ("anju.core.console.trail_checks",)
NAVIGATION = (
    {"order": 110, "label": "人员", "url": "core:staff", "permission": "staff.see", "guide": "staff"},
    {"order": 120, "label": "任务", "url": "core:jobs", "permission": "jobs.see", "guide": "commands"},
    {"order": 130, "label": "留痕", "url": "core:trail", "permission": "trail.see", "guide": "trail"},
)
SUBJECTS = ("anju.core.pages.site.subjects:REGIONS", "anju.core.pages.site.subjects:PEOPLE")
ASKER = ("anju.core.people.identity:find_actor",)
