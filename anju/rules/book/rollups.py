"""Roll-ups (汇总): what the members of a row come to, known before the row's first step.

Inside, a roll-up's formula is a step of a book of its own whose rows are the members; the operator around it then makes one value a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from anju.rules.book.order import dependencies
from anju.rules.book.schema import MAX_MEMBERS, Book, BookStep
from anju.rules.language import ir
from anju.rules.language.formula import Call, Compare, Expr, FormulaError, Name, Number, operator_calls
from anju.rules.language.ir import Day, Num, Truth, Type
from anju.rules.language.operators import OPERATORS, ROLLUPS, WINDOWS

ALL: Expr = Compare("=", Number(Decimal(1)), Number(Decimal(1)))  # what count_of() asks of a member
VALUES = ("sum_of", "min_of", "max_of")
EMPTY = {"count_of": 0, "sum_of": 0, "any_of": False, "all_of": True}  # of a row that is known to have no members


def operator_of(step: BookStep) -> str:
    """The operator of a roll-up; "" where its formula is none."""
    return step.expr.name if isinstance(step.expr, Call) and step.expr.name in ROLLUPS else ""


def asked_of(step: BookStep) -> Expr:
    """What a roll-up asks of every member."""
    return step.expr.args[0] if isinstance(step.expr, Call) and step.expr.args else ALL


def member_book(book: Book) -> Book:
    """The book over the members: a step for every roll-up, with the parameters that they use."""
    assert book.members
    steps = {}
    for name, step in book.rollups.items():
        is_value = operator_of(step) in VALUES
        steps[name] = replace(
            step, expr=asked_of(step), unit=step.unit if is_value else None, places=step.places if is_value else None
        )
    used: set[str] = set()
    todo = {name for step in steps.values() for name in dependencies(step.expr, book)}
    while todo:
        used |= todo
        edges = {edge for one in todo if one in book.parameters for edge in book.parameters[one].edges}
        todo = {name for one in todo for name in dependencies(Name(one), book)} | edges
        todo -= used
    return Book(
        file=book.file, digest=f"{book.digest} members", kind="conduct", subject=book.subject, title=f"{book.title}·{book.members.label}",
        applies_from=book.applies_from, applies_until=book.applies_until, row="member", sources=book.sources, inputs=book.members.inputs,
        parameters={name: item for name, item in book.parameters.items() if name in used}, steps=steps, language=book.language,
    )  # fmt: skip


def rolled_type(step: BookStep, type_: Type) -> Type:
    """The type of a roll-up, from that of what it asks. FormulaError when the two do not suit each other."""
    operator = operator_of(step)
    if operator in VALUES and (isinstance(type_, Num) or (operator != "sum_of" and isinstance(type_, Day))):
        if operator != "sum_of" or not isinstance(type_, Num):
            return type_
        low, high = min(0, type_.low * MAX_MEMBERS), max(0, type_.high * MAX_MEMBERS)
        ir.check_fits(max(-low, high), "各成员之和")
        return replace(type_, low=low, high=high)
    if operator in VALUES:
        raise FormulaError(f"{operator} 汇总的须是数{'' if operator == 'sum_of' else '或日期'}。")
    if not isinstance(type_, Truth):
        raise FormulaError(f"{operator} 的括号里须是真假判断，例如 age_on(born, run_date) >= 60。")
    return Num(0, 0, MAX_MEMBERS, step.unit) if operator == "count_of" else Truth()


def rollup_problems(book: Book, failed: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Code, name, what and how to mend it: where members and roll-ups do not suit each other."""
    members, known = book.members, {*book.parameters, "run_date", *failed}
    if members is None:
        for name in book.rollups:
            yield "BOOK-072", name, "写了 rollups，却没有 members。", "请写成员表：members: {key: …, inputs: {…}}。"
        return
    if not book.rollups and "rollups" not in failed.values():
        yield (
            "BOOK-072",
            members.key,
            "写了 members，却没有 rollups。",
            "请写汇总，例如 rollups: {elders: {formula: …}}。",
        )
    if members.key in ("key", *members.inputs, *book.inputs):
        what = f"members 的 key“{members.key}”与输入或行键同名。"
        yield "BOOK-072", members.key, what, "key 写成员表里指明属于哪一行的那一列，例如 household。"
    if members.count and (members.count not in book.inputs or book.inputs[members.count].places):
        what = f"members 的 count“{members.count}”不是整数的输入。"
        yield "BOOK-072", members.key, what, "count 写本行里登记成员数的那个输入，places 为 0。"
    for item in members.inputs.values():
        if item.measure or item.ledger or item.judged:
            what = "成员的输入由成员表给出，不写 measure、target、ledger、judged。"
            yield "BOOK-072", item.name, what, "请删去。"
    for name, step in book.rollups.items():
        operator, asked = operator_of(step), asked_of(step)
        if not operator or any(call.name in WINDOWS for call in operator_calls(asked)):
            fix = f"例如 count_of(条件)；可用：{'、'.join(sorted(ROLLUPS & OPERATORS.keys()))}。先后再算的写成步骤。"
            yield "BOOK-073", name, "汇总的整个公式须是一个汇总算子，里面不能再有汇总或跨行的算子。", fix
        for used in sorted(dependencies(asked, book)):
            if used not in known and used not in members.inputs:
                what = f"用到的“{used}”不是成员的输入或参数。"
                yield "BOOK-040", name, what, "汇总只看成员：请在 members 的 inputs 中定义，别的放到步骤里算。"
        if operator not in VALUES and step.places is not None:
            yield "BOOK-022", name, f"{operator} 不写 places。", "请删去。"
        if operator in ("any_of", "all_of") and step.unit:
            yield "BOOK-022", name, f"{operator} 是真假，不写 unit。", "请删去。"
