"""The checks of a return: everything found at once, with what answers it. An answer counts only while the fact that it answered stands.

What is locked is not checked again: its findings are those of the lock, with the answers that they had.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from anju.core.models.region import Region
from anju.core.people.scope import Actor, rows_within, visible_rows
from anju.core.regions.tree import below
from anju.problems import ASK, BLOCK, Problem
from anju.quantities import exact_text
from anju.returns.forms.spec import TOTAL, FormCheck, FormColumn
from anju.returns.models import Answer, Return, ScanComparison
from anju.returns.queries import reading
from anju.returns.queries.deliveries import returned_cells
from anju.returns.queries.reading import ReadReturn
from anju.returns.queries.values import is_blank
from anju.rules.explanation.explain import fill_sentence

BLANK, UNREPORTED = "blank", "unreported"  # the checks that every form has
SUPERIOR, SCAN = "superior", "scan"  # what people noticed: the superior, of a cell; who looked at the sealed scan


@dataclass(frozen=True)
class Waiver:
    """A waiver in force (豁免): why, by whom, and its last day."""

    text: str
    by_name: str
    until: date


@dataclass(frozen=True)
class CheckFinding:
    """One thing found. line "total" is the line of sums. answer: the text that still counts; waived: the waiver in force."""

    check_id: str
    level: str
    line: str
    column: str
    columns: tuple[str, ...]
    where: str
    what: str
    fix: str
    answer: str = ""
    answered_by: str = ""
    waived: Waiver | None = None

    @property
    def open(self) -> bool:
        """Does it still stand in the way?"""
        return self.waived is None and not (self.level == ASK and self.answer)

    def problem(self) -> Problem:
        how = "请改正；确有依据的，由有权豁免的人写明理由。" if self.level == BLOCK else "请改正，或写明情况。"
        return Problem(
            "RET-040" if self.level == BLOCK else "RET-041", self.where, self.what, f"{self.fix or ''}{how}", self.level
        )


def check_return(user: Actor, ret: Return, read: ReadReturn | None = None) -> list[CheckFinding]:
    """What the form's checks find, those that block first, in the order of lines; of a locked return what they had found at the lock."""
    read = read or reading.read_return(user, ret)
    if ret.state == Return.LOCKED:
        return _found_at_lock(read)
    answers = _answers(ret)
    today = timezone.localdate()
    made = []
    for one in [*_blanks(read), *_formulas(read), *_returned(read), *_unlike_scan(read)]:
        key = (one.check_id, one.line, one.what[:400])
        answer, waiver = answers.get((*key, False)), answers.get((*key, True))
        if waiver is not None and waiver.until < today:
            waiver = None
        made.append(_finding(one, answer, waiver))
    order = {key: at for at, key in enumerate(read.keys)}
    return sorted(made, key=lambda one: (one.level != BLOCK, order.get(one.line, len(order))))


def _finding(failure: "Failure", answer: Answer | None, waiver: Answer | None) -> CheckFinding:
    return CheckFinding(
        check_id=failure.check_id,
        level=failure.level,
        line=failure.line,
        column=failure.columns[0],
        columns=failure.columns,
        where=failure.where,
        what=failure.what,
        fix=failure.fix,
        answer=answer.text if answer else "",
        answered_by=answer.by_name if answer else "",
        waived=Waiver(waiver.text, waiver.by_name, waiver.until) if waiver else None,
    )


def findings_as_data(found: list[CheckFinding]) -> list[dict[str, Any]]:
    """As the lock keeps them."""
    return [
        asdict(one) | ({"waived": asdict(one.waived) | {"until": str(one.waived.until)}} if one.waived else {})
        for one in found
    ]


def _found_at_lock(read: ReadReturn) -> list[CheckFinding]:
    if read.locked_page is None:
        return _found_in_answers(read)
    found = []
    for one in read.locked_page["findings"]:
        waived = one["waived"] and Waiver(**one["waived"] | {"until": date.fromisoformat(one["waived"]["until"])})
        found.append(CheckFinding(**one | {"columns": tuple(one["columns"]), "waived": waived}))
    return found


