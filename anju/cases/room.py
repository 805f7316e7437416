"""Cases of close-out ledgers; the rooms of the ledgers say their kinds (CASES)."""

BAND = "runs"
