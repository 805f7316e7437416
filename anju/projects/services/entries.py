"""The ledgers of what is overdue (台账) with their close-out (销号)."""

import json
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from anju.core.models.file import File
from anju.core.models.region import Region
from anju.core.people.permissions import require
from anju.core.people.scope import Operator, visible
from anju.core.states import move
from anju.core.trail import trail
from anju.problems import Place, Problem, Refused
from anju.projects.base import ADJUST, EDIT, below, not_future
from anju.projects.models import Entry, Project
from anju.projects.queries import signals


@transaction.atomic
@trail.act("projects.open_entries")
def open_entries(*, by: Operator, region: Region, on: date) -> list[Entry]:
    """Run the ledgers' books over the projects of a region and all below it, and enter those not entered yet (列入台账). Repeating adds nothing."""
    ids = below(by, region)
    require(by, "runs.run", region.pk, f"{region.name} 项目台账")
    known = signals.facts(by, ids, on)
    made: list[Entry] = []
    for ledger, watch in signals.ledgers().items():
        found = signals.look(watch, signals.keyed(known), on)
        there = set(
            visible(Entry.objects.filter(ledger=ledger).exclude(state=Entry.CLOSED), by).values_list(
                "project_id", flat=True
            )
        )
        # A race with another who opens them: the database takes one.
        with connection.cursor() as cursor:
            for one in found:
                if one.project_id in there:
                    continue
                entry = Entry(
                    project_id=one.project_id,
                    region_id=one.region_id,
                    ledger=ledger,
                    opened_on=on,
                    found={"says": one.text, **one.found},
                )
                made += _enter(cursor, entry)
    if made:
        listed = {ledger: sum(one.ledger == ledger for one in made) for ledger in signals.ledgers()}
        after = listed | {"on": str(on), "entries": [one.pk for one in made][:1000]}
        trail.describe(obj=trail.Subject.of(region, f"{region.name} 项目台账"), after=after, region_id=region.pk)
    return made


def _enter(cursor: Any, entry: Entry) -> list[Entry]:
    cursor.execute(
        "INSERT INTO projects_entry (project_id, region_id, ledger, state, opened_on, found, reason, report_number, consent_number)"
        " VALUES (%s, %s, %s, %s, %s, %s, '', '', '') ON CONFLICT (project_id, ledger) WHERE NOT state = 'closed' DO NOTHING RETURNING id",
        [
            entry.project_id,
            entry.region_id,
            entry.ledger,
            Entry.OPEN,
            entry.opened_on,
            json.dumps(entry.found, ensure_ascii=False),
        ],
    )
    row = cursor.fetchone()
    if row is None:
        return []
    entry.pk = row[0]
    return [entry]


@transaction.atomic
@trail.act("projects.explain_entry")
def explain(*, by: Operator, entry_id: int, reason: str) -> Entry:
    """Say why it is overdue (说明原因). The state stays until it was reported."""
    entry = _entry(by, entry_id, EDIT)
    if not reason.strip():
        raise Refused(
            Problem(
                "PROJ-031",
                Place(_named(entry), field="原因"),
                "没有写原因。",
                "请写明为什么没有按期建成、采取什么措施。",
            )
        )
    return _set(entry, reason=reason.strip())


@transaction.atomic
@trail.act("projects.report_entry")
def report(*, by: Operator, entry_id: int, on: date, number: str) -> Entry:
    """Reported to the local government, by which paper (报当地政府). Needs the reason."""
    entry = _entry(by, entry_id, EDIT)
    problems = not_future(_named(entry), "报告日期", on)
    if not entry.reason:
        problems.append(Problem("PROJ-031", _named(entry), "还没有说明原因。", "请先说明原因，再登记报告。"))
    if not number.strip():
        problems.append(
            Problem(
                "PROJ-031",
                Place(_named(entry), field="报告文号"),
                "没有写报告文号。",
                "请写报告的文号；没有文号的写题名和日期。",
            )
        )
    if problems:
        raise Refused(*problems)
    if entry.state == Entry.OPEN:
        move(entry, "explain", by=by, on=on, reason=entry.reason, because={"number": number})
    return _set(entry, reported_on=on, report_number=number.strip())


