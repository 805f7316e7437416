"""What every room stands on: people, regions, trail, jobs, and the pages about them."""

BAND = "core"
PREFIXES = ("sign-in/", "sign-out/", "me/", "staff/", "jobs/")
COMMANDS = ("anju.core.commands:add",)
