"""Warnings and checks of a region, grouped for pages."""

from dataclasses import dataclass, field

from anju.core.models.region import Region
from anju.core.people.scope import Actor
from anju.runs.queries import runs
from anju.runs.queries.findings import PendingRow, RuleFinding, join_places

FIRST = 2  # sentences of a rule that a leader reads before opening the rest


@dataclass(frozen=True)
class RegionWarnings:
    found: list[RuleFinding]
    pending: list[PendingRow] = field(default_factory=list)
    ran: bool = False

    @property
    def groups(self) -> list["WarningGroup"]:
        """By rule, in the order of their gravest finding: ten counties with one trouble are one trouble."""
        grouped: dict[tuple[str, str], WarningGroup] = {}
        for one in self.found:
            grouped.setdefault(
                (one.subject, one.condition), WarningGroup(one.title, one.colour, one.propose)
            ).found.append(one)
        return list(grouped.values())


@dataclass
class WarningGroup:
    title: str
    colour: str
    propose: str
    found: list[RuleFinding] = field(default_factory=list)

    @property
    def about(self) -> str:
        """The group as an address names it: warning/idle-credit/no-draw."""
        return f"warning/{self.found[0].subject}/{self.found[0].condition}"

    @property
    def sentences(self) -> list[str]:
        """What is said alike of several places is said once: 泽州县、陵川县、沁水县限价房建成率为零."""
        return join_places(self.found)

    @property
    def first(self) -> list[str]:
        return self.sentences[:FIRST]

    @property
    def rest(self) -> list[str]:
        return self.sentences[FIRST:]


def region_warnings(user: Actor, region: Region, period: str) -> RegionWarnings:
    """What the newest warnings and checks of the region found, the gravest first."""
    ran = runs.standing_runs(user, region, period)
    return RegionWarnings(runs.found_by(*ran), runs.pending(*ran), bool(ran))
