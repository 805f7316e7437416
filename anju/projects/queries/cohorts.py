"""Saved sets of projects (项目清单): those started by one day and unfinished on another, and what was built of them since."""

from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from anju.core.models.region import Region
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions.tree import below
from anju.problems import Problem, Refused
from anju.projects.base import STANDING
from anju.projects.models import Cohort, Member
from anju.projects.queries import counts
from anju.rules.engine import running
from anju.rules.explanation import explain
from anju.runs.binding.folders import book_library


@dataclass
class BuiltCount:
    """One cell of the cohort's table: how much was unfinished, None when that of some project is not known, and how much was built since."""

    projects: int = 0
    unfinished: int | None = 0
    built: int = 0
    unknown: int = 0  # projects of which it is not known

    def add(self, other: "BuiltCount") -> None:
        self.projects, self.built, self.unknown = (
            self.projects + other.projects,
            self.built + other.built,
            self.unknown + other.unknown,
        )
        self.unfinished = (
            None if self.unfinished is None or other.unfinished is None else self.unfinished + other.unfinished
        )


@dataclass
class CohortView:
    """A cohort on a day. cells: (region id, kind) → Built, with kind "" for all of them; problems: where it built more than the region did."""

    cohort: Cohort
    on: date
    members: list[tuple[Member, int]] = field(default_factory=list)
    cells: dict[tuple[int, str], BuiltCount] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def whole(self, kind: str = "") -> BuiltCount:
        """Of all regions together."""
        total = BuiltCount()
        for (_, of), one in self.cells.items():
            if of == kind:
                total.add(one)
        return total


def list_cohorts(user: Actor, region: Region) -> list[Cohort]:
    return list(
        rows_within(visible_rows(Cohort.objects.select_related("region"), user), below(user, region)).order_by("-at")
    )


def view_cohort(user: Actor, pk: int, on: date) -> CohortView:
    """A saved cohort with what was built of it from its day to `on`, by region and kind, checked against all that was built meanwhile."""
    found = visible_rows(Cohort.objects.select_related("region"), user).get(pk=pk)
    view = CohortView(found, on)
    members = list(
        visible_rows(Member.objects.filter(cohort=found).select_related("project", "region"), user).order_by(
            "region__order", "project__kind", "pk"
        )
    )
    built = _built(user, [one.project_id for one in members], found.unfinished_on, on)
    for one in members:
        done = built.get(one.project_id, 0)
        view.members.append((one, done))
        for kind in (one.project.kind, ""):
            view.cells.setdefault((one.region_id, kind), BuiltCount()).add(
                BuiltCount(1, one.unfinished, done, one.unfinished is None)
            )
    view.problems = _within_all(user, view, {one.region_id: one.region for one in members})
    return view


def _built(user: Actor, ids: list[int], after: date, until: date) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.project_id, sum(e.amount)::bigint FROM projects_event AS e WHERE e.project_id = ANY(%s) AND e.region_id = ANY(%s)"
            f" AND e.kind = 'basic' AND e.mode <> 'monetised' AND e.amount IS NOT NULL AND e.\"on\" > %s AND e.\"on\" <= %s AND {STANDING} GROUP BY 1",
            [ids, sorted(user.region_ids), after, until],
        )
        return dict(cursor.fetchall())


def _within_all(user: Actor, view: CohortView, regions: dict[int, Region]) -> list[Problem]:
    """A part is not more than the whole: what the cohort built against all that was built in the same time (annex 2 against annex 1)."""
    if view.on <= view.cohort.unfinished_on:
        return []
    since = view.cohort.unfinished_on.fromordinal(view.cohort.unfinished_on.toordinal() + 1)
    whole = counts.count_regions(user, regions.values(), since=since, until=view.on, codes=["shanty.complete"])
    rows = []
    for pk, region in regions.items():
        mine, all_of_it = view.cells.get((pk, "shanty")), whole.get(pk, {}).get("shanty.complete")
        if mine is not None and all_of_it is not None:
            rows.append(
                {"key": region.code, "place": region.name, "backlog_done": mine.built, "completed": all_of_it.value}
            )
    if not rows:
        return []
    try:
        book = book_library().find("check", "backlog-within-completion", [], view.on)
    except Refused:
        return []
    run = running.run_rows(book, rows, on=view.on, key="key")
    return [
        Problem("PROJ-036", f"项目清单“{view.cohort.name}”", text, "请核对清单项目和全年基本建成的登记。")
        for row in run.rows for text in explain.row_sentences(row)[: len(row.failed)]
    ]  # fmt: skip
