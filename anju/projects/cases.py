"""Cases of projects: those of the ledgers of what is overdue (逾期台账), one for each ledger that a book opens."""

from datetime import date
from typing import Any

from anju.cases.kinds import CLOSED, OPEN, CaseKind
from anju.cases.models import Case
from anju.core.people.scope import Actor
from anju.core.states import Move, States
from anju.problems import Problem, Refused
from anju.projects.models import Entry, Project
from anju.projects.queries import signals

EXPLAINED = "explained"
SUBJECT = Project._meta.label_lower


def close_if_built(by: Actor, case: Case, on: date) -> dict[str, Any]:
    """Refused PROJ-033 while the book that opened it still holds against the project."""
    project = Entry.objects.select_related("project__region").get(case=case).project
    if project.state == Project.PLANNED and (still := signals.signal_against(by, case.ledger, project, on)):
        fix = "请先登记建成、竣工或新的约定日期；已经取消、置换的先办调整。"
        raise Refused(Problem("PROJ-033", case.full_name, f"{still.text}，还不能销号。", fix))
    return {"project": project.state}


OVERDUE = CaseKind(
    code="projects.overdue",
    label="台账条目",
    subject="项目",
    states=States(
        Move("report", OPEN, EXPLAINED, permission="projects.edit", label="说明原因并报告"),
        Move("close", OPEN, CLOSED, permission="projects.adjust", label="销号"),
        Move("close", EXPLAINED, CLOSED, permission="projects.adjust", label="销号"),
        Move("reopen", CLOSED, OPEN, permission="projects.adjust", label="恢复"),
        labels={OPEN: "未销号", EXPLAINED: "已说明", CLOSED: "已销号"},
    ),
    acts={
        "open": "projects.open_entries",
        "explain": "projects.explain_entry",
        "report": "projects.report_entry",
        "consent": "projects.consent_entry",
        "close": "projects.close_entry",
        "reopen": "projects.reopen_entry",
    },
    ledgers=lambda: {code: watch.label for code, watch in signals.ledger_watches().items()},
    may_close=close_if_built,
    reason_advice="请写明为什么没有按期建成、采取什么措施。",
    codes={
        "CASE-002": "PROJ-031",
        "CASE-003": "PROJ-032",
        "CASE-004": "PROJ-034",
        "CASE-005": "PROJ-013",
    },
)