def _found_in_answers(read: ReadReturn) -> list[CheckFinding]:
    """Of a return that was locked before its page was kept: what its answers say was found. Each check of a line has one fact at the lock,
    the last that was answered."""
    checks = {check.id: check for check in read.spec.checks}
    last: dict[tuple[str, str, str], Answer] = {}
    for answer in _answers(read.ret).values():
        last[answer.check_id, answer.line, "" if answer.check_id in checks else answer.said] = answer
    found = []
    for answer in last.values():
        check = checks.get(answer.check_id)
        columns = check.columns if check else (_column_named(read, answer.said),)
        label = "合计" if answer.line == TOTAL else getattr(read.now.lines.get(answer.line), "label", answer.line)
        heads = "、".join(read.spec.by_code[code].label for code in columns if code in read.spec.by_code)
        failure = Failure(
            check_id=answer.check_id,
            level=check.level if check else BLOCK if answer.waiver else ASK,
            line=answer.line,
            columns=columns,
            where=f"{label} “{heads}”",
            what=answer.said,
            fix="",
        )
        found.append(_finding(failure, None if answer.waiver else answer, answer if answer.waiver else None))
    return found


def _column_named(read: ReadReturn, said: str) -> str:
    return next((column.code for column in read.spec.columns if f"“{column.label}”" in said), read.spec.columns[0].code)


def _answers(ret: Return) -> dict[tuple[str, str, str, bool], Answer]:
    """The newest to each fact. An empty one takes the answer back."""
    found = {(a.check_id, a.line, a.said, a.waiver): a for a in Answer.objects.filter(ret=ret).order_by("id")}
    return {key: answer for key, answer in found.items() if answer.text}


class Failure(NamedTuple):
    """What a check finds, before anyone's answer to it."""

    check_id: str
    level: str
    line: str
    columns: tuple[str, ...]
    where: str
    what: str
    fix: str


def _blanks(read: ReadReturn) -> list[Failure]:
    found: list[Failure] = []
    for key, line in read.now.lines.items():
        for column in read.spec.columns:
            if not read.spec.fillable(column, key, line.facts):
                continue
            cell = read.now.cells.get((key, column.code))
            where = f"{line.label} “{column.head}”"
            if is_blank(cell) and column.needed:
                found.append(
                    Failure(
                        check_id=BLANK,
                        level=BLOCK,
                        line=key,
                        columns=(column.code,),
                        where=where,
                        what=f"{line.label}的“{column.label}”没有填。",
                        fix="没有数的写 0，不知道的写 未报，没有任务的写 无任务。",
                    )
                )
            elif cell is not None and cell.state == "unreported":
                found.append(
                    Failure(
                        check_id=UNREPORTED,
                        level=ASK,
                        line=key,
                        columns=(column.code,),
                        where=where,
                        what=f"{line.label}的“{column.label}”写的是未报。",
                        fix="请写明为什么报不出、什么时候补报。",
                    )
                )
    return found


def _formulas(read: ReadReturn) -> list[Failure]:
    found: list[Failure] = []
    for check in read.spec.checks:
        for key in _lines(read, check):
            row = read.row(key)
            if check.name in row.failed:
                labels = "、".join(read.spec.by_code[c].label for c in check.columns)
                line = "合计" if key == TOTAL else read.now.lines[key].label
                sentence = fill_sentence(row, read.book.conditions[check.name].says)
                found.append(
                    Failure(
                        check_id=check.id,
                        level=check.level,
                        line=key,
                        columns=check.columns,
                        where=f"{line} “{labels}”",
                        what=f"{sentence}。",
                        fix=check.explain,
                    )
                )
    return found


def _returned(read: ReadReturn) -> list[Failure]:
    """What the superior returned: it is answered, whether the cell is changed or not."""
    found = []
    for remark in returned_cells(read.user, read.ret):
        if not (column := read.spec.by_code.get(remark.column)):
            continue
        number = f"（{remark.number}）" if remark.number else ""
        what = f"上级退回{number}：{remark.text}"
        fix = "请改正这一格并写明怎样改的；不用改的，写明为什么。"
        found.append(_noticed(read, SUPERIOR, remark.line, column, what, fix))
    return found


