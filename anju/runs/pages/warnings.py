"""Warnings and checks of a region, grouped for pages."""

from dataclasses import dataclass, field

from anju.core.models.region import Region
from anju.core.people.scope import Operator
from anju.runs.queries import runs
from anju.runs.queries.findings import Finding, Pending

FIRST = 2  # findings of a rule that a leader reads before opening the rest


@dataclass(frozen=True)
class Warnings:
    found: list[Finding]
    pending: list[Pending] = field(default_factory=list)
    ran: bool = False

    @property
    def groups(self) -> list["Group"]:
        """By rule, in the order of their gravest finding: ten counties with one trouble are one trouble."""
        grouped: dict[tuple[str, str], Group] = {}
        for one in self.found:
            grouped.setdefault((one.subject, one.condition), Group(one.title, one.colour, one.propose)).found.append(
                one
            )
        return list(grouped.values())


@dataclass
class Group:
    title: str
    colour: str
    propose: str
    found: list[Finding] = field(default_factory=list)

    @property
    def first(self) -> list[Finding]:
        return self.found[:FIRST]

    @property
    def rest(self) -> list[Finding]:
        return self.found[FIRST:]


def warnings(user: Operator, region: Region, period: str) -> Warnings:
    """What the newest warnings and checks of the region found, the gravest first."""
    ran = runs.standing(user, region, period)
    return Warnings(runs.found_by(*ran), runs.pending(*ran), bool(ran))
