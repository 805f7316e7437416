"""How an engine writes the SQL that a book becomes: what differs between DuckDB, PostgreSQL and Spark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """wide: the type beyond BIGINT; divide: truncating integer division of BIGINT and of wide; fence: ends a level.

    total: the sum of integers, exact. quotient_digits: the longest quotient that the division of wide gives; a longer one is divided in two steps.
    """

    name: str
    wide: str
    divide: tuple[str, str]
    fence: str = ""
    total: str = "SUM({})"
    quotient_digits: int = 38

    @property
    def repeats(self) -> bool:
        """Whether the division of wide writes its operands more than once."""
        return self.divide[True].count("{0}") > 1

    def quotient(self, top: str, bottom: str, wide: bool) -> str:
        return self.divide[wide].format(top, bottom)
