"""What is done with a case: entered, explained, reported, consented to, closed out, taken back.

Who may, and what it is called in the trail, is said by its kind: each service is marked with the act of this room and describes the
kind's own.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from anju.cases.kinds import CaseKind, kind_of
from anju.cases.models import Case
from anju.core.models.file import File
from anju.core.models.region import Region
from anju.core.people.permissions import require_permission
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused


@transaction.atomic
@trail.act("cases.open")
def open_case(
    *,
    by: Actor,
    kind: str,
    subject: trail.Subject,
    region: Region,
    on: date,
    ledger: str = "",
    facts: dict[str, Any] | None = None,
) -> Case:
    """Enter a subject in a ledger (列入台账). Refused CASE-004 when it has an open case there already."""
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    case = Case(
        kind=kind, ledger=ledger, subject_kind=subject.type, subject_key=subject.id, text=subject.text, region=region,
        opened_on=on, facts=facts or {}, handled_by=by.key,
    )  # fmt: skip
    _require_step(by, case, "open")
    if problems := _not_future(case, "列入日期", on):
        raise Refused(*problems)
    if not enter_cases([case]):
        raise Refused(_another_open(case))
    after = {"opened_on": str(on), "facts": case.facts}
    _describe(case, "open", {}, after)
    return case


def enter_cases(cases: Iterable[Case]) -> list[Case]:
    """Insert those whose subject has no open case in the ledger yet, and give them back. Part of an act that a room's service describes."""
    trail.act_under_way()
    columns = (
        "kind", "ledger", "subject_kind", "subject_key", "text", "region_id", "state", "opened_on", "facts", "reason", "report_number",
        "consent_number", "handled_by",
    )  # fmt: skip
    statement = (
        f"INSERT INTO cases_case ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        " ON CONFLICT (subject_kind, subject_key, kind, ledger) WHERE NOT state = 'closed' DO NOTHING RETURNING id"
    )
    entered = []
    # A race with another who enters them: the database takes one.
    with connection.cursor() as cursor:
        for case in cases:
            values = {name: getattr(case, name) for name in columns}
            values["facts"] = json.dumps(case.facts, ensure_ascii=False)
            cursor.execute(statement, list(values.values()))
            if row := cursor.fetchone():
                case.pk = row[0]
                entered.append(case)
    return entered


@transaction.atomic
@trail.act("cases.explain")
def explain(*, by: Actor, case_id: int, reason: str) -> Case:
    """Say why it came to this (说明原因)."""
    case = _held(by, case_id, "explain")
    if not reason.strip():
        raise Refused(_problem(case, "CASE-002", "没有写原因。", kind_of(case.kind).reason_advice, field="原因"))
    return _set(case, "explain", by, timezone.localdate(), reason=reason.strip())


@transaction.atomic
@trail.act("cases.report")
def report(*, by: Actor, case_id: int, on: date, number: str) -> Case:
    """Reported to the local government, by which paper (报当地政府). Needs the reason."""
    case = _held(by, case_id, "report")
    problems = _not_future(case, "报告日期", on)
    if not case.reason:
        problems.append(_problem(case, "CASE-002", "还没有说明原因。", "请先说明原因，再登记报告。"))
    if not number.strip():
        problems.append(
            _problem(case, "CASE-002", "没有写报告文号。", "请写报告的文号；没有文号的写题名和日期。", field="报告文号")
        )
    if problems:
        raise Refused(*problems)
    return _set(case, "report", by, on, reported_on=on, report_number=number.strip())


@transaction.atomic
@trail.act("cases.consent")
def consent(*, by: Actor, case_id: int, on: date, number: str) -> Case:
    """The local government consented (政府核实同意). Needs the report, and is not before it."""
    case = _held(by, case_id, "consent")
    problems = _not_future(case, "同意日期", on)
    if case.reported_on is None:
        problems.append(_problem(case, "CASE-003", "还没有报告。", "请先登记报告的日期和文号。"))
    elif on < case.reported_on:
        problems.append(
            _problem(
                case, "CASE-003", f"同意日期早于报告日期 {case.reported_on}。", "请核对两个日期。", field="同意日期"
            )
        )
    if not number.strip():
        problems.append(
            _problem(case, "CASE-003", "没有写同意的文号。", "请写批复、会议纪要的文号。", field="同意的文号")
        )
    if problems:
        raise Refused(*problems)
    return _set(case, "consent", by, on, consented_on=on, consent_number=number.strip())