@transaction.atomic
@trail.act("projects.consent_entry")
def consent(*, by: Operator, entry_id: int, on: date, number: str) -> Entry:
    """The local government consented (政府核实同意). Needs the report, and is not before it."""
    entry = _entry(by, entry_id, EDIT)
    problems = not_future(_named(entry), "同意日期", on)
    if entry.reported_on is None:
        problems.append(Problem("PROJ-032", _named(entry), "还没有报告。", "请先登记报告的日期和文号。"))
    elif on < entry.reported_on:
        problems.append(
            Problem(
                "PROJ-032",
                Place(_named(entry), field="同意日期"),
                f"同意日期早于报告日期 {entry.reported_on}。",
                "请核对两个日期。",
            )
        )
    if not number.strip():
        problems.append(
            Problem(
                "PROJ-032", Place(_named(entry), field="同意的文号"), "没有写同意的文号。", "请写批复、会议纪要的文号。"
            )
        )
    if problems:
        raise Refused(*problems)
    return _set(entry, consented_on=on, consent_number=number.strip())


@transaction.atomic
@trail.act("projects.close_entry")
def close_out(*, by: Operator, entry_id: int, on: date, note: str = "", evidence: File | None = None) -> Entry:
    """Close an entry (销号). Refused PROJ-033 while the book that opened it still holds against the project."""
    entry = _entry(by, entry_id, ADJUST)
    if problems := not_future(_named(entry), "销号日期", on):
        raise Refused(*problems)
    if entry.project.state == Project.PLANNED and (still := signals.holds(by, entry.ledger, entry.project, on)):
        raise Refused(
            Problem(
                "PROJ-033",
                _named(entry),
                f"{still.text}，还不能销号。",
                "请先登记建成、竣工或新的约定日期；已经取消、置换的先办调整。",
            )
        )
    move(entry, "close", by=by, on=on, reason=note, because={"project": entry.project.state})
    return _write(entry, closed_on=on, evidence=evidence)


@transaction.atomic
@trail.act("projects.reopen_entry")
def reopen_entry(*, by: Operator, entry_id: int, on: date, reason: str) -> Entry:
    """Take a close-out back (恢复)."""
    entry = _entry(by, entry_id, ADJUST)
    try:
        with transaction.atomic():
            move(entry, "reopen", by=by, on=on, reason=reason)
    except IntegrityError:
        raise Refused(
            Problem("PROJ-034", _named(entry), "这个项目已另有一条没有销号的。", "请在那一条上办理。")
        ) from None
    return _write(entry, closed_on=None)


def _entry(by: Operator, entry_id: int, act: str) -> Entry:
    entry = visible(Entry.objects.select_related("project__region").select_for_update(of=("self",)), by).get(
        pk=entry_id
    )
    require(by, act, entry.region_id, _named(entry))
    return entry


def _named(entry: Entry) -> str:
    return f"台账条目 {entry.project.region.name} {entry.project.code} {signals.ledgers()[entry.ledger].label}"


def _set(entry: Entry, **values: Any) -> Entry:
    """Write what is new of an entry that stands; the same again changes nothing."""
    if entry.state == Entry.CLOSED:
        raise Refused(Problem("PROJ-034", _named(entry), "已经销号。", "要改的请先“恢复”。"))
    if all(str(getattr(entry, key) or "") == str(value or "") for key, value in values.items()):
        return entry
    return _write(entry, **values)


def _write(entry: Entry, **values: Any) -> Entry:
    before = {key: str(getattr(entry, key) or "") for key in values}
    for key, value in values.items():
        setattr(entry, key, value)
    entry.save(update_fields=list(values))
    after = {key: str(value or "") for key, value in values.items()}
    trail.describe(obj=trail.Subject.of(entry, _named(entry)), before=before, after=after, region_id=entry.region_id)
    return entry
