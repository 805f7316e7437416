"""What leaders instructed and what came of it; what an instruction may be about, and which units it may ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from anju.cases.kinds import CLOSED, OPEN
from anju.core import registry
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.pages.addresses import front_page_path, path_of
from anju.core.people.permissions import may
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions import tree
from anju.documents.layout.annex import read_declarations
from anju.oversight.models import Demand, DemandStep
from anju.runs.queries import runs
from anju.runs.queries.findings import RuleFinding, join_places

LEADS = Path(__file__).parents[1] / "reminders.yaml"
LONGEST_ABOUT = 300  # characters that are kept of what an instruction is about


@dataclass(frozen=True)
class InstructionSubject:
    """What an instruction is about. key: as the address has it: "", "project/12", "warning/idle-credit/no-draw". region_ids: of the places that
    it is likely to ask. sentences: what a warning says, by its place.
    """

    key: str
    text: str
    link: str
    region_ids: frozenset[int]
    sentences: Mapping[int, Sequence[str]] = field(default_factory=dict)

    def text_for(self, region_id: int) -> str:
        """What a unit of that place is told: of a warning its own sentences."""
        own = "；".join(self.sentences.get(region_id, ()))
        return own if 0 < len(own) <= LONGEST_ABOUT else self.text


def find_subject(user: Actor, region: Region, period: str, key: str) -> InstructionSubject:
    """The region itself unless the key names a warning and its condition, or a thing of another room. LookupError when there is none."""
    kind, _, rest = key.partition("/")
    if kind == "warning":
        listed = runs.list_findings(user, region, period, kinds=["warning"])
        warnings = [one for one in listed if f"{one.subject}/{one.condition}" == rest]
        if not warnings:
            raise LookupError(key)
        link = f"{path_of('runs:list')}?region={region.code}&period={period}"
        below = tree.region_ids_below(user, region) | {region.pk}
        places = {one.code: one.pk for one in tree.region_tree().all if one.pk in below and one.valid_until is None}
        sentences: dict[int, list[str]] = {}
        for one in warnings:
            if one.region in places:
                sentences.setdefault(places[one.region], []).append(one.sentence)
        return InstructionSubject(key, _warning_text(warnings), link, frozenset(sentences), sentences)
    if key:
        thing = next(filter(None, (ask(user, key) for ask in registry.fetch_hooks("things"))), None)
        if thing is None:
            raise LookupError(key)
        return InstructionSubject(key, thing.text[:LONGEST_ABOUT], thing.href, frozenset({thing.region_id}))
    link = f"{front_page_path()}?region={region.code}&period={period}"
    return InstructionSubject("", region.name, link, frozenset({region.pk}))


def _warning_text(warnings: Sequence[RuleFinding]) -> str:
    """What it says, where that is one sentence; else its title with how often and where: 开工未建成项目建成率预警7条：沁水县、阳城县"""
    sentences = join_places(warnings)
    if len(sentences) == 1 and len(sentences[0]) <= LONGEST_ABOUT:
        return sentences[0]
    names = "、".join(dict.fromkeys(one.region_name for one in warnings))
    return f"{warnings[0].title}{len(warnings)}条：{names}"[:LONGEST_ABOUT]


def list_units(user: Actor, region: Region) -> list[Organisation]:
    """Whom an instruction about that region may ask: its offices, of places below the housing ones, those of places above that the user sees."""
    below = tree.region_ids_below(user, region)
    above = {one.pk for one in tree.region_path(region)} & user.region_ids
    standing = visible_rows(Organisation.objects.filter(ended_on=None).select_related("region"), user)
    offices = rows_within(standing, {region.pk, *above, *below})
    listed = [
        one
        for one in offices.order_by("region__order", "region_id", "id")
        if one.region_id == region.pk or one.region_id in above or one.kind == Organisation.Kind.HOUSING
    ]
    return sorted(listed, key=lambda one: one.region_id in above - {region.pk})  # its own and those below it first


def list_demands(user: Actor, region: Region) -> QuerySet[Demand]:
    """Of a region and all below it, those that are not closed first, the earliest due first."""
    rows = visible_rows(Demand.objects.select_related("case", "region", "organisation"), user)
    return rows_within(rows, tree.region_ids_below(user, region) | {region.pk})


def find_demand(user: Actor, pk: int) -> Demand:
    """Demand.DoesNotExist when there is none or it is another region's."""
    return visible_rows(Demand.objects.select_related("case", "region", "organisation"), user).get(pk=pk)