@transaction.atomic
@trail.act("cases.close")
def close_case(*, by: Actor, case_id: int, on: date, note: str = "", evidence: File | None = None) -> Case:
    """Close it out (销号), if its ledger lets it. Refused CASE-006 to whoever dealt with it last, where the kind wants a second person."""
    case = _held(by, case_id, "close")
    kind = kind_of(case.kind)
    if problems := _not_future(case, "销号日期", on):
        raise Refused(*problems)
    if kind.second_person and case.state != Case.CLOSED and case.handled_by == by.key:
        raise Refused(
            _problem(case, "CASE-006", "是您自己经办的，不能由您销号。", "请另一位有权销号的人员核对后办理。")
        )
    because = kind.may_close(by, case, on) if kind.may_close else None
    move(case, "close", by=by, on=on, reason=note, because=because)
    return _write(case, "close", closed_on=on, evidence=evidence)


@transaction.atomic
@trail.act("cases.reopen")
def reopen(*, by: Actor, case_id: int, on: date, reason: str) -> Case:
    """Take a close-out back (恢复)."""
    case = _held(by, case_id, "reopen")
    try:
        with transaction.atomic():
            move(case, "reopen", by=by, on=on, reason=reason)
    except IntegrityError:
        raise Refused(_another_open(case)) from None
    return _write(case, "reopen", closed_on=None)


def _held(by: Actor, case_id: int, step: str) -> Case:
    """The case, held until the act is done, for somebody who may take that step."""
    case = visible_rows(Case.objects.select_for_update(of=("self",)), by).get(pk=case_id)
    _require_step(by, case, step)
    return case


def _require_step(by: Actor, case: Case, step: str) -> CaseKind:
    kind = kind_of(case.kind)
    if step not in kind.acts:
        raise Refused(_problem(case, "CASE-001", "这类台账没有这一步。", "请按这类台账的步骤办理。"))
    require_permission(by, kind.permission(step), case.region_id, case.full_name)
    return kind


def _set(case: Case, step: str, by: Actor, on: date, **values: Any) -> Case:
    """Write what is new of a case that stands, and make the step's move if it has one; the same again changes nothing."""
    if case.state == Case.CLOSED:
        raise Refused(_problem(case, "CASE-004", "已经销号。", "要改的请先“恢复”。"))
    moves = kind_of(case.kind).moves(step, case.state)
    if not moves and all(str(getattr(case, key) or "") == str(value or "") for key, value in values.items()):
        return case
    if moves:
        move(case, step, by=by, on=on, reason=values.get("reason", case.reason))
    case.handled_by = by.key
    case.save(update_fields=["handled_by"])
    return _write(case, step, **values)


def _write(case: Case, step: str, **values: Any) -> Case:
    before = {key: str(getattr(case, key) or "") for key in values}
    for key, value in values.items():
        setattr(case, key, value)
    case.save(update_fields=list(values))
    after = {key: str(value or "") for key, value in values.items()}
    _describe(case, step, before, after)
    return case


def _describe(case: Case, step: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    trail.describe(
        obj=trail.Subject.of(case, case.full_name),
        act=kind_of(case.kind).acts[step],
        before=before,
        after=after,
        region_id=case.region_id,
    )


def _not_future(case: Case, label: str, on: date) -> list[Problem]:
    if on > timezone.localdate():
        return [_problem(case, "CASE-005", f"{label} {on} 还没有到。", "只登记已经发生的事；请核对年份。", field=label)]
    return []


def _another_open(case: Case) -> Problem:
    return _problem(case, "CASE-004", f"这个{kind_of(case.kind).subject}已另有一条没有销号的。", "请在那一条上办理。")


def _problem(case: Case, code: str, what: str, fix: str, *, field: str = "") -> Problem:
    """field: the label of the input that it is about."""
    return Problem(kind_of(case.kind).codes.get(code, code), Place(case.full_name, field=field), what, fix)
