"""批示: written down with units and a day; answered by each unit; closed or asked again by who gave it, or the office for them."""

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from anju import file_sizes
from anju.cases.kinds import OPEN
from anju.cases.models import Case
from anju.cases.services.cases import enter_cases
from anju.core.files import keep_file
from anju.core.models.file import File
from anju.core.models.people import Organisation
from anju.core.models.region import Region
from anju.core.people.permissions import missing_permission_problem, require_permission, signature
from anju.core.people.scope import Actor, visible_rows
from anju.core.states import move
from anju.core.trail import trail
from anju.oversight.cases import DEMAND
from anju.oversight.models import Demand, DemandStep, Instruction
from anju.oversight.queries import instructions
from anju.oversight.queries.instructions import InstructionSubject
from anju.oversight.reminders import announce_demand
from anju.problems import Place, Problem, Refused
from anju.returns.forms import calendar

GIVE, ANSWER = "instructions.give", "demands.answer"
LONGEST, LONGEST_ANSWER, LONGEST_NAME, MOST_DAYS = 1_000, 2_000, 40, 250
SHORTER = "请写短些；长的写成公文，这里写文号。"
MEDIA = {
    b"%PDF": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png",
    b"PK\x03\x04": "application/octet-stream", b"\xd0\xcf\x11\xe0": "application/octet-stream",
}  # fmt: skip


@transaction.atomic
@trail.act("instructions.give")
def give_instruction(
    *,
    by: Actor,
    region: Region,
    subject: InstructionSubject,
    text: str,
    organisations: Collection[Organisation],
    on: date,
    workdays: int | None = None,
    due_on: date | None = None,
    leader: str = "",
    person: str = "",
) -> Instruction:
    """批示: what was written, which units must answer, and by when: so many workdays after that day, or a day.

    region: whose leader it is. leader: whose it is where the office enters it for them; the head's own name otherwise.
    The same again, a second click, is the one that stands.
    Refused with all of: OVER-020 text, units or leader are missing or too long; OVER-021 no day, a past one, one more than a year away, or
    workdays of a year whose holidays nobody registered.
    """
    if region.pk not in by.region_ids:
        raise Region.DoesNotExist(f"没有区划 {region.code}")
    require_permission(by, GIVE, region.pk, f"{region.name} 批示")
    leader = leader.strip() or (signature(by, GIVE, region.pk)[:LONGEST_NAME] if _is_leader(by, region) else "")
    problems = _blank_problems(text, organisations, leader, person)
    due, wrong_day = read_due_day(on, workdays, due_on)
    if problems or wrong_day or due is None:
        raise Refused(*problems, *wrong_day)
    if (standing := _given_before(by, region, subject, text, organisations, on)) is not None:
        return standing
    giver = _office_of(by, region)
    instruction = Instruction.objects.create(
        region=region, organisation=giver, text=text.strip(), about_text=subject.text, about_link=subject.link,
        leader=leader, given_on=on, by=by.key,
    )  # fmt: skip
    cases = [_case(by, instruction, office, on) for office in organisations]
    for case, office in zip(enter_cases(cases), organisations, strict=True):
        demand = Demand.objects.create(
            case=case, region=office.region, organisation=office, instruction=instruction, giver=giver,
            leader=instruction.leader, text=instruction.text, about_text=subject.text_for(office.region_id),
            about_link=subject.link, person=person.strip(), given_on=on, due_on=due,
        )  # fmt: skip
        announce_demand(by, demand)
    after = {
        "leader": instruction.leader, "about": subject.text, "due_on": str(due),
        "organisations": [office.name for office in organisations], "person": person.strip(),
    }  # fmt: skip
    trail.describe(obj=instruction, after=after, reason=instruction.text, region_id=region.pk)
    return instruction


def read_due_day(on: date, workdays: int | None, due_on: date | None) -> tuple[date | None, list[Problem]]:
    """The day by which an answer is due, or why it cannot be told."""
    where = Place("批示", field="期限")
    return calendar.read_due_day(on, workdays, due_on, code="OVER-021", where=where, most=MOST_DAYS)