def _unlike_scan(read: ReadReturn) -> list[Failure]:
    """Figures of which somebody said that the sealed scan has another, while the return still says what it said then."""
    found = []
    for one in unlike_scan(read.user, read.ret):
        column = read.spec.by_code.get(one.column)
        if column is None or read.now.number(one.line, one.column) != one.value:
            continue
        what = f"盖章件上是 {one.paper_text}，报表上是 {exact_text(one.value, column.unit)}（{one.by_name}核对）。"
        fix = "请改成一致，或重新盖章上传；盖章件印错的，写明情况。"
        found.append(_noticed(read, SCAN, one.line, column, what, fix))
    return found


def unlike_scan(user: Actor, ret: Return) -> list[ScanComparison]:
    """The newest comparisons of a return, and of what it corrects, that differ."""
    rows = ScanComparison.objects.filter(paper__ret_id__in=[ret.pk, *([ret.corrects_id] if ret.corrects_id else [])])
    newest = {(one.line, one.column): one for one in visible_rows(rows, user).order_by("id")}
    return [one for one in newest.values() if one.paper_text]


def _noticed(read: ReadReturn, check_id: str, line: str, column: FormColumn, what: str, fix: str) -> Failure:
    label = "合计" if line == TOTAL else getattr(read.now.lines.get(line), "label", line)
    where = f"{label} “{column.head}”"
    return Failure(check_id=check_id, level=ASK, line=line, columns=(column.code,), where=where, what=what, fix=fix)


def _lines(read: ReadReturn, check: FormCheck) -> list[str]:
    if check.on == "total":
        return [TOTAL] if TOTAL in read.keys else []
    lines = read.now.lines
    keys = [key for key in lines if check.on == "row" or key in check.on]
    return [
        key
        for key in keys
        if all(str(lines[key].facts.get(name, "")) in allowed for name, allowed in check.only.items())
    ]


@dataclass(frozen=True)
class RepeatedAnswer:
    """One sentence with which one person answered several findings of a return. count: of them; acts: in how many goes; said: one of them;
    at: of the last."""

    ret: Return
    text: str
    by_name: str
    count: int
    acts: int
    said: str
    at: datetime


def list_repeated_answers(user: Actor, region: Region, period: str) -> list[RepeatedAnswer]:
    """Answers of submitted returns that were given alike (成批答复), of a period or of all of a year, of the region and below: those of
    most findings first. Waivers are no answers."""
    found = Answer.objects.filter(waiver=False, ret__state__in=Return.SUBMITTED, ret__period__startswith=period)
    rows = visible_rows(rows_within(found.exclude(text=""), below(user, region)), user)
    alike: dict[tuple[int, str, str, str], list[tuple[str, str, str, datetime]]] = {}
    for ret_id, by, by_name, text, *finding in rows.values_list(
        "ret_id", "by", "by_name", "text", "check_id", "line", "said", "at"
    ):
        alike.setdefault((ret_id, by, by_name, text), []).append(tuple(finding))
    several = {key: some for key, some in alike.items() if len({one[:3] for one in some}) > 1}
    rets = Return.objects.filter(pk__in={ret_id for ret_id, *_ in several}).select_related("form", "region")
    by_id = {ret.pk: ret for ret in visible_rows(rets.defer("form__spec"), user)}
    listed = [
        RepeatedAnswer(
            ret=by_id[ret_id], text=text, by_name=by_name, count=len({one[:3] for one in some}),
            acts=len({one[3] for one in some}), said=some[0][2], at=max(one[3] for one in some),
        )
        for (ret_id, _, by_name, text), some in several.items()
    ]  # fmt: skip
    return sorted(listed, key=lambda one: (-one.count, one.ret.pk, one.text))


def standing_findings(found: list[CheckFinding]) -> list[CheckFinding]:
    """What still stands in the way."""
    return [one for one in found if one.open]
