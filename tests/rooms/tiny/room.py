"""Benches: what the tests' own room brings to the house."""

BAND = "ledgers"
PREFIXES = ("benches/", "bench-map/")
NAVIGATION = ({"order": 35, "label": "长椅", "url": "tiny:benches", "permission": "tiny.see"},)
COMMANDS = ("tests.rooms.tiny.commands:add",)
DOCTOR = ("tests.rooms.tiny.doctor",)
DOCUMENTS = ("tests.rooms.tiny.documents",)
GATES = ("tests.rooms.tiny.services:let_issue",)
HOLDS = ("tests.rooms.tiny.queries:holds",)
JOBS = ("tests.rooms.tiny.jobs",)
MEASURES = ("measures.yaml",)
NOTICES = ("tests.rooms.tiny.queries:notices",)
OVERDUE = ("tests.rooms.tiny.queries:overdue",)
PERIODS = ("tests.rooms.tiny.queries:periods",)
PLACES = ("tests.rooms.tiny.queries:places",)
REMINDERS = ("tests.rooms.tiny.queries:reminders",)
USES = ("tests.rooms.tiny.queries:uses",)