@transaction.atomic
@trail.act("demands.answer")
def answer_demand(*, by: Actor, demand_id: int, text: str, name: str = "", content: bytes | None = None) -> DemandStep:
    """答复: what was done, with a file that shows it if there is one. An answer may be added to until it is closed; the same
    again, a second click, changes nothing.

    Refused: ACT-001 not of that unit, OVER-022 blank, OVER-023 a file of no kind that is kept or too large, STATE-001 it is closed.
    """
    demand = _held(by, demand_id)
    if not instructions.is_of_unit(by, demand):
        raise Refused(missing_permission_problem(ANSWER, str(demand)))
    if not text.strip():
        raise Refused(_problem(demand, "OVER-022", "没有写办理情况。", "请写明办了什么、结果怎样。", "办理情况"))
    last = DemandStep.objects.filter(demand=demand).order_by("id").last()
    digest = hashlib.sha256(content).hexdigest() if content else None
    if last is not None and (last.kind, last.by, last.text, last.file.sha256 if last.file else None) == (
        DemandStep.Kind.ANSWER, by.key, text.strip(), digest,
    ):  # fmt: skip
        return last
    file = _kept(by, demand, name, content)
    return _step(by, demand, "answer", DemandStep.Kind.ANSWER, text, file)


@transaction.atomic
@trail.act("demands.ask_again")
def ask_again(*, by: Actor, demand_id: int, text: str, due_on: date) -> DemandStep:
    """请再办: the answer does not do. Says what is missing and until when. Refused ACT-001, OVER-021, OVER-022, STATE-001."""
    demand = _held(by, demand_id)
    _require_giver(by, demand)
    problems = read_due_day(timezone.localdate(), None, due_on)[1]
    if not text.strip():
        problems.append(_problem(demand, "OVER-022", "没有写还要办什么。", "请写明哪里还不够。", "还要办什么"))
    if problems:
        raise Refused(*problems)
    demand.due_on = due_on
    demand.save(update_fields=["due_on"])
    return _step(by, demand, "ask_again", DemandStep.Kind.AGAIN, text, None, after={"due_on": str(due_on)})


@transaction.atomic
@trail.act("demands.close")
def close_demand(*, by: Actor, demand_id: int, text: str = "") -> DemandStep:
    """办结. What nobody answered is closed with a reason only.

    Refused: ACT-001 not of who demanded it, OVER-022 unanswered and without a reason, OVER-024 the last answer is one's own, STATE-001.
    """
    demand = _held(by, demand_id)
    _require_giver(by, demand)
    last = DemandStep.objects.filter(demand=demand).order_by("id").last()
    if demand.case.state == OPEN and not text.strip():
        what = "责任单位还没有答复，办结没有写原因。"
        raise Refused(_problem(demand, "OVER-022", what, "请写明为什么不等答复。", "说明"))
    if last is not None and last.kind == DemandStep.Kind.ANSWER and last.by == by.key and by.posts is not None:
        fix = "请另一位有权办结的人员办理。"
        raise Refused(_problem(demand, "OVER-024", "答复是您自己写的，不能由您办结。", fix, ""))
    step = _step(by, demand, "close", DemandStep.Kind.CLOSE, text.strip() or "办结", None)
    Case.objects.filter(pk=demand.pk).update(closed_on=timezone.localdate())
    return step


# -- what they share


def _is_leader(by: Actor, region: Region) -> bool:
    return by.holds("head", region.pk) and by.posts is not None


