"""Long work of this room, done in the background with its progress told; once a day outcomes of whole tables that are old are dropped."""

from typing import Any

from anju.core.jobs.queue import register_daily_work, register_work, report_progress
from anju.core.models.job import Job
from anju.core.pages.addresses import path_of
from anju.core.people.scope import Actor
from anju.runs.queries.comparisons import JOB
from anju.runs.services import outcomes
from anju.runs.services.comparisons import run_comparison


@register_work(JOB, "试算一群人")
def compare_asked_rows(job: Job, *, by: Actor, key: str) -> str:
    """A large file compared; the page of the comparison shows it."""
    run_comparison(by, key, lambda percent: report_progress(job, percent, 100))
    return path_of("runs:comparison", key)


@register_daily_work("runs.drop_old_outcomes", "清理到期的结果表")
def drop_old_outcomes(job: Any, *, by: Actor) -> None:
    outcomes.drop_old_outcomes(by=by)
