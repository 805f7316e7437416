"""The checks of a return: everything found at once, with what answers it. An answer counts only while the fact that it answered stands."""

from dataclasses import dataclass

from django.utils import timezone

from anju.core.people.scope import Operator
from anju.problems import ASK, BLOCK, Problem
from anju.returns.forms.spec import TOTAL, Check
from anju.returns.models import Answer, Return
from anju.returns.queries import reading
from anju.returns.queries.reading import Reading
from anju.returns.queries.values import is_blank
from anju.rules.explanation.explain import say

BLANK, UNREPORTED = "blank", "unreported"  # the checks that every form has


@dataclass(frozen=True)
class Finding:
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
    waived: Answer | None = None

    @property
    def open(self) -> bool:
        """Does it still stand in the way?"""
        return self.waived is None and not (self.level == ASK and self.answer)

    def problem(self) -> Problem:
        how = "请改正；确有依据的，由有权豁免的人写明理由。" if self.level == BLOCK else "请改正，或写明情况。"
        return Problem(
            "RET-040" if self.level == BLOCK else "RET-041", self.where, self.what, f"{self.fix or ''}{how}", self.level
        )


def check(user: Operator, ret: Return, read: Reading | None = None) -> list[Finding]:
    """What the form's checks find, those that block first, in the order of lines."""
    read = read or reading.read(user, ret)
    found = [*_blanks(read), *_formulas(read)]
    answers = _answers(ret)
    today = timezone.localdate()
    made = []
    for check_id, level, line, columns, where, what, fix in found:
        key = (check_id, line, what[:400])
        answer, waiver = answers.get((*key, False)), answers.get((*key, True))
        if waiver is not None and waiver.until < today:
            waiver = None
        made.append(Finding(
            check_id, level, line, columns[0], columns, where, what, fix,
            answer.text if answer else "", answer.by_name if answer else "", waiver,
        ))  # fmt: skip
    order = {key: at for at, key in enumerate(read.keys)}
    return sorted(made, key=lambda one: (one.level != BLOCK, order.get(one.line, len(order))))


def _answers(ret: Return) -> dict[tuple[str, str, str, bool], Answer]:
    """The newest to each fact. An empty one takes the answer back."""
    found = {(a.check_id, a.line, a.said, a.waiver): a for a in Answer.objects.filter(ret=ret).order_by("id")}
    return {key: answer for key, answer in found.items() if answer.text}


Found = tuple[str, str, str, tuple[str, ...], str, str, str]


def _blanks(read: Reading) -> list[Found]:
    found: list[Found] = []
    for key, line in read.now.lines.items():
        for column in read.spec.columns:
            if not read.spec.fillable(column, key, line.facts):
                continue
            cell = read.now.cells.get((key, column.code))
            where = f"{line.label} “{column.head}”"
            if is_blank(cell) and column.needed:
                found.append(
                    (
                        BLANK,
                        BLOCK,
                        key,
                        (column.code,),
                        where,
                        f"{line.label}的“{column.label}”没有填。",
                        "没有数的写 0，不知道的写 未报，没有任务的写 无任务。",
                    )
                )
            elif cell is not None and cell.state == "unreported":
                found.append(
                    (
                        UNREPORTED,
                        ASK,
                        key,
                        (column.code,),
                        where,
                        f"{line.label}的“{column.label}”写的是未报。",
                        "请写明为什么报不出、什么时候补报。",
                    )
                )
    return found


def _formulas(read: Reading) -> list[Found]:
    found: list[Found] = []
    for check in read.spec.checks:
        for key in _lines(read, check):
            row = read.row(key)
            if check.name in row.failed:
                labels = "、".join(read.spec.by_code[c].label for c in check.columns)
                line = "合计" if key == TOTAL else read.now.lines[key].label
                sentence = say(row, read.book.conditions[check.name].says)
                found.append(
                    (check.id, check.level, key, check.columns, f"{line} “{labels}”", f"{sentence}。", check.explain)
                )
    return found


def _lines(read: Reading, check: Check) -> list[str]:
    if check.on == "total":
        return [TOTAL] if TOTAL in read.keys else []
    lines = read.now.lines
    keys = [key for key in lines if check.on == "row" or key in check.on]
    return [
        key
        for key in keys
        if all(str(lines[key].facts.get(name, "")) in allowed for name, allowed in check.only.items())
    ]


def standing(found: list[Finding]) -> list[Finding]:
    """What still stands in the way."""
    return [one for one in found if one.open]