def _given_before(
    by: Actor, region: Region, subject: InstructionSubject, text: str, organisations: Collection[Organisation], on: date
) -> Instruction | None:
    """The same of the same day, by the same hand; of two clicks at once the later sees the earlier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [GIVE, by.key])
    alike = Instruction.objects.filter(
        region=region, text=text.strip(), about_link=subject.link, given_on=on, by=by.key
    )
    offices = {office.pk for office in organisations}
    for instruction in visible_rows(alike, by):
        if set(Demand.objects.filter(instruction=instruction).values_list("organisation_id", flat=True)) == offices:
            return instruction
    return None


def _blank_problems(text: str, organisations: Collection[Organisation], leader: str, person: str) -> list[Problem]:
    lacking = (
        (not text.strip(), "批示", "没有写批示的内容。", "请写明要办什么。"),
        (not organisations, "责任单位", "没有选责任单位。", "请至少选一个。"),
        (not leader, "领导", "没有写是哪位领导的批示。", "代为登记的，请写领导的姓名、职务。"),
        (len(leader) > LONGEST_NAME, "领导", f"写了{len(leader)}个字，最多{LONGEST_NAME}个。", "请只写姓名、职务。"),
        (
            len(person.strip()) > LONGEST_NAME,
            "责任人",
            f"写了{len(person.strip())}个字，最多{LONGEST_NAME}个。",
            "请只写姓名、职务。",
        ),
        (len(text.strip()) > LONGEST, "批示", f"写了{len(text.strip())}个字，最多{LONGEST}个。", SHORTER),
    )
    return [Problem("OVER-020", Place("批示", field=field), what, fix) for is_, field, what, fix in lacking if is_]


def _office_of(by: Actor, region: Region) -> Organisation | None:
    """The organisation by which they give it: their own of that region, or the one above it."""
    own = visible_rows(Organisation.objects.filter(pk__in=by.organisation_ids, ended_on=None), by).order_by("id")
    return own.filter(region=region).first() or own.first()


def _case(by: Actor, instruction: Instruction, office: Organisation, on: date) -> Case:
    return Case(
        kind=DEMAND.code, subject_kind=Instruction._meta.label_lower, subject_key=f"{instruction.pk}/{office.pk}",
        text=str(instruction)[:300], region=office.region, opened_on=on, facts={"about": instruction.about_text},
        handled_by=by.key,
    )  # fmt: skip


def _held(by: Actor, demand_id: int) -> Demand:
    """The demand with its case held until the act is done. Demand.DoesNotExist outside of one's regions."""
    demand = instructions.find_demand(by, demand_id)
    demand.case = visible_rows(Case.objects.select_for_update(of=("self",)), by).get(pk=demand_id)
    return demand


def _require_giver(by: Actor, demand: Demand) -> None:
    if not instructions.is_of_giver(by, demand):
        raise Refused(missing_permission_problem(GIVE, str(demand)))


def _step(
    by: Actor,
    demand: Demand,
    name: str,
    kind: str,
    text: str,
    file: File | None,
    *,
    after: dict[str, Any] | None = None,
) -> DemandStep:
    """Move its case, keep what was said, tell whose turn it is. Refused OVER-022 what is longer than is kept."""
    if len(text.strip()) > LONGEST_ANSWER:
        what = f"写了{len(text.strip())}个字，最多{LONGEST_ANSWER}个。"
        raise Refused(_problem(demand, "OVER-022", what, SHORTER, "说明"))
    move(demand.case, name, by=by, on=timezone.localdate(), reason=text.strip())
    Case.objects.filter(pk=demand.pk).update(handled_by=by.key)
    acting = ANSWER if kind == DemandStep.Kind.ANSWER else GIVE
    step = DemandStep.objects.create(
        demand=demand, region_id=demand.region_id, kind=kind, text=text.strip(), file=file, by=by.key,
        by_name=signature(by, acting, demand.region_id)[:80],
    )  # fmt: skip
    said = (after or {}) | ({"file": file.name, "sha256": file.sha256} if file else {})
    trail.describe(obj=demand, after=said, reason=step.text, region_id=demand.region_id)
    announce_demand(by, demand)
    return step


def _kept(by: Actor, demand: Demand, name: str, content: bytes | None) -> File | None:
    if not content:
        return None
    where = Place(f"佐证《{name}》", file=name, field="佐证")
    fix = "请压缩或分成几份。"
    if problems := file_sizes.too_large(len(content), file_sizes.EVIDENCE, code="OVER-023", where=where, fix=fix):
        raise Refused(*problems)
    media = next((media for head, media in MEDIA.items() if content.startswith(head)), None)
    if media is None:
        what, fix = "内容不是 PDF、图片、Word、Excel 或压缩包。", "请存成其中一种再上传。"
        raise Refused(Problem("OVER-023", where, what, fix))
    return keep_file(by=by, region_id=demand.region_id, name=name, content=content, media=media)


def _problem(demand: Demand, code: str, what: str, fix: str, field: str) -> Problem:
    return Problem(code, Place(str(demand), field=field), what, fix)
