"""Places as folders of data, and the synthetic province."""

BAND = "desk"
COMMANDS = ("anju.demo.commands:add_commands",)
DEMO = ("anju.demo.month:MONTH",)
