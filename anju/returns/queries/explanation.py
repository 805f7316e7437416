"""The explanation (情况说明) drafted from what moved and what was asked: sentences to be read and changed by a person."""

from anju.core.people.scope import Actor
from anju.returns.forms.spec import TOTAL, FormColumn
from anju.returns.models import Return
from anju.returns.queries import checks, reading
from anju.returns.queries.numbers import counted_text
from anju.returns.queries.reading import ReadReturn


def draft_explanation(
    user: Actor, ret: Return, read: ReadReturn | None = None, findings: list[checks.CheckFinding] | None = None
) -> list[str]:
    """Where something moved against the last period, in sum and by line; and what was answered to the checks."""
    read = read or reading.read_return(user, ret)
    said = []
    for column in read.spec.columns:
        if column.type == "number" and not column.formula and not column.locked and read.comparable(column):
            said += _change_sentences(read, column)
    return said + _answer_sentences(checks.check_return(user, ret, read) if findings is None else findings)


def _answer_sentences(findings: list[checks.CheckFinding]) -> list[str]:
    """What was asked and how it was answered; many that got the same answer are one sentence."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in findings:
        if one.answer or one.waived:
            alike.setdefault(
                (one.check_id, (one.answer or (one.waived.text if one.waived else "")).rstrip("。")), []
            ).append(one.what.rstrip("。"))
    return [f"{said[0]}{f'等 {len(said)} 处' if len(said) > 1 else ''}：{text}。" for (_, text), said in alike.items()]


def _change_sentences(read: ReadReturn, column: FormColumn) -> list[str]:
    """One sentence of the sum and the lines behind it; none when nothing moved or either side is unknown."""
    whole = TOTAL if TOTAL in read.keys else ""
    parts = []
    for key in read.now.lines:
        now, before = (
            read.now.number(key, column.code) if read.now.has(key, column) else None,
            read.before(read.last, key, column),
        )
        if now is not None and before is not None and now != before:
            parts.append(
                (abs(now - before), f"{read.now.lines[key].label}{_change_text(now - before, column)}", now, before)
            )
    if not parts:
        return []
    named = "、".join(text for _, text, *_ in sorted(parts, reverse=True)[:5]) + (
        f"等 {len(parts)} 项" if len(parts) > 5 else ""
    )
    if whole:
        now, before = read.now.number(whole, column.code), read.before(read.last, whole, column)
        if now is not None and before is not None:
            change = _change_text(now - before, column) if now != before else "持平"
            return [f"{column.head} {counted_text(now, column.unit)} {column.unit}，比上期{change}（{named}）。"]
    return [f"{column.head}：{named}。"]


def _change_text(change: int, column: FormColumn) -> str:
    return f"{'增加' if change > 0 else '减少'} {counted_text(abs(change), column.unit)} {column.unit}"
