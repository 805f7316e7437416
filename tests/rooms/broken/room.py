"""A room whose hold and gate are missing: what asks them is refused."""

BAND = "ledgers"
HOLDS = ("tests.rooms.broken.nowhere:holds",)
GATES = ("tests.rooms.broken.nowhere:let_issue",)
