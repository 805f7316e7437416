"""The project library as a ledger of returns: what forms are filled from and compared with, and what a lock records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import groupby

from anju.core.ledgers import Happening, Item, Ledger, Stated
from anju.core.models.region import Region
from anju.core.people.scope import Actor, visible_rows
from anju.core.regions.tree import below
from anju.projects.event_kinds import EVERY, load_event_kinds
from anju.projects.fields import FIELDS, NUMERIC, ORGANISATION, PLANNED
from anju.projects.models import Project
from anju.projects.queries import counts, projects
from anju.projects.queries.events import newest_notes
from anju.projects.services.events import NewEvent, record_events


class ProjectLedger:
    """See core/ledgers.py."""

    code, label, initial = "projects", "项目", "p"

    def kinds(self) -> Sequence[str]:
        return EVERY

    def known_fields(self) -> Mapping[str, str]:
        return {name: "number" if one.type == NUMERIC else "text" for name, one in FIELDS.items()}

    def known_events(self) -> Mapping[str, Happening]:
        return {code: Happening(bool(kind.choices), kind.modes) for code, kind in load_event_kinds().items()}

    def fixed(self) -> Collection[str]:
        return PLANNED

    def lines(self, user: Actor, region: Region, kinds: Sequence[str], since: date, until: date) -> list[Item]:
        """Projects in the plan, and those closed since that day with something recorded in it: two statements when there are such."""
        found = visible_rows(
            Project.objects.filter(
                kind__in=kinds, region_id__in=below(user, region), year__isnull=False, year__lte=until.year
            ),
            user,
        )
        listed = list(found.filter(state__in=(Project.PLANNED, Project.CLOSED)).order_by())
        closed = [project.pk for project in listed if project.state == Project.CLOSED]
        moved = projects.project_totals(user, closed, since=since, until=until)
        listed = [project for project in listed if project.state == Project.PLANNED or project.pk in moved]
        listed.sort(key=lambda project: (list(kinds).index(project.kind), project.year, project.code, project.pk))
        return [Item(project.pk, project.name, project.kind, _facts(project, until.year)) for project in listed]

    def fields(
        self, user: Actor, items: Collection[int], names: Collection[str]
    ) -> dict[int, dict[str, int | str | None]]:
        if not items or not names:
            return {}
        found = visible_rows(Project.objects.filter(pk__in=items).only(*names), user)
        organisations = [name for name in names if FIELDS[name].type == ORGANISATION]
        if organisations:
            found = found.select_related(*organisations)
        return {project.pk: {name: _field(project, name) for name in names} for project in found}

    def sums(self, user: Actor, items: Collection[int], since: date | None, until: date) -> dict[int, dict[str, int]]:
        return projects.project_totals(user, items, since=since, until=until)

    def texts(self, user: Actor, items: Collection[int], event: str, until: date) -> dict[int, str]:
        return newest_notes(user, items, event, until) if items else {}

    def counts(
        self, user: Actor, region: Region, since: date, until: date, measures: Collection[str]
    ) -> dict[str, int | None]:
        """By the counting books (计数口径)."""
        codes = sorted(set(measures) & set(counts.counted_measures()))
        if not codes:
            return {}
        regions = Region.objects.filter(pk__in=below(user, region))
        found = counts.add_counts(counts.count_regions(user, regions, since=since, until=until, codes=codes))
        return {code: count.value for code, count in found.items()}

    def differences(self, stated: Sequence[Stated], on: date, why: str) -> list[NewEvent]:
        found = []
        for (item, event), group in groupby(stated, key=lambda one: (one.item, one.event)):
            mine = list(group)
            if load_event_kinds()[event].choices:
                found += [NewEvent(item, event, on, note=str(one.value)) for one in mine if one.value != one.recorded]
            else:
                found += _amounts(item, event, mine, on, why)
        return found

    def record(self, *, by: Actor, entries: Sequence[NewEvent], origin: str, act: str) -> None:
        record_events(by=by, entries=entries, origin=origin, act=act)


PROJECTS: Ledger = ProjectLedger()


def _facts(project: Project, year: int) -> dict[str, str]:
    """timing: 新建 in its plan's year, 续建 later."""
    timing = "" if project.year is None else "新建" if project.year >= year else "续建"
    return {
        "code": project.code,
        "kind": project.kind,
        "year": str(project.year or ""),
        "renovation": project.renovation,
        "grade": project.grade,
        "timing": timing,
    }


def _field(project: Project, name: str) -> int | str | None:
    value: int | str | None = getattr(project, name)
    if value is None or FIELDS[name].type == NUMERIC:
        return value
    shown = getattr(project, f"get_{name}_display", None)
    return str(shown() if shown else value)


def _amounts(item: int, event: str, stated: list[Stated], on: date, why: str) -> list[NewEvent]:
    """Of each mode what is missing (or too much), and of the whole what the modes leave."""
    found, rest = [], 0
    for one in stated:
        gap = int(one.value) - int(one.recorded or 0)
        rest += -gap if one.mode else gap
        if one.mode and gap:
            found.append(NewEvent(item, event, on, gap, one.mode, note=why))
    whole = next((one for one in stated if not one.mode), None)
    if whole is not None and rest:
        mode = whole.rest if whole.rest in load_event_kinds()[event].modes_for(whole.kind) else ""
        found.append(NewEvent(item, event, on, rest, mode, note=why))
    return found