def list_steps(user: Actor, demand: Demand) -> QuerySet[DemandStep]:
    return visible_rows(DemandStep.objects.filter(demand=demand), user).select_related("file").defer("file__content")


@dataclass(frozen=True)
class DemandLine:
    """A demand as a list shows it. last: what was said last."""

    demand: Demand
    last: DemandStep | None
    on: date

    @property
    def state(self) -> str:
        return self.demand.case.state

    @property
    def state_text(self) -> str:
        label = self.demand.case.state_label
        return f"{label}，逾期{self.late_days}天" if self.late_days else label

    @property
    def late_days(self) -> int:
        """Days since it had to be answered, while nobody has."""
        return max((self.on - self.demand.due_on).days, 0) if self.state == OPEN else 0

    @property
    def css(self) -> str:
        return "bad" if self.late_days else "on" if self.state == CLOSED else ""


def demand_lines(user: Actor, demands: QuerySet[Demand], on: date) -> list[DemandLine]:
    """In their order; with the last thing said of each: two queries."""
    steps = DemandStep.objects.select_related("file").defer("file__content").order_by("id")
    return [
        DemandLine(one, next(reversed(one.steps.all()), None), on)
        for one in demands.prefetch_related(Prefetch("steps", steps))
    ]


@dataclass(frozen=True)
class DemandGroup:
    """What one instruction demands of its units, as a leader reads it: said once."""

    lines: list[DemandLine]

    @property
    def demand(self) -> Demand:
        return self.lines[0].demand

    @property
    def by_state(self) -> list[tuple[str, str]]:
        """How far the units are, in a line: (待答复, 东县、西县)."""
        names: dict[str, list[str]] = {}
        for one in self.lines:
            names.setdefault(one.state_text, []).append(one.demand.region.name)
        return [(state, "、".join(some)) for state, some in names.items()]

    @property
    def due_on(self) -> date | None:
        """The day of all of them, none where they differ."""
        days = {one.demand.due_on for one in self.lines}
        return self.demand.due_on if len(days) == 1 else None


def group_demands(lines: Iterable[DemandLine]) -> list[DemandGroup]:
    """By instruction, in the order of the first of each."""
    groups: dict[object, DemandGroup] = {}
    for one in lines:
        groups.setdefault(one.demand.instruction_id or one, DemandGroup([])).lines.append(one)
    return list(groups.values())


def standing_demands(user: Actor, region: Region, on: date) -> list[DemandLine]:
    """For the leader's page: what is not closed, and what was closed lately."""
    lately = on - timedelta(days=lead_number("closed_days"))
    rows = list_demands(user, region).filter(~Q(case__state=CLOSED) | Q(case__closed_on__gte=lately))
    return sorted(demand_lines(user, rows, on), key=lambda one: (one.state == CLOSED, one.demand.due_on))


def overdue_demand_rows(user: Actor, region: Region, on: date) -> QuerySet[Demand]:
    """What nobody answered in time."""
    return list_demands(user, region).filter(case__state=OPEN, due_on__lt=on)


def lead_number(name: str) -> int:
    said: Any = read_declarations(LEADS)
    return int(said[name])


def is_of_unit(user: Actor, demand: Demand) -> bool:
    """Are they of the unit that must answer, with a post that may?"""
    theirs = user.posts is None or demand.organisation_id in user.organisation_ids
    return theirs and may(user, "demands.answer", demand.region_id)


def is_of_giver(user: Actor, demand: Demand) -> bool:
    """Are they of the organisation that demanded it, with a post that may close it?"""
    theirs = user.posts is None or (demand.giver_id is not None and demand.giver_id in user.organisation_ids)
    return theirs and may(user, "instructions.give", demand.region_id)
